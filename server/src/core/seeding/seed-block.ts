/** *Insert seed block*: a `make_deterministic` made for one file, and called first in its program. */

import type { Project } from '../contract/project.ts';
import { indentUnit, insertAfter, insertBefore, quoted, statementOf } from '../edits/edit-text.ts';
import { freeName, headStatements, helperOffset, insertHelper, spellAll } from '../edits/imports.ts';
import { ALGORITHMS, CUDNN_BENCHMARK, CUDNN_DETERMINISTIC, OLD_ALGORITHMS } from '../knowledge/calls.ts';
import { nameFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { compareVersions, STREAMS, type Stream } from '../knowledge/tables.ts';
import type { PythonFile } from '../python/file.ts';
import type { Node } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';
import { compiledHelper } from './compiled-seeds.ts';
import { targetOf } from './processes.ts';
import { FALLBACK_SEED, nodeAt, seedValueAt } from './seeds.ts';

export interface SeedBlock {
  /** `make_deterministic(42)`, as it is called. */
  readonly call: string;
  edits(): Edit[];
}

/** A `make_deterministic` made for this file, called first in the program. */
export function seedBlock(file: PythonFile, project: Project, deterministic: boolean): SeedBlock {
  const streams = streamsToSeed(file, project);
  const name = freeName(file, ['make_deterministic', 'seed_everything']);
  const entry = entryPoint(file, project);
  const place = entry.statement ?? file.syntax.root;
  const value = entry.seed ?? seedValueAt(file, place);
  const call = `${name}(${value})`;
  return {
    call,
    edits() {
      const unit = indentUnit(file);
      const compiled = streams.flatMap((stream) => compiledHelper(file, stream) ?? []);
      const functions = streams.flatMap((stream) => (streamRow(stream).within ? [] : [streamRow(stream).seed]));
      const switches = deterministic ? switchesOf(file, project.versionOf('torch')) : [];
      const { texts, edits } = spellAll(file, [...functions, ...switches.map(({ name }) => name)], helperOffset(file));
      const lines = texts.map((text, i) => `${unit}${text}${switches[i - functions.length]?.rest ?? '(seed)'}`);
      const inner = compiled.map((each) => `${unit}${each.name}(seed)`);
      const before = compiled.flatMap((each) => [...each.lines, '', '']);
      const helper = [...before, `def ${name}(seed):`, ...lines, ...inner];
      edits.push(
        ...compiled.flatMap((each) => each.edits.filter((edit) => !edits.some(({ text }) => text === edit.text))),
      );
      const targets = seedTargets(file, project, name, value);
      if (entry.kind === 'none') return insertHelper(file, edits, helper);
      if (entry.kind === 'head') return [...insertHelper(file, edits, [...helper, '', '', call]), ...targets];
      if (!entry.statement) return [];
      const insert = entry.kind === 'after' ? insertAfter : insertBefore;
      return [...insertHelper(file, edits, helper), insert(file, entry.statement, [call]), ...targets];
    },
  };
}

interface Switch {
  readonly name: string;
  /** What follows the name. */
  readonly rest: string;
}

/** The switches that a version of torch has; null is the newest. */
function switchesOf(file: PythonFile, version: string | null): Switch[] {
  const isBefore = (other: string): boolean => version !== null && compareVersions(version, other) < 0;
  const benchmark = { name: CUDNN_BENCHMARK, rest: ' = False' };
  if (isBefore('1.7')) return [{ name: CUDNN_DETERMINISTIC, rest: ' = True' }, benchmark];
  const algorithms = {
    name: isBefore('1.8') ? OLD_ALGORITHMS : ALGORITHMS,
    rest: '(True)',
  };
  // Until 2.10 a matrix product on CUDA raised under the switch without this variable.
  const [variable, value] = ['CUBLAS_WORKSPACE_CONFIG', ':4096:8'].map((text) => quoted(file, text));
  const workspace = { name: nameFor('environment'), rest: `.setdefault(${variable}, ${value})` };
  return [...(isBefore('2.10') ? [workspace] : []), algorithms, benchmark];
}

/** No seed reaches a process that is started anew: its target calls the block too. */
function seedTargets(file: PythonFile, project: Project, name: string, value: string): Edit[] {
  const children = Object.values(project.summary?.children ?? {});
  const bodies = new Set(children.flatMap((child) => targetOf(file, child, project)?.get('body')?.children[0] ?? []));
  const seed = /^-?\d+$/.test(value) ? value : FALLBACK_SEED;
  return [...bodies].map((statement) => insertBefore(file, statement, [`${name}(${seed})`]));
}

/** The streams the program draws from, and those whose module the file imports. */
function streamsToSeed(file: PythonFile, project: Project): Stream[] {
  const drawn = project.summary?.exposed ?? {};
  const isImported = (module: string): boolean =>
    [...file.scopes.byNode.values()].some((scope) =>
      [...scope.names.values()].some((definitions) =>
        definitions.some(
          (each) =>
            each.kind === 'import' &&
            (each.qualified === module || each.qualified.startsWith(`${module}.`)) &&
            !isForTypesOnly(each.statement, file),
        ),
      ),
    );
  const streams = STREAMS.filter((stream) => {
    const { base, module } = streamRow(stream);
    return stream in drawn || (base === true && isImported(module));
  });
  // A program that draws nothing we know still trains with torch.
  return streams.length > 0 && (streams.includes('torch') || Object.keys(drawn).length > 0)
    ? streams
    : [...streams, 'torch'];
}

function isForTypesOnly(statement: Node, file: PythonFile): boolean {
  const guard = statement.enclosing('if_statement')?.get('condition');
  return guard !== undefined && file.read(guard).includes('TYPE_CHECKING');
}

type Entry =
  | { readonly kind: 'none' | 'head'; readonly statement?: undefined; readonly seed?: undefined }
  | { readonly kind: 'before' | 'after'; readonly statement: Node; readonly seed?: string };

/** Where a program's first statement goes: behind its parsed `--seed`, in its main guard, or at the top. */
function entryPoint(file: PythonFile, project: Project): Entry {
  const command = commandEntry(file, project);
  if (command) return command;
  if (project.commands.length > 0) return { kind: 'head' };
  const head = headStatements(file);
  const guard = file.syntax.root.children.find(
    (node) => node.type === 'if_statement' && file.read(node.get('condition') ?? node).includes('__name__'),
  );
  const firstDraw = Math.min(...drawnAtModuleLevel(file, project));
  const parsed = parsedSeed(file);
  if (parsed && parsed.statement.end < firstDraw) return parsed;
  const inGuard = guard?.get('consequence')?.children[0];
  if (guard && inGuard && guard.start < firstDraw) return { kind: 'before', statement: inGuard };
  const body = file.syntax.root.children.filter((node) => !head.includes(node));
  const isScript = project.isProgram || !body.some((node) => /definition$/.test(node.type));
  return { kind: isScript ? 'head' : 'none' };
}

/** In the function that the project installs as its only command, behind the seed it parses. */
function commandEntry(file: PythonFile, project: Project): Entry | null {
  const [only, ...others] = project.commands;
  const body = only === undefined || others.length > 0 ? undefined : file.functionOf(only)?.node.get('body');
  if (!body) return null;
  const places = Object.values(project.summary?.exposed ?? {}).map((exposure) => project.anchor(exposure).start);
  if (places.some((start) => start < body.start)) return null;
  const parsed = parsedSeed(file);
  const isInside = parsed && parsed.statement.start >= body.start && parsed.statement.end <= body.end;
  if (isInside && places.every((start) => start > parsed.statement.end)) return parsed;
  const [first, second] = body.children;
  const isDocumented = first?.type === 'expression_statement' && first.children[0]?.type === 'string';
  const statement = isDocumented ? second : first;
  return statement ? { kind: 'before', statement } : null;
}

/** Starts of the module-level statements that reach a draw. */
function drawnAtModuleLevel(file: PythonFile, project: Project): number[] {
  const starts = Object.values(project.summary?.exposed ?? {}).map((exposure) => {
    const first = project.locate(exposure.via[0] ?? exposure.site);
    let node = nodeAt(file, first);
    while (node.parent && node.parent.type !== 'module') node = node.parent;
    return node.type === 'if_statement' && file.read(node.get('condition') ?? node).includes('__name__')
      ? Number.POSITIVE_INFINITY
      : node.start;
  });
  return [...starts, Number.POSITIVE_INFINITY];
}

/** `args = parser.parse_args()` of a parser that knows `--seed`: the user's seed exists from there on. */
function parsedSeed(file: PythonFile): { kind: 'after'; statement: Node; seed: string } | null {
  const option = file.methodCalls('add_argument').find((call) => {
    const first = file.argument(call, 'name', 0);
    return typeof first !== 'string' && /^--seed$/.test(String(file.constant(first)));
  });
  if (!option) return null;
  for (const call of file.methodCalls('parse_args')) {
    const assignment = call.node.parent;
    const target = assignment?.type === 'assignment' ? assignment.get('left') : undefined;
    const owner = call.node.enclosing('function_definition');
    const name = owner && file.read(owner.get('name') ?? owner);
    if (assignment && target?.type === 'identifier' && (!owner || name === 'main')) {
      return { kind: 'after', statement: statementOf(assignment), seed: `${file.read(target)}.seed` };
    }
  }
  return null;
}
