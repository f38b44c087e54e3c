/** cuDNN's switch reaches cuDNN only, and `warn_only` leaves attention as it was. */

import type { Project } from '../contract/project.ts';
import type { Related, Report, Rule } from '../contract/rule.ts';
import { insertAfter, statementOf } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { ALGORITHMS, CUDNN_DETERMINISTIC, OLD_ALGORITHMS } from '../knowledge/calls.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { seederOf } from '../knowledge/tables.ts';
import { opUses, opVerdict } from '../operations/verdicts.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isOverruled, switchSettings, writtenSwitch } from '../switches/switches.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

const DEBUG_MODE = nameFor('algorithms-debug-mode');
const SDPA = nameFor('attention');
/** Calls that reach the flash and memory-efficient kernels; `MultiheadAttention` does only without its weights. */
const ATTENTION = [SDPA, ...namesFor('attention-layers').all];
/** The switches that somebody wants the same bits by. */
const INTENT = [ALGORITHMS, CUDNN_DETERMINISTIC];
const MAX_RELATED = 3;

export const incompleteDeterminism: Rule = {
  name: 'incomplete-determinism',
  severity: { none: null, seeded: null, deterministic: 'information' },
  inLibraries: false,
  since: '0.2.0',
  supersedes: ['nondeterministic-op'],
  summary: 'A determinism switch that leaves operations free.',
  why: `\`torch.backends.cudnn.deterministic = True\` reaches cuDNN and nothing else. Every other operation with a
nondeterministic CUDA kernel (\`index_add_\`, \`scatter_add_\`, the backward of bilinear \`interpolate\` and many more) stays as it
was. \`torch.use_deterministic_algorithms(True)\`, since 1.8, switches those that have a deterministic kernel, convolutions
included, and raises a \`RuntimeError\` at those that have none. On CUDA, versions before 2.10 want the environment variable
\`CUBLAS_WORKSPACE_CONFIG=:4096:8\` beside it.

With \`warn_only=True\`, since 1.11, nothing raises, and the backward of flash and memory-efficient attention stays
nondeterministic: only the strict flag makes it deterministic. That is a hint, where the program uses attention.

A process that \`spawn\` or \`forkserver\` starts begins with all switches off: what its parent has set does not reach it.`,
  never: [
    'A program that calls `torch.use_deterministic_algorithms` with `True`, or with a value that the command line decides.',
    'A program that calls `torch.set_deterministic_debug_mode`, or a framework’s helper or flag that does.',
    'A bare `torch.use_deterministic_algorithms()`: that is `invalid-determinism-call`.',
    '`cudnn.deterministic = False`, and a value that only the command line decides.',
    '`cudnn.flags(deterministic=True)`, which says where it ends.',
    'Library modules: the switch is the program’s business.',
    'Processes that set the switch themselves, or start up with a module that does, and forks, which keep it.',
    '`warn_only=True` in a program without attention.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/notes/randomness.html#avoiding-nondeterministic-algorithms',
    'https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html',
  ],
  examples: [
    {
      title: 'Only cuDNN',
      bad: `import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = True
#                                    ^^^^ incomplete-determinism information: outside cuDNN
model = torch.nn.Conv2d(3, 8, 3)
`,
      good: `import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = True
torch.use_deterministic_algorithms(True)
model = torch.nn.Conv2d(3, 8, 3)
`,
    },
    {
      title: '`warn_only` and attention',
      bad: `import torch
from torch import nn

torch.manual_seed(0)
torch.use_deterministic_algorithms(True, warn_only=True)
#                                                  ^^^^ incomplete-determinism hint: attention
layer = nn.TransformerEncoderLayer(64, 4)
`,
    },
  ],
  *check(file, project) {
    const settings = [...switchSettings(file, CUDNN_DETERMINISTIC)];
    const reports = [...warnOnly(file), ...unswitched(file, project)];
    if (settings.length + reports.length === 0 || !project.isInProgram) return;
    yield* reports;
    if (asksForMore(file, project)) return;
    for (const setting of settings) {
      const { node, value } = setting;
      if (value.type !== 'true' || isOverruled(setting, CUDNN_DETERMINISTIC, project)) continue;
      yield {
        start: value.start,
        end: value.end,
        message: t`\`${writtenSwitch(setting, file)}\` reaches cuDNN only: operations outside cuDNN stay free to differ between runs.`,
        related: freeOperations(file, project),
        fixes: [switchOn(file, node)],
      };
    }
  },
};

