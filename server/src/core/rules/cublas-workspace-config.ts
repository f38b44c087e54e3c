/** Before torch 2.10 the determinism flag wants an environment variable beside it, or the first product on CUDA raises. */

import type { Report, Rule } from '../contract/rule.ts';
import { quoted, removeStatement, replace, statementOf } from '../edits/edit-text.ts';
import { ALGORITHMS } from '../knowledge/calls.ts';
import type { PythonFile } from '../python/file.ts';
import {
  askingVersion,
  CUBLAS_VALUES,
  type CublasSetting,
  cublasSettings,
  productBefore,
  setCublas,
} from '../switches/cublas.ts';
import { CUBLAS_VARIABLE } from '../switches/environment.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

const SEVERITY = { none: null, seeded: null, deterministic: 'warning' } as const;

export const cublasWorkspaceConfig: Rule = {
  name: 'cublas-workspace-config',
  severity: SEVERITY,
  inLibraries: false,
  since: '0.3.0',
  summary: '`use_deterministic_algorithms(True)` lacks the environment variable that cuBLAS wants before torch 2.10.',
  why: `Under \`torch.use_deterministic_algorithms(True)\`, torch 1.7 to 2.9 with CUDA 10.2 or newer looks at the environment
variable \`CUBLAS_WORKSPACE_CONFIG\` before each matrix product on CUDA. Unless it is exactly \`:4096:8\` or \`:16:8\`, the product
raises a \`RuntimeError\`, or prints a warning with \`warn_only=True\`. The variable is read once, at the first product, so it
must be set before; in front of \`import torch\` is the place where that is certain. Torch 2.10 has no such check any more.

\`:4096:2\`, which the notes on recurrent networks recommend for them, fails the check; \`:16:8\` serves both.`,
  never: [
    'A project that does not say which torch it uses, or whose torch is 2.10 or newer.',
    'A program that names no CUDA device anywhere.',
    'A Dockerfile, a shell or launch file, or a `.env` of the workspace that mentions the variable.',
    'A program that sets the variable in any of its files, also by a framework’s helper or flag.',
    'A value that only the run decides.',
    'A flag that is `False`, or that the command line decides.',
  ],
  references: [
    'https://docs.pytorch.org/docs/2.9/generated/torch.use_deterministic_algorithms.html',
    'https://docs.nvidia.com/cuda/cublas/index.html#results-reproducibility',
    'https://github.com/pytorch/pytorch/pull/161749',
  ],
  examples: [
    {
      title: 'Left out',
      torch: '2.4.1',
      bad: `import os

import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cublas-workspace-config warning: nothing sets
model = torch.nn.Linear(8, 2).to("cuda")
`,
      good: `import os

os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"

import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
model = torch.nn.Linear(8, 2).to("cuda")
`,
    },
  ],
  *check(file, project) {
    const version = askingVersion(project);
    if (version === null || project.switches.deterministicAlgorithms === 'off' || !project.isInProgram) return;
    if (!project.switches.usesCuda || project.switches.environmentSetsCublas) return;
    const severity = SEVERITY[project.promise];
    for (const setting of cublasSettings(file)) {
      const report = misplaced(setting, version, file);
      if (report) yield { ...report, severity };
    }
    if (project.switches.setsCublas) return;
    for (const call of file.calls(ALGORITHMS)) {
      const mode = file.argument(call, 'mode', 0);
      if (typeof mode === 'string' || file.constant(mode) !== true) continue;
      const { start, end } = call.callee;
      yield {
        start,
        end,
        severity,
        message:
          project.switches.deterministicAlgorithms === 'warn'
            ? t`Under this flag torch ${version} warns at the first matrix product on CUDA, as nothing sets \`${CUBLAS_VARIABLE}\`.`
            : t`Under this flag torch ${version} raises at the first matrix product on CUDA, as nothing sets \`${CUBLAS_VARIABLE}\`.`,
        fixes: [settingFix(file)],
      };
    }
  },
};

/** A value that torch does not take, or one that comes too late; null where all is well or nobody can tell. */
function misplaced({ node, value }: CublasSetting, version: string, file: PythonFile): Report | null {
  const constant = file.constant(value);
  if (typeof constant !== 'string') return null;
  if (!CUBLAS_VALUES.includes(constant)) {
    const fix: Fix = {
      title: t`Set \`${CUBLAS_VALUES[0]!}\``,
      safe: false,
      edits: () => [replace(value, quoted(file, CUBLAS_VALUES[0]!))],
    };
    return {
      start: value.start,
      end: value.end,
      message: t`\`${constant}\` is not what torch ${version} wants of \`${CUBLAS_VARIABLE}\`: it takes \`:4096:8\` or \`:16:8\`.`,
      fixes: [fix],
    };
  }
  const product = productBefore(node, file);
  if (!product) return null;
  const removal = removeStatement(file, statementOf(node));
  const fix = settingFix(file, t`Set it before \`import torch\``, constant);
  const { start, end } = node.get('left') ?? node;
  return {
    start,
    end,
    message: t`\`${CUBLAS_VARIABLE}\` is read at the first matrix product on CUDA, which comes before this.`,
    related: [{ start: product.start, end: product.end, message: t`A product is computed here.` }],
    fixes: removal ? [{ ...fix, edits: () => [...fix.edits(), removal] }] : [],
  };
}

function settingFix(
  file: PythonFile,
  title = t`Set \`${CUBLAS_VARIABLE}\` before \`import torch\``,
  value?: string,
): Fix {
  return { title, safe: false, edits: () => setCublas(file, value) };
}
