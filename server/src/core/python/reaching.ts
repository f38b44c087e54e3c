/** Which bindings of a name can reach a place, as far as the order of statements tells. */

import type { Node } from '../syntax/parse.ts';
import { countBefore } from '../syntax/within.ts';
import { contains } from '../text/edit.ts';
import { addTo } from '../text/groups.ts';
import type { PythonFile } from './file.ts';
import { Remembered } from './notes.ts';
import type { Definition } from './scope.ts';

const STATEMENT_PARENTS = /^(block|module)$/;
const LOOPS = /^(for_statement|while_statement)$/;

const known = new WeakMap<PythonFile, Remembered<Node, readonly Definition[]>>();

/**
 * The definitions that a mention of a name may see: all of them, less those that a later one surely replaces. Each
 * binding of a name asks for all its mentions, so the answers are kept.
 */
export function reachingDefinitions(identifier: Node, file: PythonFile): readonly Definition[] {
  let answers = known.get(file);
  if (!answers) {
    answers = new Remembered();
    known.set(file, answers);
  }
  return answers.get(identifier, () => reaching(identifier, file));
}

function reaching(identifier: Node, file: PythonFile): readonly Definition[] {
  const all = file.definitions(identifier);
  if (all.length < 2) return all;
  const row = rowOf(all);
  if (!row || row.home !== functionOf(identifier)) return all;
  const before = countBefore(identifier.start + 1, row.effects, (offset) => offset);
  let first = row.replacing[before - 1] ?? -1;
  while (first >= 0 && !alwaysRuns(all[first]!, identifier, file)) first = row.replacing[first - 1] ?? -1;
  const last = all[first];
  const loops = enclosingLoops(identifier).filter((loop) => !last || !contains(loop, last.node));
  const isSeen = (each: Definition, i: number): boolean =>
    (first <= i && i < before) || loops.some((loop) => contains(loop, each.node));
  if (loops.length > 0) return orAll(all.filter(isSeen), all);
  const from = Math.max(first, 0);
  const seen = all.slice(from, before);
  if (seen.length > FEW) stretches.set(seen, { all, from });
  return orAll(seen, all);
}

const orAll = (seen: readonly Definition[], all: readonly Definition[]): readonly Definition[] =>
  seen.length > 0 ? seen : all;

/** Answers of more bindings than these that stand in a row, as `s |= {1}` line after line makes them: where they begin among all. */
const stretches = new WeakMap<readonly Definition[], { readonly all: readonly Definition[]; readonly from: number }>();
const FEW = 4;

/**
 * Mentions by the bindings that they may see. A name with many bindings has mentions that see many of them, and these are
 * kept once each.
 */
export class MentionsByBinding {
  readonly #ofAll = new Map<readonly Definition[], Node[]>();
  readonly #ofSome = new Map<Node, Node[]>();
  readonly #ofMany = new Map<
    readonly Definition[],
    { readonly from: number; readonly to: number; readonly mention: Node }[]
  >();
  readonly #file: PythonFile;

  constructor(file: PythonFile) {
    this.#file = file;
  }

