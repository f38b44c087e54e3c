/** Finds the name a module already has in a file, adds the import where a careful engineer would, and places helpers. */

import { namesFor, USUAL_NAMES } from '../knowledge/names.ts';
import { BASE_STREAMS, streamRow } from '../knowledge/streams.ts';
import { isMlPackage } from '../knowledge/tables.ts';
import { runningOrder } from '../python/cells.ts';
import type { PythonFile } from '../python/file.ts';
import { isMainGuard } from '../python/main-guard.ts';
import type { MarimoCell } from '../python/marimo.ts';
import type { Node } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';
import { lineStart } from '../text/lines.ts';
import { eolOf, insertAt, insertBefore, lineEnd } from './edit-text.ts';

/** How a file spells a dotted name, and the import it still needs for that. */
export interface Spelled {
  readonly text: string;
  readonly edits: readonly Edit[];
}

const STANDARD = namesFor('standard-modules');
export const isStandardModule = (name: string): boolean => STANDARD.has(name);

const USUAL_ALIAS = new Map(USUAL_NAMES.filter(({ alias }) => alias).map(({ name, module }) => [module, name]));
/** Modules whose generators every program has. */
const BASE_MODULES: ReadonlySet<string> = new Set(BASE_STREAMS.map((stream) => streamRow(stream).module));

/**
 * Spells `numpy.random.seed` with the file's own import, or with a new one that collides with nothing.
 * `use` is where the name will stand, if that may be above an import or inside a function; `bound` is what the code around
 * it binds that is written with it, as the parameters of a new helper.
 */
export function spell(
  file: PythonFile,
  qualified: string,
  use = file.text.length,
  bound: readonly string[] = [],
): Spelled {
  const home = file.scopes.cells.find(({ body }) => body.some((each) => each.start <= use && use <= each.end));
  let best: { name: string; rest: string } | undefined;
  for (const [name, definitions] of file.scopes.module.names) {
    const [first] = definitions;
    if (first?.kind !== 'import' || bound.includes(name) || isHidden(name, use, file)) continue;
    const isBefore = home ? runsBefore(first.statement, home, file) : first.statement.start <= use;
    if (!isBefore || (!home && !isUnconditional(first.statement))) continue;
    // Notebooks like to import the same once more.
    if (!definitions.every((each) => each.kind === 'import' && each.qualified === first.qualified)) continue;
    const rest = suffixOf(qualified, first.qualified);
    // The shortest spelling wins; on a tie, the first import.
    if (rest !== null && (!best || rest.length < best.rest.length)) best = { name, rest };
  }
  if (best) return { text: best.name + best.rest, edits: [] };
  const module = qualified.split('.')[0] ?? qualified;
  const usual = USUAL_ALIAS.get(module) ?? module;
  // An import further down may come a second time.
  const again =
    !home &&
    !bound.includes(usual) &&
    !isHidden(usual, use, file) &&
    file.scopes.module.names.get(usual)?.every((each) => each.kind === 'import' && each.qualified === module);
  const name = again ? usual : freeName(file, [usual, module, `${module}_module`]);
  const statement = name === module ? `import ${module}` : `import ${module} as ${name}`;
  const text = name + qualified.slice(module.length);
  const inCell = home?.body.find((each) => each.start <= use && use <= each.end);
  return { text, edits: [inCell ? insertBefore(file, inCell, [statement]) : importEdit(file, module, statement, use)] };
}

/** True for an import that has run where a cell of a notebook runs, so that needing its name changes no order. */
function runsBefore(statement: Node, home: MarimoCell, file: PythonFile): boolean {
  if (isUnconditional(statement) || statement.enclosing('with_statement')) return true;
  const order = runningOrder(file.scopes.cells, file);
  const place = order.findIndex(({ body }) => body.includes(statement));
  return place >= 0 && place <= order.indexOf(home);
}

/** A scope around the place, other than the module's, binds the name to something of its own. */
function isHidden(name: string, use: number, file: PythonFile): boolean {
  for (const scope of file.scopes.byNode.values()) {
    if (scope.kind !== 'module' && scope.node.start < use && use < scope.node.end && scope.names.has(name)) return true;
  }
  return false;
}

