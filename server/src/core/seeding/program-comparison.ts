/**
 * A comparison of runs for a program that is no function: a notebook, or a script whose lines train where they stand. It is
 * run as a whole for each seed, which it takes by its own option or by a variable of the environment, and is left as it is but for that.
 */

import type { Project } from '../contract/project.ts';
import { insertBefore, quoted, replace } from '../edits/edit-text.ts';
import { freeName, spell } from '../edits/imports.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { boundAt } from '../python/names.ts';
import type { Step, Value } from '../python/value.ts';
import { walk } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';
import { type Message, t } from '../text/language.ts';
import { optionOf, type Refusal, seedsOfStreams, settingElsewhere } from './comparison-seeds.ts';
import { comparisonText } from './comparison-text.ts';
import { takersOf } from './seed-takers.ts';
import { seedArgument } from './seed-values.ts';

const PRINTS = namesFor('prints');
const SHELL = nameFor('notebook-shell');
const ENVIRONMENT = nameFor('environment');
const FIGURES = namesFor('figures');
const FIGURE_BACKEND = nameFor('figure-backend-variable');
const COMMAND_LINE = nameFor('command-line');
/** The variable by which such a program gets its seed: a plain `SEED` may be set for something else. */
const SEED_VARIABLE = 'RUN_SEED';

/** How the program gets a seed: statements, modules they use, and what has to change in the program. */
interface Seeding {
  /** Once, before the first round. */
  readonly setup: readonly string[];
  readonly before: readonly string[];
  readonly modules: readonly string[];
  readonly edits: readonly Edit[];
  /** The variable of an app of cells that is the seed. */
  readonly cellSeed?: string;
}

/** The text of the comparison with the edits of the program, or why there is none. */
export function programComparison(
  file: PythonFile,
  project: Project,
): { readonly text: string; readonly edits: readonly Edit[]; readonly note: Message | '' } | Refusal {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const isOfCells = file.scopes.cells.length > 0;
  const seeding = isOfCells ? seedingOfCells(file, project, name) : seedingOf(file, project, name);
  if ('message' in seeding) return seeding;
  const names = shownNames(file);
  const run = isOfCells ? runCells(seeding, file) : file.notebook ? RUN_NOTEBOOK : RUN_SCRIPT;
  if ('message' in run) return run;
  const program = isOfCells ? [] : [`PROGRAM = Path(__file__).with_name('${escaped(name)}')`];
  const drawsFigures = [...file.scopes.module.names.values()].some((bound) =>
    bound.some((each) => each.kind === 'import' && FIGURES.has(each.qualified)),
  );
  const text = comparisonText(
    {
      name,
      modules: [...run.modules, ...seeding.modules, ...(drawsFigures ? ['import os'] : [])],
      imports: run.imports,
      constants: [
        ...program,
        `# ${t`The variables of the program that are compared: numbers, or lists of numbers.`}`,
        `RESULTS = [${names.map((each) => `'${each}'`).join(', ')}]`,
      ],
      functions: [
        [
          'def curve(value):',
          `    """${t`A number or a list of numbers as a curve; nothing for what is neither.`}"""`,
          '    try:',
          '        values = value if isinstance(value, list) else [value]',
          "        return [float(each.item() if hasattr(each, 'item') else each) for each in values]",
          '    except (TypeError, ValueError, RuntimeError):',
          '        return []',
        ],
        [
          `def run(${run.given}):`,
          `    """${t`Runs the program as it runs by itself, and gives what is compared.`}"""`,
          ...run.body,
          '    found = {name: curve(values.get(name)) for name in RESULTS}',
          '    return {name: points for name, points in found.items() if points}',
        ],
      ],
      // Nobody looks at the windows of five runs, which would wait to be closed.
      setup: [...(drawsFigures ? [`${ENVIRONMENT}.setdefault('${FIGURE_BACKEND}', 'Agg')`] : []), ...seeding.setup],
      before: seeding.before,
      call: `run(${run.given})`,
      curves: 'result',
    },
    file,
  );
  const note =
    names.length > 0 ? '' : t`\`${name}\` prints no variable: write into \`RESULTS\` the names of what is compared.`;
  return { text, edits: seeding.edits, note };
}

