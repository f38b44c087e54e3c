/**
 * *Insert run comparison*: a program beside this one that runs its training under several seeds, records each run for
 * TensorBoard and prints mean and deviation, since one seed says little about which of two models is better.
 */

import type { Project } from '../contract/project.ts';
import { replace } from '../edits/edit-text.ts';
import { nameFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isMainGuard } from '../python/main-guard.ts';
import { assignedTo, boundAt } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';
import { type Message, t } from '../text/language.ts';
import { folderOf, join } from '../text/paths.ts';
import { seededOnly, seedGiven } from './absorbed.ts';
import { commandRun } from './command-runs.ts';
import { optionOf, type Refusal, type Run, seedsOfStreams, settingElsewhere } from './comparison-seeds.ts';
import { comparisonText } from './comparison-text.ts';
import { programComparison } from './program-comparison.ts';

const COMMAND_LINE = nameFor('command-line');

/** A new file, and what has to change in the program for it. */
export interface RunComparison {
  readonly path: string;
  readonly text: string;
  readonly edits: readonly Edit[];
  /** What is left to do by hand; empty where nothing is. */
  readonly note: Message | '';
}

/** The comparison, or why there is none; `isTaken` tells which paths have a file already. */
export function runComparison(
  file: PythonFile,
  project: Project,
  isTaken: (path: string) => boolean,
): RunComparison | Refusal {
  const module = /([^/]+)\.py$/.exec(file.path)?.[1] ?? '';
  const entry = entryCall(file, project);
  const main = entry && file.functionOf(entry.call.name);
  const path = freePath(file.path, isTaken);
  // What does nothing to randomness is no program to run as a whole.
  const whole = project.summary ? programComparison(file, project) : null;
  if (!entry || !main) {
    if (whole) return 'message' in whole ? whole : { ...whole, path };
    return { message: t`Put the training into a function that \`if __name__ == '__main__'\` calls, and try again.` };
  }
  const isImportable = /^[A-Za-z_]\w*$/.test(module);
  const run = isImportable
    ? runOf(entry, main, file, project)
    : { message: t`No other program can import a file of this name.` };
  if ('message' in run) return whole && !('message' in whole) && whole.note === '' ? { ...whole, path } : run;
  const names = resultNames(main, file);
  const isPart = file.scopes.imports.some((each) => /^from\s+\./.test(file.read(each)));
  const shown = (names ?? ['result']).map((each) => `'${each}'`).join(', ');
  const text = comparisonText(
    {
      ...run,
      name: main.name,
      imports: [`from ${isPart ? '.' : ''}${module} import ${[...new Set(run.imports)].sort().join(', ')}`],
      constants: [],
      functions: [
        [
          'def curves(result, names):',
          `    """${t`What a run returned, by name; a list is a curve, of which the last number counts.`}"""`,
          '    if not isinstance(result, dict):',
          '        result = dict(zip(names, result if isinstance(result, tuple) else (result,)))',
          '    return {name: value if isinstance(value, list) else [value] for name, value in result.items()}',
        ],
      ],
      curves: `curves(result, [${shown}])`,
    },
    file,
  );
  return {
    path,
    text,
    edits: run.edits,
    note: names ? '' : t`\`${main.name}\` returns nothing: let it return what is compared, such as its loss.`,
  };
}

function freePath(path: string, isTaken: (path: string) => boolean): string {
  for (let number = 1; ; number++) {
    const free = join(folderOf(path), number === 1 ? 'compare_runs.py' : `compare_runs_${number}.py`);
    if (!isTaken(free)) return free;
  }
}

/** What the main guard runs: a call of a function of the file, and the loop over seeds that it stands in. */
interface Entry {
  readonly call: Call;
  readonly loop: Node | null;
}

/** The last call in the main guard, on a line of its own, of a function of the file that does more than to seed. */
function entryCall(file: PythonFile, project: Project): Entry | null {
  const guard = file.syntax.root.children.find((node) => isMainGuard(node, file));
  const callIn = (statement: Node): Call[] => {
    const node = statement.type === 'expression_statement' ? statement.children[0] : undefined;
    const call = node?.type === 'call' ? file.call(node) : null;
    const isOwn = call && file.functionOf(call.name)?.class === null;
    return isOwn && !seededOnly(call, file, project) ? [call] : [];
  };
  const entries = (guard?.get('consequence')?.children ?? []).flatMap((statement): Entry[] => {
    const isLoop = statement.type === 'for_statement' && statement.get('left')?.type === 'identifier';
    const repeated = isLoop ? (statement.get('body')?.children ?? []).flatMap(callIn) : [];
    return [
      ...callIn(statement).map((call) => ({ call, loop: null })),
      ...repeated.map((call) => ({ call, loop: statement })),
    ];
  });
  return entries.at(-1) ?? null;
}

