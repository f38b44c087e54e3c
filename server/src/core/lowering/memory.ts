/**
 * Takes over the events of functions that an edit left alone. A function's events depend on its own nodes, which a
 * parse reuses, and on what the names around it mean, which is the signature; where either changed, it is lowered again.
 */

import type { ClassEffects, LoweredFunction } from '../effects/events.ts';
import type { PythonFile } from '../python/file.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Node } from '../syntax/parse.ts';
import { usualStart } from './calls.ts';
import { asksForMakers } from './makers.ts';
import type { Vocabulary } from './own-functions.ts';

/**
 * What one function may say of another: how a dictionary is filled, what a command line demands, and what copies or loads
 * weights.
 */
const ELSEWHERE =
  /\.update\(|\[['"]\w+['"]\]\s*=|\]\s*=\s*[\w.]+\s*$|add_argument\(|\b(required|nargs)\s*=|parameters\(|\.copy_\(|load_state_dict\(/gm;

/** The places are nodes, which move with an edit, but for the files that `%run` runs. */
interface Kept extends LoweredFunction {
  readonly id: string;
  readonly decorators: string;
}

/** What a file keeps from version to version. */
export interface LoweringMemory {
  readonly signature: string;
  readonly functions: Map<Node, Kept>;
}

/** The memory of the file's former version as far as it holds for this one, and where this one's goes. */
export function recall(file: PythonFile, classes: Readonly<Record<string, ClassEffects>>, vocabulary: Vocabulary) {
  const signature = JSON.stringify(vocabulary) + signatureOf(file, classes);
  const memory = file.memory as LoweringMemory | undefined;
  const former = memory?.signature === signature ? memory.functions : new Map<Node, Kept>();
  const functions = new Map<Node, Kept>();
  file.memory = { signature, functions } satisfies LoweringMemory;
  return {
    function(info: FunctionInfo): LoweredFunction | undefined {
      const kept = former.get(info.node);
      if (!kept || kept.id !== info.id || kept.decorators !== decoratorsOf(info, file)) return undefined;
      // A function inside another one sees that one's names.
      if (!former.has(outermostFunction(info.node))) return undefined;
      functions.set(info.node, kept);
      return kept;
    },
    keep(info: FunctionInfo, lowered: LoweredFunction): LoweredFunction {
      functions.set(info.node, { ...lowered, id: info.id, decorators: decoratorsOf(info, file) });
      return lowered;
    },
  };
}

const decoratorsOf = (info: FunctionInfo, file: PythonFile): string =>
  info.decorators.map((decorator) => file.read(decorator)).join();

function outermostFunction(node: Node): Node {
  let outermost = node;
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'function_definition' || at.type === 'lambda') outermost = at;
  }
  return outermost;
}

/** What a name of the module is unpacked from or loops over. */
function unpackedText(name: Node, file: PythonFile): string {
  const source = name.enclosing('assignment', 'for_statement');
  return source ? `${file.read(source.get('left') ?? source)}=${file.read(source.get('right') ?? source)}` : '';
}

/** Everything outside a function that its events may depend on. */
function signatureOf(file: PythonFile, classes: Readonly<Record<string, ClassEffects>>): string {
  const parts: unknown[] = [classes, file.scopes.stars, runsInside(file), usualStart(file)];
  for (const [name, definitions] of file.scopes.module.names) {
    parts.push(name);
    for (const each of definitions) {
      if (each.kind === 'import') parts.push(each.qualified);
      else if (each.kind === 'assignment') parts.push(file.read(each.value));
      else if (each.kind === 'opaque') parts.push(unpackedText(each.node, file));
      else parts.push(each.kind);
    }
  }
  for (const info of file.scopes.classes.values()) {
    for (const [name, values] of info.attributes)
      parts.push(
        name,
        values.map((value) => file.read(value)),
      );
  }
  for (const [id, info] of file.scopes.functions) parts.push(id, decoratorsOf(info, file));
  // An object may come from anywhere in the file.
  if (asksForMakers(file)) parts.push(file.text);
  for (const { index } of file.text.matchAll(ELSEWHERE)) parts.push(lineAt(file.text, index));
  return JSON.stringify(parts);
}

/** The runs that do not stand at the margin: one in a function is no node that moves with it. */
function runsInside({ notebook, text }: PythonFile): readonly unknown[] {
  return notebook?.runs.filter(({ magic }) => /[ \t]/.test(text[magic - 1] ?? '')) ?? [];
}

function lineAt(text: string, index: number): string {
  const end = text.indexOf('\n', index);
  return text.slice(text.lastIndexOf('\n', index) + 1, end < 0 ? undefined : end);
}
