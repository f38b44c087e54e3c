/** Repairs around seeds: which value to seed with, where, and the helpers Seedwise writes, made for the file they go into. */

import type { Location, Project } from '../contract/project.ts';
import type { Related } from '../contract/rule.ts';
import { insertAfter, statementOf } from '../edits/edit-text.ts';
import { insertHelper, spellAll } from '../edits/imports.ts';
import type { Exposure } from '../effects/summary.ts';
import { type Stream, streamRow } from '../knowledge/streams.ts';
import { looksLikeSeeder, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { type FunctionInfo, lookUp } from '../python/scope.ts';
import { type Node, walk } from '../syntax/parse.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';
import { compiledHelper } from './compiled-seeds.ts';
import { varyingPart } from './varying-seeds.ts';

/** Written only where a program has no seed of its own. */
export const FALLBACK_SEED = '42';

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

/** The expression a seed call gets its seed from. */
function seedArgument(call: Call, file: PythonFile): Node | null {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (!seeder?.argument || seeder.varying) return null;
  const given = file.argument(call, seeder.argument.name, seeder.argument.position);
  return typeof given === 'string' || given.type === 'none' ? null : given;
}

/** The seed the program already has, as it can be written at a node; a constant if there is none. */
export function seedValueAt(file: PythonFile, place: Node): string {
  const candidates = file.allCalls.flatMap(
    (call) => seedArgument(call, file) ?? passedToHelper(call, file) ?? passedElsewhere(call, file) ?? [],
  );
  for (const candidate of candidates) {
    // A seed that is new in every run is none to write once more.
    if (varyingPart(candidate, file)) continue;
    const isKnown = isVisible(candidate, file, place) || isHandedOn(candidate, file, place);
    if (isKnown && isPlain(candidate)) return file.read(candidate);
    const constant = file.constant(candidate);
    if (typeof constant === 'number') return String(constant);
  }
  return namedSeed(file, place) ?? FALLBACK_SEED;
}

/** `set_seed(args.seed)`: what a call gives the parameter that a helper of this file seeds with. */
function passedToHelper(call: Call, file: PythonFile): Node | null {
  const helper = file.functionOf(call.name);
  if (!helper) return null;
  for (const inner of file.allCalls) {
    if (inner.node.start < helper.node.start || inner.node.end > helper.node.end) continue;
    const seed = seedArgument(inner, file);
    const index = helper.parameters.findIndex((each) => seed !== null && each.name === file.read(seed));
    const position = helper.class ? index - 1 : index;
    const given = index < 0 ? 'absent' : file.argument(call, helper.parameters[index]?.name ?? '', position);
    if (typeof given !== 'string' && given.type !== 'none') return given;
  }
  return null;
}

/** `seed_everything(args.seed)` of another file: what a function with such a name gets, if that is called a seed. */
function passedElsewhere({ name, node }: Call, file: PythonFile): Node | null {
  if (name === null || file.functionOf(name) || !looksLikeSeeder(name.slice(name.lastIndexOf('.') + 1))) return null;
  const passed = node.get('arguments')?.children[0];
  const value = passed?.type === 'keyword_argument' ? passed.get('value') : passed;
  return value && /seed/i.test(file.read(value)) ? value : null;
}

/** The expression's first name is a parameter at the place, and every call in the file passes what it means at the seed. */
function isHandedOn(expression: Node, file: PythonFile, place: Node): boolean {
  let root: Node | undefined = expression;
  while (root?.type === 'attribute' || root?.type === 'subscript') root = root.get('object') ?? root.get('value');
  const home = place.enclosing('function_definition');
  const info = home ? (file.scopes.byNode.get(home)?.owner as FunctionInfo | undefined) : undefined;
  if (root?.type !== 'identifier' || !info || info.class) return false;
  const name = file.read(root);
  const index = info.parameters.findIndex((each) => each.name === name && each.star === '');
  const [only, ...others] = lookUp(name, file.scope(place));
  if (index < 0 || only?.kind !== 'parameter' || others.length > 0) return false;
  const calls = file.calls(info.id);
  const meant = file.definitions(root);
  return (
    calls.length > 0 &&
    calls.every((call) => {
      const given = file.argument(call, name, index);
      return typeof given !== 'string' && file.read(given) === name && file.definitions(given) === meant;
    })
  );
}

/** `SEED = 1234` at module level, that nobody seeds with yet. */
function namedSeed(file: PythonFile, place: Node): string | null {
  for (const [name, definitions] of file.scopes.module.names) {
    const [only, ...others] = definitions;
    if (!/^(\w+_)?seed$/i.test(name) || only?.kind !== 'assignment' || others.length > 0) continue;
    if (typeof file.constant(only.value) === 'number' && only.node.start < place.start) return name;
  }
  return null;
}

const seedsInside = (definition: Node, file: PythonFile): boolean =>
  file.allCalls.some(
    (call) =>
      call.node.start > definition.start && call.node.end <= definition.end && seedArgument(call, file) !== null,
  );

/** Names, attributes and numbers can be written twice; a call might not give the same value again. */
export function isPlain(expression: Node): boolean {
  let plain = true;
  walk(expression, (node) => {
    if (
      !/^(identifier|attribute|integer|unary_operator|binary_operator|subscript|string\w*|parenthesized_expression|[-+*%])$/.test(
        node.type,
      )
    )
      plain = false;
    return plain;
  });
  return plain;
}

/** Every name in the expression means the same at the place, and is bound by then. */
export function isVisible(expression: Node, file: PythonFile, place: Node): boolean {
  const scope = file.scope(place);
  let visible = true;
  walk(expression, (node) => {
    if (node.type !== 'identifier' || (node.field === 'attribute' && node.parent?.type === 'attribute')) return true;
    const definitions = file.definitions(node);
    const there = lookUp(file.read(node), scope);
    if (definitions.length === 0 || there !== definitions) visible = false;
    else if (!there.some((each) => each.node.start < place.start)) visible = false;
    return visible;
  });
  return visible;
}

/** Seeds one more stream behind a seed that comes before the draw, with the same value; null if that cannot be written. */
export function seedBeside(project: Project, exposure: Exposure, stream: Stream): Fix | null {
  const seeds = exposure.after.map((seed) => project.locate(seed.site));
  const here = seeds.filter((seed) => seed.path === project.file.path).sort((a, b) => a.start - b.start);
  const seed = here.at(-1) ?? seeds.at(-1);
  const file = seed && project.fileAt(seed.path);
  if (!seed || !file) return null;
  const callee = nodeAt(file, seed);
  const node = callee.type === 'call' ? callee : callee.enclosing('call');
  const value = node && seedArgument(file.call(node), file);
  if (!node || !value || !isPlain(value)) return null;
  const statement = statementOf(node);
  if (statement.type !== 'expression_statement' && statement.type !== 'assignment') return null;
  const compiled = compiledHelper(file, stream);
  const { texts, edits } = compiled
    ? { texts: [compiled.name], edits: insertHelper(file, compiled.edits, compiled.lines) }
    : spellAll(file, [streamRow(stream).seed], statement.start);
  const line = `${texts[0]}(${file.read(value)})`;
  const helper = node.enclosing('function_definition');
  const name = helper && file.read(helper.get('name') ?? helper);
  // A cell of a notebook is no function that somebody calls.
  const isFunction =
    helper !== null && file.functionOf(file.scopes.byNode.get(helper)?.owner?.id ?? null) !== undefined;
  const isHelper = name && isFunction && seedsInside(helper, file) && name !== 'main';
  const isHere = file === project.file;
  const other = seed.path.slice(seed.path.lastIndexOf('/') + 1);
  return {
    title: isHelper
      ? isHere
        ? t`Seed \`${streamRow(stream).module}\` in \`${name}\``
        : t`Seed \`${streamRow(stream).module}\` in \`${name}\` (${other})`
      : isHere
        ? t`Add \`${line}\``
        : t`Add \`${line}\` in ${other}`,
    safe: false,
    edits: () => {
      const all = [...edits, insertAfter(file, statement, [line])];
      return isHere ? all : all.map((edit) => ({ ...edit, path: seed.path }));
    },
  };
}

/** The calls that lead to the draw, the draw itself where it is elsewhere, and the seeds that leave its stream out. */
export function explain(exposure: Exposure, project: Project): Related[] {
  const shown = project.anchor(exposure);
  const calls = exposure.via.map((site) => ({
    ...project.locate(site),
    message: t`The draw is reached by this call.`,
  }));
  const draw = { ...project.locate(exposure.site), message: t`It is drawn here.` };
  const seeds = exposure.after.map((seed) => ({
    ...project.locate(seed.site),
    message: t`This seeds another stream.`,
  }));
  const isSame = (a: Location, b: Location): boolean => a.path === b.path && a.start === b.start;
  const all = [...calls, draw, ...seeds].filter((each) => !isSame(each, shown));
  return all.filter((each, i) => all.findIndex((other) => isSame(each, other)) === i);
}
