/** Moves a seed in front of the draw it comes too late for, where nothing the seed needs is left behind. */

import type { Project } from '../contract/project.ts';
import { moveBefore, statementOf } from '../edits/edit-text.ts';
import type { Reached } from '../effects/summary.ts';
import type { PythonFile } from '../python/file.ts';
import { boundAt } from '../python/names.ts';
import { type Node, walk } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';
import { nodeAt } from './seeds.ts';

/** The statement to move and its new neighbour; null where the move would change more than the order. */
export function seedMove(
  file: PythonFile,
  project: Project,
  seed: Reached,
  draw: Reached,
): { statement: Node; edits: () => readonly Edit[] } | null {
  const fork = divide(pathOf(seed), pathOf(draw));
  if (!fork) return null;
  if (fork.some((site) => site.path !== file.path)) return null;
  const [seedNode, drawNode] = fork.map((site) => nodeAt(file, project.places.locate(site))) as [Node, Node];
  const block = commonBlock(seedNode, drawNode);
  const statement = block && childOf(block, seedNode);
  const target = block && childOf(block, drawNode);
  if (!statement || !target || statement === target || statement.start < target.start) return null;
  if (statementOf(seedNode) !== statement || !isFreeAt(file, statement, target)) return null;
  const edits = moveBefore(file, statement, target);
  return edits && { statement, edits: () => edits };
}

const pathOf = (reached: Reached) => [...reached.via, reached.site];

/** The first pair of places at which two paths of calls part. */
function divide(a: ReturnType<typeof pathOf>, b: ReturnType<typeof pathOf>) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    if (left && right && (left.path !== right.path || left.site !== right.site)) return [left, right] as const;
  }
  return null;
}

function commonBlock(a: Node, b: Node): Node | null {
  const around = new Set<Node>();
  for (let at: Node | null = a; at; at = at.parent) around.add(at);
  let at: Node | null = b;
  while (at && !(around.has(at) && (at.type === 'block' || at.type === 'module'))) {
    // Another function's body runs at another time.
    if (around.has(at) && /definition$|lambda/.test(at.type)) return null;
    at = at.parent;
  }
  return at;
}

function childOf(block: Node, node: Node): Node | null {
  let at: Node | null = node;
  while (at && at.parent !== block) at = at.parent;
  return at;
}

/** Everything the statement reads is bound before the target, and nothing in between is bound by it. */
function isFreeAt(file: PythonFile, statement: Node, target: Node): boolean {
  let free = statement.type === 'expression_statement';
  walk(statement, (node) => {
    if (node.type === 'assignment' || node.type === 'named_expression') free = false;
    if (node.type !== 'identifier' || (node.field === 'attribute' && node.parent?.type === 'attribute')) return free;
    if (node.field === 'name' && node.parent?.type === 'keyword_argument') return free;
    const isLocal = (each: Node): boolean => file.scope(each) === file.scope(target);
    const between = boundAt(node, file).some(
      (each) => isLocal(each) && each.start >= target.start && each.start < statement.start,
    );
    if (between) free = false;
    return free;
  });
  return free;
}
