/** Programs rewritten by machine so that they mean the same: what use makes of the laws of the algebra. */

import type { Node, PythonFile } from '../server/src/core/python/file.ts';
import { walk } from '../server/src/core/syntax/parse.ts';

/** A text made of pieces of an old one and of new ones; the old ones know where they come from. */
type Piece = string | { readonly start: number; readonly end: number };

export interface Rewritten {
  readonly path: string;
  readonly text: string;
  /** Where an offset of the old text has gone; undefined where it is not in this one. */
  place(offset: number): number | undefined;
}

export interface Rewrite {
  readonly kind: 'extract' | 'inline' | 'move' | 'swap';
  readonly what: string;
  /** The file and those that come to it. */
  readonly files: readonly Rewritten[];
  /** Spans of the old text between whose places a finding may choose: the arms of an `if`, or a function and its calls. */
  readonly choice: readonly { readonly start: number; readonly end: number }[];
}

const OPAQUE = /\b(globals|locals|vars|exec|eval|__name__|__all__|await)\b|\bsuper\(\)/;
const INDENT = '    ';

/** `others`: the texts of the other files of the program, which may know the names of this one. */
export function* rewritesOf(file: PythonFile, others: readonly string[] = []): Generator<Rewrite> {
  if (file.hasSyntaxErrors || file.notebook || file.text.includes('seedwise:')) return;
  const isKnown = (name: string): boolean => others.some((text) => new RegExp(`\\b${name}\\b`).test(text));
  yield* extractions(file, isKnown);
  yield* innerExtractions(file);
  yield* inlinings(file, isKnown);
  yield* moves(file, isKnown);
  yield* swaps(file);
}

/** Statements of the module as the body of a function that is called where they stood. */
function* extractions(file: PythonFile, isKnown: (name: string) => boolean): Generator<Rewrite> {
  const statements = file.syntax.root.children;
  for (let first = 0; first < statements.length; first++) {
    for (let last = first; last < statements.length && last < first + 6; last++) {
      const chosen = statements.slice(first, last + 1);
      if (!chosen.every(canMove) || !ownLines(file, chosen)) continue;
      const span = linesOf(file, chosen);
      if (OPAQUE.test(file.text.slice(span.start, span.end)) || !bindsOnlyForItself(file, span, isKnown)) continue;
      const name = freshName(file, 'extracted');
      const rendered = render(file, file.path, [
        { start: 0, end: span.start },
        `def ${name}():\n`,
        ...indented(file, span, INDENT),
        `\n${name}()\n`,
        { start: span.end, end: file.text.length },
      ]);
      yield {
        kind: 'extract',
        what: `lines ${lineOf(file, span.start)}-${lineOf(file, span.end - 1)}`,
        files: [rendered],
        choice: [],
      };
    }
  }
}

/** Statements of a function as the body of another one, which is passed the variables that they read. */
function* innerExtractions(file: PythonFile): Generator<Rewrite> {
  for (const { node, decorators } of file.scopes.functions.values()) {
    // Code that numba compiles calls nothing that it does not.
    if (decorators.some((each) => /^numba\b/.test(nameIn(each, file)))) continue;
    const statements = node.type === 'function_definition' ? (node.get('body')?.children ?? []) : [];
    for (let first = 0; first < statements.length; first++) {
      for (let last = first; last < statements.length && last < first + 4; last++) {
        const chosen = statements.slice(first, last + 1);
        const rewrite = chosen.every(canMove) && ownLines(file, chosen) ? extracted(file, node, chosen) : null;
        if (rewrite) yield rewrite;
      }
    }
  }
}

/** The qualified name of a decorator, also of one that is called. */
function nameIn({ children: [expression] }: Node, file: PythonFile): string {
  const name = expression?.type === 'call' ? expression.get('function') : expression;
  return (name && file.qualify(name)) ?? '';
}

