/**
 * What is asked of a name by itself: which values it is given, whether it is a parameter, whether two mentions are one
 * variable. Where values come from and go to through more than one name is asked of the evaluator.
 */

import { lastValue } from '../syntax/node.ts';
import type { Node, PythonFile } from './file.ts';
import { linksOf, type Put, TAKES_OUT } from './links.ts';
import { Remembered } from './notes.ts';
import { bindingOf, MentionsByBinding, reachingDefinitions } from './reaching.ts';
import { assignedValues, type Definition, type FunctionInfo, lookUp, type Parameter } from './scope.ts';
import type { Assigned } from './targets.ts';

/** What binds the name; nothing for other expressions. */
const bindingsOf = (name: Node | undefined, file: PythonFile): readonly Definition[] =>
  name?.type === 'identifier' ? file.definitions(name) : [];

const assignments = (bindings: readonly Definition[]): readonly Assigned[] =>
  bindings.flatMap((each) => (each.kind === 'assignment' ? [{ target: each.node, value: each.value }] : []));

/** The assignments to a name; what else binds it is left out. */
export const assignmentsTo = (name: Node | undefined, file: PythonFile): readonly Assigned[] =>
  assignments(bindingsOf(name, file));

/** The one assignment to a name that nothing else binds; null for all others. */
export function onlyAssignment(name: Node | undefined, file: PythonFile): Assigned | null {
  const bindings = bindingsOf(name, file);
  return bindings.length === 1 ? (assignments(bindings)[0] ?? null) : null;
}

/** The value of a name that is bound once, by an assignment; null for all others. */
export const assignedTo = (name: Node | undefined, file: PythonFile): Node | null =>
  onlyAssignment(name, file)?.value ?? null;

/** The values of a name that is only ever assigned; none for all others. */
export const everyValue = (name: Node | undefined, file: PythonFile): readonly Node[] =>
  assignedValues(bindingsOf(name, file)) ?? [];

/** The values that the name may have where it is mentioned, as far as they are assigned to it. */
export const valuesAt = (mention: Node, file: PythonFile): readonly Node[] =>
  mention.type === 'identifier' ? assignments(reachingDefinitions(mention, file)).map(({ value }) => value) : [];

/** What gives a name a value: what the scopes know, and of what they do not follow the expression it comes from. */
export type Binding =
  | Definition
  /** `a, b = value`: what stands in the value at these positions, from the outside in. */
  | { readonly kind: 'item'; readonly node: Node; readonly value: Node; readonly path: readonly number[] }
  /** `for a, b in value`: each element in turn, or what stands in it at these positions. */
  | {
      readonly kind: 'element';
      readonly node: Node;
      readonly value: Node;
      readonly path: readonly number[];
      readonly loop: Node;
    }
  /** `a += value` */
  | { readonly kind: 'update'; readonly node: Node; readonly value: Node };

const givens = new WeakMap<readonly Definition[], readonly Binding[]>();

/** The same for each list of bindings, which many mentions share. */
function givenBy(bindings: readonly Definition[]): readonly Binding[] {
  const known = givens.get(bindings) ?? bindings.map((each) => (each.kind === 'opaque' ? unpacked(each) : each));
  givens.set(bindings, known);
  return known;
}

function unpacked(binding: Definition): Binding {
  const { node } = binding;
  const { holder, path } = bindingOf(node);
  const value = holder?.type === 'assignment' ? lastValue(holder) : holder?.get('right');
  if (!holder || !value) return binding;
  if (holder.type === 'assignment') return { kind: 'item', node, value, path };
  return holder.type === 'augmented_assignment'
    ? { kind: 'update', node, value }
    : { kind: 'element', node, value, path, loop: holder };
}

/** What may have given a name the value that it has where it is mentioned; nothing for other expressions. */
export const givenAt = (mention: Node, file: PythonFile): readonly Binding[] =>
  mention.type === 'identifier' ? givenBy(reachingDefinitions(mention, file)) : [];

/** All that ever gives the name a value. */
export const givenTo = (name: Node | undefined, file: PythonFile): readonly Binding[] =>
  givenBy(bindingsOf(name, file));

/** What is put into the containers that the name stands for. */
export const putsInto = (name: Node, file: PythonFile): readonly Put[] =>
  linksOf(file).putsIntoName(bindingsOf(name, file));

/** Something is taken out of what the name stands for. */
export const losesItems = (name: Node, file: PythonFile): boolean =>
  TAKES_OUT.some((method) =>
    file.methodCalls(method).some((call) => {
      const object = call.callee.get('object');
      return object !== undefined && isSameVariable(object, name, file);
    }),
  );

