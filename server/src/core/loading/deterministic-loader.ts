/** *Make this DataLoader deterministic*: a seeded generator of its own, and a `worker_init_fn` where one is needed. */

import type { Project } from '../contract/project.ts';
import { insertBefore } from '../edits/edit-text.ts';
import { freeName, spellAll } from '../edits/imports.ts';
import { nameFor } from '../knowledge/names.ts';
import { isLeftOut, loaderArgument } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { differsByRank, rankAt } from '../seeding/ranks.ts';
import { roundsOf } from '../seeding/rounds.ts';
import { orNone, seedFor } from '../seeding/seed-values.ts';
import type { Edit } from '../text/edit.ts';
import { outsideLoops, type PassedArgument, passing, seededGenerator } from './loaders.ts';
import { workerPart } from './worker-functions.ts';

/**
 * A generator made once; null where that would repeat or split the order, and in a program that goes on from checkpoints:
 * they hold the state of torch's global generator, by which it shuffles, and would not hold the new one's.
 */
function generatorPart(file: PythonFile, call: Call, project: Project): PassedArgument | null {
  const given = loaderArgument(file, call, 'generator');
  const place = outsideLoops(call.node);
  if (!isLeftOut(given) || !place || project.states.resumes) return null;
  const isAgain = roundsOf(place, file, project.values) !== 'once';
  const existing = seededGenerator(file, call.node, isAgain);
  if (existing) return { name: 'generator', value: existing, before: () => [] };
  if (isAgain) return null;
  const seed = seedFor(file, project, place);
  // Which samples each rank gets is for its sampler to say.
  const isRanked = rankAt({ node: place, offset: place.start }, file, project) !== 'one';
  if (!seed || isRanked || (seed.node && differsByRank(seed.node, file))) return null;
  const value = freeName(file, ['generator', 'loader_generator']);
  return {
    name: 'generator',
    value,
    before: () => {
      const { texts, edits } = spellAll(file, [nameFor('generator')], place.start);
      const text = `${texts[0]}(${defaultDevice(file)}).manual_seed(${seed.text})`;
      const made = `${value} = ${orNone({ ...seed, text }, file)}`;
      return [...edits, ...seed.edits, insertBefore(file, place, [made])];
    },
  };
}

/** Gives the loader a seeded generator of its own; null where that would do harm. */
export function generatorFix(file: PythonFile, call: Call, project: Project): (() => Edit[]) | null {
  const part = generatorPart(file, call, project);
  return part && passing(file, call, [part]);
}

/** Both, in one edit; null where one of them is enough. */
export function bothFix(file: PythonFile, call: Call, project: Project): (() => Edit[]) | null {
  const parts = [workerPart(file, call, project), generatorPart(file, call, project)].filter((each) => each !== null);
  return parts.length > 1 ? passing(file, call, parts) : null;
}

/** What the loader lacks; null when there is nothing to add. */
export function makeDeterministic(file: PythonFile, call: Call, project: Project): (() => Edit[]) | null {
  const parts = [workerPart(file, call, project), generatorPart(file, call, project)].filter((each) => each !== null);
  return parts.length > 0 ? passing(file, call, parts) : null;
}

/** The generator must live where the default device does. */
function defaultDevice(file: PythonFile): string {
  const call = file.calls(nameFor('default-device'))[0];
  const device = call ? file.argument(call, 'device', 0) : 'absent';
  return typeof device === 'string' ? '' : `device=${file.read(device)}`;
}
