/** The only file that knows the parsers of TOML and YAML, and how they fail. */
import { load } from 'js-yaml';
import { parse, TomlError } from 'smol-toml';

export type Table = Readonly<Record<string, unknown>>;

export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** A value deep in tables, whoever wrote them; undefined where the path leads nowhere. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (table, key) => (isTable(table) && Object.hasOwn(table, key) ? table[key] : undefined),
    value,
  );
}

/** A TOML text as tables, or the line where it is none, counted from 1. */
export function parseToml(text: string): { readonly root: Table } | { readonly brokenAt: number } {
  try {
    return { root: parse(text) };
  } catch (error) {
    return { brokenAt: error instanceof TomlError ? error.line : 1 };
  }
}

/** As text that is the same for tables that say the same. */
export const canonicalText = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    isTable(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );

/** A YAML text as a value; undefined for one that is none. */
export function parseYaml(text: string): unknown {
  try {
    return load(text);
  } catch {
    return undefined;
  }
}
