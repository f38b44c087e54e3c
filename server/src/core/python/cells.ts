/** In which order the statements of a module run: as they stand, but for the cells of a marimo notebook. */

import { type Node, walk } from '../syntax/parse.ts';
import { contains } from '../text/edit.ts';
import type { PythonFile } from './file.ts';
import type { MarimoCell } from './marimo.ts';

/** The statements of the module's body, and of its cells, as they run. */
export function inOrder(file: PythonFile): readonly Node[] {
  const { cells } = file.scopes;
  const all = file.syntax.root.children;
  if (cells.length === 0) return all;
  const statements = new Set(cells.map(({ statement }) => statement));
  const others = all.filter((each) => !statements.has(each));
  // The setup runs first, wherever it stands; the app is run at the end.
  const isBehind = (node: Node): boolean =>
    node.type !== 'with_statement' && node.start > (cells.at(-1)?.statement.start ?? 0);
  const before = others.filter((each) => !isBehind(each));
  return [...before, ...runningOrder(cells, file).flatMap(({ body }) => body), ...others.filter(isBehind)];
}

/**
 * The cells as they run: of those whose needs have run, the first one in the file. Disabled ones, and what needs them,
 * do not run; nor does any where two need each other.
 */
export function runningOrder(cells: readonly MarimoCell[], file: PythonFile): MarimoCell[] {
  const needs = new Map(cells.map((cell) => [cell, neededBy(cell, cells, file)]));
  const waiting = new Set(cells);
  const done = new Set<MarimoCell>();
  const order: MarimoCell[] = [];
  const isReady = (cell: MarimoCell): boolean => [...(needs.get(cell) ?? [])].every((each) => done.has(each));
  for (let next = cells.find(isReady); next; next = [...waiting].find(isReady)) {
    waiting.delete(next);
    done.add(next);
    order.push(next);
  }
  if (waiting.size > 0) return [];
  const off = new Set<MarimoCell>();
  for (const cell of order)
    if (cell.isDisabled || [...(needs.get(cell) ?? [])].some((each) => off.has(each))) off.add(cell);
  return order.filter((cell) => !off.has(cell));
}

/** The other cells that bind a name which the cell reads and does not bind. */
function neededBy(cell: MarimoCell, cells: readonly MarimoCell[], file: PythonFile): ReadonlySet<MarimoCell> {
  const needed = new Set<MarimoCell>();
  const homeOf = (node: Node): MarimoCell | undefined => cells.find(({ definition }) => contains(definition, node));
  for (const statement of cell.body) {
    walk(statement, (node) => {
      if (node.type !== 'identifier' || isLabel(node)) return undefined;
      const homes = file.definitions(node).map((each) => homeOf(each.node));
      if (!homes.includes(cell)) for (const home of homes) if (home) needed.add(home);
      return undefined;
    });
  }
  return needed;
}

/** The name of an attribute or of a keyword argument, which names no value. */
const isLabel = (node: Node): boolean =>
  (node.field === 'attribute' && node.parent?.type === 'attribute') ||
  (node.field === 'name' && node.parent?.type === 'keyword_argument');
