/** The types of the rows in `server/data`, made from the schemas that the tables are checked against. */
import { readdirSync, readFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';

type Schema = { readonly [keyword: string]: unknown };

const DATA = new URL('../server/data/', import.meta.url);

const HEAD = `/** The tables of server/data, as their schemas describe them. Written by \`npm run generate\`; change a schema, not this file. */

import type { Phrase } from '../text/language.ts';
import type { Condition } from './conditions.ts';
import type { Stream } from './stream-names.ts';

/** Nobody changes a table. */
type Frozen<T> = T extends Phrase | Condition
  ? T
  : T extends readonly (infer Each)[]
    ? readonly Frozen<Each>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T;
`;

/** One type for each table, by the name of its file: \`DrawsTable\` of \`draws.schema.json\`. */
export async function rowTypes(): Promise<string> {
  const names = readdirSync(DATA)
    .filter((name) => name.endsWith('.schema.json'))
    .sort();
  const parts = await Promise.all(names.map(typeOf));
  return [HEAD, ...parts].join('\n');
}

async function typeOf(file: string): Promise<string> {
  const schema: Schema = JSON.parse(readFileSync(new URL(file, DATA), 'utf8'));
  const title = `${file[0]!.toUpperCase()}${file.slice(1).replace('.schema.json', '')}`;
  const { definitions: _, ...whole } = resolved(schema, schema) as Schema;
  const text = await compile({ ...whole, title } as never, title, {
    additionalProperties: false,
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    unknownAny: true,
    style: { singleQuote: true, printWidth: 120 },
  });
  return (
    text.replace(`export interface ${title} {`, `interface ${title} {`) +
    `\nexport type ${title}Table = Frozen<${title}>;\n`
  );
}

/** The schema with each reference replaced by what it means, so that no name is left that another table may have too. */
function resolved(part: unknown, root: Schema): unknown {
  if (Array.isArray(part)) return part.map((each) => resolved(each, root));
  if (typeof part !== 'object' || part === null) return part;
  const schema = part as Schema;
  if (typeof schema.$ref === 'string') {
    const target = schema.$ref.slice(2).split('/');
    return resolved(
      target.reduce<unknown>((at, key) => (at as Schema)[key], root),
      root,
    );
  }
  const { uniqueItems: _, ...inner } = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, resolved(value, root)]),
  );
  return Array.isArray(inner.allOf) ? narrowed(inner) : inner;
}

/** A base with more that is required of it, and without what may not be there. */
function narrowed({ allOf, not, required = [], ...rest }: Schema): Schema {
  const [base] = allOf as readonly Schema[];
  const absent = new Set(((not as Schema | undefined)?.required ?? []) as readonly string[]);
  const properties = Object.entries((base?.properties ?? {}) as Schema).filter(([key]) => !absent.has(key));
  return {
    ...base,
    ...rest,
    required: [...((base?.required ?? []) as readonly string[]), ...(required as readonly string[])],
    properties: Object.fromEntries(properties),
  };
}
