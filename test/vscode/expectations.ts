/** What VS Code must show for `workspace/train.py`, in one place for the extension-host tests and the browser test. */

/** The sample: the last line's `True` is the fault. */
export const TRAIN = 'train.py';
export const FAULT = {
  rule: 'cudnn-benchmark',
  source: 'seedwise',
  severity: 'warning',
  line: 'torch.backends.cudnn.benchmark = True',
  token: 'True',
  fix: 'Set `benchmark` to `False`',
  repaired: 'torch.backends.cudnn.benchmark = False',
} as const;

/** A program with that fault alone, on its last line. */
export const FAULTY = `import torch\n\ntorch.use_deterministic_algorithms(True)\n${FAULT.line}\n`;
/** The folder of a project with many files; its marks are comments like any others. */
export const PROJECT = 'vision';
/** A file that says nothing about repeatability. */
export const QUIET = 'quiet.py';

export const EXTENSION = 'seedwise.seedwise';
export const COMMANDS = {
  insertSeedBlock: 'seedwise.insertSeedBlock',
  explainRule: 'seedwise.explainRule',
  restartServer: 'seedwise.restartServer',
  showLog: 'seedwise.showLog',
} as const;
