/** Augmentation pipelines that draw from generators of their own, which nothing seeds. */

import type { Project } from '../contract/project.ts';
import { addArguments, replace } from '../edits/edit-text.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { compareVersions, type Pipelines, pipelinesOf } from '../knowledge/tables.ts';
import { randomPipeline } from '../lowering/augmentation.ts';
import { startsWorkers } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { OwnDraw } from '../seeding/own-generators.ts';
import { orNone, seedFor } from '../seeding/seed-values.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';
import { loaderCalls } from './worker-seeds.ts';

/** The outermost pipelines of a file that draw, and that nothing in the file or the program seeds. */
export function unseededPipelines(file: PythonFile, project: Project): OwnDraw[] {
  return file.allCalls.flatMap((call): OwnDraw[] => {
    const library = call.name === null ? undefined : pipelinesOf(call.name);
    const short = call.name?.slice(call.name.lastIndexOf('.') + 1) ?? '';
    if (!library || !(short in library.containers) || isHeld(call, library, file)) return [];
    if (!randomPipeline(call.node, file) || isSeeded(call, library, file, project)) return [];
    const { start, end } = call.callee;
    return [
      {
        call,
        start,
        end,
        message: t`\`${file.read(call.callee)}\` draws from generators of its own, which no global seed reaches.`,
        fixes: () => repairs(call, library, file, project),
      },
    ];
  });
}

/** A part of another pipeline, which hands its generator on. */
function isHeld(call: Call, library: Pipelines, file: PythonFile): boolean {
  for (let at = call.node.enclosing('call'); at; at = at.enclosing('call')) {
    const name = file.call(at).name;
    if (name !== null && pipelinesOf(name) === library) return true;
  }
  return false;
}

function isSeeded(call: Call, library: Pipelines, file: PythonFile, project: Project): boolean {
  const given = library.seed === undefined ? 'absent' : file.argument(call, library.seed);
  if (given !== 'absent' && (typeof given === 'string' || file.constant(given) !== null)) return true;
  if (file.methodCalls(library.reseed).length > 0) return true;
  const root = library.package.split('.')[0] ?? library.package;
  const version = project.versions.versionOf(root);
  if (version !== null && compareVersions(version, library.since) < 0) return true;
  const loaders = loaderCalls(file);
  if (loaders.some(({ name }) => loaderRow(name)?.reseeds === library.package)) return true;
  // What workers draw is said of their loader.
  if (loaders.some((loader) => startsWorkers(file, loader))) return true;
  // Whoever sets the seed that a new container takes may do it in any file of the program.
  if (library.seeder) return !project.isProgram || !project.summary || library.seeder in project.summary.may;
  // One import name, two packages: where the project does not say which, only what this process draws is the same in both.
  const isKnown = version !== null && (library.twin === undefined || project.versions.versionOf(library.twin) === null);
  return !isKnown && !project.isProgram;
}

function repairs(call: Call, { seed }: Pipelines, file: PythonFile, project: Project): Fix[] {
  const value = seed === undefined ? null : seedFor(file, project, call.node);
  if (!seed || !value) return [];
  const text = orNone(value, file);
  const given = file.argument(call, seed);
  return [
    {
      title: t`Pass \`${seed}=${value.text}\``,
      safe: false,
      edits: () => [
        ...value.edits,
        ...(typeof given === 'string' ? addArguments(file, call, [`${seed}=${text}`]) : [replace(given, text)]),
      ],
    },
  ];
}