/** As a text in quotes of either kind. */
const escaped = (name: string): string => name.replace(/["'\\]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`);

/** How a program is run as a whole, by a function that is given the seed or nothing. */
interface Way {
  readonly modules: readonly string[];
  readonly imports: readonly string[];
  readonly given: '' | 'seed';
  readonly body: readonly string[];
}

const RUN_SCRIPT: Way = {
  modules: ['from pathlib import Path', 'import runpy'],
  imports: [],
  given: '',
  body: ["    values = runpy.run_path(str(PROGRAM), run_name='__main__')"],
};

const SHELL_CLASS = SHELL.slice(SHELL.lastIndexOf('.') + 1);

/** Magics and shell commands do what they do in a notebook, since the same shell runs them. */
const RUN_NOTEBOOK: Way = {
  modules: ['from pathlib import Path', 'import json'],
  given: '',
  imports: [`from ${SHELL.slice(0, SHELL.lastIndexOf('.'))} import ${SHELL_CLASS}`],
  body: [
    `    shell = ${SHELL_CLASS}.instance()`,
    '    shell.reset(new_session=False)',
    "    for cell in json.loads(PROGRAM.read_text(encoding='utf-8'))['cells']:",
    "        if cell['cell_type'] == 'code':",
    "            shell.run_cell(''.join(cell['source'])).raise_error()",
    '    values = shell.user_ns',
  ],
};

/** An app of cells runs itself, with other values for what its cells would set, and gives what they set. */
function runCells({ cellSeed }: Seeding, file: PythonFile): Way | Refusal {
  const [cell] = file.scopes.cells;
  const decorator = cell?.statement.children.find(({ type }) => type === 'decorator')?.children[0];
  const callee = decorator?.type === 'call' ? decorator.get('function') : decorator;
  const app = callee?.get('object');
  const module = /([^/]+)\.py$/.exec(file.path)?.[1] ?? '';
  if (!app || !/^[A-Za-z_]\w*$/.test(module)) return { message: t`No other program can import a file of this name.` };
  const given = cellSeed === undefined ? '' : 'seed';
  const values = given === '' ? '' : `defs={'${cellSeed}': seed}`;
  return {
    modules: [],
    imports: [`from ${module} import ${file.read(app)}`],
    given,
    body: [`    _, values = ${file.read(app)}.run(${values})`],
  };
}

/** The seed of an app of cells is what one cell sets, and nothing else. */
function seedingOfCells(file: PythonFile, project: Project, name: string): Seeding | Refusal {
  const seeds = seedsGiven(file, project);
  if (seeds.length === 0) return seededFromOutside(project, name);
  const origins = seeds.map((each) => project.values.origins(project.values.value(each)));
  const made = new Set(
    origins.flatMap(({ values }) => values.map(({ node, file: home }) => (home === file ? node : null))),
  );
  const [number = null] = made;
  const assignment = number?.parent?.type === 'assignment' ? number.parent : null;
  const target = assignment?.get('left');
  const statement = assignment?.parent;
  const isAlone = file.scopes.cells.some(({ body }) => body.length === 1 && body[0] === statement);
  const isKnown = made.size === 1 && origins.every(({ isComplete }) => isComplete) && number?.type === 'integer';
  if (!isKnown || !isAlone || target?.type !== 'identifier')
    return { message: t`\`${name}\` has no cell that sets its seed and nothing else; give it one, and try again.` };
  return { setup: [], before: [], modules: [], edits: [], cellSeed: file.read(target) };
}

/** Nothing in it seeds, so that whoever runs it does, unless something is seeded by what it calls. */
function seededFromOutside(project: Project, name: string): Seeding | Refusal {
  const { must = {}, may = {} } = project.summary ?? {};
  if (Object.keys(must).length + Object.keys(may).length > 0)
    return { message: t`\`${name}\` seeds by what it calls; let it pass the seed on from one place.` };
  return { ...seedsOfStreams(project), setup: [], edits: [] };
}

function seedingOf(file: PythonFile, project: Project, name: string): Seeding | Refusal {
  const seeds = seedsGiven(file, project);
  if (seeds.length === 0) return seededFromOutside(project, name);
  const origins = seeds.map((each) => project.values.origins(project.values.value(each)));
  const made = origins.flatMap(({ values }) => values);
  const isKnown = origins.every(({ values, isComplete }) => isComplete && values.length > 0);
  const option = isKnown && !file.notebook ? optionThatSeeds(made, file) : null;
  if (option !== null) {
    const given = `[${COMMAND_LINE}[0], *arguments, '${option}', str(seed)]`;
    return {
      setup: [`arguments = ${COMMAND_LINE}[1:]`],
      before: [`${COMMAND_LINE} = ${given}`],
      modules: [`import ${COMMAND_LINE.split('.')[0]}`],
      edits: [],
    };
  }
  const edits = isKnown ? fromEnvironment(made, file) : null;
  const elsewhere = edits || file.notebook ? null : settingElsewhere(seeds, file, project);
  if (elsewhere) return { ...elsewhere, setup: [], edits: [] };
  if (seeds.some((each) => isOfLoop(each, file)))
    return { message: t`\`${name}\` runs under several seeds already; put one run into a function of the seed.` };
  if (!edits) return { message: t`\`${name}\` does not seed with one fixed number; let it do so, and try again.` };
  const before = [`${ENVIRONMENT}['${SEED_VARIABLE}'] = str(seed)`];
  return { setup: [], before, modules: [`import ${ENVIRONMENT.split('.')[0]}`], edits };
}

/** True for the variable of a loop. */
const isOfLoop = (seed: Node, file: PythonFile): boolean =>
  seed.type === 'identifier' &&
  boundAt(seed, file).some((each) => each.field === 'left' && each.parent?.type === 'for_statement');

/** The one option of the command line that all seeds come from; null where there is none. */
function optionThatSeeds(made: readonly Value[], file: PythonFile): string | null {
  const options = made.map(({ access, file: home }) => {
    const [attribute = '', ...deeper] = access;
    return home === file && deeper.length === 0 && attribute.startsWith('.')
      ? optionOf(attribute.slice(1), file)
      : null;
  });
  const [option = null, ...others] = new Set(options);
  return others.length === 0 ? option : null;
}

/** What this file seeds with, by itself or by helpers of other files. */
function seedsGiven(file: PythonFile, project: Project): Node[] {
  const found = file.allCalls.flatMap((call) => {
    const own = seedArgument(call, file);
    if (own) return [own];
    if (call.name === null || file.functionOf(call.name)) return [];
    const given = (call.node.get('arguments')?.children ?? []).flatMap((each) => {
      const value = each.type === 'keyword_argument' ? each.get('value') : each;
      return value && !/splat$/.test(value.type) ? [value] : [];
    });
    return given.filter((each) => takersOf(each, project.values).length > 0);
  });
  return [...new Set(found)];
}

/** Edits by which the one number that all seeds are comes from the environment, if it is set there; null where there is none. */
function fromEnvironment(made: readonly Value[], file: PythonFile): Edit[] | null {
  const numbers = [...new Set(made.map((each) => writtenNumber(each, file)))].flatMap((each) => each ?? []);
  numbers.sort((a, b) => a.start - b.start);
  const [first] = numbers;
  const isOne =
    made.every((each) => writtenNumber(each, file)) &&
    numbers.every((each) => file.read(each) === (first && file.read(first)));
  if (!first || !isOne) return null;
  const { text, edits } = spell(file, ENVIRONMENT, first.start);
  const read = `int(${text}.get(${quoted(file, SEED_VARIABLE)}, ${file.read(first)}))`;
  if (numbers.length === 1) return [...edits, replace(first, read)];
  let statement = first;
  while (statement.parent && statement.parent.type !== 'module') statement = statement.parent;
  const name = freeName(file, ['SEED', SEED_VARIABLE]);
  return [
    ...edits,
    insertBefore(file, statement, [`${name} = ${read}`]),
    ...numbers.map((each) => replace(each, name)),
  ];
}

/** The number that a value is, where this file writes it: by itself, or as the one value of an attribute of a class. */
function writtenNumber({ node, access, file: home }: Value, file: PythonFile): Node | null {
  if (home !== file) return null;
  const made = access.length === 0 ? node : ofClass(node, access, file);
  return made?.type === 'integer' ? made : null;
}

/** What `CFG.seed` is where only the body of the class sets it; undefined for all else. */
function ofClass(node: Node, [step = '', ...deeper]: readonly Step[], file: PythonFile): Node | undefined {
  const owner = file.classOf(file.qualify(node));
  const name = step.slice(1);
  const [only, ...others] = (owner && file.scopes.byNode.get(owner.node)?.names.get(name)) ?? [];
  const isSetElsewhere = file.scopes.assignments.some((each) => {
    const target = each.get('left');
    return target?.type === 'attribute' && file.read(target.get('attribute') ?? target) === name;
  });
  return only?.kind === 'assignment' && others.length + deeper.length === 0 && !isSetElsewhere ? only.value : undefined;
}

/** The variables that a program shows where it is no function: what it prints, and what ends a cell of a notebook. */
function shownNames(file: PythonFile): readonly string[] {
  const printed = file.allCalls.flatMap(({ name, node }) => {
    const inside = node.enclosing('function_definition', 'lambda', 'class_definition');
    const isOutside = inside === null || file.scopes.cells.some(({ definition }) => definition === inside);
    return PRINTS.has(name) && isOutside ? [node.get('arguments')] : [];
  });
  const ends = file.scopes.cells.flatMap(({ body }) => body.at(-1) ?? []).filter(isExpression);
  const { children } = file.syntax.root;
  const displayed = children.filter((each, i) => {
    const next = children[i + 1];
    const isLast = !next || file.bounds(next.start).start !== file.bounds(each.start).start;
    return file.notebook && isExpression(each) && isLast;
  });
  const shown = [...printed, ...displayed, ...ends].flatMap((each) => (each ? variablesIn(each) : []));
  const names = shown.sort((a, b) => a.start - b.start).map((each) => file.read(each));
  return [...new Set(names)].filter((name) => isResult(name, file));
}

const isExpression = (statement: Node): boolean =>
  statement.type === 'expression_statement' && !/assignment$/.test(statement.children[0]?.type ?? '');

/** Names that are read in an expression for their values: no function that is called, attribute or keyword. */
function variablesIn(expression: Node): Node[] {
  const found: Node[] = [];
  walk(expression, (node) => {
    if (node.type === 'lambda') return false;
    const isRead = node.field !== 'function' && node.field !== 'attribute' && node.field !== 'name';
    if (node.type === 'identifier' && isRead) found.push(node);
    return true;
  });
  return found;
}

/** A variable of the module that is only ever assigned, and not just one number or text; a list may grow. */
function isResult(name: string, file: PythonFile): boolean {
  const bound = file.scopes.module.names.get(name) ?? [];
  return (
    bound.some((each) => each.kind !== 'assignment' || !isFixed(each.value, file)) &&
    bound.every((each) => each.kind === 'assignment' || (each.kind === 'opaque' && isAssigned(each.node)))
  );
}

const isFixed = (value: Node, file: PythonFile): boolean =>
  /^(string|number|boolean)$/.test(typeof file.constant(value));

/** A target of an assignment: no counter of a loop, and nothing that `with` opens. */
function isAssigned(target: Node): boolean {
  let at = target;
  while (at.parent && /^(pattern_list|tuple_pattern|list_pattern)$/.test(at.parent.type)) at = at.parent;
  return at.parent !== null && /^(assignment|augmented_assignment|named_expression)$/.test(at.parent.type);
}
