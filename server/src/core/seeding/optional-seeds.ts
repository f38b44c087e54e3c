/** Programs that run without a seed, too: which condition says that there is one. */

import { seederOf } from '../knowledge/tables.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { parameterOf } from '../python/names.ts';
import { walk } from '../syntax/parse.ts';

/** What holds where the program seeds. */
export interface SeedCondition {
  readonly text: string;
  /** The condition as it is written, where that is the text. */
  readonly written: Node | null;
  /** What runs under it. */
  readonly arm: Node | null;
}

/** The condition about a seed under which the program takes it: `if args.seed is not None:`; null where there is none. */
export function conditionOf(seed: Node, file: PythonFile): SeedCondition | null {
  const names = namesIn(seed, file);
  for (let at = seed; at.parent && at.parent.type !== 'module'; at = at.parent) {
    const { parent, field } = at;
    if (parent.type === 'function_definition') return null;
    const condition = field === 'consequence' ? parent.get('condition') : undefined;
    const meant = condition && names.find((name) => mentions(condition, name, file));
    if (condition && meant !== undefined) {
      const isShort = isComparison(condition);
      const text = isShort ? file.read(condition) : `${meant} is not None`;
      return { text, written: isShort ? condition : null, arm: at };
    }
    const denied = at.type === 'else_clause' ? parent.get('condition') : leftBefore(at, file);
    const missing = denied && names.find((name) => isNone(denied, name, file));
    if (missing !== undefined) return { text: `${missing} is not None`, written: null, arm: null };
  }
  return null;
}

/** The names and attributes that an expression is made of: `args.seed` and `rank` of `args.seed + rank`. */
function namesIn(expression: Node, file: PythonFile): string[] {
  const names: string[] = [];
  walk(expression, (node) => {
    if (node.type !== 'identifier' && node.type !== 'attribute') return true;
    names.push(file.read(node));
    return false;
  });
  return names;
}

/** The condition of an `if seed is None: return` in front of a statement of the same block. */
function leftBefore(statement: Node, file: PythonFile): Node | undefined {
  if (statement.parent?.type !== 'block') return undefined;
  const before = statement.parent.children.filter(
    (each) => each.start < statement.start && each.type === 'if_statement',
  );
  const leaves = before.filter((each) => each.get('consequence')?.children.at(-1)?.type === 'return_statement');
  return leaves
    .map((each) => each.get('condition'))
    .find((each) => each !== undefined && /\bNone\b|\bnot\b/.test(file.read(each)));
}

const isNone = (condition: Node, name: string, file: PythonFile): boolean =>
  file.read(condition) === `${name} is None` || file.read(condition) === `not ${name}`;

/** Names, attributes, numbers and what compares them: it can be asked again. */
function isComparison(condition: Node): boolean {
  let plain = true;
  walk(condition, (node) => {
    if (/^(call|await|lambda|named_expression|subscript|\w+_comprehension)$/.test(node.type)) plain = false;
    return plain;
  });
  return plain;
}

function mentions(condition: Node, name: string, file: PythonFile): boolean {
  let found = false;
  walk(condition, (node) => {
    found ||= (node.type === 'identifier' || node.type === 'attribute') && file.read(node) === name;
    return !found;
  });
  return found;
}

/** The condition about a helper's parameter, as one about what is passed for it. */
export function renamed(
  { text, written }: SeedCondition,
  parameter: string,
  given: string,
  file: PythonFile,
): string | null {
  if (!/^[\w.]+$/.test(given) || /^\d/.test(given)) return null;
  if (!written) return text === `${parameter} is not None` ? `${given} is not None` : null;
  let isOwn = true;
  const names: Node[] = [];
  walk(written, (node) => {
    if (node.type === 'identifier') {
      if (file.read(node) === parameter) names.push(node);
      else isOwn = false;
    }
    return true;
  });
  if (!isOwn) return `${given} is not None`;
  return names.reduceRight((all, { start, end }) => {
    const [from, to] = [start - written.start, end - written.start];
    return all.slice(0, from) + given + all.slice(to);
  }, text);
}

/** True where the seed may be `None`: an option of the command line, or a parameter, that is `None` unless it is given. */
export function isOptional(seed: Node, file: PythonFile): boolean {
  if (seed.type === 'binary_operator') return seed.children.some((each) => isOptional(each, file));
  if (!mayLack(seed, file)) return false;
  // Who hands it to what wants a number relies on one.
  return !file.allCalls.some(({ name, node }) => {
    const given = name !== null && seederOf(name)?.none === 'required' ? node.get('arguments')?.children[0] : undefined;
    return given !== undefined && file.read(given) === file.read(seed) && conditionOf(given, file) === null;
  });
}

function mayLack(seed: Node, file: PythonFile): boolean {
  if (seed.type === 'attribute') return isUnset(file.read(seed.get('attribute') ?? seed), file);
  return parameterOf(seed, file)?.parameter.default?.type === 'none';
}

/** An option of the command line that is `None` unless it is given. */
export function isUnset(dest: string, file: PythonFile): boolean {
  return file.methodCalls('add_argument').some((call) => {
    const flags = (call.node.get('arguments')?.children ?? []).filter((each) => each.type === 'string');
    const names = flags.map((each) => file.quoted(each));
    const isMeant = names.some((each) => each.startsWith('-') && each.replace(/^-+/, '').replaceAll('-', '_') === dest);
    const [standard, required, action] = ['default', 'required', 'action'].map((name) => file.argument(call, name));
    const isDemanded = typeof required === 'object' && file.constant(required) === true;
    const isNone = standard === 'absent' || (typeof standard === 'object' && standard.type === 'none');
    return isMeant && isNone && !isDemanded && action === 'absent';
  });
}