/** The program switches more than cuDNN, or tries to. */
function asksForMore(file: PythonFile, project: Project): boolean {
  if (project.switches.deterministicAlgorithms !== 'off' || file.calls(DEBUG_MODE).length > 0) return true;
  if (file.calls(OLD_ALGORITHMS).length > 0) return true;
  if (file.calls(ALGORITHMS).some((call) => file.argument(call, 'mode', 0) === 'absent')) return true;
  return file.allCalls.some((call) => {
    const seeder = call.name === null || call.name === ALGORITHMS ? undefined : seederOf(call.name);
    if (!seeder) return false;
    const asked = (seeder.flagsWhen ?? []).filter(
      (when) => file.argument(call, when.argument, when.position) !== 'absent',
    );
    const all = [seeder.flags, ...asked.map((when) => when.flags)];
    return all.some((flags) => Boolean(flags?.use_deterministic_algorithms));
  });
}

/** Processes that start up anew and do not set the switches which this one has on. */
function* unswitched(file: PythonFile, project: Project): Iterable<Report> {
  for (const process of project.summary?.unswitched ?? []) {
    const lost = INTENT.flatMap((name) => process.lost[name] ?? []);
    if (lost.length === 0) continue;
    const { start, end } = project.places.anchor(process);
    yield {
      start,
      end,
      message: t`The process that \`${file.read({ start, end })}\` starts does not have the determinism switches of this one, and sets none.`,
      related: lost.map((each) => ({
        ...project.places.locate(each.site),
        message: t`This switch does not reach it.`,
      })),
    };
  }
}

function* warnOnly(file: PythonFile): Iterable<Report> {
  const attention = ATTENTION.flatMap((name) => file.calls(name))[0];
  if (!attention) return;
  for (const call of file.calls(ALGORITHMS)) {
    const value = file.argument(call, 'warn_only');
    const mode = file.argument(call, 'mode', 0);
    if (typeof value === 'string' || value.type !== 'true') continue;
    if (typeof mode === 'string' || file.constant(mode) !== true) continue;
    const { start, end } = attention.callee;
    yield {
      start: value.start,
      end: value.end,
      severity: 'hint',
      subject: SDPA,
      message: t`\`warn_only=True\` leaves the backward of flash and memory-efficient attention nondeterministic on CUDA.`,
      related: [{ start, end, message: t`Attention is used here.` }],
    };
  }
}

/** A few operations of this file that the flag would reach. */
function freeOperations(file: PythonFile, project: Project): Related[] {
  const free = opUses(file, project).filter(({ op }) => op.report === 'always');
  const differing = free.filter((use) => opVerdict(use, file, project) === 'differs');
  const related = differing.map(({ span, written }) => ({ ...span, message: t`\`${written}\` stays free.` }));
  const isFirst = (each: Related, i: number): boolean => related.findIndex((it) => it.start === each.start) === i;
  return related.filter(isFirst).slice(0, MAX_RELATED);
}

function switchOn(file: PythonFile, assignment: Node): Fix {
  return {
    title: t`Add \`torch.use_deterministic_algorithms(True)\``,
    safe: false,
    edits: () => {
      const { text, edits } = spell(file, ALGORITHMS, assignment.start);
      return [...edits, insertAfter(file, statementOf(assignment), [`${text}(True)`])];
    },
  };
}
