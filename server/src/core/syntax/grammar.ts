/** What the grammar of Python says of each kind of node. */

import type { NodeType } from './node-types.ts';

const ACTIVE = new Set<NodeType>([
  'call',
  'assignment',
  'augmented_assignment',
  'named_expression',
  'as_pattern',
  'for_statement',
  'for_in_clause',
  'case_pattern',
  'lambda',
  'function_definition',
  'class_definition',
  'import_statement',
  'import_from_statement',
  'future_import_statement',
  'global_statement',
  'nonlocal_statement',
  'yield',
  'return_statement',
  'raise_statement',
  'break_statement',
  'continue_statement',
  'set',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

const SCOPES = new Set<NodeType>([
  'module',
  'function_definition',
  'lambda',
  'class_definition',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

/** What is known of all nodes of a kind. */
export interface NodeKind {
  readonly type: NodeType;
  readonly isNamed: boolean;
  /** It calls, binds or iterates. */
  readonly isActive: boolean;
  /** Names inside it live in a scope of their own. */
  readonly opensScope: boolean;
  readonly holdsStatements: boolean;
  readonly isPunctuation: boolean;
}

export function kindOf(type: NodeType, isNamed: boolean): NodeKind {
  return {
    type,
    isNamed,
    isActive: ACTIVE.has(type),
    opensScope: SCOPES.has(type),
    holdsStatements: holdsStatements(type),
    isPunctuation: /^[()[\]{},.:;=]$/.test(type),
  };
}

export const holdsStatements = (type: NodeType): boolean => type === 'module' || type === 'block';