/** Null where the lines leave the function, or leave variables behind. */
function extracted(file: PythonFile, home: Node, chosen: readonly Node[]): Rewrite | null {
  const span = linesOf(file, chosen);
  const outermost = file.syntax.root.children.find((each) => each.start <= home.start && each.end >= home.end);
  const passed = outermost && variablesFor(file, home, span);
  // What a method does with its object is put into another method, not into a function of the module.
  const isOfObject = passed?.some((name) => name === file.functionAt(home)?.parameters[0]?.name);
  if (
    !passed ||
    (isOfObject && file.functionAt(home)?.class) ||
    OPAQUE.test(file.text.slice(span.start, span.end)) ||
    !ownLines(file, [outermost])
  )
    return null;
  const top = linesOf(file, [outermost]).start;
  const name = freshName(file, 'extracted');
  const deeper = /^[ \t]*/.exec(file.text.slice(file.text.lastIndexOf('\n', chosen[0]!.start - 1) + 1))?.[0];
  const list = passed.join(', ');
  return {
    kind: 'extract',
    what: `lines ${lineOf(file, span.start)}-${lineOf(file, span.end - 1)}`,
    files: [
      render(file, file.path, [
        { start: 0, end: top },
        `def ${name}(${list}):\n`,
        ...indented(file, span, INDENT, deeper),
        '\n\n',
        { start: top, end: span.start },
        `${deeper}${name}(${list})\n`,
        { start: span.end, end: file.text.length },
      ]),
    ],
    choice: [],
  };
}

/** The variables of the function that the lines read; null where they bind some that others read, or read another function's. */
function variablesFor(file: PythonFile, home: Node, span: { start: number; end: number }): string[] | null {
  const isInside = ({ start }: Node): boolean => start >= span.start && start < span.end;
  const own = file.scopes.byNode.get(home)?.names ?? new Map();
  const passed = new Set<string>();
  let isOwn = true;
  walk(home, (node) => {
    if (/^(return_statement|yield|nonlocal_statement)$/.test(node.type) && isInside(node)) isOwn = false;
    if (/^(break|continue)_statement$/.test(node.type) && isInside(node)) {
      const loop = node.enclosing('for_statement', 'while_statement');
      if (!loop || !isInside(loop)) isOwn = false;
    }
    if (node.type !== 'identifier' || node.field === 'attribute') return isOwn;
    if (node.field === 'name' && node.parent?.type === 'keyword_argument') return isOwn;
    const name = file.read(node);
    const definitions = file.definitions(node);
    const isBoundInside = definitions.some((each) => isInside(each.node));
    if (isBoundInside && !(isInside(node) && definitions.every((each) => isInside(each.node)))) isOwn = false;
    if (isBoundInside || !isInside(node)) return isOwn;
    if (own.get(name) === definitions) passed.add(name);
    else if (definitions.length > 0 && file.scopes.module.names.get(name) !== definitions) isOwn = false;
    return isOwn;
  });
  return isOwn ? [...passed] : null;
}

const MOVABLE =
  /^(expression_statement|if_statement|for_statement|while_statement|with_statement|try_statement|assert_statement)$/;

function canMove(statement: Node): boolean {
  if (!MOVABLE.test(statement.type)) return false;
  const first = statement.children[0];
  if (statement.type === 'expression_statement' && first?.type === 'string') return false;
  let isFree = true;
  walk(statement, (node) => {
    if (
      /^(import_statement|import_from_statement|function_definition|class_definition|global_statement|delete_statement|named_expression|yield)$/.test(
        node.type,
      )
    )
      isFree = false;
    return isFree;
  });
  return isFree;
}

/** What the lines bind nobody else knows, and nothing of it was bound before. */
function bindsOnlyForItself(
  file: PythonFile,
  span: { start: number; end: number },
  isKnown: (name: string) => boolean,
): boolean {
  const isInside = ({ start }: Node): boolean => start >= span.start && start < span.end;
  const bound = new Set<string>();
  for (const [name, definitions] of file.scopes.module.names) {
    if (definitions.some(({ node }) => isInside(node))) bound.add(name);
  }
  let isOwn = ![...bound].some(isKnown);
  walk(file.syntax.root, (node) => {
    if (node.type === 'identifier' && !isInside(node) && bound.has(file.read(node))) isOwn = false;
    return isOwn;
  });
  return isOwn;
}

