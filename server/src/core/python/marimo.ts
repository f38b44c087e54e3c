/**
 * marimo notebooks: Python files whose cells are functions of an app. A cell's names are the notebook's, and cells run
 * in the order of what they need of each other, not in the order they stand.
 */
import type { Node } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';

/** A cell: the statement of the file that it is, its function, and what runs. */
export interface MarimoCell {
  readonly statement: Node;
  readonly definition: Node;
  readonly body: readonly Node[];
  /** It does not run, nor does what needs its names. */
  readonly isDisabled: boolean;
}

/** The cells of a file that makes a `marimo.App()`, in the order they stand; none in any other file. */
export function marimoCells(root: Node, text: string): MarimoCell[] {
  if (!text.includes('marimo')) return [];
  const read = (node: Node | undefined): string => (node ? text.slice(node.start, node.end) : '');
  const apps = appNames(root, read);
  if (apps.size === 0) return [];
  return root.children.flatMap((statement): MarimoCell[] => {
    const definition = statement.type === 'decorated_definition' ? statement.get('definition') : undefined;
    if (definition?.type !== 'function_definition') return [];
    for (const { type, children } of statement.children) {
      const expression = type === 'decorator' ? children[0] : undefined;
      const callee = expression?.type === 'call' ? expression.get('function') : expression;
      const isCell = callee?.type === 'attribute' && /^(cell|unparsable_cell)$/.test(read(callee.get('attribute')));
      if (!isCell || !apps.has(read(callee.get('object')))) continue;
      const given = expression?.type === 'call' ? (expression.get('arguments')?.children ?? []) : [];
      const isDisabled = given.some(
        (each) => read(each.get('name')) === 'disabled' && read(each.get('value')) === 'True',
      );
      const all = definition.get('body')?.children ?? [];
      const body = all.filter(({ type: kind }) => kind !== 'return_statement');
      return [{ statement, definition, body, isDisabled }];
    }
    return [];
  });
}

/** What the file calls marimo, and its class of apps. */
function importedNames(root: Node, read: (node: Node | undefined) => string) {
  const modules = new Set<string>();
  const makers = new Set<string>();
  for (const statement of root.children) {
    const isFrom = statement.type === 'import_from_statement' && read(statement.get('module_name')) === 'marimo';
    for (const each of statement.children) {
      const [name, alias] = [read(each.get('name') ?? each), read(each.get('alias'))];
      if (statement.type === 'import_statement' && name === 'marimo') modules.add(alias || name);
      if (isFrom && each.field === 'name' && name === 'App') makers.add(alias || name);
    }
  }
  return { modules, makers };
}

/** The names of the file that are bound to a `marimo.App(...)`. */
function appNames(root: Node, read: (node: Node | undefined) => string): ReadonlySet<string> {
  const { modules, makers } = importedNames(root, read);
  const apps = new Set<string>();
  for (const statement of root.children) {
    const assignment = statement.type === 'expression_statement' ? statement.children[0] : undefined;
    const [left, right] = [assignment?.get('left'), assignment?.get('right')];
    if (assignment?.type !== 'assignment' || left?.type !== 'identifier' || right?.type !== 'call') continue;
    const callee = right.get('function');
    const isMaker =
      callee?.type === 'attribute'
        ? read(callee.get('attribute')) === 'App' && modules.has(read(callee.get('object')))
        : makers.has(read(callee));
    if (isMaker) apps.add(read(left));
  }
  return apps;
}

/** True where each edit of a marimo notebook's text lies in one cell or in its setup: what stands elsewhere marimo writes anew. */
export function fitsMarimo(cells: readonly MarimoCell[], root: Node, text: string, edits: readonly Edit[]): boolean {
  const setups = root.children.filter(({ type }) => type === 'with_statement');
  const blocks = [...cells.map(({ definition }) => definition), ...setups].flatMap((each) => each.get('body') ?? []);
  return edits.every(({ start, end }) =>
    blocks.some((block) => {
      // Whole lines go in at the margin, in front of the block's first line or behind its last.
      const isBefore = start < block.start && /^[ \t]*$/.test(text.slice(start, block.start));
      return (isBefore || start >= block.start) && text.slice(block.end, end).trim() === '' && start <= block.end + 1;
    }),
  );
}

/** A name of one cell alone. */
export const isCellsOwn = (name: string): boolean => name.startsWith('_');
