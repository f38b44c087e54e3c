/** A DistributedSampler shuffles by its seed and its epoch; nobody tells it the epoch. */
import { indentUnit, insertBefore } from '../fix.ts';
import { usesOf } from '../flow.ts';
import { DATA_LOADER } from '../loaders.ts';
import type { Call, Node, PythonFile } from '../model.ts';
import type { Fix, Rule } from '../rule.ts';
import { assignedValues, lookUp } from '../scope.ts';

const SAMPLER = 'torch.utils.data.DistributedSampler';

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
  *check(file) {
    if (file.methodCalls('set_epoch').length > 0) return;
    for (const call of file.calls(SAMPLER)) {
      const shuffle = file.argument(call, 'shuffle', 3);
      if (shuffle !== 'absent' && (typeof shuffle === 'string' || file.constant(shuffle) !== true)) continue;
      const uses = usesOf(call.node, file, (node, argument) => isSamplerOf(node, argument, file));
      if (uses.escapes) continue;
      const found = [...uses.loops].filter((loop) => trains(loop, file)).flatMap((loop) => epochLoop(loop, file) ?? []);
      const [epochs] = found;
      if (!epochs) continue;
      const { start, end } = call.callee;
      yield {
        start,
        end,
        message: `\`${file.read(call.callee)}\` gives the same order in every epoch; nothing calls its \`set_epoch\`.`,
        related: [{ start: epochs.start, end: epochs.get('body')?.start ?? epochs.end, message: 'The epochs.' }],
        fixes: repair(call, epochs, uses.seen, file),
      };
    }
  },
};

function isSamplerOf(node: Node, argument: Node, file: PythonFile): boolean {
  const call = file.call(node);
  return call.name === DATA_LOADER && file.argument(call, 'sampler', 3) === argument;
}

/** A pass that only evaluates may go in any order. */
function trains(node: Node, file: PythonFile, depth = 0): boolean {
  const calls = file.allCalls.filter((call) => call.node.start >= node.start && call.node.end <= node.end);
  if (calls.some(({ method }) => method === 'backward')) return true;
  return (
    depth < 4 &&
    calls.some((call) => {
      const called = file.functionOf(call.name);
      return called !== undefined && called.node !== node && trains(called.node, file, depth + 1);
    })
  );
}

/** The loop around a pass over the data, here or around a call of the function that makes the pass. */
function epochLoop(pass: Node, file: PythonFile, depth = 0): Node | null {
  const outer = pass.enclosing('for_statement', 'while_statement', 'function_definition', 'lambda');
  if (outer && outer.type !== 'function_definition') return outer.type === 'lambda' ? null : outer;
  const id = outer ? file.scopes.byNode.get(outer)?.owner?.id : undefined;
  if (id === undefined || depth > 4) return null;
  const loops = file.calls(id).flatMap((call) => epochLoop(call.node, file, depth + 1) ?? []);
  return loops[0] ?? null;
}

/** The epoch is a name, and the sampler or its loader has one in the loop. */
function repair(call: Call, loop: Node, seen: ReadonlySet<Node>, file: PythonFile): Fix[] {
  const epoch = loop.type === 'for_statement' ? loop.get('left') : undefined;
  const first = loop.get('body')?.children[0];
  if (epoch?.type !== 'identifier' || !first) return [];
  const name = samplerName(call, loop, file);
  const inLoop = [...seen].find(
    (node) => node.start > first.start - 1 && node.end < loop.end && /^(identifier|attribute)$/.test(node.type),
  );
  const sampler = name ?? (inLoop && !isOptional(call) ? `${file.read(inLoop)}.sampler` : null);
  if (!sampler) return [];
  const line = `${sampler}.set_epoch(${file.read(epoch)})`;
  const lines = isOptional(call) ? [`if ${sampler} is not None:`, indentUnit(file) + line] : [line];
  return [
    { title: `Call \`set_epoch(${file.read(epoch)})\``, safe: false, edits: () => [insertBefore(file, first, lines)] },
  ];
}

/** `DistributedSampler(data) if distributed else None` */
const isOptional = (call: Call): boolean => call.node.parent?.type === 'conditional_expression';

/** The sampler's own name, if it means the same in the loop and nothing but a sampler or `None` can be behind it. */
function samplerName(call: Call, loop: Node, file: PythonFile): string | null {
  const made = isOptional(call) ? call.node.parent : call.node;
  const target = made?.parent?.type === 'assignment' ? made.parent.get('left') : undefined;
  if (
    !made ||
    target?.type !== 'identifier' ||
    made.parent?.enclosing('if_statement') !== loop.enclosing('if_statement')
  )
    return null;
  if (isOptional(call) && !made.children.some((child) => child.type === 'none')) return null;
  const definitions = file.definitions(target);
  const name = file.read(target);
  const isSame = lookUp(name, file.scope(loop)) === definitions && assignedValues(definitions)?.length === 1;
  return isSame && target.start < loop.start ? name : null;
}
