/**
 * How tree-sitter's trees and languages lie in WebAssembly's memory, whose addresses are 32 bits wide. Source:
 * `lib/src/subtree.h`, `lib/src/tree.h` and `lib/src/parser.h` of tree-sitter 0.27.
 *
 * A subtree takes two words. A small leaf is packed into them; otherwise the first one is the address of its data, and
 * its children's subtrees lie right before these. What a rule of the grammar says of its children (`Production`) is
 * counted without the extras: comments and line continuations.
 */

import type { NodeKind } from './grammar.ts';
import type { FieldName } from './node-types.ts';

/** Of a packed subtree's first word. */
export const PACKED = { isPacked: 1 << 0, visible: 1 << 1, extra: 1 << 3, missing: 1 << 5 } as const;
/** Of a subtree's data: the flags. */
export const FLAGS = { visible: 1 << 0, extra: 1 << 2, missing: 1 << 9 } as const;
/** Of a subtree's data: the distance of each field from their start, in words. */
export const DATA = { padding: 1, size: 4, childCount: 9, symbol: 10, flags: 11, production: 16 } as const;
export const WORDS_OF_SUBTREE = 2;

/** Of a tree, whose root comes first. */
const LANGUAGE_OF_TREE = 2;
/** Of a language: the distance of each field from its start, in words. */
const LANGUAGE = {
  symbolCount: 1,
  aliasCount: 2,
  productionCount: 7,
  longestProduction: 9,
  fieldSlices: 16,
  fieldEntries: 17,
  publicSymbols: 19,
  aliases: 21,
} as const;

/** The symbol of what cannot be parsed. */
const ERROR = 0xffff;

/** What a rule of the grammar says of its children, by their position. */
export interface Production {
  /** The symbols that stand for the children's own; 0 where there is none. */
  readonly aliases: readonly number[];
  /** The fields they fill; `undefined` or null for none. */
  readonly fields: readonly (FieldName | null)[];
}

export interface Language {
  /** By symbol. */
  readonly kinds: readonly NodeKind[];
  readonly productions: readonly Production[];
}

/**
 * Reads the language of the tree whose root's subtree is at the address: its kinds and fields are given by the numbers
 * that tree-sitter hands out, which are not those it uses in trees.
 */
export function readLanguage(
  words: Uint32Array,
  root: number,
  kinds: readonly NodeKind[],
  fields: readonly (FieldName | null)[],
  error: NodeKind,
): Language {
  const language = words[root / 4 + LANGUAGE_OF_TREE]! / 4;
  const field = (offset: number): number => words[language + offset]!;
  const halves = new Uint16Array(words.buffer);
  const bytes = new Uint8Array(words.buffer);
  const [publicSymbols, aliases, slices] = [LANGUAGE.publicSymbols, LANGUAGE.aliases, LANGUAGE.fieldSlices].map(
    (offset) => field(offset) / 2,
  ) as [number, number, number];
  const longest = field(LANGUAGE.longestProduction) & 0xffff;

  const ofSymbols: NodeKind[] = [];
  const symbols = field(LANGUAGE.symbolCount) + field(LANGUAGE.aliasCount);
  for (let symbol = 0; symbol < symbols; symbol++) {
    ofSymbols[symbol] = kinds[halves[publicSymbols + symbol]!]!;
  }
  ofSymbols[ERROR] = error;

  const productions: Production[] = [];
  for (let id = 0; id < field(LANGUAGE.productionCount); id++) {
    const first = aliases + id * longest;
    const filled: (FieldName | null)[] = [];
    const [index, length] = [halves[slices + id * 2]!, halves[slices + id * 2 + 1]!];
    for (let entry = index; entry < index + length; entry++) {
      const at = field(LANGUAGE.fieldEntries) + entry * 4;
      const isInherited = bytes[at + 3] !== 0;
      if (!isInherited) filled[bytes[at + 2]!] ??= fields[halves[at / 2]!] ?? null;
    }
    productions[id] = {
      aliases: id === 0 ? [] : [...halves.subarray(first, first + longest)],
      fields: Array.from(filled, (name) => name ?? null),
    };
  }
  return { kinds: ofSymbols, productions };
}
