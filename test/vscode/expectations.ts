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
/** What the report of the repaired program shows, and of the program once a draw is typed into it. */
export const REPORT = {
  verdict: 'Seedwise sees no random numbers drawn; deterministic algorithms are on.',
  switches: ['use_deterministic_algorithms', 'True', 'line 3', 'cudnn.benchmark', 'False', 'line 4'],
  link: 'line 4',
  line: '4',
  typed: 'print(torch.rand(1))',
  verdictThen: 'Not repeatable: torch is never seeded.',
} as const;
/** A program whose two runs part, without torch, so that any Python can run it, and a file that it imports. */
export const VERIFY = {
  name: 'parts.py',
  imported: 'steady.py',
  importedText: 'SIZE = 1\n',
  program: 'import random\nimport steady\nopen("ran", "w").close()\nprint("a number", random.random())\n',
  ran: 'ran',
  title: 'Seedwise: Verify Reproducibility',
  prompt: 'The Python interpreter that runs the program',
  question: [
    'Run parts.py?',
    'This runs your code: twice',
    'Command: python parts.py',
    'Interpreter: python3',
    'a copy of',
    '10 minutes a run',
  ],
  told: 'Two runs of parts.py part at parts.py:4: unseeded-stream.',
  message: 'Two runs part here: unseeded-stream.',
  source: 'Seedwise run',
  page: ['Streams', 'other values', 'parts.py:4'],
  /** A training program with a finding that the run confirms; there need be no torch. */
  marked: 'marked.py',
  markedText:
    'import random\n\ntry:\n    import torch\nexcept ImportError:\n    torch = None\n\nprint("a number", random.random())\n',
  markedTold: 'Two runs of marked.py part at marked.py:8: unseeded-stream.',
  mark: 'A run confirmed it: two runs part for this.',
  inReport: 'Its last two runs part at',
  /** Runs as a module only. */
  module: 'pkg/steps.py',
  moduleText:
    'import random\nimport sys\nfrom . import SIZE\nif sys.argv[1:] == ["--name", "two words"]:\n    print("a number", SIZE * random.random())\nelse:\n    print("a number", SIZE * random.random())\n',
  ways: [
    'python pkg/steps.py',
    'python -m pkg.steps',
    'torchrun --nproc_per_node 2 pkg/steps.py',
    'accelerate launch pkg/steps.py',
  ],
  moduleTold: 'Two runs of pkg/steps.py part at pkg/steps.py:7: unseeded-stream.',
  typed: 'python3 -m pkg.steps --name "two words"',
  typedTold: 'Two runs of pkg/steps.py part at pkg/steps.py:5: unseeded-stream.',
  endless: 'endless.py',
  sleeps:
    'import subprocess, sys, time\n\nsubprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "endless.py"])\ntime.sleep(600)\n',
} as const;
/** Imported by `user.py` alone. */
export const HELPER = 'helper.py';

/** The folder of a project with many files; its marks are comments like any others. */
export const PROJECT = 'vision';
/** A file that says nothing about repeatability. */
export const QUIET = 'quiet.py';

export const EXTENSION = 'seedwise.seedwise';
export const COMMANDS = {
  insertSeedBlock: 'seedwise.insertSeedBlock',
  insertSeedWorker: 'seedwise.insertSeedWorker',
  makeDeterministic: 'seedwise.makeDeterministic',
  replaceIndexSelect: 'seedwise.replaceIndexSelect',
  explainRule: 'seedwise.explainRule',
  report: 'seedwise.report',
  restartServer: 'seedwise.restartServer',
  showLog: 'seedwise.showLog',
} as const;