/** A function that is called once, by a statement that takes nothing back, as that statement. */
function* inlinings(file: PythonFile, isKnown: (name: string) => boolean): Generator<Rewrite> {
  for (const info of file.scopes.functions.values()) {
    const { node, name } = info;
    const body = node.get('body');
    const isPlain = node.type === 'function_definition' && info.decorators.length === 0 && !info.class;
    if (!isPlain || isKnown(name) || !body || node.parent?.type !== 'module' || /^async/.test(file.read(node)))
      continue;
    const uses = identifiers(file, name).filter((each) => each !== node.get('name'));
    const call = uses.length === 1 ? uses[0]?.parent : undefined;
    const statement = call?.parent;
    if (call?.type !== 'call' || call.get('function') !== uses[0] || statement?.type !== 'expression_statement')
      continue;
    if (!ownLines(file, [node]) || !ownLines(file, [statement]) || !ownLines(file, body.children)) continue;
    if (!canInline(file, body) || (statement.start >= node.start && statement.end <= node.end)) continue;
    const given = parametersGiven(file, info.parameters, call);
    if (!given) continue;
    const own = file.scopes.byNode.get(node)?.names ?? new Map();
    const isClash = [...own.keys()].some((each) =>
      identifiers(file, each).some((other) => other.start < node.start || other.end > node.end),
    );
    if (isClash) continue;
    const to = linesOf(file, [statement]);
    const indent = /^[ \t]*/.exec(file.text.slice(to.start))?.[0] ?? '';
    const from = linesOf(file, body.children);
    const deeper = /^[ \t]*/.exec(file.text.slice(from.start))?.[0] ?? '';
    const definition = linesOf(file, [node]);
    const inlined = [
      ...given.flatMap(([key, value]): Piece[] => [`${indent}${key} = `, value, '\n']),
      ...indented(file, from, indent, deeper),
    ];
    const parts: Piece[] =
      definition.start < to.start
        ? [
            { start: 0, end: definition.start },
            { start: definition.end, end: to.start },
            ...inlined,
            { start: to.end, end: file.text.length },
          ]
        : [
            { start: 0, end: to.start },
            ...inlined,
            { start: to.end, end: definition.start },
            { start: definition.end, end: file.text.length },
          ];
    yield { kind: 'inline', what: name, files: [render(file, file.path, parts)], choice: [to, from] };
  }
}

/** Nothing in it but what a statement list may be anywhere. */
function canInline(file: PythonFile, body: Node): boolean {
  const first = body.children[0];
  if (first?.type === 'expression_statement' && first.children[0]?.type === 'string') return false;
  if (OPAQUE.test(file.read(body))) return false;
  let isFree = true;
  walk(body, (node) => {
    if (
      /^(return_statement|yield|global_statement|nonlocal_statement|function_definition|class_definition|lambda|delete_statement|import_statement|import_from_statement)$/.test(
        node.type,
      )
    )
      isFree = false;
    return isFree;
  });
  return isFree;
}

type Parameters = readonly { readonly name: string; readonly default: Node | null; readonly star: string }[];

/** What each parameter is given by the call, or its default; null where that cannot be written down. */
function parametersGiven(file: PythonFile, parameters: Parameters, call: Node): [string, Piece][] | null {
  const passed = call.get('arguments')?.children ?? [];
  if (passed.some((each) => /splat|generator/.test(each.type)) || parameters.some(({ star }) => star !== ''))
    return null;
  const positional = passed.filter((each) => each.type !== 'keyword_argument');
  const found: [string, Piece][] = [];
  for (const [index, parameter] of parameters.entries()) {
    const keyword = passed.find(
      (each) => each.type === 'keyword_argument' && file.read(each.get('name')!) === parameter.name,
    );
    const value = keyword?.get('value') ?? positional[index] ?? parameter.default;
    if (!value || file.read(value).includes('\n')) return null;
    if (identifiers(file, parameter.name).some((each) => each.start >= value.start && each.end <= value.end))
      return null;
    found.push([parameter.name, { start: value.start, end: value.end }]);
  }
  return found;
}

