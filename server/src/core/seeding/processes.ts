/** Repairs for processes that are started: their target has to seed for itself, and to switch. */

import type { Project } from '../contract/project.ts';
import { indentUnit, insertBefore } from '../edits/edit-text.ts';
import { spellAll } from '../edits/imports.ts';
import type { Child, Reached, Site } from '../effects/summary.ts';
import { streamRow } from '../knowledge/streams.ts';
import { type Stream, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';
import { childrenOf, targetOfCall } from './children.ts';
import { conditionOf, isOptional } from './optional-seeds.ts';
import { roundsOf } from './rounds.ts';
import { guarded, type SeedValue, seedArgument, seedFor, seedValueAt } from './seed-values.ts';
import { nodeAt } from './seeds.ts';

/** Seeds at the top of the target, where it is a function of this file and the seed can be written in it. */
export function seedTarget(file: PythonFile, project: Project, child: Child, stream: Stream): Fix[] {
  const start = startOf(file, child.site, project);
  const statement = start?.target.node.get('body')?.children[0];
  if (!start || !statement) return [];
  const name = streamRow(stream).seed;
  const value = targetSeed(file, project, child.seed, { ...start, statement });
  if (!value) return [];
  const lacksGuard = value.guard !== null && seederOf(name)?.none !== 'required';
  return [
    {
      title: t`Seed \`${name}\` at the top of \`${start.target.name}\``,
      safe: false,
      edits: () => {
        const { texts, edits } = spellAll(file, [name], statement.start);
        const line = `${texts[0]}(${value.text})`;
        const lines = lacksGuard && !/ /.test(value.text) ? [line] : guarded(value, [line], indentUnit(file));
        return [...edits, ...value.edits, insertBefore(file, statement, lines)];
      },
    },
  ];
}

/** A seed at the top of a target: another one in each of its processes, and each time they are started. */
export function targetSeed(
  file: PythonFile,
  project: Project,
  seed: Reached | null,
  { call, target, statement }: { readonly call: Call; readonly target: FunctionInfo; readonly statement: Node },
): SeedValue | null {
  const own = childrenOf(file).find((each) => each.call.node === call.node);
  // Started in rounds, each process gets a number of its own, or the rounds would be the same.
  if (roundsOf(call.node, file, project.values) !== 'once' && (own?.rank === null || own?.passesRank)) return null;
  const value = handedOn(file, project, seed, target) ?? seedValueAt(file, statement);
  return seedFor(file, project, statement, { value });
}

/** `args.seed` means the same in a target that gets `args`. */
function handedOn(file: PythonFile, project: Project, from: Reached | null, target: FunctionInfo): SeedValue | null {
  const seed = from && project.places.locate(from.site);
  const call = seed?.path === file.path ? nodeAt(file, seed).enclosing('call') : null;
  const value = call && seedArgument(file.call(call), file);
  const root = value ? /^(\w+)(\.\w+)*$/.exec(file.read(value))?.[1] : undefined;
  if (!value || !root || !target.parameters.some(({ name }) => name === root)) return null;
  const isUnsure = isOptional(value, file) ? `${file.read(value)} is not None` : null;
  return { text: file.read(value), node: value, guard: conditionOf(value, file)?.text ?? isUnsure, edits: [] };
}

/** The call that starts a process, and the function of this file that it runs. */
export function startOf(
  file: PythonFile,
  site: Site,
  project: Project,
): { readonly call: Call; readonly target: FunctionInfo } | undefined {
  const callee = nodeAt(file, project.places.locate(site));
  const node = callee.type === 'call' ? callee : callee.enclosing('call');
  const call = node && file.call(node);
  const target = call ? targetOfCall(call, file) : undefined;
  return call && target ? { call, target } : undefined;
}
