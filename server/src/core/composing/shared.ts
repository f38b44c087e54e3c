/**
 * Outcomes that all programs of a workspace have in common: of calls and parts of modules that depend on nothing of the
 * program around them. They hold as long as no file changes.
 */

import { Identities } from './identities.ts';
import type { Outcome } from './outcomes.ts';

/** The files that had a say in an outcome, and the functions that ran: its own, and those of its parts. */
export class Needs {
  /** A file by its path, a function as `path\0#id`. */
  readonly names = new Set<string>();
  readonly parts = new Set<Needs>();

  add(name: string): void {
    this.names.add(name);
  }

  /** All of them. */
  all(): { readonly files: ReadonlySet<string>; readonly functions: ReadonlySet<string> } {
    const [files, functions] = [new Set<string>(), new Set<string>()];
    const seen = new Set<Needs>([this]);
    for (const each of seen) {
      for (const name of each.names) (name.includes('\0') ? functions : files).add(name);
      for (const part of each.parts) seen.add(part);
    }
    return { files, functions };
  }
}

export interface Known {
  readonly outcome: Outcome;
  /** The mode of modules afterwards. */
  readonly training: boolean | undefined;
  readonly needs: Needs;
  /** The files that it imports and that had been imported before: it holds where they have. */
  readonly after: ReadonlySet<string>;
  /** The outermost of the bodies that run around this one on which it depends. */
  readonly depth: number;
}

export const AFTER_NOTHING: ReadonlySet<string> = new Set();

/** So many names are kept as one list; of more, the parts are. */
const FEW = 12;

export class SharedOutcomes {
  readonly identities = new Identities();
  readonly #known = new Map<string, Known>();
  readonly #needs = new Map<string, Needs>();

  /** The same needs, and the same object for the same few names: many calls have those of their neighbours. */
  needs(needs: Needs): Needs {
    const names = new Set(needs.names);
    for (const part of needs.parts) {
      if (part.parts.size > 0) return needs;
      for (const name of part.names) names.add(name);
    }
    if (names.size > FEW) return needs;
    const key = [...names].sort().join('\n');
    const known = this.#needs.get(key);
    if (known) return known;
    const flat = new Needs();
    for (const name of names) flat.add(name);
    this.#needs.set(key, flat);
    return flat;
  }

  /** What holds for a program that has run the bodies of these files. */
  get(key: string, reached: ReadonlySet<string>): Known | undefined {
    const known = this.#known.get(key);
    if (!known) return undefined;
    for (const path of known.after) if (!reached.has(path)) return undefined;
    return known;
  }

  set(key: string, known: Known): void {
    this.#known.set(key, known);
  }
}