/** A function of the module in a file of its own, from which it is imported. */
function* moves(file: PythonFile, isKnown: (name: string) => boolean): Generator<Rewrite> {
  if (file.scopes.stars.length > 0) return;
  const imports = file.syntax.root.children.filter((each) => /^import_/.test(each.type));
  const isRelative = imports.some((each) => /^from\s*\./.test(file.read(each)));
  if (isRelative) return;
  for (const info of file.scopes.functions.values()) {
    const { node, name } = info;
    if (isKnown(name) || node.type !== 'function_definition' || info.class || info.decorators.length > 0) continue;
    if (node.parent?.type !== 'module' || !ownLines(file, [node])) continue;
    if (OPAQUE.test(file.read(node)) || /\bglobal\b/.test(file.read(node)) || !knowsOnlyImports(file, node)) continue;
    if (file.scopes.module.names.get(name)?.length !== 1) continue;
    const span = linesOf(file, [node]);
    const module = freshName(file, 'moved');
    const folder = file.path.includes('/') ? file.path.slice(0, file.path.lastIndexOf('/') + 1) : '';
    const calls = identifiers(file, name).filter((each) => each.start < node.start || each.start >= node.end);
    // A function that nothing runs is judged as far as its file is a program, and in another one it is not.
    if (calls.every((each) => isOnlyPrinted(each, file))) continue;
    yield {
      kind: 'move',
      what: name,
      files: [
        render(file, file.path, [
          { start: 0, end: span.start },
          `from ${module} import ${name}\n`,
          { start: span.end, end: file.text.length },
        ]),
        render(file, `${folder}${module}.py`, [...imports.map((each) => `${file.read(each)}\n`), '\n\n', span]),
      ],
      choice: [...callsAround(file, calls), span],
    };
  }
}

/** `print(function)` runs nothing. */
const isOnlyPrinted = (name: Node, file: PythonFile): boolean =>
  name.parent?.type === 'argument_list' && file.read(name.parent.parent?.get('function') ?? name) === 'print';

/** The whole call, where a finding shows the callee or what is called on it. */
const callsAround = (file: PythonFile, names: readonly { start: number; end: number }[]) =>
  names.map((each) => {
    const line = file.text.lastIndexOf('\n', each.start) + 1;
    const end = file.text.indexOf('\n', each.end);
    return { start: line, end: end < 0 ? file.text.length : end };
  });

function knowsOnlyImports(file: PythonFile, node: Node): boolean {
  let isFree = true;
  walk(node, (each) => {
    if (each.type !== 'identifier' || each === node.get('name')) return isFree;
    if (file.read(each) === file.read(node.get('name')!)) isFree = false;
    const definitions = file.definitions(each);
    const isOutside = definitions.some(
      (definition) => definition.node.start < node.start || definition.node.end > node.end,
    );
    const isImported = definitions.every(
      (definition) => definition.kind === 'import' && definition.statement.parent?.type === 'module',
    );
    if (isOutside && !isImported) isFree = false;
    return isFree;
  });
  return isFree;
}

