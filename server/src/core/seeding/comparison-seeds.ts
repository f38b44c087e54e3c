/** How a comparison of runs hands a seed to what it runs: by the program's own option, by a variable that another file has, or by seeding before each run. */

import type { Project } from '../contract/project.ts';
import { USUAL_NAMES } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { STREAMS } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { walk } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';
import type { Message } from '../text/language.ts';

/** A reason why there is no comparison. */
export interface Refusal {
  readonly message: Message;
}

/** How one run begins: statements before the loop and in it, the call, and what the new file imports of this one. */
export interface Run {
  readonly setup: readonly string[];
  readonly before: readonly string[];
  readonly call: string;
  readonly imports: readonly string[];
  /** Modules that the statements use. */
  readonly modules: readonly string[];
  readonly edits: readonly Edit[];
  /** The seeds that the program runs under by itself, as it has them. */
  readonly seeds?: string | null;
}

/**
 * The option that fills an attribute of what a parser of the file parses, as it is typed, or a parameter of a function that
 * these calls make a command; null where there is none.
 */
export function optionOf(
  attribute: string,
  file: PythonFile,
  calls: Iterable<Call> = file.methodCalls('add_argument'),
): string | null {
  for (const call of calls) {
    const given = (call.node.get('arguments')?.children ?? []).map((each) => file.constant(each));
    const texts = given.filter((each) => typeof each === 'string');
    const long = texts.find((each) => /^--\w/.test(each));
    if (long === undefined) continue;
    // A command's option may name its parameter without dashes.
    if (texts.some((each) => each === attribute)) return long;
    const named = file.argument(call, 'dest');
    const target = typeof named === 'string' ? long.slice(2).replaceAll('-', '_') : file.constant(named);
    if (target === attribute) return long;
  }
  return null;
}

/** Statements that seed all streams of the program with `seed`, and the imports they need. */
export function seedsOfStreams(project: Project): { readonly before: string[]; readonly modules: string[] } {
  const spelled = STREAMS.filter((stream) => project.streams.has(stream)).map((stream) => {
    const [module = '', ...rest] = streamRow(stream).seed.split('.');
    const alias = USUAL_NAMES.find((each) => each.module === module && each.alias)?.name;
    return {
      module: alias ? `import ${module} as ${alias}` : `import ${module}`,
      call: `${[alias ?? module, ...rest].join('.')}(seed)`,
    };
  });
  return { before: spelled.map(({ call }) => call), modules: spelled.map(({ module }) => module) };
}

/** Statements of another program that set what the seeds are read of, and the imports they need. */
export interface SeedSetting {
  readonly before: readonly string[];
  readonly modules: readonly string[];
}

/**
 * The variable, attribute or entry of another file that all these seeds are, such as `config.SEED`; null where they are
 * nothing of the kind, or where this file sets it too.
 */
export function settingElsewhere(seeds: readonly Node[], file: PythonFile, project: Project): SeedSetting | null {
  const [first] = seeds;
  if (!first || seeds.some((each) => file.read(each) !== file.read(first))) return null;
  const root = rootOf(first, file);
  const imported = root && importOf(root, file);
  if (!root || !imported || changes(root, first, file)) return null;
  const { module, name, statement } = imported;
  if (root !== first) return { before: [`${file.read(first)} = seed`], modules: [statement] };
  const { values, isComplete } = project.values.origins(project.values.value(first));
  const isNumber = isComplete && values.length === 1 && values[0]?.node.type === 'integer';
  return isNumber && name !== null ? { before: [`${module}.${name} = seed`], modules: [`import ${module}`] } : null;
}

/** The name at the beginning of a chain of attributes and entries. */
function rootOf(expression: Node, file: PythonFile): Node | null {
  if (expression.type === 'identifier') return expression;
  const isEntry =
    expression.type === 'subscript' && typeof file.constant(expression.get('subscript') ?? expression) === 'string';
  const inner = expression.type === 'attribute' ? expression.get('object') : isEntry ? expression.get('value') : null;
  return inner ? rootOf(inner, file) : null;
}

/** How another program beside it imports a name as the file does; `name` is what is taken of the module. Null for no such name, and for a part of a package. */
function importOf(root: Node, file: PythonFile) {
  for (const statement of file.scopes.imports) {
    const from = statement.get('module_name');
    for (const each of statement.children) {
      const alias = each.get('alias');
      const written = file.read(each.get('name') ?? each);
      const bound = alias ? file.read(alias) : from ? written : written.split('.')[0];
      if (each.field !== 'name' || bound !== file.read(root)) continue;
      if (!from) return { module: written, name: null, statement: `import ${file.read(each)}` };
      const module = file.read(from);
      const whole = { module, name: written, statement: `from ${module} import ${file.read(each)}` };
      return module.startsWith('.') ? null : whole;
    }
  }
  return null;
}

/** Whether the file sets what a seed is read of by itself, or calls a method of what holds it, which may. */
function changes(root: Node, seed: Node, file: PythonFile): boolean {
  const lastOf = (chain: Node): string | undefined => file.read(chain).split(/[.[]/).at(-1);
  let found = false;
  walk(file.syntax.root, (node) => {
    const target = /assignment$/.test(node.type) ? node.get('left') : undefined;
    const callee = node.type === 'call' ? node.get('function') : undefined;
    const holder = callee?.type === 'attribute' ? callee.get('object') : undefined;
    found ||= target !== undefined && target.type !== 'identifier' && lastOf(target) === lastOf(seed);
    found ||= holder !== undefined && root !== seed && file.read(holder) === file.read(root);
    return !found;
  });
  return found;
}
