/** Where names and attributes are read, and which of these places put what they hold in order. */

import { walk } from '../syntax/parse.ts';
import { nodesWithin } from '../syntax/within.ts';
import type { Call } from './call.ts';
import type { Node, PythonFile } from './file.ts';
import { note, noteOf, unnoted, WHOLE } from './notes.ts';
import type { Scope } from './scope.ts';

/** True for `sorted`, `natsorted`, `np.sort`, `sort_files`: whoever calls it gets an order. */
export const sorts = (call: Call): boolean =>
  /sort/i.test((call.name ?? '').split('.').at(-1) ?? '') || /sort/i.test(call.method ?? '');

/** `names.sort()`, and `names = sorted(...)` of the names themselves. */
export function isSortedInPlace(use: Node, file: PythonFile): boolean {
  const object = use.parent?.type === 'attribute' && use.field === 'object' ? use.parent : null;
  if (object?.parent?.type === 'call' && sorts(file.call(object.parent))) return true;
  for (let at = use.parent; at && !/^(block|module)$/.test(at.type); at = at.parent) {
    if (at.type !== 'call' || !sorts(file.call(at))) continue;
    const left = at.enclosing('assignment')?.get('left');
    if (left && file.read(left).replace('[:]', '') === file.read(use)) return true;
  }
  return false;
}

/** What holds an attribute for others to call: an argument, a value that is kept, returned or put into a container. */
const HANDS_ON = /^(argument_list|keyword_argument|assignment|return_statement|expression_list|list|tuple|pair)$/;

export class Reads {
  readonly #file: PythonFile;
  #byName: Map<string, Node[]> | undefined;

  constructor(file: PythonFile) {
    this.#file = file;
  }

  /** The identifiers of this name, and the attributes, wherever they are not bound. */
  of(name: string): readonly Node[] {
    noteOf('reads', name);
    return this.#of(name);
  }

  /** Those in a function, outside of which nothing has a say in them; in any other scope all there are. */
  within(name: string, scope: Scope | null | undefined): readonly Node[] {
    if (scope?.kind !== 'function' || scope.readAs === null) return this.of(name);
    note(scope.readAs);
    return nodesWithin(scope.node, this.#of(name));
  }

  /** The attributes of this name that are handed on and not called: `run(loss.score, x)`; not what its own class puts there. */
  handedOn(name: string): readonly Node[] {
    return this.of(name).filter((node) => {
      if (node.type !== 'attribute' || !HANDS_ON.test(node.parent?.type ?? '')) return false;
      const meant = this.#file.qualify(node);
      const owner = meant?.startsWith('#') ? meant.slice(0, meant.lastIndexOf('.')) : null;
      return this.#file.classOf(owner)?.attributes.has(name) !== true;
    });
  }

  /** All names that are read. */
  get names(): readonly string[] {
    note(WHOLE);
    return [...this.#all().keys()];
  }

  #of(name: string): readonly Node[] {
    return this.#all().get(name) ?? [];
  }

  #all(): ReadonlyMap<string, readonly Node[]> {
    this.#byName ??= unnoted(() => this.#readAll());
    return this.#byName;
  }

  #readAll(): Map<string, Node[]> {
    const index = new Map<string, Node[]>();
    walk(this.#file.syntax.root, (node) => {
      // An import binds the names it has.
      if (node.type === 'import_statement' || node.type === 'import_from_statement') return false;
      const named = node.type === 'attribute' ? node.get('attribute') : node.type === 'identifier' ? node : undefined;
      const isBinding = node.field === 'left' && binds(node.parent);
      if (!named || isBinding || node.field === 'attribute' || node.field === 'name') return undefined;
      const text = this.#file.read(named);
      const known = index.get(text);
      if (known) known.push(node);
      else index.set(text, [node]);
      return undefined;
    });
    return index;
  }
}

/** What `left` of it is bound by it. */
const binds = (node: Node | null): boolean =>
  node?.type === 'assignment' || node?.type === 'for_statement' || node?.type === 'for_in_clause';

const memory = new WeakMap<PythonFile, Reads>();

/** The reads of one version of a file, for which all of it is looked at once. */
export function readsOf(file: PythonFile): Reads {
  const reads = memory.get(file) ?? new Reads(file);
  memory.set(file, reads);
  return reads;
}
