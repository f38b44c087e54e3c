/** A model gets its weights from a file and runs without gradients, but in training mode: dropout drops, batch norm learns. */

import type { Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { insertAfter, statementOf } from '../edits/edit-text.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { runsWithoutGradient } from '../operations/gradients.ts';
import { isTorchvisionModel } from '../program/modes.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator, Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { usesOf } from '../python/flow.ts';
import { assignedTo, boundAt } from '../python/names.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

const READS_FILE = namesFor('reads-weights');
/** Return the model itself, or one around it whose `eval()` it shares. */
const HANDS_ON =
  /^(to|cuda|cpu|float|half|double|bfloat16|type|requires_grad_|share_memory|to_empty|xpu|mps|train|eval|compile)$/;
const WRAPS = namesFor('wraps-model');
/** Methods of every module that leave its mode alone. */
const LEAVES_MODE =
  /^(load_state_dict|state_dict|(named_)?(parameters|buffers)|zero_grad|requires_grad_|register_\w+|get_parameter|get_buffer|extra_repr|half|float|double|to|cuda|cpu|bfloat16|type|share_memory|forward|__call__|compile)$/;
const DUMMY = namesFor('dummies');
const TRAINS = namesFor('trains');
const WEIGHTS = namesFor('pretrained-weights');
const SEQUENTIAL = nameFor('sequential');
const NO_MODELS = namesFor('no-models');
const SAYS_SO =
  /\bmc[ _-]?drop|monte[ _-]?carlo|\b(epistemic|uncertaint)|train(ing)? mode (on purpose|is (intended|deliberate))/i;

export const inferenceWithoutEval: Rule = {
  name: 'inference-without-eval',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: false,
  since: '0.3.0',
  summary: 'A model with loaded weights runs under `no_grad` without `eval()`.',
  why: `A module starts in training mode, and loading weights leaves it there. \`torch.no_grad()\` and \`torch.inference_mode()\` switch
off gradients only. In training mode dropout goes on dropping values at random, and batch norm normalises with the batch it sees,
so that a sample’s result depends on its neighbours, and changes the running statistics that were loaded. \`model.eval()\` switches
both. The models of torchvision come in training mode too, with or without weights; those of \`from_pretrained\` in Hugging Face’s
libraries come in evaluation mode.`,
  never: [
    'A model that gets `.eval()` or `.train(False)` anywhere in the file, or may get it where it goes.',
    'A model whose layers are not known to act differently in training: no dropout, no batch norm, a class nobody here can read.',
    'A program that trains: it calls `backward` or makes an optimizer.',
    'Models of `from_pretrained`, `torch.jit.load` and `torch.load` of a whole model: their mode is another one, or the saved one.',
    'Weights copied from another model, as for target networks and averages.',
    'Shape probes: the only inputs are dummy tensors.',
    'Monte Carlo dropout in so many words.',
    'Runs with gradients, and models without loaded weights.',
    'Models handed to a framework or to any code that is not in the file.',
    'A call of `.train()`, which says that the mode is meant.',
    'A class that sets its mode itself: in its `__init__`, or by a `train` of its own.',
    'Modules that no program reaches, or one that trains or sets a mode; tests.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/notes/autograd.html#evaluation-mode-nn-module-eval',
    'https://docs.pytorch.org/tutorials/beginner/saving_loading_models.html',
  ],
  examples: [
    {
      title: 'Weights from a checkpoint',
      bad: `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.Linear(8, 2))

    def forward(self, x):
        return self.layers(x)


def predict(path, batch):
    model = Net()
    model.load_state_dict(torch.load(path))
    with torch.no_grad():
        return model(batch).argmax(1)
        #      ^^^^^ inference-without-eval warning: training mode


if __name__ == '__main__':
    print(predict('model.pt', torch.load('batch.pt')))
`,
      good: `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.Linear(8, 2))

    def forward(self, x):
        return self.layers(x)


def predict(path, batch):
    model = Net()
    model.load_state_dict(torch.load(path))
    model.eval()
    with torch.no_grad():
        return model(batch).argmax(1)


if __name__ == '__main__':
    print(predict('model.pt', torch.load('batch.pt')))
`,
    },
    {
      title: 'Weights from torchvision',
      bad: `import torch
from torchvision import models

model = models.resnet18(weights='DEFAULT')
images = torch.load('images.pt')
with torch.inference_mode():
    print(model(images).argmax(1))
    #     ^^^^^ inference-without-eval warning: training mode
`,
      good: `import torch
from torchvision import models

model = models.resnet18(weights='DEFAULT')
model.eval()
images = torch.load('images.pt')
with torch.inference_mode():
    print(model(images).argmax(1))
`,
    },
  ],
  *check(file, project) {
    if (!isInference(file) || project.isTest || !runs(file, project)) return;
    const seenRuns = new Set<Node>();
    for (const made of file.allCalls) {
      const isLoaded = isLoadedByTorchvision(made, file);
      if (!isLoaded && !mayBeModel(made, file)) continue;
      if (isPartOfNetwork(made.node, file, project) || !project.classes.buildsModes(made)) continue;
      const { seen, calls, escapes } = usesOf(made.node, file, (call, argument) => handsOn(call, argument, file));
      if (escapes || ![...seen].every((node) => leavesMode(node, made, file))) continue;
      if (mayBeSetElsewhere(seen, file)) continue;
      const loads = [...seen].flatMap((node) => loadOf(node, file, project.values) ?? []);
      const [load] = isLoaded ? [made.node] : loads;
      const runs = [...calls, ...[...seen].flatMap((node) => forwardOf(node, file) ?? [])];
      const run = runs
        .filter((call) => isWithoutGradient(call, file, project) && !isProbe(call, project.values))
        .sort((a, b) => a.start - b.start)[0];
      if (!load || !run || seenRuns.has(run)) continue;
      seenRuns.add(run);
      const callee = run.get('function') ?? run;
      const model = file.read(callee);
      yield {
        start: callee.start,
        end: callee.end,
        // It sits where the program runs, whether or not that draws anything.
        severity: 'warning',
        message: t`\`${model}\` runs in training mode: its weights are loaded, but nothing calls its \`eval()\`.`,
        related: [{ start: load.start, end: load.end, message: t`The weights are loaded here.` }],
        fixes: () => repair(made, load, file),
      };
    }
  },
};

/** Without gradients somewhere, and nothing that trains: what a training program leaves in training mode may be meant. */
function isInference(file: PythonFile): boolean {
  const off = namesFor('gradients-off').all;
  const decorators = file.text.includes('no_grad') || file.text.includes('inference_mode');
  if (!decorators && off.every((name) => file.calls(name).length === 0)) return false;
  if (file.methodCalls('backward').length > 0 || SAYS_SO.test(file.text)) return false;
  return !file.allCalls.some(({ name }) => TRAINS.has(name));
}

/** A program, or a module of programs that neither train nor switch the mode of anything: a predictor that they import. */
function runs(file: PythonFile, project: Project): boolean {
  if (project.isImported) return project.isInProgram && !project.training.isModeSetElsewhere;
  return project.isProgram || runsAtTopLevel(file);
}

/** A script: something happens when it is run, whether or not it draws. */
function runsAtTopLevel(file: PythonFile): boolean {
  return file.syntax.root.children.some(
    (node) =>
      /^(for|with|while|if|try)_statement$/.test(node.type) ||
      (node.type === 'expression_statement' && node.children[0]?.type === 'call'),
  );
}

/** `models.resnet18(weights=...)`, `models.resnet18(pretrained=True)`; false where only the run decides. */
function isLoadedByTorchvision(call: Call, file: PythonFile): boolean {
  if (call.name === null || !isTorchvisionModel(call.name)) return false;
  const isGiven = (name: string, position?: number): boolean => {
    const given = file.argument(call, name, position);
    if (typeof given === 'string') return false;
    const constant = file.constant(given);
    if (constant !== undefined) return constant === true || typeof constant === 'string';
    return WEIGHTS.has(file.qualify(given)) || givesWeights(given, file);
  };
  return isGiven('weights') || isGiven('pretrained', 0);
}

/** `weights = models.ResNet18_Weights.DEFAULT` a line before. */
function givesWeights(given: Node, file: PythonFile): boolean {
  const value = assignedTo(given, file);
  return value !== null && /_Weights\b/.test(file.qualify(value) ?? '');
}

/** A class that may be a network; which ones are is asked later. */
function mayBeModel({ name }: Call, file: PythonFile): boolean {
  if (name === null || file.methodCalls('load_state_dict').length === 0) return false;
  if (name === SEQUENTIAL || isTorchvisionModel(name)) return true;
  // What a function of this file returns is followed from where it is made.
  return !NO_MODELS.has(name) && !file.functionOf(name);
}

/** Layers and backbones of a network follow the mode of the whole. */
function isPartOfNetwork(node: Node, file: PythonFile, project: Project): boolean {
  const owner = node.enclosing('class_definition');
  const info = owner ? file.scopes.byNode.get(owner)?.owner : null;
  if (info && project.classes.isNetwork(info.id)) return true;
  const around = node.parent?.enclosing('call');
  return around ? project.classes.buildsModes(file.call(around)) || file.call(around).name === SEQUENTIAL : false;
}

function handsOn(node: Node, argument: Node, file: PythonFile): boolean {
  const call = file.call(node);
  const isMethod = call.callee.get('object') === argument;
  if (isMethod) return call.method !== null && HANDS_ON.test(call.method);
  return WRAPS.has(call.name) && file.argument(call, 'module', 0) === argument;
}

/** What is asked of the model here changes its mode in no way that cannot be seen. */
function leavesMode(node: Node, made: Call, file: PythonFile): boolean {
  const attribute = node.parent?.type === 'attribute' && node.field === 'object' ? node.parent : null;
  const name = attribute ? file.read(attribute.get('attribute') ?? attribute) : '';
  if (!attribute || LEAVES_MODE.test(name)) return true;
  if (/^(train|eval)$/.test(name) || (name === 'training' && attribute.field === 'left')) return false;
  // A method of the user's own is read like all other code of the file.
  if (attribute.field === 'function') return file.classOf(made.name)?.methods.has(name) === true;
  return true;
}

/** As a part of another object it has many names, and may follow the mode of the whole. */
function mayBeSetElsewhere(seen: ReadonlySet<Node>, file: PythonFile): boolean {
  const isPart = [...seen].some(({ type }) => type === 'attribute');
  return isPart && file.methodCalls('eval').length + file.methodCalls('train').length > 0;
}

/** `model.load_state_dict(torch.load(path))`, with the weights of a file in whatever form. */
function loadOf(node: Node, file: PythonFile, values: Evaluator): Node | null {
  const call = methodCallOn(node, 'load_state_dict', file);
  const given = call ? file.argument(call, 'state_dict', 0) : 'absent';
  return call && typeof given !== 'string' && values.may(IS_READ, values.value(given)) ? call.node : null;
}

function forwardOf(node: Node, file: PythonFile): Node | null {
  return methodCallOn(node, 'forward', file)?.node ?? null;
}

function methodCallOn(node: Node, method: string, file: PythonFile): Call | null {
  const attribute = node.parent?.type === 'attribute' && node.field === 'object' ? node.parent : null;
  const call = attribute?.field === 'function' && attribute.parent ? file.call(attribute.parent) : null;
  return call?.method === method ? call : null;
}

/** What a file holds, in whatever form: a part of it, a dictionary made of it, what a call makes of it. */
const IS_READ: Fact = (value) => {
  const { file, node } = value;
  const call = node.type === 'call' ? file.call(node) : null;
  if (call && READS_FILE.has(call.name)) return true;
  if (/^(identifier|attribute)$/.test(node.type) || file.functionOf(call?.name ?? null)) return undefined;
  return node.children.map((each) => ({ ...value, node: each, access: [] }));
};

/** In its own function, or in all functions that call that one. */
function isWithoutGradient(node: Node, file: PythonFile, project: Project, depth = 0): boolean {
  if (runsWithoutGradient(node, file, { isWhole: false, isDataset: (name) => project.classes.isDataset(name) }))
    return true;
  const id = file.functionAround(node)?.id;
  const calls = id === undefined ? [] : file.calls(id);
  return depth < 4 && calls.length > 0 && calls.every((call) => isWithoutGradient(call.node, file, project, depth + 1));
}

/** Every input is a tensor made of nothing, as for a look at the shapes. */
function isProbe(node: Node, values: Evaluator): boolean {
  const inputs = node.get('arguments')?.children ?? [];
  return (
    inputs.length > 0 &&
    inputs.every((each) => values.alwaysOrUnknown(IS_DUMMY, values.value(each.get('value') ?? each)))
  );
}

/** A tensor made of nothing, on whatever device. */
const IS_DUMMY: Fact = (value) => {
  const { file, node, access } = value;
  const call = node.type === 'call' && access.length === 0 ? file.call(node) : null;
  if (!call || DUMMY.has(call.name)) return call ? true : undefined;
  const object = call.name === null ? call.callee.get('object') : undefined;
  return object && [{ ...value, node: object }];
};

/** `model.eval()` behind the statement that loads. */
function repair(made: Call, load: Node, file: PythonFile): Fix[] {
  const place = load === made.node ? load : load.get('function')?.get('object');
  const statement = statementOf(load);
  const left = statement.children[0]?.type === 'assignment' ? statement.children[0].get('left') : undefined;
  const name = load === made.node ? left : place;
  if (!name || !/^(identifier|attribute)$/.test(name.type)) return [];
  const line = `${file.read(name)}.eval()`;
  const last = outermost(statement, name, file);
  return [{ title: t`Add \`${line}\``, safe: false, edits: () => [insertAfter(file, last, [line])] }];
}

/** Behind the `if` that loads only sometimes, as long as the model is there without it. */
function outermost(statement: Node, name: Node, file: PythonFile): Node {
  let last = statement;
  for (;;) {
    const holder = last.parent?.enclosing(
      'if_statement',
      'try_statement',
      'with_statement',
      'function_definition',
      'for_statement',
      'while_statement',
      'class_definition',
    );
    if (!holder || !/^(if|try|with)_statement$/.test(holder.type)) return last;
    const isBoundInside = boundAt(name, file).some((each) => each.start > holder.start && each.end <= holder.end);
    if (isBoundInside || (holder.type === 'if_statement' && holdsMain(holder, file))) return last;
    last = holder;
  }
}

const holdsMain = (node: Node, file: PythonFile): boolean =>
  file.read(node.get('condition') ?? node).includes('__name__');
