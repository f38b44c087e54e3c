/** A DistributedSampler shuffles by its seed and its epoch; nobody tells it the epoch. */

import type { Location, Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { indentUnit, insertBefore, replace } from '../edits/edit-text.ts';
import { freeName, spell } from '../edits/imports.ts';
import { RANK_SAMPLER } from '../knowledge/calls.ts';
import { nameFor } from '../knowledge/names.ts';
import { DATA_LOADER } from '../lowering/loader-arguments.ts';
import { callTaking } from '../python/arguments.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator, Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { usesOf } from '../python/flow.ts';
import { namedAt } from '../python/mentions.ts';
import { boundAt, everyValue, meansAlike } from '../python/names.ts';
import { nodeAt } from '../seeding/seeds.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

const BATCH_SAMPLER = nameFor('batch-sampler');

export const missingSetEpoch: Rule = {
  name: 'missing-set-epoch',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: false,
  since: '0.2.0',
  summary: 'A `DistributedSampler` repeats its order in every epoch.',
  why: `A \`DistributedSampler\` seeds its shuffle with \`seed + epoch\`, and \`epoch\` stays 0 until \`set_epoch\` is called. Without
the call each epoch goes through the data in the same order, and each rank sees the same part of it in each epoch. It takes
nothing from \`torch.manual_seed\`.`,
  never: [
    'A file that calls `set_epoch`, and a sampler or loader that goes where nobody can follow it.',
    '`shuffle=False`, or a `shuffle` that only the run decides.',
    'Lightning, Fabric, Accelerate, Ignite, Composer and the Hugging Face Trainer, which call it.',
    'A single pass, and evaluation: its order does not matter.',
    'Library modules.',
  ],
  references: ['https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler'],
  examples: [
    {
      title: 'An epoch loop',
      bad: `from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler


def main(model, dataset, optimizer):
    sampler = DistributedSampler(dataset)
    #         ^^^^^^^^^^^^^^^^^^ missing-set-epoch warning: every epoch
    loader = DataLoader(dataset, batch_size=32, sampler=sampler)
    for epoch in range(10):
        for batch in loader:
            model(batch).sum().backward()
            optimizer.step()


if __name__ == '__main__':
    main()
`,
      good: `from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler


def main(model, dataset, optimizer):
    sampler = DistributedSampler(dataset)
    loader = DataLoader(dataset, batch_size=32, sampler=sampler)
    for epoch in range(10):
        sampler.set_epoch(epoch)
        for batch in loader:
            model(batch).sum().backward()
            optimizer.step()


if __name__ == '__main__':
    main()
`,
    },
  ],
  *check(file, project) {
    if (file.methodCalls('set_epoch').length > 0 || project.loaders.tellsEpoch) return;
    for (const [number, call] of file.calls(RANK_SAMPLER).entries()) {
      const shuffle = file.argument(call, 'shuffle', 3);
      if (shuffle !== 'absent' && (typeof shuffle === 'string' || file.constant(shuffle) !== true)) continue;
      const { start, end } = call.callee;
      const message = t`\`${file.read(call.callee)}\` gives the same order in every epoch; nothing calls its \`set_epoch\`.`;
      const uses = usesOf(call.node, file, (node, argument) => isSamplerOf(node, argument, file));
      const passes = uses.escapes ? [] : [...uses.loops].filter((loop) => trains(loop, file));
      const [epochs] = passes.flatMap((loop) => epochLoop(loop, file) ?? []);
      if (epochs) {
        const related = [
          { start: epochs.start, end: epochs.get('body')?.start ?? epochs.end, message: t`The epochs.` },
        ];
        yield { start, end, message, related, fixes: repair(call, epochs, uses.seen, file) };
        continue;
      }
      const round = project.loaders.roundsOf(number).find((each) => trainsAt(each, project));
      if (round) {
        const related = [{ ...round, message: t`Each epoch passes over it here.` }];
        yield { start, end, message, related, fixes: () => tellElsewhere(call, round, project) };
      }
    }
  },
};

/** The sampler is passed to what draws its batches: a loader, or a sampler of whole batches. */
function isSamplerOf(node: Node, argument: Node, file: PythonFile): boolean {
  const call = file.call(node);
  if (call.name === BATCH_SAMPLER) return file.argument(call, 'sampler', 0) === argument;
  return (
    call.name === DATA_LOADER &&
    (file.argument(call, 'sampler', 3) === argument || file.argument(call, 'batch_sampler', 4) === argument)
  );
}

/** Whether the pass at a place of the program, perhaps in another file, trains. */
function trainsAt(place: Location, project: Project): boolean {
  const file = project.places.fileAt(place.path);
  const loop = file && nodeAt(file, place).enclosing('for_statement', 'for_in_clause');
  return loop !== null && trains(loop, file ?? project.file);
}

/** A pass that only evaluates may go in any order. */
function trains(node: Node, file: PythonFile, depth = 0): boolean {
  const calls = file.callsWithin(node);
  if (calls.some(({ method }) => method === 'backward')) return true;
  return (
    depth < 4 &&
    calls.some((call) => {
      const called = file.functionOf(call.name);
      return called !== undefined && called.node !== node && trains(called.node, file, depth + 1);
    })
  );
}

/** What is around a pass: the next loop that may count epochs, else the function. */
function roundAround(pass: Node, file: PythonFile): Node | null {
  let at = pass.enclosing(...AROUND);
  while (at?.type === 'for_statement' && isOverItems(at, file)) at = at.enclosing(...AROUND);
  return at;
}

const AROUND = ['for_statement', 'while_statement', 'function_definition', 'lambda'] as const;

/** `for phase in ('train', 'val'):`, `for name, loader in loaders.items():` passes over things, and counts nothing. */
function isOverItems(loop: Node, file: PythonFile): boolean {
  const iterated = loop.get('right');
  if (iterated && /^(list|tuple|set|dictionary|string)$/.test(iterated.type))
    return !iterated.children.every((each) => typeof file.constant(each) === 'number');
  const method = iterated?.type === 'call' ? file.call(iterated).method : null;
  return method !== null && /^(items|keys|values)$/.test(method);
}

/** The loop around a pass over the data, here or around a call of the function that makes the pass. */
function epochLoop(pass: Node, file: PythonFile, depth = 0): Node | null {
  const outer = roundAround(pass, file);
  if (outer && outer.type !== 'function_definition') return outer.type === 'lambda' ? null : outer;
  const id = outer ? file.functionAt(outer)?.id : undefined;
  if (id === undefined || depth > 4) return null;
  const loops = file.calls(id).flatMap((call) => epochLoop(call.node, file, depth + 1) ?? []);
  return loops[0] ?? null;
}

/** The epoch is a name, and the sampler or its loader has one in the loop. */
function repair(call: Call, loop: Node, seen: ReadonlySet<Node>, file: PythonFile): Fix[] {
  const epoch = loop.type === 'for_statement' ? loop.get('left') : undefined;
  const first = loop.get('body')?.children[0];
  if (epoch?.type !== 'identifier' || !first) return [];
  const named = samplerName(call, loop, file) ?? samplerOfLoader(call, loop, first, seen, file);
  if (!named) return [];
  return [tellEpoch(named, epoch, first, file)];
}

/** The call in front of what an epoch does first. */
function tellEpoch({ sampler, condition }: Named, epoch: Node, first: Node, file: PythonFile): Fix {
  const isUnnamed = /^_+$/.test(file.read(epoch));
  const number = isUnnamed ? freeName(file, ['epoch', 'epoch_index']) : file.read(epoch);
  const line = `${sampler}.set_epoch(${number})`;
  const lines = condition ? [`if ${condition}:`, indentUnit(file) + line] : [line];
  return {
    title: t`Call \`set_epoch(${number})\``,
    safe: false,
    edits: () => [...(isUnnamed ? [replace(epoch, number)] : []), insertBefore(file, first, lines)],
  };
}

/** The same where the epochs are counted in another file than the sampler is made in. */
function tellElsewhere(call: Call, round: Location, project: Project): Fix[] {
  const file = project.places.fileAt(round.path);
  const pass = file && nodeAt(file, round).enclosing('for_statement', 'for_in_clause');
  const epochs = pass && epochsAround(pass, file, project.values);
  const epoch = epochs?.loop.type === 'for_statement' ? epochs.loop.get('left') : undefined;
  const first = epochs?.loop.get('body')?.children[0];
  if (!epochs || epoch?.type !== 'identifier' || !first) return [];
  const { loop, file: home } = epochs;
  const own = home === project.file ? samplerName(call, loop, home) : null;
  if (own) return [tellEpoch(own, epoch, first, home)];
  const sampler = samplerSeen(call, loop, first, home, project.values);
  if (sampler === null) return [];
  const isSure = !isConditional(call) && call.node.enclosing('if_statement') === null;
  const { text, edits } = spell(home, RANK_SAMPLER, loop.start);
  const named = { sampler, condition: isSure ? '' : `isinstance(${sampler}, ${text})` };
  const fix = tellEpoch(named, epoch, first, home);
  return [
    {
      ...fix,
      edits: () => [...(isSure ? [] : edits), ...fix.edits()].map((edit) => ({ ...edit, path: home.path })),
    },
  ];
}

/** The loop around a pass over the data, in whichever file the function that makes the pass is called. */
function epochsAround(
  pass: Node,
  file: PythonFile,
  values: Evaluator,
  depth = 0,
): { readonly loop: Node; readonly file: PythonFile } | null {
  const outer = roundAround(pass, file);
  if (outer && outer.type !== 'function_definition') return outer.type === 'lambda' ? null : { loop: outer, file };
  const info = outer && file.functionAt(outer);
  if (!info || depth > 4) return null;
  const calls = (namedAt(info, file, values) ?? []).filter(({ node }) => node.field === 'function');
  const loops = calls.flatMap(({ file: home, node }) => epochsAround(node, home, values, depth + 1) ?? []);
  return loops[0] ?? null;
}

/** How a loop may write the sampler that is made elsewhere, of what its body reads: itself, or as that of its loader. */
function samplerSeen(made: Call, loop: Node, first: Node, home: PythonFile, values: Evaluator): string | null {
  let found: string | null = null;
  const isSeen: Fact = (value) => {
    const { file, node, access } = value;
    const loader = loaderOf(node, access, file);
    // The loader keeps what it is given under the name of the parameter.
    if (loader) return [{ ...value, node: loader, access: ['.sampler'] }];
    const way = access.join('');
    const isName = /^(identifier|attribute)$/.test(node.type) && (way === '' || way === '.sampler');
    const isInside = node.start >= first.start && node.end <= loop.end;
    const isThere = file.path === home.path && (isInside || isOfSameObject(node, loop, file, home));
    if (!isName || !isThere || !isPlainName(file.read(node)) || !isBoundBefore(node, loop, file)) return undefined;
    found = `${file.read(node)}${way}`;
    return true;
  };
  values.findUse(isSeen, values.value(made.node));
  return found;
}

/** The loader that gets the sampler where it stands; null for anything else that gets it. */
function loaderOf(node: Node, access: readonly string[], file: PythonFile): Node | null {
  const call = access.length === 0 ? callTaking(node, file) : null;
  return call?.name === DATA_LOADER && file.argument(call, 'sampler', 3) === node ? call.node : null;
}

/** `self.loader` in another method of the class whose method the loop stands in. */
function isOfSameObject(node: Node, loop: Node, file: PythonFile, home: PythonFile): boolean {
  const [own, other] = [file.functionAround(node), home.functionAround(loop)];
  const self = own?.parameters[0]?.name;
  return (
    own?.class?.id !== undefined &&
    own.class.id === other?.class?.id &&
    self === other.parameters[0]?.name &&
    file.read(node).startsWith(`${self}.`)
  );
}

const isPlainName = (text: string): boolean => /^\w+(\.\w+)*$/.test(text);

/** What a name stands for is there when the loop begins. */
function isBoundBefore(node: Node, loop: Node, file: PythonFile): boolean {
  let root = node;
  for (let at: Node | undefined = node; at; at = at.get('object')) root = at;
  return boundAt(root, file).every((each) => each.start < loop.start || each.end > loop.end);
}

/** How the sampler is reached in the loop, and the condition under which it is one; empty where it always is. */
interface Named {
  readonly sampler: string;
  readonly condition: string;
}

/** `DistributedSampler(data) if distributed else None` */
const isConditional = (call: Call): boolean => call.node.parent?.type === 'conditional_expression';

/** Made under an `if` that the loop is not under. */
function isInBranch(call: Call, loop: Node): boolean {
  const branch = call.node.enclosing('if_statement');
  return branch !== null && !(loop.start > branch.start && loop.end <= branch.end);
}

/** The sampler's own name, if it is bound to nothing but a sampler or `None`, and means the same in the loop. */
function samplerName(call: Call, loop: Node, file: PythonFile): Named | null {
  const made = isConditional(call) ? call.node.parent : call.node;
  const target = made?.parent?.type === 'assignment' ? made.parent.get('left') : undefined;
  if (!made || target?.type !== 'identifier' || target.start > loop.start) return null;
  const name = file.read(target);
  const values = everyValue(target, file);
  const others = values.filter((value) => value !== made);
  const isSame = meansAlike(target, loop, file) && values.includes(made);
  const isNone = (node: Node): boolean => node.type === 'none';
  if (!isSame || !others.every(isNone) || (isConditional(call) && !made.children.some(isNone))) return null;
  // What only one branch binds may be unbound in the loop.
  if (isInBranch(call, loop) && others.length === 0) return null;
  return { sampler: name, condition: isConditional(call) || others.length > 0 ? `${name} is not None` : '' };
}

/** `loader.sampler`, of a loader that was given the sampler itself, or another one in another branch. */
function samplerOfLoader(call: Call, loop: Node, first: Node, seen: ReadonlySet<Node>, file: PythonFile): Named | null {
  if ([...seen].some((node) => node.type === 'call' && file.call(node).name === BATCH_SAMPLER)) return null;
  const loader = [...seen].find(
    (node) => node.start > first.start - 1 && node.end < loop.end && /^(identifier|attribute)$/.test(node.type),
  );
  if (!loader) return null;
  const sampler = `${file.read(loader)}.sampler`;
  const kind = file.read(call.callee);
  const isKnown = call.callee.type !== 'identifier' || meansAlike(call.callee, loop, file);
  if (!isConditional(call) && !isInBranch(call, loop)) return { sampler, condition: '' };
  return isKnown ? { sampler, condition: `isinstance(${sampler}, ${kind})` } : null;
}