/** Spells several names, each new import once. */
export function spellAll(
  file: PythonFile,
  names: readonly string[],
  use?: number,
  bound?: readonly string[],
): { texts: string[]; edits: Edit[] } {
  const spelled = names.map((name) => spell(file, name, use, bound));
  const edits: Edit[] = [];
  for (const edit of spelled.flatMap((each) => each.edits)) {
    if (!edits.some((other) => other.text === edit.text)) edits.push(edit);
  }
  // Where they land at one place, the standard library comes first.
  const rank = (edit: Edit): number => (STANDARD.has(edit.text.trim().split(/[\s.]/)[1] ?? '') ? 0 : 1);
  edits.sort((a, b) => rank(a) - rank(b));
  // Two that each begin a group of their own begin one together.
  const begins = (edit: Edit | undefined): boolean => edit !== undefined && /^(\r?\n){2}/.test(edit.text);
  const joined = edits.map((edit, i) => {
    const before = edits[i - 1];
    const isSameGroup = before?.start === edit.start && begins(edit) && begins(before) && rank(before) === rank(edit);
    return isSameGroup ? { ...edit, text: edit.text.replace(/^\r?\n/, '') } : edit;
  });
  return { texts: spelled.map((each) => each.text), edits: joined };
}

/** The first of the names that nothing in the file binds; numbered when all are taken. */
export function freeName(file: PythonFile, names: readonly string[]): string {
  const taken = new Set<string>();
  for (const scope of file.scopes.byNode.values()) for (const name of scope.names.keys()) taken.add(name);
  for (const name of names) if (!taken.has(name)) return name;
  const last = names.at(-1) ?? 'name';
  let copy = 2;
  while (taken.has(`${last}_${copy}`)) copy++;
  return `${last}_${copy}`;
}

/** Where helper functions go: the offset behind the head of the file (docstring, imports). */
export function helperOffset(file: PythonFile): number {
  const head = headStatements(file);
  const last = head.at(-1);
  return last ? lineEnd(file.text, last.end) : headOffset(file);
}

/**
 * Lines at module level behind the imports, with the two blank lines that belong around a function.
 * `imports` are the new imports that the lines need; they come first where both land at one place.
 */
export function insertHelper(file: PythonFile, imports: readonly Edit[], lines: readonly string[]): Edit[] {
  const eol = eolOf(file);
  const offset = helperOffset(file);
  const rest = file.text.slice(offset, file.bounds(offset).end);
  const isFollowed = rest.trim() !== '';
  // A statement at the end needs one blank line behind it, a function two.
  const endsInFunction = /^\s/.test(lines.at(-1) ?? '');
  const wanted = endsInFunction ? 3 : 2;
  const text = lines.join(eol);
  if (headStatements(file).length === 0) {
    const last = imports.filter((edit) => edit.start === offset).at(-1);
    const before = last ? eol.repeat(last.text.endsWith(eol + eol) ? 1 : 2) : '';
    return [...imports, insertAt(offset, before + text + eol + (isFollowed ? eol.repeat(wanted - 1) : ''))];
  }
  const present = (/^(?:[ \t]*\r?\n)*/.exec(rest)?.[0] ?? '').split('\n').length - 1;
  const isLast = present === 0 && !file.notebook;
  const after = isFollowed ? eol.repeat(Math.max(0, wanted - present)) : isLast ? eol : '';
  return [...imports, insertAt(offset, `${eol}${eol}${eol}${text}${after}`)];
}

/** A statement at module level behind the imports, set off by blank lines. */
export function insertStatement(file: PythonFile, statement: string): Edit {
  const eol = eolOf(file);
  const offset = helperOffset(file);
  const isFirst = file.text.slice(file.bounds(offset).start, offset).trim() === '';
  return insertAt(offset, isFirst ? statement + eol : `${eol}${eol}${statement}`);
}

/** What a file begins with: its docstring and its imports. In a notebook, the imports of its cell of imports. */
export function headStatements(file: PythonFile): Node[] {
  if (file.notebook) return importCell(file)?.imports ?? [];
  const head: Node[] = [];
  for (const node of file.syntax.root.children) {
    const isDocstring =
      head.length === 0 && node.type === 'expression_statement' && node.children[0]?.type === 'string';
    if (!isDocstring && !isImport(node) && !isGuardedImport(node, file)) break;
    head.push(node);
  }
  return head;
}

interface CellOfCode {
  /** The first imports of the cell, as far as they follow each other. */
  readonly imports: Node[];
  readonly others: Node[];
}

function cellsOfCode(file: PythonFile): CellOfCode[] {
  const cells = new Map<number, CellOfCode>();
  for (const node of file.syntax.root.children) {
    const { start } = file.bounds(node.start);
    const cell = cells.get(start) ?? { imports: [], others: [] };
    cells.set(start, cell);
    const [first] = cell.imports;
    const isFirst = !first || (cell.others.at(-1)?.start ?? -1) < first.start;
    cell[isFirst && (isImport(node) || isGuardedImport(node, file)) ? 'imports' : 'others'].push(node);
  }
  return [...cells.values()];
}

