/** What the grammar of Python says of each kind of node, so that a reader of trees need not ask for it. */

const ACTIVE = new Set([
  ...['call', 'assignment', 'augmented_assignment', 'named_expression', 'as_pattern', 'for_statement', 'for_in_clause'],
  ...['case_pattern', 'lambda', 'function_definition', 'class_definition', 'import_statement', 'import_from_statement'],
  ...['future_import_statement', 'global_statement', 'nonlocal_statement', 'yield', 'return_statement'],
  ...['raise_statement', 'break_statement', 'continue_statement', 'set', 'list_comprehension', 'set_comprehension'],
  ...['dictionary_comprehension', 'generator_expression'],
]);

/** They have no children, or only tokens. */
const LEAVES = new Set([
  ...['identifier', 'integer', 'float', 'true', 'false', 'none', 'ellipsis', 'comment', 'keyword_separator'],
  ...['pass_statement', 'break_statement', 'continue_statement', 'positional_separator', 'wildcard_import'],
]);

/** The token they begin with. */
const KEYWORD: Readonly<Record<string, string>> = {
  assert_statement: 'assert',
  class_definition: 'class',
  elif_clause: 'elif',
  else_clause: 'else',
  except_clause: 'except',
  for_in_clause: 'for',
  for_statement: 'for',
  function_definition: 'def',
  if_statement: 'if',
  import_from_statement: 'from',
  import_statement: 'import',
  not_operator: 'not',
  raise_statement: 'raise',
  return_statement: 'return',
  while_statement: 'while',
  with_statement: 'with',
};

/** They begin with a name, or something longer, and `=` or `:` behind it. */
const BEGINS_WITH_NAME = new Set([
  ...['assignment', 'keyword_argument', 'default_parameter', 'typed_parameter', 'typed_default_parameter'],
]);

/** They begin and end with a bracket, and hold expressions, or parameters, between commas. */
const BRACKETS = new Set([
  ...['argument_list', 'parameters', 'list', 'tuple', 'set', 'dictionary', 'parenthesized_expression'],
]);

/** They hold such items too, and may end with one. */
const LISTS = new Set([...BRACKETS, 'subscript', 'expression_list', 'pattern_list']);

/** Blanks in strings belong to what they say, and the block of a `match` begins with blanks. */
const IRREGULAR = new Set([
  ...['string', 'string_content', 'interpolation', 'format_specifier', 'format_expression', 'match_statement'],
]);

/** Their operators are tokens that fill a field; no other tokens do. */
const OPERATIONS = new Set([
  ...['binary_operator', 'boolean_operator', 'comparison_operator', 'unary_operator', 'augmented_assignment'],
]);

/** The fields of all their children that are more than tokens, the last of which ends where they end themselves. */
const COMPLETE: Readonly<Record<string, readonly (string | null)[]>> = {
  aliased_import: ['name', 'alias'],
  assignment: ['left', 'right'],
  attribute: ['object', 'attribute'],
  augmented_assignment: ['left', 'right'],
  binary_operator: ['left', 'right'],
  boolean_operator: ['left', 'right'],
  call: ['function', 'arguments'],
  default_parameter: ['name', 'value'],
  keyword_argument: ['name', 'value'],
  named_expression: ['name', 'value'],
  not_operator: ['argument'],
  pair: ['key', 'value'],
  return_statement: [null],
  type: [null],
  typed_default_parameter: ['name', 'type', 'value'],
  typed_parameter: [null, 'type'],
  unary_operator: ['argument'],
};

/** The fields of their first children; those that follow fill the last one. */
const OPEN: Readonly<Record<string, readonly (string | null)[]>> = {
  subscript: ['value', 'subscript'],
};

const WITHOUT_FIELDS = new Set([
  ...['argument_list', 'block', 'comparison_operator', 'dictionary', 'dotted_name', 'expression_list', 'list', 'set'],
  ...['expression_statement', 'module', 'parameters', 'parenthesized_expression', 'pattern_list', 'tuple'],
]);
const NO_FIELDS: readonly null[] = [null];

/** What is known of all nodes of a kind. */
export interface Kind {
  readonly type: string;
  readonly isNamed: boolean;
  readonly isActive: boolean;
  readonly isLeaf: boolean;
  readonly isIrregular: boolean;
  /** It may stand anywhere, and fills no place. */
  readonly isExtra: boolean;
  readonly isPunctuation: boolean;
  readonly holdsStatements: boolean;
  readonly isBracket: boolean;
  readonly holdsItems: boolean;
  readonly hasOperators: boolean;
  /** By position, the fields of its children that are more than tokens; null where only the tree knows. */
  readonly fields: readonly (string | null)[] | null;
  /** Its last field is filled by its last child. */
  readonly isComplete: boolean;
  /** It cannot be empty. */
  readonly hasChildren: boolean;
  readonly beginsWithName: boolean;
  /** The token it begins with; empty where there is none, or not always the same. */
  readonly keyword: string;
}

/** The kinds of nodes and the names of fields, by the numbers the language gives them. */
export interface Grammar {
  readonly kinds: readonly Kind[];
  readonly fields: readonly (string | null)[];
}

export function kindOf(type: string, isNamed: boolean): Kind {
  const fields = COMPLETE[type] ?? OPEN[type] ?? (WITHOUT_FIELDS.has(type) ? NO_FIELDS : null);
  return {
    type,
    isNamed,
    isActive: ACTIVE.has(type),
    isLeaf: LEAVES.has(type),
    isIrregular: IRREGULAR.has(type),
    isExtra: type === 'comment' || type === 'line_continuation',
    isPunctuation: /^[()[\]{},.:;=]$/.test(type),
    holdsStatements: holdsStatements(type),
    isBracket: BRACKETS.has(type),
    holdsItems: LISTS.has(type),
    hasOperators: OPERATIONS.has(type),
    fields,
    isComplete: COMPLETE[type] !== undefined,
    hasChildren: fields !== null && !holdsStatements(type),
    beginsWithName: BEGINS_WITH_NAME.has(type),
    keyword: KEYWORD[type] ?? '',
  };
}

export const holdsStatements = (type: string): boolean => type === 'module' || type === 'block';

/** Words that name nothing, save for the three that are values. */
const KEYWORDS = new Set([
  ...['and', 'as', 'assert', 'async', 'await', 'break', 'class', 'continue', 'def', 'del', 'elif', 'else', 'except'],
  ...['finally', 'for', 'from', 'global', 'if', 'import', 'in', 'is', 'lambda', 'nonlocal', 'not', 'or', 'pass'],
  ...['raise', 'return', 'try', 'while', 'with', 'yield'],
]);

/** In letters. */
export const LONGEST_KEYWORD = 8;
const ZERO = 0x30;
const NINE = 0x39;

const LITERALS = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'none'],
]);

/** The kind of node that a word or a number alone is where an expression stands; null for a keyword or an unusual number. */
export function typeOfWord(word: string): string | null {
  const code = word.charCodeAt(0);
  if (code >= ZERO && code <= NINE) return /^\d+$/.test(word) ? 'integer' : null;
  return KEYWORDS.has(word) ? null : (LITERALS.get(word) ?? 'identifier');
}
