/** A copy from the GPU that nobody waits for: what is read may be what was in that memory before. */

import type { Report, Rule } from '../contract/rule.ts';
import { insertBefore, removeArgument, statementOf } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { nameFor } from '../knowledge/names.ts';
import type { PythonFile } from '../python/file.ts';
import { type HostCopy, unawaitedCopies } from '../tensors/host-copies.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const unsynchronizedCopy: Rule = {
  name: 'unsynchronized-copy',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.4.0',
  summary: 'A `non_blocking` copy to the CPU that is read before it is awaited.',
  why: `With \`non_blocking=True\` a copy from the GPU to the CPU is only asked for: \`to("cpu", non_blocking=True)\` makes a tensor in pinned
memory and returns before anything has arrived in it, and \`copy_(x, non_blocking=True)\` into pinned memory does the same. Whatever
reads the values without waiting gets some of them from before the copy, differently in each run.

The other direction needs no waiting: the GPU runs what it is asked for in order. For the CPU, wait by
\`torch.cuda.synchronize()\`, \`stream.synchronize()\` or \`event.synchronize()\`, or leave \`non_blocking\` out.`,
  never: [
    'A copy that something waits for before the values are read: `synchronize`, `wait`, a query of an event, a blocking copy of another tensor, or a function that may do so.',
    'Copies to a GPU, of what is on the CPU already, of a whole module, and copies that block.',
    'Copies whose values nobody here reads: sent back, kept, or handed to a function that nobody can read.',
    'Looks at the shape, the type or the device.',
    'Tests.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html',
    'https://docs.pytorch.org/tutorials/intermediate/pinmem_nonblock.html',
  ],
  examples: [
    {
      title: 'Read at once',
      bad: `import torch


def norms(model):
    gradients = torch.stack([each.grad.norm() for each in model.parameters()])
    host = gradients.to("cpu", non_blocking=True)
    #                          ^^^^^^^^^^^^^^^^^ unsynchronized-copy warning: before the copy is done
    return host.numpy()
`,
      good: `import torch


def norms(model):
    gradients = torch.stack([each.grad.norm() for each in model.parameters()])
    host = gradients.to("cpu", non_blocking=True)
    torch.cuda.synchronize()
    return host.numpy()
`,
    },
  ],
  *check(file, project) {
    if (project.isTest) return;
    for (const copy of unawaitedCopies(file)) yield reportOf(copy, file);
  },
};

function reportOf(copy: HostCopy, file: PythonFile): Report {
  const { argument, read } = copy;
  return {
    start: argument.start,
    end: argument.end,
    message: t`\`${file.read(read)}\` is read before the copy is done: nothing waits for it.`,
    related: [{ start: read.start, end: read.end, message: t`The values are read here.` }],
    fixes: [...wait(copy, file), block(copy, file)],
  };
}

/** Waits where the values are first read; null where that is in the statement that copies, or in another function. */
function wait({ call, read }: HostCopy, file: PythonFile): Fix[] {
  const [copies, reads] = [statementOf(call.node), statementOf(read)];
  const isApart = copies !== reads && copies.parent === reads.parent && copies.end <= reads.start;
  if (!isApart) return [];
  return [
    {
      title: t`Wait for the copy by \`torch.cuda.synchronize()\``,
      safe: false,
      edits: () => {
        const { text, edits } = spell(file, nameFor('synchronize'), reads.start);
        return [...edits, insertBefore(file, reads, [`${text}()`])];
      },
    },
  ];
}

function block({ argument }: HostCopy, file: PythonFile): Fix {
  return { title: t`Copy without \`non_blocking\``, safe: false, edits: () => [removeArgument(file, argument)] };
}
