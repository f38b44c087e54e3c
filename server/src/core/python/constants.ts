/** What literals, and names that stand for one, are known to evaluate to. */

import type { Node } from '../syntax/parse.ts';
import type { Constant, Reader } from './call.ts';

/** Undefined when nobody can tell. */
export function constantOf(expression: Node, file: Reader, depth: number): Constant | undefined {
  if (depth > 50) return undefined;
  switch (expression.type) {
    case 'none':
      return null;
    case 'true':
      return true;
    case 'false':
      return false;
    case 'integer':
    case 'float': {
      const number = Number(file.read(expression).replaceAll('_', ''));
      return Number.isNaN(number) ? undefined : number;
    }
    case 'string': {
      return /^[rRuU]*['"]/.test(file.read(expression)) ? file.quoted(expression) : undefined;
    }
    case 'unary_operator': {
      const operand = expression.get('argument');
      const value = operand && constantOf(operand, file, depth + 1);
      return typeof value === 'number' && file.read(expression).startsWith('-') ? -value : undefined;
    }
    case 'parenthesized_expression':
      return expression.children[0] && constantOf(expression.children[0], file, depth + 1);
    case 'tuple':
    case 'list': {
      const values = expression.children.map((child) => constantOf(child, file, depth + 1));
      return values.includes(undefined) ? undefined : (values as Constant[]);
    }
    case 'identifier': {
      const [only, ...others] = file.definitions(expression);
      if (depth > 4 || only?.kind !== 'assignment' || others.length > 0) return undefined;
      return constantOf(only.value, file, depth + 1);
    }
    default:
      return undefined;
  }
}
