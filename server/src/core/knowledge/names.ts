/** Names of libraries by what they mean to the engine: look-ups over `server/data/names.json`, so that no code has one. */
import nameTable from '../../../data/names.json' with { type: 'json' };
import type { NamesTable } from './rows.ts';

/** A group of names; a misspelt one does not compile. */
export type Group = keyof typeof nameTable.groups;

/** Qualified names that mean the same. */
export interface Names {
  /** True for a name of the group; false where there is none. */
  has(name: string | null | undefined): boolean;
  /** Those that are written out, in the table's order: not those that only a pattern has. */
  readonly all: readonly string[];
}

type GroupRow = NamesTable['groups'][string];

/**
 * `*` is any piece of one part of a name, `.**.` any number of modules or none, `.**` at the end one or more, `{a,b}` one
 * of several, `[A-Z]` one of such letters.
 */
export function patternOf(name: string): RegExp {
  return new RegExp(`^${sourceOf(name)}$`);
}

const PIECES = /\*\*\.|\.\*\*|\*|\[[^\]]*\]|[.{},]/g;
const SOURCES: Readonly<Record<string, string>> = {
  '**.': '(?:[a-z_]\\w*\\.)*',
  '.**': '(?:\\.\\w+)+',
  '*': '\\w*',
  '.': '\\.',
  '{': '(?:',
  '}': ')',
  ',': '|',
};
/** `a.**.b` has its dots once. */
const sourceOf = (name: string): string =>
  name
    .replaceAll('.**.', '.\0')
    .replace(PIECES, (piece) => SOURCES[piece] ?? piece)
    .replaceAll('\0', SOURCES['**.']!);

/** `{a,b}.c` as `a.c` and `b.c`. */
function expanded(name: string): string[] {
  const open = name.lastIndexOf('{');
  if (open < 0) return [name];
  const close = name.indexOf('}', open);
  const [before, inside, after] = [name.slice(0, open), name.slice(open + 1, close), name.slice(close + 1)];
  return inside.split(',').flatMap((each) => expanded(before + each + after));
}

const isPattern = (name: string): boolean => /[*[]/.test(name);

/** The names that the rows of a group have, patterns among them. */
export function compiled(group: GroupRow): Names {
  const given = group.rows.flatMap(({ names }) => names);
  const all = [...new Set(given.filter((name) => !isPattern(name)).flatMap(expanded))];
  const written = new Set(all);
  const patterns = union(given.filter(isPattern));
  const except = union(group.except ?? []);
  return {
    all,
    has: (name) =>
      typeof name === 'string' && (written.has(name) || (patterns?.test(name) ?? false)) && !except?.test(name),
  };
}

const union = (names: readonly string[]): RegExp | undefined =>
  names.length === 0 ? undefined : new RegExp(names.map((name) => patternOf(name).source).join('|'));

const known = new Map<Group, Names>();

/** The names of a group. */
export function namesFor(group: Group): Names {
  const found = known.get(group) ?? compiled(nameTable.groups[group]);
  known.set(group, found);
  return found;
}

/** The one name of a group: what rules look for and repairs write. Throws where the group has none or several. */
export function nameFor(group: Group): string {
  const [only, ...others] = namesFor(group).all;
  if (only === undefined || others.length > 0) throw new Error(`${group} is not one name.`);
  return only;
}

/** What stands behind the last dot of the names of a group. */
export const endsOf = (group: Group): ReadonlySet<string> =>
  new Set(
    nameTable.groups[group].rows
      .flatMap(({ names }) => names.flatMap(expanded))
      .map((name) => name.slice(name.lastIndexOf('.') + 1)),
  );

/** Rows that say under which name the tables know what goes by several. */
export const ALIASES: NamesTable['aliases'] = nameTable.aliases;

/** What a module is called wherever it is imported. */
export const USUAL_NAMES = nameTable.usual as NamesTable['usual'];

/** A layer with a dropout inside, set by its argument `dropout`. */
type InnerDropout = NamesTable['dropouts'][number];

const DROPOUTS: ReadonlyMap<string, InnerDropout> = new Map(nameTable.dropouts.map((row) => [row.name, row]));

/** The dropout inside of a layer of this name; undefined for all others. */
export const innerDropout = (name: string): InnerDropout | undefined => DROPOUTS.get(name);

const LIBRARIES = namesFor('libraries');

/** True for what belongs to a package that no workspace file stands behind, and whose seeders are in the table. */
export const isOfLibrary = (name: string | null | undefined): boolean =>
  typeof name === 'string' && name.includes('.') && LIBRARIES.has(name.slice(0, name.indexOf('.')));

/** The same for a module, also a package itself. */
export const isLibrary = (module: string): boolean => LIBRARIES.has(module.split('.', 1)[0]);