/** What stands for an argument in another file, and what that needs. */
interface Passed {
  readonly parameter: string | undefined;
  readonly keyword: string | null;
  readonly text: string;
  readonly setup: readonly string[];
  readonly imports: readonly string[];
}

function runOf({ call, loop }: Entry, main: FunctionInfo, file: PythonFile, project: Project): Run | Refusal {
  const given = call.node.get('arguments')?.children ?? [];
  const seeds = seedsIn(main, file);
  const [seed] = seeds;
  const own = seed && isParameter(file.read(seed), main) ? file.read(seed) : undefined;
  const command = commandRun(main, seeds, given, file);
  if (command) return command;
  const passed: Passed[] = [];
  for (const [i, argument] of given.entries()) {
    const keyword = argument.type === 'keyword_argument' ? argument.get('name') : undefined;
    const value = argument.get('value') ?? argument;
    const parameter = keyword ? file.read(keyword) : main.parameters[i]?.name;
    if (parameter !== undefined && parameter === own) continue;
    const stand = standIn(value, call.node, file);
    if (!stand)
      return { message: t`\`${main.name}\` is given \`${file.read(value)}\`, which no other program can make.` };
    passed.push({ parameter, keyword: keyword ? file.read(keyword) : null, ...stand });
  }
  const imports = [main.name, ...passed.flatMap((each) => each.imports)];
  const setup = passed.flatMap((each) => each.setup);
  const plain = (takes?: string): Run => {
    const texts = passed.map(({ parameter, keyword, text }) => {
      // What stands behind the seed has no place of its own any more.
      const isMoved = keyword === null && takes !== undefined && isBehind(parameter, takes, main);
      return keyword === null && !isMoved ? text : `${keyword ?? parameter}=${text}`;
    });
    const arguments_ = [...texts, ...(takes === undefined ? [] : [`${takes}=seed`])];
    return {
      ...{ setup, before: [], call: `${main.name}(${arguments_.join(', ')})`, imports, modules: [], edits: [] },
      ...(loop && own !== undefined && { seeds: seedsOfLoop(loop, file) }),
    };
  };
  if (!seed) return seededOutside(plain(), main, project);
  if (seeds.some((each) => file.read(each) !== file.read(seed)))
    return { message: t`\`${main.name}\` seeds with several values; let it take one as a parameter.` };
  return withSeed(seed, seeds, plain, main, passed, file, project);
}

const isParameter = (name: string, main: FunctionInfo): boolean =>
  main.parameters.some((each) => each.name === name && each.star === '');

function isBehind(parameter: string | undefined, other: string, { parameters }: FunctionInfo): boolean {
  const place = (name: string | undefined): number => parameters.findIndex((each) => each.name === name);
  return place(parameter) > place(other);
}

/** The seeds that the loop of a program goes through, where they are written there, and more than one. */
function seedsOfLoop(loop: Node, file: PythonFile): string | null {
  const right = loop.get('right');
  const values = right?.type === 'identifier' ? assignedTo(right, file) : right;
  if (!values) return null;
  const isRange = values.type === 'call' && file.read(values.get('function') ?? values) === 'range';
  const parts = (isRange ? values.get('arguments')?.children : values.children) ?? [];
  const numbers = parts.map((each) => (each.type === 'integer' ? Number(file.constant(each)) : Number.NaN));
  if (numbers.some((each) => Number.isNaN(each))) return null;
  const [first = 0, second = first] = numbers;
  const isLong = isRange
    ? numbers.length === 1
      ? first > 1
      : numbers.length === 2 && second - first > 1
    : /^(list|tuple)$/.test(values.type) && new Set(numbers).size > 1;
  return isLong ? file.read(values) : null;
}

/** What an argument of the guard's call is in another file: a constant, or what a function of the file makes. */
function standIn(value: Node, call: Node, file: PythonFile): Pick<Passed, 'text' | 'setup' | 'imports'> | null {
  if (value.type === 'identifier') {
    const name = file.read(value);
    const made = assignedTo(value, file);
    if (!made || made.start > call.start) return null;
    const stand = standIn(made, call, file);
    return stand && { text: name, setup: [...stand.setup, `${name} = ${stand.text}`], imports: stand.imports };
  }
  const own = value.type === 'call' ? file.functionOf(file.call(value).name) : undefined;
  if (own && own.class === null && value.get('arguments')?.children.length === 0)
    return { text: file.read(value), setup: [], imports: [own.name] };
  return file.constant(value) === undefined ? null : { text: file.read(value), setup: [], imports: [] };
}

