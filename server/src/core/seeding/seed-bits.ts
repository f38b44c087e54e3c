/** Which parts of a seed lie above the bits that its generator takes, worked out from shifts, products and remainders. */

import { namesFor } from '../knowledge/names.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { assignedTo } from '../python/names.ts';

/** A part of a sum that varies, and how many of its low bits are zero whatever it is. */
export interface Term {
  readonly node: Node;
  readonly zeros: number;
  /** The bits that something inside the expression keeps of it; undefined where all of them are kept. */
  readonly kept?: number;
}

const ADDS = new Set(['+', '-', '|', '^']);
/** Calls that keep a whole number what it is. */
const KEEPS = namesFor('keeps-integer');
/** Seeds are short; what nests deeper is taken as it is. */
const DEEPEST = 12;

/** The varying parts of a whole number. What nobody can read is a part whose bits are all in use. */
export function termsOf(node: Node, file: PythonFile, depth = 0): Term[] {
  const whole = [{ node, zeros: 0 }];
  if (integerOf(node, file) !== null) return [];
  if (depth > DEEPEST) return whole;
  const inner = (each: Node): Term[] => termsOf(each, file, depth + 1);
  switch (node.type) {
    case 'parenthesized_expression':
      return node.children[0] ? inner(node.children[0]) : whole;
    case 'call': {
      const call = file.call(node);
      const [only, ...others] = node.get('arguments')?.children ?? [];
      return KEEPS.has(call.name) && only && others.length === 0 ? inner(only) : whole;
    }
    case 'identifier': {
      const value = assignedTo(node, file);
      return value && /operator|parenthesized|call/.test(value.type) ? inner(value) : whole;
    }
    case 'binary_operator':
      return termsOfOperation(node, file, depth);
    default:
      return whole;
  }
}

function termsOfOperation(node: Node, file: PythonFile, depth: number): Term[] {
  const [left, right] = [node.get('left'), node.get('right')];
  const operator = node.get('operator')?.type ?? node.children.find((each) => /^\W+$/.test(each.type))?.type ?? '';
  if (!left || !right) return [{ node, zeros: 0 }];
  const inner = (each: Node): Term[] => termsOf(each, file, depth + 1);
  if (ADDS.has(operator)) return [...inner(left), ...inner(right)];
  const [first, second] = [integerOf(left, file), integerOf(right, file)];
  const shifted = (terms: readonly Term[], by: number): Term[] =>
    terms.map((term) => ({ ...term, node: terms.length === 1 ? node : term.node, zeros: term.zeros + by }));
  if (operator === '<<' && second !== null && second >= 0n) return shifted(inner(left), Number(second));
  if (operator === '*' && second !== null) return shifted(inner(left), zerosOf(second));
  if (operator === '*' && first !== null) return shifted(inner(right), zerosOf(first));
  // `% 2**32` and `& 0xffffffff` keep the low bits.
  const mask = operator === '%' ? second : operator === '&' && second !== null ? second + 1n : null;
  if (mask !== null && mask > 0n && (mask & (mask - 1n)) === 0n) {
    const bits = zerosOf(mask);
    return inner(left).map((term) => ({ ...term, kept: Math.min(bits, term.kept ?? bits) }));
  }
  return [{ node, zeros: 0 }];
}

/** How often the number can be halved. */
function zerosOf(number: bigint): number {
  let [rest, zeros] = [number, 0];
  while (rest !== 0n && (rest & 1n) === 0n) [rest, zeros] = [rest >> 1n, zeros + 1];
  return zeros;
}

/** The value of an expression of whole numbers, exactly; null for any other. */
export function integerOf(node: Node, file: PythonFile, depth = 0): bigint | null {
  if (depth > DEEPEST) return null;
  const inner = (each: Node | undefined): bigint | null => (each ? integerOf(each, file, depth + 1) : null);
  switch (node.type) {
    case 'integer': {
      const text = file.read(node).replaceAll('_', '');
      return /^(0[xXoObB])?[\da-fA-F]+$/.test(text) ? BigInt(text) : null;
    }
    case 'parenthesized_expression':
      return inner(node.children[0]);
    case 'unary_operator': {
      const value = inner(node.get('argument'));
      return value !== null && file.text[node.start] === '-' ? -value : null;
    }
    case 'identifier': {
      return inner(assignedTo(node, file) ?? undefined);
    }
    case 'binary_operator': {
      const [left, right] = [inner(node.get('left')), inner(node.get('right'))];
      const operator = node.children.find((each) => /^\W+$/.test(each.type))?.type ?? '';
      return left === null || right === null ? null : (CALCULATE[operator]?.(left, right) ?? null);
    }
    default:
      return null;
  }
}

/** Powers and shifts that no seed has are left alone. */
const MOST_BITS = 1024n;

const CALCULATE: Readonly<Record<string, (a: bigint, b: bigint) => bigint | null>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '**': (a, b) => (b >= 0n && b <= MOST_BITS && a <= MOST_BITS && a >= -MOST_BITS ? a ** b : null),
  '<<': (a, b) => (b >= 0n && b <= MOST_BITS ? a << b : null),
};
