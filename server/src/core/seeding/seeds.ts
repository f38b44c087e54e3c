/** Repairs around seeds: which value to seed with, where, and the helpers Seedwise writes, made for the file they go into. */

import type { Location, Project } from '../contract/project.ts';
import type { Related } from '../contract/rule.ts';
import { indentUnit, insertAfter, ownsItsLines, statementOf } from '../edits/edit-text.ts';
import { insertHelper, spellAll } from '../edits/imports.ts';
import type { Exposure } from '../effects/summary.ts';
import { type Stream, streamRow } from '../knowledge/streams.ts';
import { seederOf } from '../knowledge/tables.ts';
import type { PythonFile } from '../python/file.ts';
import { type Node, walk } from '../syntax/parse.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';
import { compiledHelper } from './compiled-seeds.ts';
import { conditionOf, isOptional } from './optional-seeds.ts';
import { isPlain } from './quotable.ts';
import { guarded, seedArgument, seedFor } from './seed-values.ts';

/** The innermost node that starts and ends at a location of this file. */
export function nodeAt(file: PythonFile, location: { start: number; end: number }): Node {
  let found = file.syntax.root;
  // The file that `%run` runs is no node; the magic is.
  const run = file.notebook?.runs.find((each) => each.start === location.start);
  const { start, end } = run ? { start: run.magic, end: run.magic + 1 } : location;
  walk(file.syntax.root, (node) => {
    if (node.start > start || node.end < end) return false;
    found = node;
    return true;
  });
  return found;
}

const seedsInside = (definition: Node, file: PythonFile): boolean =>
  file.allCalls.some(
    (call) =>
      call.node.start > definition.start && call.node.end <= definition.end && seedArgument(call, file) !== null,
  );

/**
 * Seeds one more stream behind a seed that comes before the draw, with the same value; null if that cannot be written, or
 * would make rounds or processes draw the same that differed before.
 */
export function seedBeside(project: Project, exposure: Exposure, stream: Stream): Fix | null {
  const seeds = exposure.after.map((seed) => project.places.locate(seed.site));
  const here = seeds.filter((seed) => seed.path === project.file.path).sort((a, b) => a.start - b.start);
  const seed = here.at(-1) ?? seeds.at(-1);
  const file = seed && project.places.fileAt(seed.path);
  if (!seed || !file) return null;
  const callee = nodeAt(file, seed);
  const node = callee.type === 'call' ? callee : callee.enclosing('call');
  const given = node && seedArgument(file.call(node), file);
  if (!node || !given || !isPlain(given)) return null;
  const statement = statementOf(node);
  if (statement.type !== 'expression_statement' && statement.type !== 'assignment') return null;
  const name = streamRow(stream).seed;
  const takesNone = seederOf(name)?.none !== 'required';
  const isSure = takesNone || conditionOf(given, file) !== null || !isOptional(given, file);
  const guard = isSure ? null : `${file.read(given)} is not None`;
  const value = seedFor(file, project, node, {
    offset: statement.end,
    value: { text: file.read(given), node: given, guard, edits: [] },
  });
  if (!value || (guard && !ownsItsLines(file, statement))) return null;
  const compiled = compiledHelper(file, stream);
  const { texts, edits } = compiled
    ? { texts: [compiled.name], edits: insertHelper(file, compiled.edits, compiled.lines) }
    : spellAll(file, [name], statement.start);
  const line = `${texts[0]}(${value.text})`;
  const module = streamRow(stream).module;
  const helper = helperAround(node, file);
  const isHere = file === project.file;
  const other = seed.path.slice(seed.path.lastIndexOf('/') + 1);
  const inHelper =
    helper === null
      ? null
      : isHere
        ? t`Seed \`${module}\` in \`${helper}\``
        : t`Seed \`${module}\` in \`${helper}\` (${other})`;
  return {
    title: inHelper ?? (isHere ? t`Add \`${line}\`` : t`Add \`${line}\` in ${other}`),
    safe: false,
    edits: () => {
      const lines = guarded(value, [line], indentUnit(file));
      const all = [...edits, ...value.edits, insertAfter(file, statement, lines)];
      return isHere ? all : all.map((edit) => ({ ...edit, path: seed.path }));
    },
  };
}

/** The name of the function that is there to seed, around one of its seeds. */
function helperAround(seed: Node, file: PythonFile): string | null {
  const helper = seed.enclosing('function_definition');
  const name = helper && file.read(helper.get('name') ?? helper);
  // A cell of a notebook is no function that somebody calls.
  const isFunction = helper !== null && file.functionAt(helper) !== undefined;
  return name && isFunction && seedsInside(helper, file) && name !== 'main' ? name : null;
}

/** The calls that lead to the draw, the draw itself where it is elsewhere, and the seeds that leave its stream out. */
export function explain(exposure: Exposure, project: Project): Related[] {
  const shown = project.places.anchor(exposure);
  const calls = exposure.via.map((site) => ({
    ...project.places.locate(site),
    message: t`The draw is reached by this call.`,
  }));
  const draw = { ...project.places.locate(exposure.site), message: t`It is drawn here.` };
  const seeds = exposure.after.map((seed) => ({
    ...project.places.locate(seed.site),
    message: t`This seeds another stream.`,
  }));
  const isSame = (a: Location, b: Location): boolean => a.path === b.path && a.start === b.start;
  const all = [...calls, draw, ...seeds].filter((each) => !isSame(each, shown));
  return all.filter((each, i) => all.findIndex((other) => isSame(each, other)) === i);
}
