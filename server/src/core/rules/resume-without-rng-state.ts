/** A checkpoint brings back model, optimizer and epoch, but the random numbers begin again. */

import type { LostStates, Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { addArguments, addItems, indentUnit, insertAfter, insertBefore, statementOf } from '../edits/edit-text.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { compareVersions } from '../knowledge/tables.ts';
import { loaderArgument } from '../lowering/loader-arguments.ts';
import { modulesNamed } from '../lowering/modules.ts';
import type { Call } from '../python/call.ts';
import type { Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { boundAt, parameterOf } from '../python/names.ts';
import { type Checkpoint, checkpoints, isOptimizer, PROGRESS } from '../seeding/checkpoints.ts';
import { goesOn } from '../seeding/resuming.ts';
import { rngHelpers } from '../seeding/rng-states.ts';
import { walk } from '../syntax/parse.ts';
import type { Edit, Fix } from '../text/edit.ts';
import { type Message, t } from '../text/language.ts';

const LOAD = nameFor('load');
const RANKS = namesFor('works-with-ranks');

const KEY = 'rng_state';
/** From this version on `torch.load` takes no arrays unless it is told to. */
const WEIGHTS_ONLY_SINCE = '2.6';

interface Resume {
  /** Puts the state of an optimizer back. */
  readonly call: Call;
  /** The first that puts a state of the same checkpoint back, mostly the model's. */
  readonly first: Call;
  /** The name or attribute that holds what was loaded, at this call. */
  readonly checkpoint: Node;
  /** The `torch.load` that it comes from, and the file it stands in. */
  readonly load: Call;
  readonly loadFile: PythonFile;
}

export const resumeWithoutRngState: Rule = {
  name: 'resume-without-rng-state',
  severity: { none: null, seeded: 'hint', deterministic: 'hint' },
  inLibraries: true,
  since: '0.3.0',
  summary: 'Training resumes from a checkpoint that holds no state of the random generators.',
  why: `A checkpoint of model, optimizer and epoch continues the weights, not the random numbers. The resumed program seeds again and
draws from the beginning: the shuffles, dropout masks and augmentations of the first epochs come once more, and the result is
another one than that of a run that was never interrupted. \`torch.get_rng_state()\`, \`torch.cuda.get_rng_state_all()\`,
\`numpy.random.get_state()\` and \`random.getstate()\` belong into the checkpoint, and their counterparts behind loading it.

A state must be on the CPU when it is set, wherever \`map_location\` has put it. Since 2.6 \`torch.load\` takes no numpy arrays unless
\`weights_only=False\`, so numpy’s state is saved as a list. In distributed training each rank has states of its own, and one file
of rank 0 cannot hold them.

States that are saved in the middle of an epoch do not bring the order of a plain \`DataLoader\` back: what it shuffles by was drawn
when the epoch began. A \`StatefulDataLoader\` of torchdata goes on in the same order, and restores nothing else: not what the model
draws, and nothing that the dataset draws in the middle of an epoch. With \`generator=\` and no workers its next epoch has another
order than without the interruption; without \`generator=\` it takes one number more from torch’s global generator. What goes on bit
by bit is a \`DataLoader\` whose states are saved between two epochs, or a \`StatefulDataLoader\` with \`generator=\`, workers, and the
global states beside its own. The number of workers must stay: each has numbers of its own, and torchdata refuses another one.`,
  never: [
    'A program that saves or restores the states of the global generators, in this file or another one, and those of the loaders’ own generators.',
    'A program that seeds anew for each epoch or step, so that no state is needed.',
    'Loading for inference or fine-tuning: no optimizer, or no epoch is read from the checkpoint.',
    'Checkpoints without an optimizer, and exports of weights: nothing resumes from them.',
    'Savers of frameworks: Lightning, the Hugging Face Trainer, `save_state` of Accelerate.',
    'A `StatefulDataLoader` whose state is restored, where nothing else draws while the program trains.',
    'States that are saved after an epoch, or at its last step.',
    'A program that only saves, or only loads.',
    'A program that never seeds: it promises nothing.',
    'An optimizer’s state that is copied to another optimizer, without a file.',
    'Library modules that no program reaches, and tests.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.get_rng_state.html',
    'https://docs.pytorch.org/docs/stable/notes/randomness.html',
    'https://docs.pytorch.org/docs/stable/generated/torch.load.html',
    'https://meta-pytorch.org/data/beta/torchdata.stateful_dataloader.html',
  ],
  examples: [
    {
      title: 'Model, optimizer and epoch',
      bad: `import os

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
start = 0

if os.path.exists('last.pt'):
    checkpoint = torch.load('last.pt')
    model.load_state_dict(checkpoint['model'])
    #^^^^^^^^^^^^^^^^^^^^ resume-without-rng-state hint: random numbers
    optimizer.load_state_dict(checkpoint['optimizer'])
    start = checkpoint['epoch'] + 1

for epoch in range(start, 10):
    model(torch.randn(4, 8)).sum().backward()
    optimizer.step()
    state = {
        'model': model.state_dict(),
        'optimizer': optimizer.state_dict(),
        'epoch': epoch,
    }
    torch.save(state, 'last.pt')
`,
      good: `import os

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
start = 0

if os.path.exists('last.pt'):
    checkpoint = torch.load('last.pt')
    model.load_state_dict(checkpoint['model'])
    optimizer.load_state_dict(checkpoint['optimizer'])
    start = checkpoint['epoch'] + 1
    if 'rng_state' in checkpoint:
        torch.set_rng_state(checkpoint['rng_state'])

for epoch in range(start, 10):
    model(torch.randn(4, 8)).sum().backward()
    optimizer.step()
    state = {
        'model': model.state_dict(),
        'optimizer': optimizer.state_dict(),
        'epoch': epoch,
        'rng_state': torch.get_rng_state(),
    }
    torch.save(state, 'last.pt')
`,
    },
  ],
  *check(file, project) {
    const loads = file.methodCalls('load_state_dict');

    if (loads.length === 0 || project.isTest) return;
    const made = checkpoints(file);
    const [first] = made;
    if (!first && !project.states.makesCheckpoint) return;
    const resumes = loads.flatMap((call) => resumeOf(call, file, project) ?? []);
    const [resume] = resumes;
    if (!resume) return;
    const lost = lostBy(made, project);
    if (lost === 'nothing') return;
    const { start, end } = resume.first.callee;
    yield {
      start,
      end,
      message: messageOf(lost, file.read(resume.checkpoint)),
      related: first
        ? [{ start: first.made.start, end: first.made.end, message: t`The checkpoint is made here.` }]
        : [],
      // Where another file makes the checkpoint, half of the repair would be there.
      fixes: !first || lost !== 'everything' ? [] : () => repair(made, resumes, resume, file, project),
    };
  },
};

/** The `place` within an epoch is lost where a plain loader is left in the middle of it. */
function lostBy(made: readonly Checkpoint[], project: Project): LostStates | 'place' {
  const lost = project.states.lostStates;
  if (lost !== 'nothing' || made.length === 0 || !project.states.goesOnWithStates) return lost;
  return made.every((each) => isWithinEpoch(each.made, project)) ? 'place' : lost;
}

function messageOf(lost: Exclude<LostStates, 'nothing'> | 'place', checkpoint: string): Message {
  switch (lost) {
    case 'everything':
      return t`Training goes on from \`${checkpoint}\`, its random numbers do not: no generator’s state is saved and restored.`;
    case 'order':
      return t`Training goes on from \`${checkpoint}\`, the loader’s order does not: the state of its own generator is not saved and restored.`;
    case 'draws':
      return t`Training goes on from \`${checkpoint}\`, its random numbers do not: the loader’s state holds its order and no generator’s state.`;
    case 'epochs':
      return t`Training goes on from \`${checkpoint}\`, the next epochs’ order does not: without workers a \`StatefulDataLoader\` does not restore its own generator.`;
    case 'place':
      return t`Training goes on from \`${checkpoint}\`, the order of the epoch does not: a \`DataLoader\` shuffled before these states were taken.`;
  }
}

/** Made for each batch of a loader that shuffles by itself, or some of them, and not only at the last. */
function isWithinEpoch(made: Node, { values, file }: Project): boolean {
  const loop = made.enclosing('for_statement');
  const batches = loop?.get('right');
  if (!loop || !batches) return false;
  for (let at = made.parent; at && at !== loop; at = at.parent) {
    const condition = at.type === 'if_statement' ? at.get('condition') : undefined;
    if (condition && LAST.test(file.read(condition))) return false;
  }
  let found = false;
  walk(batches, (node) => {
    if (/^(identifier|attribute|call)$/.test(node.type)) found ||= values.find(shuffles, values.value(node)) !== null;
    return !found && node.type !== 'attribute';
  });
  return found;
}

/** A condition that may hold at the end of an epoch only. */
const LAST = /\blen\s*\(|last|final|end/i;

/** A plain loader that shuffles by itself. */
const shuffles: Fact = ({ node, access, file }) => {
  if (access.length > 0 || node.type !== 'call') return undefined;
  const call = file.call(node);
  const row = loaderRow(call.name);
  if (!row || row.keepsOrder || row.stream) return undefined;
  const shuffle = loaderArgument(file, call, 'shuffle');
  return (typeof shuffle !== 'string' && file.constant(shuffle) === true) || undefined;
};

/** `optimizer.load_state_dict(checkpoint['optimizer'])`, of a file from which the epoch is read too. */
function resumeOf(call: Call, file: PythonFile, { values }: Project): Resume | null {
  if (!isOptimizer(call.callee.get('object'), file)) return null;
  const given = file.argument(call, 'state_dict', 0);
  const checkpoint = typeof given === 'string' ? undefined : entryOf(given, file)?.holder;
  const loaded = checkpoint && values.find(isLoad, values.value(checkpoint));
  if (!checkpoint || !loaded) return null;
  const home = call.node.enclosing('function_definition') ?? file.syntax.root;
  const name = file.read(checkpoint);
  let readsProgress = false;
  walk(home, (node) => {
    const entry = readsProgress ? null : entryOf(node, file);
    if (entry && file.read(entry.holder) === name && PROGRESS.test(entry.key)) readsProgress = true;
    return !readsProgress;
  });
  const { node, file: loadFile } = loaded;
  if (!readsProgress) return null;
  const isOfSame = (each: Call): boolean => {
    const state = file.argument(each, 'state_dict', 0);
    const holder = typeof state === 'string' ? undefined : entryOf(state, file)?.holder;
    const isHere = (each.node.enclosing('function_definition') ?? file.syntax.root) === home;
    return isHere && holder !== undefined && file.read(holder) === name;
  };
  const first = file.methodCalls('load_state_dict').find(isOfSame) ?? call;
  return { call, first, checkpoint, load: loadFile.call(node), loadFile };
}

/** `checkpoint['epoch']`, `checkpoint.get('epoch', 0)` */
function entryOf(node: Node, file: PythonFile): { holder: Node; key: string } | null {
  let holder: Node | undefined;
  let key: Node | undefined;
  if (node.type === 'subscript') {
    holder = node.get('value');
    key = node.get('subscript');
  } else if (node.type === 'call' && /^(get|pop)$/.test(file.call(node).method ?? '')) {
    holder = file.call(node).callee.get('object');
    key = node.get('arguments')?.children[0];
  }
  if (!holder || !key || !/^(identifier|attribute)$/.test(holder.type)) return null;
  const constant = file.constant(key);
  return { holder, key: typeof constant === 'string' ? constant : file.read(key) };
}

/** The `torch.load` behind what holds a checkpoint, whichever function or file it stands in. */
const isLoad: Fact = ({ node, access, file }) =>
  (access.length === 0 && node.type === 'call' && file.call(node).name === LOAD) || undefined;

const worksWithRanks = (file: PythonFile): boolean =>
  file.scopes.imports.some((each) => modulesNamed(each, file).some(RANKS.has)) ||
  [...file.callsByName.keys()].some(RANKS.has);

function repair(
  made: readonly Checkpoint[],
  resumes: readonly Resume[],
  resume: Resume,
  file: PythonFile,
  project: Project,
): Fix[] {
  // What a function does with the entries that it is passed stands elsewhere.
  if (made.some(({ how }) => how === 'passed')) return [];
  // Each rank has states of its own, and the file has one.
  if (project.hasRanks || worksWithRanks(file)) return [];
  // Evaluation and fine-tuning load checkpoints too, and begin with random numbers of their own.
  const going = resumes.filter((each) => {
    const { statement, needed } = placeOf(each, file);
    return goesOn(statement, needed, file, project.values);
  });
  if (going.length === 0) return [];
  return [
    {
      title: t`Save and restore the states of the random generators`,
      safe: false,
      edits: () => {
        const unit = indentUnit(file);
        const { load, loadFile } = resume;
        const moved = loadFile.argument(load, 'map_location', 1);
        const weightsOnly = loadFile.argument(load, 'weights_only');
        const version = project.versions.versionOf('torch');
        const isNew = version === null || compareVersions(version, WEIGHTS_ONLY_SINCE) >= 0;
        const states = {
          streams: project.streams,
          cuda: project.switches.usesCuda || /\bcuda\b/.test(file.text),
          moved: moved !== 'absent' && (typeof moved === 'string' || loadFile.constant(moved) !== 'cpu'),
          weightsOnly:
            weightsOnly === 'absent'
              ? isNew
              : typeof weightsOnly === 'string' || loadFile.constant(weightsOnly) !== false,
        };
        const { taken, restore, edits } = rngHelpers(file, states, unit);
        // Of two optimizers that one checkpoint brings back, the first is enough.
        const isFirst = (each: Resume): boolean => each === going.find(({ load }) => load.node === each.load.node);
        const restoredIn = going.filter(isFirst).map((each) => {
          const name = file.read(each.checkpoint);
          const quote = quoteOf(each, file);
          const key = quote + KEY + quote;
          const lines = [`if ${key} in ${name}:`, `${unit}${restore(`${name}[${key}]`)}`];
          return restored(behind(each, file), lines, file);
        });
        return [...edits, ...made.flatMap((each) => saved(each, taken, file)), ...restoredIn];
      },
    },
  ];
}

function saved({ made, how }: Checkpoint, taken: string, file: PythonFile): Edit[] {
  if (how === 'assigned') {
    const target = made.get('left');
    const holder = target?.get('value') ?? made;
    const quote = target && file.read(target).includes('"') ? '"' : "'";
    return [insertAfter(file, statementOf(made), [`${file.read(holder)}[${quote}${KEY}${quote}] = ${taken}`])];
  }
  if (made.type === 'call') return addArguments(file, file.call(made), [`${KEY}=${taken}`]);
  const first = made.children[0]?.get('key');
  const quote = first?.type === 'string' && file.read(first).startsWith('"') ? '"' : "'";
  return addItems(file, made, [`${quote}${KEY}${quote}: ${taken}`]);
}

/** Behind the last statement that reads the checkpoint, or in front of it where it leaves the function. */
const restored = (last: Node, lines: readonly string[], file: PythonFile): Edit =>
  /^(return|raise)_statement$/.test(last.type) ? insertBefore(file, last, lines) : insertAfter(file, last, lines);

/** The quotes that the loading end has around its own keys. */
function quoteOf({ call }: Resume, file: PythonFile): string {
  return file.read(call.node.get('arguments') ?? call.node).includes('"') ? '"' : "'";
}

/** The last statement that reads the checkpoint, outside of conditions about what it holds. */
function behind(resume: Resume, file: PythonFile): Node {
  const { statement } = placeOf(resume, file);
  const siblings = statement.parent?.children ?? [];
  const name = new RegExp(`\\b${file.read(resume.checkpoint)}\\s*(\\[|\\.get\\()`);
  return (
    siblings
      .filter(
        (each) =>
          each.start > statement.start && /_statement$|assignment/.test(each.type) && name.test(file.read(each)),
      )
      .at(-1) ?? statement
  );
}

/**
 * The statement in whose block training goes on, and the parameter without which nobody comes there: a condition about what
 * the checkpoint holds is left, one that asks for an optimizer, or whether to go on, is not.
 */
function placeOf({ call, checkpoint }: Resume, file: PythonFile): { statement: Node; needed: string | null } {
  const places = boundAt(checkpoint, file);
  let statement = statementOf(call.node);
  for (;;) {
    const holder = statement.parent?.enclosing(
      'if_statement',
      'try_statement',
      'with_statement',
      'for_statement',
      'while_statement',
      'function_definition',
    );
    const isInside = (node: Node): boolean =>
      holder !== null && holder !== undefined && node.start > holder.start && node.end <= holder.end;
    if (!holder || holder.type === 'function_definition' || places.some(isInside)) return { statement, needed: null };
    const condition = holder.type === 'if_statement' ? holder.get('condition') : undefined;
    if (condition && !isAboutCheckpoint(condition, checkpoint, file))
      return { statement, needed: askedParameter(condition, file) };
    statement = holder;
  }
}

/** `'optimizer' in checkpoint` asks for nothing else. */
function isAboutCheckpoint(condition: Node, checkpoint: Node, file: PythonFile): boolean {
  const holder = file.read(checkpoint);
  let [isIt, isOther] = [false, false];
  walk(condition, (node) => {
    if (!/^(identifier|attribute)$/.test(node.type)) return true;
    const text = file.read(node);
    if (text === holder || text === `${holder}.get`) isIt = true;
    else isOther = true;
    return false;
  });
  return isIt && !isOther;
}

/** `if optimizer is not None:`, `if optimizer:` where that is a parameter. */
function askedParameter(condition: Node, file: PythonFile): string | null {
  const [left, right] = condition.type === 'comparison_operator' ? condition.children : [condition, undefined];
  const asksThere = right === undefined || /^\S+\s+is\s+not\s+None$/.test(file.read(condition));
  return left?.type === 'identifier' && asksThere && parameterOf(left, file) ? file.read(left) : null;
}