  add(mention: Node): void {
    const seen = reachingDefinitions(mention, this.#file);
    const stretch = stretches.get(seen);
    if (seen.length > 1 && seen === this.#file.definitions(mention)) addTo(this.#ofAll, seen, mention);
    else if (stretch) {
      const { all, from } = stretch;
      addTo(this.#ofMany, all, { from, to: from + seen.length, mention });
    } else for (const node of new Set(seen.map((each) => each.node))) addTo(this.#ofSome, node, mention);
  }

  /** Those that may see what is bound at the target, in source order. */
  of(target: Node): readonly Node[] {
    const all = this.#file.definitions(target);
    const wide = this.#ofMany.get(all) ?? [];
    const at = wide.length > 0 ? countBefore(target.start + 1, all, ({ node }) => node.start) - 1 : -1;
    const parts = [
      this.#ofAll.get(all) ?? [],
      this.#ofSome.get(target) ?? [],
      wide.flatMap(({ from, to, mention }) => (from <= at && at < to ? [mention] : [])),
    ].filter((each) => each.length > 0);
    return parts.length < 2 ? (parts[0] ?? []) : parts.flat().sort((a, b) => a.start - b.start);
  }
}

/** Bindings of a name that stand in one function, one behind the other. */
interface InARow {
  readonly home: Node | null;
  /** The offsets from which on the name has each value. */
  readonly effects: readonly number[];
  /** For each the last one up to it that may replace what was bound before, as `x += 1` does not; -1 where none does. */
  readonly replacing: readonly number[];
}

const rows = new WeakMap<readonly Definition[], InARow | 'none'>();

/** Null where they stand in several functions, or in no order. */
function rowOf(all: readonly Definition[]): InARow | null {
  let row = rows.get(all);
  if (row === undefined) {
    const home = functionOf(all[0]!.node);
    const effects = all.map(takesEffect);
    const isRow = all.every(
      ({ node }, i) =>
        functionOf(node) === home &&
        (i === 0 || (effects[i - 1]! <= effects[i]! && all[i - 1]!.node.start < node.start)),
    );
    row = isRow ? { home, effects, replacing: lastReplacing(all) } : 'none';
    rows.set(all, row);
  }
  return row === 'none' ? null : row;
}

function lastReplacing(all: readonly Definition[]): readonly number[] {
  let last = -1;
  return all.map(({ node }, i) => {
    if (node.parent?.type !== 'augmented_assignment') last = i;
    return last;
  });
}

/** The statement or clause that binds a target, and the positions that lead to the target from its left side. */
export function bindingOf(target: Node): { readonly holder: Node | null; readonly path: readonly number[] } {
  const path: number[] = [];
  let at = target;
  while (at.parent && /^(pattern_list|tuple_pattern|list_pattern|tuple|list|expression_list)$/.test(at.parent.type)) {
    path.unshift(at.parent.children.indexOf(at));
    at = at.parent;
  }
  const holder = at.parent;
  const binds = /^(assignment|augmented_assignment|for_statement|for_in_clause)$/.test(holder?.type ?? '');
  return { holder: binds && at.field === 'left' ? holder : null, path };
}

function functionOf(node: Node): Node | null {
  const home = node.enclosing('function_definition', 'lambda');
  return home;
}

/** The offset from which on the name has the new value: behind the right side of an assignment. */
function takesEffect(definition: Definition): number {
  const { holder } = bindingOf(definition.node);
  return holder && /assignment$/.test(holder.type) ? holder.end : definition.node.end;
}

/** True where the definition's statement stands in a block around the place, so that nothing gets by it. */
function alwaysRuns(definition: Definition, place: Node, file: PythonFile): boolean {
  if (definition.kind === 'parameter') return true;
  const { holder } = bindingOf(definition.node);
  if (!holder || !/assignment$/.test(holder.type)) {
    // The target of a loop, seen from its body.
    return holder !== null && LOOPS.test(holder.type) && contains(holder, place);
  }
  if (holder.type === 'augmented_assignment') return false;
  let statement = holder;
  while (statement.parent && !STATEMENT_PARENTS.test(statement.parent.type)) statement = statement.parent;
  if (!/^(expression_statement|assignment)$/.test(statement.type)) return false;
  let block = statement.parent;
  // What stands in a `with` runs as surely as the `with` does, unless that hides errors.
  while (block?.parent?.type === 'with_statement' && !hidesErrors(block.parent, file)) block = block.parent.parent;
  return block !== null && contains(block, place);
}

/** `with contextlib.suppress(KeyError):` */
function hidesErrors(statement: Node, file: PythonFile): boolean {
  const items = statement.children.find((child) => child.type === 'with_clause')?.children ?? [];
  return items.some((item) => /\bsuppress\(/.test(file.read(item)));
}

function enclosingLoops(node: Node): Node[] {
  const loops: Node[] = [];
  for (let at = node.parent; at; at = at.parent) if (LOOPS.test(at.type)) loops.push(at);
  return loops;
}