/** Something is put into what the name stands for, or taken out of it: what it was given is not what it holds. */
export const isChanged = (name: Node, file: PythonFile): boolean =>
  putsInto(name, file).length > 0 || losesItems(name, file);

/** True where the mention may be of what is bound at this target. */
export const mayBeFrom = (mention: Node, target: Node, file: PythonFile): boolean =>
  reachingDefinitions(mention, file).some(({ node }) => node === target);

/** A parameter, and the function whose it is. */
export interface OwnedParameter {
  readonly parameter: Parameter;
  readonly owner: FunctionInfo | undefined;
}

/** The parameter that the name is, and nothing else; null for all others. */
export function parameterOf(name: Node | undefined, file: PythonFile): OwnedParameter | null {
  const [only, ...others] = bindingsOf(name, file);
  if (only?.kind !== 'parameter' || others.length > 0) return null;
  const home = only.node.enclosing('function_definition', 'lambda');
  return { parameter: only.parameter, owner: home ? file.functionAt(home) : undefined };
}

/** The parameter that the name would be at a place, and nothing else. */
export function parameterSeen(name: string, place: Node, file: PythonFile): Parameter | null {
  const [only, ...others] = lookUp(name, file.scope(place));
  return only?.kind === 'parameter' && others.length === 0 ? only.parameter : null;
}

/** True for a name that is a parameter, or that a parameter's value is replaced under. */
export const mayBeParameter = (name: Node, file: PythonFile): boolean =>
  bindingsOf(name, file).some(({ kind }) => kind === 'parameter');

const imports = new WeakMap<readonly Definition[], readonly string[]>();

/** The dotted names that imports bind the name to. */
export function importedAs(name: Node, file: PythonFile): readonly string[] {
  const bindings = bindingsOf(name, file);
  const known = imports.get(bindings) ?? bindings.flatMap((each) => (each.kind === 'import' ? [each.qualified] : []));
  imports.set(bindings, known);
  return known;
}

/** True for the name of a function or a class of this file. */
export const isDefined = (name: Node, file: PythonFile): boolean =>
  bindingsOf(name, file).some(({ kind }) => kind === 'function' || kind === 'class');

/** The loop's variable, the name after `as` or the part of a pattern that alone binds the name; null for all others. */
export function targetOf(name: Node | undefined, file: PythonFile): Node | null {
  const [only, ...others] = bindingsOf(name, file);
  return only?.kind === 'opaque' && others.length === 0 ? only.node : null;
}

/** The places that bind the name. */
export const boundAt = (name: Node | undefined, file: PythonFile): readonly Node[] =>
  bindingsOf(name, file).map(({ node }) => node);

/** The name is bound at one place only, in whichever way. */
export const isBoundOnce = (name: Node | undefined, file: PythonFile): boolean => bindingsOf(name, file).length === 1;

/** Two names that are one variable. */
export const isSameVariable = (one: Node, other: Node, file: PythonFile): boolean =>
  one.type === 'identifier' &&
  other.type === 'identifier' &&
  file.read(one) === file.read(other) &&
  file.definitions(one) === file.definitions(other);

/** The name means the same at another place. */
export const meansAlike = (name: Node, place: Node, file: PythonFile): boolean =>
  lookUp(file.read(name), file.scope(place)) === file.definitions(name);

/** The name is a variable of the function. */
export function belongsTo(name: Node, info: FunctionInfo, file: PythonFile): boolean {
  const own = file.scopes.byNode.get(info.node)?.names.get(file.read(name));
  return own !== undefined && own === file.definitions(name);
}

/** The name of the function means it at a place. */
export const isSeenFrom = (info: FunctionInfo, place: Node, file: PythonFile): boolean =>
  lookUp(info.name, file.scope(place)).some((each) => each.kind === 'function' && each.function === info);

/** By file and name, where each binding of the name is read. */
const readings = new WeakMap<PythonFile, Remembered<string, MentionsByBinding>>();

/** Where a name is read, as far as what is bound at the target may be meant; in source order. */
export function readsFrom(target: Node, file: PythonFile): readonly Node[] {
  const known = readings.get(file) ?? new Remembered();
  readings.set(file, known);
  const name = file.read(target);
  return known.get(name, () => mentionsOf(name, file)).of(target);
}

function mentionsOf(name: string, file: PythonFile): MentionsByBinding {
  const mentions = new MentionsByBinding(file);
  for (const read of linksOf(file).reads.of(name)) if (read.type === 'identifier') mentions.add(read);
  return mentions;
}
