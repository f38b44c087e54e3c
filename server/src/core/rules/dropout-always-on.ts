/** `F.dropout` drops in evaluation too: unlike the layer it does not know which mode the model is in. */

import type { Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { addArguments, replace } from '../edits/edit-text.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { assignmentsTo } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';
import type { Fix } from '../text/edit.ts';
import { phrase, t, translate } from '../text/language.ts';

const DROPOUT = namesFor('dropouts').all;
const LAYERS = namesFor('module-parts');
const ATTENTION = nameFor('attention');
/** Methods that run in training only, once, or in order to disturb their input. */
const BY_DESIGN =
  /train|init|reset|setup|augment|corrupt|noise|noisy|perturb|mask|monte|mc_|_mc|bayes|uncertain|stochastic|sample/i;
const CLASS_BY_DESIGN =
  /augment|corrupt|noise|noisy|perturb|bayes|mcdrop|mc_drop|montecarlo|stochastic|alwaysdrop|loss$/i;
const SAYS_SO =
  /monte[ _-]?carlo|\bmc[ _-]?drop|drop\w*[^\n.]*\b(always|at (test|inference|eval\w*)|during (test|inference|eval\w*))\b|\balways[ -]on\b|\b(epistemic|uncertaint)/i;

export const dropoutAlwaysOn: Rule = {
  name: 'dropout-always-on',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.3.0',
  summary: '`F.dropout` in a model without `training=`.',
  why: `\`torch.nn.functional.dropout\`, \`dropout1d\`, \`dropout2d\` and \`dropout3d\` take \`training=True\` unless they are told otherwise, and
\`scaled_dot_product_attention\` drops with whatever \`dropout_p\` it gets. They do not see \`model.eval()\`: the model goes on dropping
in evaluation, gives another answer for the same input each time, and its accuracy looks worse than it is. The layer \`nn.Dropout\`
follows the mode by itself. (\`F.alpha_dropout\` and \`F.feature_alpha_dropout\` are off unless they are told otherwise.)`,
  never: [
    '`training=` by keyword or position, whatever its value, and arguments that nobody can see.',
    'Code that runs in training only: under `if self.training`, behind a return for evaluation, or with a probability that depends on it.',
    'Functions outside of modules, static methods, and classes that are not known to be modules.',
    '`nn.Dropout` and its kin, `F.alpha_dropout`, `F.feature_alpha_dropout` and `torch.dropout`.',
    'Monte Carlo dropout in so many words: in the name of the class or method, a docstring or a comment.',
    'Methods that train, initialise, augment, mask or sample, by their name.',
    'A probability of 0, and attention whose `dropout_p` comes from outside of the class.',
    'A class that has an `eval` or `train` of its own.',
    'Tests.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html',
    'https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html',
  ],
  examples: [
    {
      title: 'Dropout as a function',
      bad: `import torch.nn.functional as F
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(64, 32)
        self.out = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        x = F.dropout(x, p=0.5)
        #   ^^^^^^^^^ dropout-always-on warning: in evaluation too
        return self.out(x)
`,
      good: `import torch.nn.functional as F
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(64, 32)
        self.out = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        x = F.dropout(x, p=0.5, training=self.training)
        return self.out(x)
`,
    },
    {
      title: 'Attention',
      bad: `import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.dropout = dropout

    def forward(self, q, k, v):
        return F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout)
        #                                                        ^^^^^^^^^^^^ dropout-always-on warning: in evaluation too
`,
      good: `import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.dropout = dropout

    def forward(self, q, k, v):
        return F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout if self.training else 0.0)
`,
    },
  ],
  *check(file, project) {
    if (project.isTest) return;
    for (const name of [...DROPOUT, ATTENTION]) {
      for (const call of file.calls(name)) {
        const probability = probabilityOf(call, file);
        if (!probability) continue;
        const method = methodOf(call.node, file, project);
        if (!method || dependsOnMode(probability, file) || isForTraining(call.node, method, file)) continue;
        const { start, end } = name === ATTENTION ? probability : call.callee;
        yield {
          start,
          end,
          message: translate(
            name === ATTENTION
              ? phrase`\`{0}\` drops values in evaluation too: \`dropout_p\` does not follow the model’s mode.`
              : phrase`\`{0}\` drops values in evaluation too: \`training\` is \`True\` unless it is passed.`,
            file.read({ start, end }),
          ),
          fixes: [name === ATTENTION ? passZero(probability, method, file) : passTraining(call, method, file)],
        };
      }
    }
  },
};

/** What decides how much is dropped; null where nothing is, where `training` is passed, or where nobody can tell. */
function probabilityOf(call: Call, file: PythonFile): Node | null {
  if (call.name === ATTENTION) {
    const given = file.argument(call, 'dropout_p', 4);
    if (typeof given === 'string') return null;
    const constant = file.constant(given);
    const isOwn = given.type === 'attribute' && /^self(\.\w+)+$/.test(file.read(given));
    return (typeof constant === 'number' && constant > 0) || isOwn ? given : null;
  }
  if (file.argument(call, 'training', 2) !== 'absent') return null;
  const given = file.argument(call, 'p', 1);
  if (given === 'unknown') return null;
  if (given === 'absent') return call.callee;
  return file.constant(given) === 0 ? null : given;
}

/** The method of a module that the call is in, if nothing says that it drops on purpose. */
function methodOf(node: Node, file: PythonFile, project: Project): FunctionInfo | null {
  for (let at = node.parent; at; at = at.parent) {
    const method = at.type === 'function_definition' ? file.functionAt(at) : undefined;
    if (method && BY_DESIGN.test(method.name)) return null;
    const info = method?.class;
    if (!info) continue;
    const isStatic = method.decorators.some((each) => /staticmethod|classmethod/.test(file.read(each)));
    if (isStatic || !method.parameters[0] || info.methods.has('eval') || info.methods.has('train')) return null;
    if (CLASS_BY_DESIGN.test(info.name) || !(project.classes.isNetwork(info.id) || layersIn(info.node, file)))
      return null;
    return saysSo(info.node, file) ? null : method;
  }
  return null;
}

/** A class whose base nobody here knows, but which has a `forward` and makes layers. */
function layersIn(owner: Node, file: PythonFile): boolean {
  const info = [...file.scopes.classes.values()].find(({ node }) => node === owner);
  if (!info?.methods.has('forward') || info.bases.length === 0) return false;
  const values = [...info.attributes.values()].flat();
  return values.some((value) => LAYERS.has(file.constructionOf(value)?.name));
}

/** A comment that ignores this rule at one place has its name in it, and says nothing of others. */
const IGNORE = /#\s*seedwise:[^\n]*/g;

/** In a comment or docstring of the class, or right above it. */
function saysSo(owner: Node, file: PythonFile): boolean {
  const above = /(?:[ \t]*[#@][^\n]*\n)*[ \t]*$/.exec(file.text.slice(0, owner.start))?.[0] ?? '';
  return SAYS_SO.test((above + file.read(owner)).replace(IGNORE, ''));
}

const namesMode = (text: string): boolean => /train|eval|infer/i.test(text);

/** `p=self.p if self.training else 0.0`, also through names. */
function dependsOnMode(expression: Node, file: PythonFile, depth = 0): boolean {
  if (namesMode(file.read(expression))) return true;
  let depends = false;
  walk(expression, (node) => {
    if (node.type !== 'identifier' || node.field === 'attribute' || depends || depth > 3) return !depends;
    // Assigned under a test of the mode, or from something that depends on it.
    depends = assignmentsTo(node, file).some(
      ({ target, value }) => isUnderMode(target, file, depth + 1) || dependsOnMode(value, file, depth + 1),
    );
    return !depends;
  });
  return depends;
}

function isUnderMode(node: Node, file: PythonFile, depth = 0): boolean {
  for (let at: Node = node; at.parent && !/_definition$/.test(at.type); at = at.parent) {
    const holder = at.parent;
    const conditions =
      holder.type === 'conditional_expression'
        ? holder.children.slice(1, 2)
        : /^(if_statement|elif_clause|while_statement)$/.test(holder.type)
          ? holder.children.filter((child) => child.field === 'condition')
          : holder.type === 'boolean_operator'
            ? holder.children.slice(0, 1)
            : [];
    if (conditions.some((condition) => condition !== at && dependsOnMode(condition, file, depth + 1))) return true;
  }
  return false;
}

/** The call is reached in training only: by its own conditions, by an early return, or by those of all its callers. */
function isForTraining(node: Node, method: FunctionInfo, file: PythonFile, depth = 0): boolean {
  if (isUnderMode(node, file) || leavesEarly(node, method.node, file)) return true;
  const calls = file.methodCalls(method.name);
  if (depth > 3 || method.name === 'forward' || calls.length === 0) return false;
  return calls.every((call) => {
    const caller = file.functionAround(call.node);
    return (
      isUnderMode(call.node, file) ||
      (caller !== undefined && caller !== method
        ? BY_DESIGN.test(caller.name) || isForTraining(call.node, caller, file, depth + 1)
        : false)
    );
  });
}

/** `if not self.training: return x` in front of it. */
function leavesEarly(node: Node, definition: Node, file: PythonFile): boolean {
  for (let at: Node = node; at.parent && at !== definition; at = at.parent) {
    if (at.parent.type !== 'block') continue;
    for (const statement of at.parent.children) {
      if (statement.start >= at.start) break;
      const condition = statement.type === 'if_statement' ? statement.get('condition') : undefined;
      const last = statement.get('consequence')?.children.at(-1);
      const leaves = /^(return|raise|continue|break)_statement$/.test(last?.type ?? '');
      if (condition && leaves && dependsOnMode(condition, file, 1)) return true;
    }
  }
  return false;
}

function passTraining(call: Call, method: FunctionInfo, file: PythonFile): Fix {
  const value = `${method.parameters[0]?.name ?? 'self'}.training`;
  return {
    title: t`Pass \`training=${value}\``,
    safe: false,
    edits: () => addArguments(file, call, [`training=${value}`]),
  };
}

function passZero(probability: Node, method: FunctionInfo, file: PythonFile): Fix {
  const mode = `${method.parameters[0]?.name ?? 'self'}.training`;
  return {
    title: t`Drop only if \`${mode}\``,
    safe: false,
    edits: () => [replace(probability, `${file.read(probability)} if ${mode} else 0.0`)],
  };
}