/** The arms of an `if` the other way round, behind the negated condition. */
function* swaps(file: PythonFile): Generator<Rewrite> {
  const found: Node[] = [];
  walk(file.syntax.root, (node) => {
    if (/^(if_statement|elif_clause)$/.test(node.type)) found.push(node);
    return true;
  });
  for (const node of found) {
    const holder = node.type === 'if_statement' ? node : node.parent;
    const alternatives = holder?.children.filter((child) => child.field === 'alternative') ?? [];
    const otherwise = alternatives.at(-1);
    const before = node.type === 'if_statement' ? alternatives.length === 1 : alternatives.at(-2) === node;
    const condition = node.get('condition');
    const [body, rest] = [node.get('consequence'), otherwise?.get('body')];
    if (!before || otherwise?.type !== 'else_clause' || !condition || !body || !rest) continue;
    if (
      /__name__|TYPE_CHECKING/.test(file.read(condition)) ||
      !ownLines(file, body.children) ||
      !ownLines(file, rest.children)
    )
      continue;
    const [a, b] = [linesOf(file, body.children), linesOf(file, rest.children)];
    yield {
      kind: 'swap',
      what: `line ${lineOf(file, node.start)}`,
      files: [
        render(file, file.path, [
          { start: 0, end: condition.start },
          'not (',
          { start: condition.start, end: condition.end },
          ')',
          { start: condition.end, end: a.start },
          b,
          { start: a.end, end: b.start },
          a,
          { start: b.end, end: file.text.length },
        ]),
      ],
      choice: [a, b],
    };
  }
}

const identifiers = (file: PythonFile, name: string): Node[] => {
  const found: Node[] = [];
  walk(file.syntax.root, (node) => {
    if (node.type === 'identifier' && file.read(node) === name) found.push(node);
    return true;
  });
  return found;
};

function freshName(file: PythonFile, name: string): string {
  let fresh = name;
  while (file.text.includes(fresh)) fresh += '_';
  return fresh;
}

/** Nothing else stands on the lines of these. */
function ownLines(file: PythonFile, nodes: readonly Node[]): boolean {
  const [first, last] = [nodes[0], nodes.at(-1)];
  if (!first || !last) return false;
  const before = file.text.slice(file.text.lastIndexOf('\n', first.start - 1) + 1, first.start);
  const rest = file.text.slice(last.end).split('\n', 1)[0] ?? '';
  return before.trim() === '' && /^\s*(#.*)?$/.test(rest);
}

/** The lines of the nodes with the comments above them. */
function linesOf(file: PythonFile, nodes: readonly Node[]): { start: number; end: number } {
  const { text } = file;
  let start = text.lastIndexOf('\n', nodes[0]!.start - 1) + 1;
  for (let above = start; above > 0; ) {
    above = text.lastIndexOf('\n', above - 2) + 1;
    if (!/^[ \t]*#(?!!)/.test(text.slice(above, start))) break;
    start = above;
  }
  const end = text.indexOf('\n', nodes.at(-1)!.end);
  return { start, end: end < 0 ? text.length : end + 1 };
}

/** The lines with another indentation, but for those that go on with a string. */
function indented(file: PythonFile, span: { start: number; end: number }, indent: string, instead = ''): Piece[] {
  const strings: Node[] = [];
  walk(file.syntax.root, (node) => {
    if (node.type === 'string') strings.push(node);
    return node.type !== 'string';
  });
  const pieces: Piece[] = [];
  for (let at = span.start; at < span.end; ) {
    const next = file.text.indexOf('\n', at);
    const end = next < 0 ? file.text.length : next + 1;
    const isString = strings.some((each) => each.start < at && each.end > at);
    const isEmpty = file.text.slice(at, end).trim() === '';
    const isIndented = file.text.startsWith(instead, at);
    if (isString || isEmpty || !isIndented) pieces.push({ start: at, end });
    else pieces.push(indent, { start: at + instead.length, end });
    at = end;
  }
  if (!file.text.slice(0, span.end).endsWith('\n')) pieces.push('\n');
  return pieces;
}

const lineOf = (file: PythonFile, offset: number): number => file.text.slice(0, offset).split('\n').length;

function render(file: PythonFile, path: string, pieces: readonly Piece[]): Rewritten {
  let text = '';
  const kept: { from: number; to: number; length: number }[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else {
      kept.push({ from: piece.start, to: text.length, length: piece.end - piece.start });
      text += file.text.slice(piece.start, piece.end);
    }
  }
  const place = (offset: number): number | undefined => {
    const found = kept.find(({ from, length }) => offset >= from && offset < from + length);
    return found && found.to + offset - found.from;
  };
  return { path, text, place };
}
