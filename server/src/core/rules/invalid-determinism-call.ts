/** Calls to PyTorch's determinism switch that raise before anything is trained. */

import type { Project } from '../contract/project.ts';
import type { Report, Rule } from '../contract/rule.ts';
import { insertAt, replace } from '../edits/edit-text.ts';
import { ALGORITHMS, OLD_ALGORITHMS } from '../knowledge/calls.ts';
import { compareVersions } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { t } from '../text/language.ts';

export const invalidDeterminismCall: Rule = {
  name: 'invalid-determinism-call',
  severity: { none: 'error', seeded: 'error', deterministic: 'error' },
  inLibraries: true,
  since: '0.1.0',
  summary: 'A call of the determinism switch that raises.',
  why: `\`torch.use_deterministic_algorithms(mode, *, warn_only=False)\` needs its \`mode\`: the bare call that many articles
show raises a \`TypeError\`. \`warn_only\` is keyword-only and exists since 1.11; by position it raises a \`TypeError\` too.
\`torch.set_deterministic\` was the name in 1.7; it was deprecated in 1.8 and removed in 1.10.

Which of them raises is judged by the version of torch that the project’s files name, or by the newest where they name none.`,
  never: [
    '`torch.use_deterministic_algorithms(True)`, `(False)`, `(mode=True)` and `(True, warn_only=True)`.',
    'A call with `*args` or `**kwargs`, which may hold the argument.',
    'A function of the same name that is not PyTorch’s.',
    '`torch.set_deterministic` behind `hasattr`, a version check or `try`, and the new names behind them in an old project.',
    '`torch.set_deterministic` in a project with torch 1.7.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html',
    'https://github.com/pytorch/pytorch/pull/62158',
  ],
  examples: [
    {
      title: 'The argument is required',
      bad: `import torch

torch.use_deterministic_algorithms()
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ invalid-determinism-call error: needs an argument
`,
      good: `import torch

torch.use_deterministic_algorithms(True)
`,
    },
    {
      title: '`warn_only` is keyword-only',
      bad: `import torch

torch.use_deterministic_algorithms(True, True)
#                                        ^^^^ invalid-determinism-call error: keyword
`,
      good: `import torch

torch.use_deterministic_algorithms(True, warn_only=True)
`,
    },
    {
      title: 'The name of 1.7',
      bad: `import torch

torch.set_deterministic(True)
#^^^^^^^^^^^^^^^^^^^^^^ invalid-determinism-call error: \`torch.use_deterministic_algorithms\`
`,
      good: `import torch

torch.use_deterministic_algorithms(True)
`,
    },
  ],
  *check(file, project) {
    for (const call of file.calls(ALGORITHMS)) {
      const report =
        tooNew(file, call, project) ??
        missingMode(file, call) ??
        positionalWarnOnly(call) ??
        warnOnlyTooNew(file, call, project);
      if (report) yield report;
    }
    for (const call of file.calls(OLD_ALGORITHMS)) {
      if (!isGuarded(call, file) && !isBefore('1.8', project)) yield oldName(file, call, project);
    }
  },
};

/** True where the project is known to run with a torch older than that. */
function isBefore(version: string, project: Project): boolean {
  const own = project.versions.versionOf('torch');
  return own !== null && compareVersions(own, version) < 0;
}

/** The function itself came with 1.8. */
function tooNew(file: PythonFile, call: Call, project: Project): Report | null {
  if (!isBefore('1.8', project) || isGuarded(call, file)) return null;
  const { start, end } = call.callee;
  const [name, own] = [file.read(call.callee), project.versions.versionOf('torch') ?? ''];
  return {
    start,
    end,
    message: isBefore('1.7', project)
      ? t`\`${name}\` is new in torch 1.8; this project has ${own}.`
      : t`\`${name}\` is new in torch 1.8; this project has ${own}, where it is \`torch.set_deterministic\`.`,
  };
}

function warnOnlyTooNew(file: PythonFile, call: Call, project: Project): Report | null {
  if (!isBefore('1.11', project) || isGuarded(call, file)) return null;
  const keyword = call.node.get('arguments')?.children.find((each) => {
    const name = each.type === 'keyword_argument' ? each.get('name') : undefined;
    return name !== undefined && file.read(name) === 'warn_only';
  });
  return keyword
    ? {
        start: keyword.start,
        end: keyword.end,
        message: t`\`warn_only\` is new in torch 1.11; this project has ${project.versions.versionOf('torch') ?? ''}.`,
      }
    : null;
}

function missingMode(file: PythonFile, call: Call): Report | null {
  const list = call.node.get('arguments');
  if (!list || file.argument(call, 'mode', 0) !== 'absent' || file.argument(call, 'd', 0) !== 'absent') return null;
  const first = list.children[0];
  return {
    start: call.callee.start,
    end: call.callee.end,
    message: t`\`${file.read(call.callee)}\` needs an argument: \`True\`.`,
    fixes: [
      { title: t`Pass \`True\``, safe: false, edits: () => [insertAt(list.start + 1, first ? 'True, ' : 'True')] },
    ],
  };
}

function positionalWarnOnly(call: Call): Report | null {
  const passed = call.node.get('arguments')?.children ?? [];
  const second = passed[1];
  const isPositional = passed.slice(0, 2).every((each) => !/keyword_argument|splat/.test(each.type));
  if (!second || !isPositional) return null;
  return {
    start: second.start,
    end: second.end,
    message: t`\`warn_only\` must be passed by keyword.`,
    fixes: [{ title: t`Pass it as \`warn_only=\``, safe: false, edits: () => [insertAt(second.start, 'warn_only=')] }],
  };
}

/** Reached only where the old name exists: the code asked first, or is ready for its absence. */
function isGuarded(call: Call, file: PythonFile): boolean {
  for (let at = call.node.parent; at; at = at.parent) {
    if (at.type === 'try_statement') return true;
    const condition = at.get('condition');
    if (condition && /hasattr|version/i.test(file.read(condition))) return true;
  }
  return false;
}

function oldName(file: PythonFile, call: Call, project: Project): Report {
  const attribute = call.callee.get('attribute');
  const stillThere = isBefore('1.10', project);
  const name = file.read(call.callee);
  return {
    start: call.callee.start,
    end: call.callee.end,
    ...(stillThere ? { severity: 'hint' as const } : {}),
    message: stillThere
      ? t`\`${name}\` is deprecated since torch 1.8; it is \`torch.use_deterministic_algorithms\` now.`
      : t`\`${name}\` is gone since torch 1.10; it is \`torch.use_deterministic_algorithms\` now.`,
    fixes: attribute
      ? [
          {
            title: t`Call \`use_deterministic_algorithms\``,
            safe: false,
            edits: () => [replace(attribute, 'use_deterministic_algorithms')],
          },
        ]
      : [],
  };
}