/** What the function itself seeds with. */
function seedsIn(main: FunctionInfo, file: PythonFile): Node[] {
  const body = main.node.get('body');
  return file.allCalls.flatMap((call) => {
    const isOwn = call.node.enclosing('function_definition', 'lambda', 'class_definition') === main.node;
    return (isOwn && body && seedGiven(call, file)) || [];
  });
}

/** It leaves seeding to who calls it, which is the loop then. */
function seededOutside(run: Run, main: FunctionInfo, project: Project): Run | Refusal {
  if (Object.keys(project.callOf(main.id)?.must ?? {}).length > 0)
    return { message: t`\`${main.name}\` seeds by what it calls; let it take the seed as a parameter.` };
  return { ...run, ...seedsOfStreams(project) };
}

/** The seed reaches the function as a parameter, as an attribute of one, by the command line, or will. */
function withSeed(
  seed: Node,
  seeds: readonly Node[],
  plain: (seed?: string) => Run,
  main: FunctionInfo,
  passed: readonly Passed[],
  file: PythonFile,
  project: Project,
): Run | Refusal {
  const text = file.read(seed);
  if (isParameter(text, main)) return plain(text);
  const [object = '', attribute = '', ...deeper] = text.split('.');
  if (attribute !== '' && deeper.length === 0 && isParameter(object, main)) {
    const holder = passed.find(({ parameter }) => parameter === object);
    if (holder && holder.setup.length > 0) return { ...plain(), before: [`${holder.text}.${attribute} = seed`] };
    if (holder && holder.imports.length > 0) {
      const run = plain();
      return {
        ...run,
        setup: [...run.setup, `${object} = ${holder.text}`],
        before: [`${object}.${attribute} = seed`],
        call: run.call.replace(holder.text, object),
      };
    }
  }
  const option = attribute !== '' && deeper.length === 0 ? optionOf(attribute, file) : null;
  if (option !== null) {
    return {
      ...plain(),
      before: [`${COMMAND_LINE} = [${COMMAND_LINE}[0], '${option}', str(seed)]`],
      modules: [`import ${COMMAND_LINE.split('.')[0]}`],
    };
  }
  const elsewhere = /^\w+$/.test(text) ? null : settingElsewhere(seeds, file, project);
  if (elsewhere) return { ...plain(), ...elsewhere };
  const canTake = main.parameters.every((each) => each.star === '' && !each.keywordOnly && each.name !== 'seed');
  const isFixed = /^-?\d+$/.test(text) || (/^\w+$/.test(text) && isOfModule(seed, file));
  if (!canTake || !isFixed)
    return { message: t`\`${main.name}\` seeds with \`${text}\`; let it take the seed as a parameter.` };
  const parameters = main.node.get('parameters');
  if (!parameters) return { message: t`\`${main.name}\` seeds with \`${text}\`; let it take the seed as a parameter.` };
  const last = parameters.children.at(-1);
  const at = last ? last.end : parameters.start + 1;
  const added: Edit = { start: at, end: at, text: `${last ? ', ' : ''}seed=${text}` };
  return { ...plain('seed'), edits: [added, ...seeds.map((each) => replace(each, 'seed'))] };
}

const isOfModule = (name: Node, file: PythonFile): boolean => {
  const places = boundAt(name, file);
  return (
    places.length > 0 && places.every((each) => each.enclosing('function_definition', 'class_definition') === null)
  );
};

/** What the function returns, by the names it has there; null for one that returns nothing. */
function resultNames(main: FunctionInfo, file: PythonFile): readonly string[] | null {
  const lists: string[][] = [];
  walk(main.node, (node) => {
    if (node !== main.node && /^(function_definition|lambda|class_definition)$/.test(node.type)) return false;
    const value = node.type === 'return_statement' ? node.children[0] : undefined;
    if (value && value.type !== 'none') {
      const parts = /^(tuple|expression_list)$/.test(value.type) ? value.children : [value];
      lists.push(parts.map((each, i) => nameOf(each, file) ?? (parts.length === 1 ? 'result' : `result ${i + 1}`)));
    }
    return true;
  });
  return lists.sort((a, b) => b.length - a.length)[0] ?? null;
}

const nameOf = (value: Node, file: PythonFile): string | null =>
  value.type === 'identifier'
    ? file.read(value)
    : value.type === 'attribute'
      ? file.read(value.get('attribute') ?? value)
      : null;
