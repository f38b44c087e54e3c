/** Networks that nothing uses before their weights are loaded: each use stands behind a load, in the same loop or branch. */

import { namesFor } from '../knowledge/names.ts';
import { FLUENT, type PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import { inMainGuard, mainGuardAround } from '../python/main-guard.ts';
import { isSameVariable } from '../python/names.ts';
import type { Node } from '../syntax/parse.ts';
import { mayReplace, networkOf, overwrites, type Replacement } from './replaced-weights.ts';

const SHOWS_TEXT = namesFor('shows-text');
const WRAPS = namesFor('wraps-module');

/**
 * `net = Net()` of which only a block further down asks for something, behind a load of the same block. What a name
 * outside of its own function means, or what other names the network has, is left alone, and
 * so is what a class hands to all its objects.
 */
export function loadedBeforeUse(statement: Node, file: PythonFile): Replacement | undefined {
  const target = mayReplace(file) ? networkOf(statement, file) : undefined;
  if (target?.type !== 'identifier') return undefined;
  const home = homeOf(statement);
  if (home?.type === 'class_definition') return undefined;
  const name = file.read(target);
  const all = linksOf(file).reads.within(name, file.scopes.byNode.get(home ?? file.syntax.root));
  const mentions = all.filter((each) => each.start > statement.end && isSameVariable(each, target, file));
  if (mentions.length === 0 || mentions.some((each) => homeOf(each) !== home)) return undefined;
  const loads = new Set(mentions.flatMap((each) => loadAround(each, name, file)));
  const uses = mentions.filter((each) => !loads.has(statementOf(each)) && !isPreparation(each, file));
  const isLoaded = (use: Node): boolean => [...loads].some((load) => isBehind(use, load));
  if (loads.size === 0 || !uses.every(isLoaded)) return undefined;
  const isShared = home === null && !inMainGuard(statement, file);
  return isShared ? loadedForOthers([...loads], uses, file) : { branch: null, how: 'loaded' };
}

/** What a module's network is for the files that import it, too: they run no main guard, and may use it whatever a block says. */
function loadedForOthers(loads: readonly Node[], uses: readonly Node[], file: PythonFile): Replacement | undefined {
  const isLoadedOnImport =
    loads.some((load) => load.parent === file.syntax.root) || uses.some((use) => !inMainGuard(use, file));
  if (isLoadedOnImport) return { branch: null, how: 'loaded' };
  const branch = loads.map((load) => mainGuardAround(load, file)).find((guard) => guard !== null);
  return branch && { branch, how: 'loaded' };
}

const homeOf = (node: Node): Node | null => node.enclosing('function_definition', 'lambda', 'class_definition');

const statementOf = (node: Node): Node => node.enclosing('expression_statement') ?? node;

function loadAround(mention: Node, name: string, file: PythonFile): readonly Node[] {
  const statement = statementOf(mention);
  return overwrites(statement, name, file) === 'loaded' ? [statement] : [];
}

/** Further down in the block that the load stands in, or in a block inside of it. */
const isBehind = (use: Node, load: Node): boolean => use.start >= load.end && (load.parent?.end ?? 0) >= use.end;

/** It is moved, wrapped, put into a mode or printed: nothing of what its weights are is asked for. */
function isPreparation(mention: Node, file: PythonFile): boolean {
  if (isKeysOnly(mention, file)) return true;
  const { parent } = mention;
  const isObject = parent?.type === 'attribute' && mention.field === 'object';
  const call = isObject || parent?.type === 'argument_list' ? parent.parent : null;
  if (call?.type !== 'call') return false;
  const { name, method } = file.call(call);
  const left = call.parent?.type === 'assignment' ? call.parent.get('left') : undefined;
  const isDropped = call.parent?.type === 'expression_statement';
  const isRebound = left !== undefined && file.read(left) === file.read(mention);
  if (isObject) return FLUENT.has(method ?? '') && (isDropped || isRebound);
  return (isRebound && WRAPS.has(name)) || (isDropped && SHOWS_TEXT.has(name));
}

/** `net.state_dict().keys()`: the names, and none of the values. */
function isKeysOnly(mention: Node, file: PythonFile): boolean {
  const call = mention.parent?.type === 'attribute' ? mention.parent.parent : null;
  const asked = call?.type === 'call' && file.call(call).method === 'state_dict' ? call.parent : null;
  return asked?.type === 'attribute' && file.read(asked.get('attribute') ?? asked) === 'keys';
}
