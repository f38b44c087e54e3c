/** Conditions of an operation: written by hand, since a schema says which keywords go together in a way that types cannot. */
import type { Phrase } from '../text/language.ts';

/** A condition of a call; it does not hold where it is about a value that cannot be read from the code. */
export type Condition =
  /** The value is one of these; `default` is what an absent argument means (none: the condition does not hold). */
  | { readonly argument: string; readonly in: readonly unknown[]; readonly default?: unknown }
  | { readonly argument: string; readonly notIn: readonly unknown[]; readonly default?: unknown }
  | { readonly argument: string; readonly present: boolean }
  /** A tuple or list written out with so many elements; null is one that is not. */
  | { readonly argument: string; readonly length: number | null }
  /** An output size that is 1 or all ones. */
  | { readonly argument: string; readonly allOnes: boolean }
  /** Given, and written out as a literal or not. */
  | { readonly argument: string; readonly literal: boolean }
  /** One of these is passed, and the code does not show what it is. */
  | { readonly anyUnknown: readonly string[] }
  | DataCondition;

/** What depends on data, in words. Code that shows the opposite breaks it; `known` says that code has to show it. */
export interface DataCondition {
  readonly data: Phrase;
  /** The tensor it is about: an argument, of a method its object (`input`), of a module an argument of its calls. */
  readonly tensor?: string;
  readonly dtype?: 'floating' | 'integer';
  /** The fewest and the most dimensions; null is no limit. */
  readonly rank?: readonly [number, number | null];
  readonly known?: true;
}
