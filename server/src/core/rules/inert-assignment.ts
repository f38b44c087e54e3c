/** Code that looks like a seed or a switch and does nothing: `=` for a call, a misspelt switch, a generator that is dropped. */

import type { Project } from '../contract/project.ts';
import type { Report, Rule } from '../contract/rule.ts';
import { replace } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { ALGORITHMS } from '../knowledge/calls.ts';
import { generatorOf } from '../knowledge/generators.ts';
import { MODULES, type ModuleRow, moduleRow } from '../knowledge/modules.ts';
import { nameFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { compareVersions, releasesOf, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { importedAs, isDefined } from '../python/names.ts';
import { cellAt } from '../python/notebook.ts';
import { readsOf } from '../python/reads.ts';
import { targetsOfAll } from '../python/targets.ts';
import { isPlainValue } from '../seeding/plain-values.ts';
import { walk } from '../syntax/parse.ts';
import { contains, type Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';
import { nameMeant } from '../text/spelling.ts';

const HAS_ATTRIBUTE = nameFor('has-attribute');

export const inertAssignment: Rule = {
  name: 'inert-assignment',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.4.0',
  supersedes: ['unseeded-generator'],
  summary: 'Code that looks like a seed or a switch and does nothing.',
  why: `Python takes an assignment to any attribute of a module. \`torch.manual_seed = 0\` overwrites the function with a
number and seeds nothing, and the next one who calls it gets a \`TypeError\`. The same goes for \`np.random.seed = 0\`,
\`random.seed = 0\` and \`torch.use_deterministic_algorithms = True\`.

A misspelt switch, as in \`torch.backends.cudnn.deteministic = True\`, makes a new attribute that nothing reads. And a generator
that is made, seeded and not kept, as by \`np.random.default_rng(0)\` on a line of its own, leaves the global one as it is.`,
  never: [
    'A function that is replaced by another one, as tests and profilers do, or put back afterwards.',
    'A switch that some version of torch has, and an attribute of its own that the file reads again.',
    'A name that is only set where `hasattr` has asked for it, and names newer than the tables.',
    'A class, an object or a module of the project’s own with such an attribute.',
    'A generator that is kept, handed on or drawn from; and one in a `try`, which asks whether it can be made.',
    'Tests, and files that never reach a machine-learning library.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/notes/randomness.html',
    'https://docs.pytorch.org/docs/stable/backends.html#torch.backends.cudnn.torch.backends.cudnn.deterministic',
  ],
  examples: [
    {
      title: '`=` where a call was meant',
      bad: `import torch
from torch import nn

torch.manual_seed = 7
#^^^^^^^^^^^^^^^^ inert-assignment warning: overwrites
model = nn.Linear(8, 2)
#       ^^^^^^^^^ incomplete-seeding information
`,
      good: `import torch
from torch import nn

torch.manual_seed(7)
model = nn.Linear(8, 2)
`,
    },
    {
      title: 'A misspelt switch',
      bad: `import torch

torch.backends.cudnn.benchmarks = False
#                    ^^^^^^^^^^ inert-assignment warning: no \`benchmarks\`
`,
      good: `import torch

torch.backends.cudnn.benchmark = False
`,
    },
    {
      title: 'A generator that is dropped',
      bad: `import numpy as np
import torch

np.random.default_rng(7)
#^^^^^^^^^^^^^^^^^^^^ inert-assignment warning: dropped
order = np.random.permutation(100)
#       ^^^^^^^^^^^^^^^^^^^^^ incomplete-seeding information
`,
      good: `import numpy as np
import torch

np.random.seed(7)
order = np.random.permutation(100)
`,
    },
  ],
  *check(file, project) {
    if (project.isTest || !project.reachesMl) return;
    for (const { target, value } of targetsOfAll(file.scopes.assignments)) {
      const report = overwritten(target, value, file, project) ?? misspelt(target, value, file, project);
      if (report) yield report;
    }
    for (const call of file.allCalls) {
      const report = dropped(call, file);
      if (report) yield report;
    }
    yield* compared(file);
  },
};

/** `torch.backends.cudnn.deterministic == True` on a line of its own. */
function* compared(file: PythonFile): Iterable<Report> {
  // A tree is large, and few files name a switch at all.
  if (!MODULES.some(({ switches }) => switches?.some((each) => file.text.includes(each)))) return;
  const found: Node[] = [];
  walk(file.syntax.root, (node) => {
    if (node.type !== 'expression_statement') return true;
    const only = node.children[0];
    if (only?.type === 'comparison_operator' && !isShown(node, file)) found.push(only);
    return false;
  });
  for (const comparison of found) {
    const [target, operator, value, ...more] = comparison.children;
    const object = target?.type === 'attribute' ? target.get('object') : undefined;
    const name = target?.get('attribute');
    if (!object || !name || !operator || !value || more.length > 0 || operator.type !== '==') continue;
    if (!moduleRow(file.qualify(object) ?? '')?.switches?.includes(file.read(name))) continue;
    yield {
      start: operator.start,
      end: operator.end,
      message: t`\`==\` compares and sets nothing: \`${file.read(target!)}\` stays as it is.`,
      fixes: [{ title: t`Write \`=\``, safe: false, edits: () => [replace(operator, '=')] }],
    };
  }
}

/** In a notebook the last line of a cell shows what it compares. */
function isShown(statement: Node, { notebook, syntax }: PythonFile): boolean {
  const cell = notebook && statement.parent === syntax.root ? cellAt(notebook, statement.start) : undefined;
  const after = syntax.root.children.find((each) => each.start >= statement.end);
  return cell !== undefined && (after === undefined || after.start >= cell.end);
}

/** `torch.manual_seed = 0`: a function that seeds or switches, and gets a number. */
function overwritten(target: Node, value: Node | null, file: PythonFile, project: Project): Report | null {
  if (value === null || !setsSomething(target, file) || !isPlainValue(value, project.values)) return null;
  const name = target.type === 'attribute' ? file.qualify(target) : null;
  if (name !== null && isSaved(name, file)) return null;
  const { start, end } = target;
  const written = file.read(target);
  return {
    start,
    end,
    ...(name === null ? {} : { subject: name }),
    message: t`\`${written} = ...\` overwrites the function instead of calling it.`,
    fixes: () => callInstead(target, value, file),
  };
}

/** A function of a library that seeds or switches; or a name that was imported for one and is never read again. */
function setsSomething(target: Node, file: PythonFile): boolean {
  if (target.type === 'identifier') {
    return importedAs(target, file).some(isSetter) && isNeverRead(target, file);
  }
  const name = target.type === 'attribute' ? file.qualify(target) : null;
  return name !== null && isSetter(name);
}

const isNeverRead = (name: Node, file: PythonFile): boolean => readsOf(file).of(file.read(name)).length === 0;

function isSetter(name: string): boolean {
  const seeder = seederOf(name);
  if (seeder) return !seeder.assigned && !seeder.implicit;
  const dot = name.lastIndexOf('.');
  return moduleRow(name.slice(0, dot))?.functions?.includes(name.slice(dot + 1)) === true;
}

/** Somebody keeps the function, to put it back. */
const isSaved = (name: string, file: PythonFile): boolean =>
  file.scopes.assignments.some((each) => {
    const right = each.get('right');
    return right !== undefined && /^(identifier|attribute)$/.test(right.type) && file.qualify(right) === name;
  });

function callInstead(target: Node, value: Node, file: PythonFile): Fix[] {
  const assignment = value.parent;
  if (assignment?.type !== 'assignment' || assignment.get('left') !== target) return [];
  if (assignment.parent?.type !== 'expression_statement') return [];
  const call = `${file.read(target)}(${file.read(value)})`;
  return [{ title: t`Call it: \`${call}\``, safe: false, edits: () => [replace(assignment, call)] }];
}

/** `torch.backends.cudnn.deteministic = True`: an attribute that no version of the module has. */
function misspelt(target: Node, value: Node | null, file: PythonFile, project: Project): Report | null {
  const object = target.type === 'attribute' ? target.get('object') : undefined;
  const attribute = target.get('attribute');
  const row = object && moduleRow(file.qualify(object) ?? '');
  if (!object || !attribute || !row) return null;
  const name = file.read(attribute);
  const meant = meantBy(name, row);
  const isMissing = row.attributes ? !row.attributes.includes(name) : meant !== null;
  if (!isMissing || name.startsWith('_') || (value && isFunction(value, file))) return null;
  if (!row.attributes && (value === null || !isPlainValue(value, project.values))) return null;
  if (isNewer(row, project) || isAsked(target, file) || isReadOf(row, name, file)) return null;
  return {
    start: attribute.start,
    end: attribute.end,
    message: t`\`${file.read(object)}\` has no \`${name}\`, so this switches nothing.`,
    fixes: meant && value ? [correct(target, value, meant, file)] : [],
  };
}

/** The attribute is read somewhere: of the module, or of something that may be it; one of another module is another one. */
function isReadOf({ module }: ModuleRow, name: string, file: PythonFile): boolean {
  return readsOf(file)
    .of(name)
    .some((read) => {
      const qualified = file.qualify(read);
      return qualified === null || qualified === `${module}.${name}`;
    });
}

/** The switch that was meant, by its qualified name; one of the same module first. */
function meantBy(name: string, row: ModuleRow): string | null {
  const here = row.switches && nameMeant(name, row.switches);
  if (here) return `${row.module}.${here}`;
  for (const isNear of [(each: string) => each === name, (each: string) => nameMeant(name, [each]) !== null]) {
    for (const other of MODULES) {
      const found = other === row ? undefined : other.switches?.find(isNear);
      if (found && found.length > 7) return `${other.module}.${found}`;
    }
  }
  // A function of torch's own that somebody looks for in another module.
  const short = ALGORITHMS.slice(ALGORITHMS.lastIndexOf('.') + 1);
  return short === name || nameMeant(name, [short]) ? ALGORITHMS : null;
}

function isFunction(value: Node, file: PythonFile): boolean {
  return value.type === 'lambda' || isDefined(value, file);
}

/** The project's version is newer than the newest that the table was made from. */
function isNewer({ module }: ModuleRow, project: Project): boolean {
  const name = module.split('.')[0] ?? module;
  const [own, newest] = [project.versions.versionOf(name), releasesOf(name).at(-1)];
  return own !== null && newest !== undefined && compareVersions(own, newest) > 0;
}

/** `if hasattr(torch.backends.cudnn, 'name'):` */
function isAsked(node: Node, file: PythonFile): boolean {
  for (let at = node.parent; at; at = at.parent) {
    const condition = at.get('condition');
    if (condition && file.allCalls.some((call) => call.name === HAS_ATTRIBUTE && contains(condition, call.node)))
      return true;
  }
  return false;
}

/** The name that was meant in place of the one that is written; a function is called. */
function correct(target: Node, value: Node, meant: string, file: PythonFile): Fix {
  const dot = meant.lastIndexOf('.');
  const attribute = target.get('attribute');
  const isCall =
    seederOf(meant) !== undefined && !moduleRow(meant.slice(0, dot))?.switches?.includes(meant.slice(dot + 1));
  const isHere = file.qualify(target.get('object') ?? target) === meant.slice(0, dot);
  const assignment = value.parent?.type === 'assignment' ? value.parent : null;
  return {
    title: isCall ? t`Call \`${meant.slice(dot + 1)}\`` : t`Set \`${meant.slice(dot + 1)}\``,
    safe: false,
    edits: () => {
      if (isHere && !isCall && attribute) return [replace(attribute, meant.slice(dot + 1))];
      const { text, edits } = spell(file, meant, target.start);
      const call = isCall && assignment ? replace(assignment, `${text}(${file.read(value)})`) : replace(target, text);
      return [...edits, call];
    },
  };
}

/** `np.random.default_rng(0)` on a line of its own. */
function dropped(call: Call, file: PythonFile): Report | null {
  const made = call.name === null ? undefined : generatorOf(call.name);
  if (made?.kind !== 'generator') return null;
  const reseeded = seedingMethod(call, made.reseed ?? [], file);
  const whole = reseeded ?? call;
  if (whole.node.parent?.type !== 'expression_statement' || whole.node.enclosing('try_statement', 'with_statement'))
    return null;
  const argument = reseeded
    ? file.argument(reseeded, 'seed', 0)
    : made.seed
      ? file.argument(call, made.seed.argument, made.seed.position)
      : 'absent';
  const seed = typeof argument === 'string' ? null : file.read(argument);
  const { start, end } = call.callee;
  return {
    start,
    end,
    message: t`The generator that \`${file.read(call.callee)}\` makes is dropped, and nothing draws from it.`,
    fixes: made.stream && seed !== null ? [seedGlobal(whole, streamRow(made.stream).seed, seed, file)] : [],
  };
}

/** `torch.Generator().manual_seed(0)`: the call that seeds what the inner one makes. */
function seedingMethod({ node }: Call, methods: readonly string[], file: PythonFile): Call | null {
  const outer = node.parent?.type === 'attribute' && node.field === 'object' ? node.parent.parent : null;
  const call = outer?.type === 'call' ? file.call(outer) : null;
  return call?.method && methods.includes(call.method) ? call : null;
}

function seedGlobal({ node }: Call, seeder: string, seed: string, file: PythonFile): Fix {
  return {
    title: t`Call \`${seeder}\` instead`,
    safe: false,
    edits: () => {
      const { text, edits } = spell(file, seeder, node.start);
      return [...edits, replace(node, `${text}(${seed})`)];
    },
  };
}