/**
 * The cell of a notebook to import and to seed in: the first that imports what draws, since nothing is drawn before;
 * where cells that only import follow one that only imports, the last of them. None where a file is run before it,
 * which may draw.
 */
function importCell(file: PythonFile): CellOfCode | undefined {
  const cells = cellsOfCode(file);
  const draws = (node: Node): boolean => BASE_MODULES.has(moduleOf(node, file)) || isMlPackage(moduleOf(node, file));
  let at = cells.findIndex(({ imports }) => imports.some(draws));
  if (at < 0) return cells.find(({ imports }) => imports.length > 0);
  const onlyImports = (cell: CellOfCode | undefined): boolean => cell?.others.length === 0;
  while (onlyImports(cells[at]) && onlyImports(cells[at + 1])) at++;
  const first = cells[at]?.imports[0]?.start ?? 0;
  return file.notebook?.runs.some(({ magic }) => magic < first) ? undefined : cells[at];
}

/** The imports that a new one joins: the head, or where that comes after the use, what a notebook imports first. */
function importsBefore(file: PythonFile, use: number): Node[] {
  const head = headStatements(file);
  if (!file.notebook || (head[0]?.start ?? use) <= use) return head;
  const first = cellsOfCode(file).find(({ imports }) => imports.length > 0)?.imports ?? [];
  return (first[0]?.start ?? use) <= use ? first : [];
}

function importEdit(file: PythonFile, module: string, statement: string, use: number): Edit {
  const eol = eolOf(file);
  const head = importsBefore(file, use);
  const imports = head.filter((node) => isImport(node) && node.type !== 'future_import_statement');
  const group = imports.filter((node) => STANDARD.has(moduleOf(node, file)) === STANDARD.has(module));
  const next = group.find((node) => node.type === 'import_statement' && moduleOf(node, file) > module);
  if (next) return insertAt(lineStart(file.text, next.start), statement + eol);
  const plain = group.filter((node) => node.type === 'import_statement').at(-1) ?? group[0];
  if (plain && plain.type === 'import_statement') return insertAt(lineEnd(file.text, plain.end), eol + statement);
  if (plain) return insertAt(lineStart(file.text, plain.start), statement + eol);
  const first = imports[0];
  if (first && STANDARD.has(module)) return insertAt(lineStart(file.text, first.start), statement + eol + eol);
  const last = head.at(-1);
  if (last) return insertAt(lineEnd(file.text, last.end), `${eol}${eol}${statement}`);
  const offset = file.notebook && use < file.text.length ? file.bounds(use).start : headOffset(file);
  const rest = file.text.slice(offset, file.bounds(offset).end);
  return insertAt(offset, statement + eol + (rest.trim() === '' ? '' : eol));
}

const isImport = (node: Node): boolean =>
  /^(import_statement|import_from_statement|future_import_statement)$/.test(node.type);

/** `if TYPE_CHECKING:` and `try: import ...` belong to the head, but nothing is added in them. */
function isGuardedImport(node: Node, file: PythonFile): boolean {
  if (node.type !== 'try_statement' && node.type !== 'if_statement') return false;
  if (isMainGuard(node, file)) return false;
  const body = node.get('body') ?? node.get('consequence');
  return body !== undefined && body.children.length > 0 && body.children.every(isImport);
}

function isUnconditional(statement: Node): boolean {
  return statement.parent?.type === 'module';
}

function moduleOf(statement: Node, file: PythonFile): string {
  const name = statement.get('module_name') ?? statement.get('name');
  return file.read(name ?? statement).split(/[\s.]/)[0] ?? '';
}

/** What is left of `numpy.random.seed` after an import of `numpy.random`: `.seed`; null if it does not lead there. */
function suffixOf(qualified: string, imported: string): string | null {
  if (qualified === imported) return '';
  return qualified.startsWith(`${imported}.`) ? qualified.slice(imported.length) : null;
}

/** Behind the shebang and the encoding comment; in a notebook, where the first cell with code begins. */
export function headOffset(file: PythonFile): number {
  if (file.notebook) return file.notebook.cells.find((cell) => cell.hasCode)?.bodyStart ?? 0;
  const match = /^(?:\uFEFF)?(?:#!.*(?:\r?\n|$))?(?:#.*coding[:=].*(?:\r?\n|$))?/.exec(file.text);
  return match?.[0].length ?? 0;
}
