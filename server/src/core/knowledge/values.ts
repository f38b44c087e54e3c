/** What calls make of the values they are given, and of which kind their results are: look-ups over `server/data/values.json`. */
import valueTable from '../../../data/values.json' with { type: 'json' };
import type { ValuesTable } from './rows.ts';

type Hand = ValuesTable['hands'][number];

/** A call whose result holds what it was given. */
export interface HandsOn {
  /** What of it the result holds; the schema explains each. */
  readonly gives: Hand['gives'];
  /** The position of the argument. */
  readonly of: number;
  /** Elements come in the order of the argument's. */
  readonly keepsOrder: boolean;
}

/** `number` is one whose hash is the same in every process. */
export type MadeKind = ValuesTable['makes'][number]['kind'];

const hands = new Map<string, HandsOn>(
  (valueTable.hands as readonly Hand[]).flatMap(({ names, gives, of = 0, order }) =>
    names.map((name) => [name, { gives, of, keepsOrder: order === 'kept' }] as const),
  ),
);
const methods = new Set(valueTable.methods.flatMap(({ names }) => names));
const deleting = new Set(valueTable.deletes.flatMap(({ names }) => names));
const makes = new Set(
  valueTable.makes.flatMap(({ names, kind, in: inside }) =>
    names.map((name) => keyOf(name, kind, inside !== undefined)),
  ),
);

function keyOf(name: string, kind: string, isInside: boolean): string {
  return `${name}${isInside ? '*' : ''} ${kind}`;
}

/** What a call of this canonical name hands on; undefined where nothing is known of it. */
export const handsOn = (name: string | null): HandsOn | undefined => (name === null ? undefined : hands.get(name));

/** True for a call, or a method by its bare name, whose result is of the kind; asked with `inside`, whose elements are. */
export const makesKind = (name: string | null, kind: MadeKind, inside = false): boolean =>
  name !== null && makes.has(keyOf(name, kind, inside));

/** True for a method whose result holds the elements of its object. */
export const keepsElements = (method: string): boolean => methods.has(method);

/** True for a call, or a method by its bare name, that deletes the file it is given. */
export const deletes = (name: string | null): boolean => name !== null && deleting.has(name);

/** A call that gives results in the order in which they are ready. */
export interface Finishing {
  /** The ways into the result that lead to them; empty where it is the result itself. */
  readonly in: readonly string[];
  /** What gives them in the order in which they were asked for. */
  readonly instead?: 'argument' | 'imap';
}

const finishing = new Map<string, Finishing>(
  valueTable.finishing.flatMap((row) =>
    row.names.map((name): [string, Finishing] => [
      name,
      { in: row.in ?? [], ...(row.instead === undefined ? {} : { instead: row.instead as 'argument' | 'imap' }) },
    ]),
  ),
);

/** What a call of this name, or of a method by its bare name, gives as it is ready; undefined for all others. */
export const finishesIn = (name: string | null): Finishing | undefined =>
  name === null ? undefined : finishing.get(name);

/** Methods of a library's tables that leave the order of their rows open. */
export interface UnorderedRows {
  readonly library: string;
  readonly methods: readonly string[];
  /** The argument that keeps the order. */
  readonly keptBy: string;
  /** Methods whose results have the rows in the same order. */
  readonly hands: readonly string[];
  /** Methods that pick rows by their position, or write them. */
  readonly picks: readonly string[];
}

export const unorderedRows = (): readonly UnorderedRows[] => valueTable.unordered;

/** True for a method of the kind. */
export const isUnorderedOf = (row: UnorderedRows, kind: 'hands' | 'picks', method: string): boolean =>
  row[kind].includes(method);
