/** A running Python has chosen how it hashes strings; the variable only reaches processes started later. */

import type { Rule } from '../contract/rule.ts';
import { removeStatement, statementOf } from '../edits/edit-text.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { DATA_LOADER, startsWorkers } from '../lowering/loader-arguments.ts';
import type { Call, Constant } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { parameterOf } from '../python/names.ts';
import { FALLBACK_SEED } from '../seeding/seed-values.ts';
import { environmentSettings } from '../switches/switches.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

const VARIABLE = 'PYTHONHASHSEED';

export const ineffectiveHashSeed: Rule = {
  name: 'ineffective-hash-seed',
  severity: { none: 'hint', seeded: 'hint', deterministic: 'hint' },
  inLibraries: true,
  since: '0.2.0',
  summary: 'Setting `PYTHONHASHSEED` in a running program does not change its hashes.',
  why: `Python reads \`PYTHONHASHSEED\` once, when it starts. Setting it in \`os.environ\` later changes neither \`hash()\` of
strings nor the order of sets in this process; it reaches processes that are started afterwards, such as spawned workers.
The order of a \`dict\` is that of insertion, and never depended on it.

To fix the hashes of a program, set the variable where it is started: \`PYTHONHASHSEED=0 python train.py\`, or under \`env\` in
VS Code’s \`.vscode/launch.json\`, which a repair writes.`,
  never: [
    'A program that starts itself again by `os.execv` and its like.',
    'A launcher that starts other Python programs, by `subprocess` or `os.system`.',
    'An environment of its own, such as a copy that is given to a child.',
    'Reading the variable, and other variables.',
  ],
  references: ['https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED'],
  examples: [
    {
      title: 'A line of many seed helpers',
      bad: `import os
import random

import torch


def set_seed(seed):
    os.environ['PYTHONHASHSEED'] = str(seed)
    #^^^^^^^^^^^^^^^^^^^^^^^^^^^ ineffective-hash-seed hint: has started
    random.seed(seed)
    torch.manual_seed(seed)
`,
      good: `import os
import random

import torch


def set_seed(seed):
    random.seed(seed)
    torch.manual_seed(seed)
`,
    },
  ],
  *check(file) {
    if (startsPython(file)) return;
    for (const { node, span, value } of environmentSettings(file, VARIABLE)) {
      const seed = hashSeed(value, file);
      yield {
        start: span.start,
        end: span.end,
        message: t`\`${VARIABLE}\` is read when Python starts; this process has started and keeps its hashes.`,
        fixes: () => repairs(file, node),
        ...(seed === null ? {} : { startWith: { name: VARIABLE, value: seed } }),
      };
    }
  },
};

const STARTS = namesFor('starts-program');
const STARTS_WITH_MODE = namesFor('starts-program-in-mode');
/** Python, or what may start it: launchers, shells. */
const PYTHON = namesFor('commands-that-start-python');
const TEXT = nameFor('text-type');

/** The next process reads the variable, if it is a Python and gets this environment; then setting it is right. */
const startsPython = (file: PythonFile): boolean =>
  file.allCalls.some((call) => STARTS.has(call.name) && mayBePython(call, file) && inheritsEnvironment(call, file));

/** What is run cannot be told, or begins with a word that may be a Python. */
function mayBePython(call: Call, file: PythonFile): boolean {
  const given = call.node.get('arguments')?.children ?? [];
  const first = given[STARTS_WITH_MODE.has(call.name) ? 1 : 0];
  const command = first?.type === 'keyword_argument' ? first.get('value') : first;
  const word = command && firstWord(command, file);
  if (typeof word !== 'string') return true;
  const [name = ''] = /[^\\/]*$/.exec(word.toLowerCase().replace(/\.exe$/, '')) ?? [];
  return PYTHON.has(name) || /\.(py|sh)$/.test(name);
}

/** The first word of a command; undefined where the code does not show it. */
function firstWord(command: Node, file: PythonFile): string | undefined {
  const first = /^(list|tuple)$/.test(command.type) ? command.children[0] : command;
  const text = first && file.constant(first);
  return typeof text === 'string' ? text.trim().split(/\s+/)[0] : undefined;
}

/** Unless it is handed a dictionary that is written out, and does not begin with this environment. */
function inheritsEnvironment(call: Call, file: PythonFile): boolean {
  const given = file.argument(call, 'env');
  if (typeof given === 'string' || given.type !== 'dictionary') return true;
  return given.children.some((each) => each.type === 'dictionary_splat');
}

/** The seed as Python takes it from its environment; null where chance is asked for. */
function hashSeed(value: Node | null, file: PythonFile): string | null {
  const call = value?.type === 'call' ? file.call(value) : null;
  const inner = call?.name === TEXT ? call.node.get('arguments')?.children[0] : value;
  const given = inner && (file.constant(inner) ?? passedTo(inner, file));
  if (given === 'random') return null;
  const seed = String(given);
  return /^\d{1,10}$/.test(seed) && Number(seed) < 2 ** 32 ? seed : FALLBACK_SEED;
}

/** What the first call that shows it passes for a parameter, or its default. */
function passedTo(name: Node, file: PythonFile): Constant | undefined {
  const only = parameterOf(name, file);
  if (!only) return undefined;
  const { parameter, owner } = only;
  const position = owner?.parameters.indexOf(parameter) ?? -1;
  const passed = owner ? file.calls(owner.id).map((call) => file.argument(call, parameter.name, position)) : [];
  const known = passed.map((given) => (typeof given === 'string' ? undefined : file.constant(given)));
  const standard = parameter.default ? file.constant(parameter.default) : undefined;
  return known.find((each) => each !== undefined) ?? standard;
}

const MULTIPROCESSING = namesFor('multiprocessing');

function repairs(file: PythonFile, node: Node): Fix[] {
  // Workers that are spawned, or forked by a server, do inherit it.
  const hasChildren =
    file.allCalls.some((call) => MULTIPROCESSING.has(call.name)) ||
    file.calls(DATA_LOADER).some((call) => startsWorkers(file, call));
  const statement = statementOf(node);
  const isWhole = statement.type === 'expression_statement' && statement.children[0] === node;
  const edit = hasChildren || !isWhole ? null : removeStatement(file, statement);
  return edit ? [{ title: t`Remove it`, safe: false, edits: () => [edit] }] : [];
}
