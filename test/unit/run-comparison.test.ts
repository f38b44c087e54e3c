/** *Insert run comparison*: the program it writes runs on real Python, differs between seeds and repeats, and has no finding. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { flat, readLanguage } from '../../scripts/languages.ts';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { joinCells, type Source } from '../../server/src/core/python/notebook.ts';
import { type RunComparison, runComparison } from '../../server/src/core/seeding/run-comparison.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { speak } from '../../server/src/core/text/language.ts';
import { subjects, understand, workspaceOf } from '../corpus.ts';
import { sampleOf } from '../sample.ts';

const PYTHON = process.env.PYTHON ?? 'python3';
/** Where the interpreter has no torch, as much of it as these programs use; the writer keeps what it is told. */
const STUBS: Readonly<Record<string, string>> = {
  'torch/__init__.py': `import random
_own = random.Random(0)
manual_seed = _own.seed
class rand(float):
    def __new__(cls, *size):
        return float.__new__(cls, _own.random())
    item = float.__float__
`,
  'numpy.py': 'import random as _random\nclass random:\n    seed = _random.seed\n',
  'tensorboardX.py': `class SummaryWriter:
    def __init__(self, folder): self.folder = folder
    def __enter__(self): return self
    def __exit__(self, *args): pass
    def add_scalar(self, name, value, step): print('recorded', self.folder, name, step)
`,
};
/** The same for the shell of notebooks. */
const SHELL_STUB: Readonly<Record<string, string>> = {
  'IPython/__init__.py': '',
  'IPython/core/__init__.py': '',
  'IPython/core/interactiveshell.py': `class InteractiveShell:
    _own = None
    @classmethod
    def instance(cls):
        cls._own = cls._own or cls()
        return cls._own
    def reset(self, new_session): self.user_ns = {'__name__': '__main__'}
    def run_cell(self, text):
        exec('\\n'.join(line for line in text.splitlines() if line[:1] not in '%!'), self.user_ns)
        return self
    def raise_error(self): pass
`,
};
/** And of the libraries that make commands of functions, where they are not installed. */
const COMMAND_STUBS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  click: {
    'click/__init__.py': `def option(name, default):
    def mark(call):
        call.options = {name: default, **getattr(call, 'options', {})}
        return call
    return mark
def command():
    def make(call):
        def run(args, standalone_mode):
            assert not standalone_mode
            given = {name: type(call.options[name])(value) for name, value in zip(args[::2], args[1::2])}
            return call(**{name[2:]: value for name, value in {**call.options, **given}.items()})
        return run
    return make
`,
  },
  hydra: {
    'hydra/__init__.py': `from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
@contextmanager
def initialize(version_base, config_path):
    assert Path(config_path).is_dir()
    yield
def compose(config_name, overrides):
    return SimpleNamespace(train=SimpleNamespace(seed=int(overrides[-1].removeprefix('train.seed='))))
def main(version_base, config_path, config_name):
    return lambda call: call
`,
  },
  marimo: {
    'marimo/__init__.py': `import ast, inspect
class App:
    def __init__(self): self.cells = []
    def cell(self, call):
        self.cells.append(call)
        return call
    def run(self, defs):
        values = dict(defs)
        for call in self.cells:
            end = ast.parse(inspect.getsource(call)).body[0].body[-1]
            names = [each.id for each in end.value.elts] if end.value else []
            if not names or not set(names) <= set(defs):
                made = call(**{name: values[name] for name in inspect.signature(call).parameters})
                values.update(zip(names, made or ()))
        return (), values
`,
  },
};
const hasTorch = spawnSync(PYTHON, ['-c', 'import torch, tensorboardX']).status === 0;
const hasShell = spawnSync(PYTHON, ['-c', 'import IPython']).status === 0;
const commandStubs = Object.entries(COMMAND_STUBS).flatMap(([name, files]) =>
  spawnSync(PYTHON, ['-c', `import ${name}`]).status === 0 ? [] : Object.entries(files),
);

const folder = mkdtempSync(path.join(tmpdir(), 'seedwise-runs-'));
after(() => rmSync(folder, { recursive: true }));

const TRAINS = `    losses = []
    for epoch in range(3):
        losses.append(torch.rand(1).item())
`;

/** How a program takes its seed, and what its last lines are. */
const PROGRAMS: Readonly<Record<string, { readonly text: string; readonly call: string; readonly names: string }>> = {
  'as a parameter': {
    text: `def main(seed=0):\n    torch.manual_seed(seed)\n${TRAINS}    loss = losses[-1]\n    return loss, losses\n\n\nif __name__ == '__main__':\n    main()\n`,
    call: 'result = main(seed=seed)',
    names: "['loss', 'losses']",
  },
  'as a parameter beside others': {
    text: `def train(rate, seed):\n    torch.manual_seed(seed)\n${TRAINS}    return {'loss': losses}\n\n\nif __name__ == '__main__':\n    train(0.1, 3)\n`,
    call: 'result = train(0.1, seed=seed)',
    names: "['result']",
  },
  'as an attribute': {
    text: `import argparse\n\n\ndef parse():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--seed', type=int, default=0)\n    return parser.parse_args()\n\n\ndef main(args):\n    torch.manual_seed(args.seed)\n${TRAINS}    return losses\n\n\nif __name__ == '__main__':\n    args = parse()\n    main(args)\n`,
    call: 'result = main(args)',
    names: "['losses']",
  },
  'as an attribute of what is made in place': {
    text: `import argparse\n\n\ndef parse():\n    return argparse.Namespace(seed=3)\n\n\ndef main(args):\n    torch.manual_seed(args.seed)\n${TRAINS}    return losses[-1]\n\n\nif __name__ == "__main__":\n    main(parse())\n`,
    call: 'result = main(args)',
    names: '["result"]',
  },
  'by the command line': {
    text: `import argparse\n\n\ndef main():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--seed', type=int, default=0)\n    args = parser.parse_args()\n    torch.manual_seed(args.seed)\n${TRAINS}    return losses[-1]\n\n\nif __name__ == '__main__':\n    main()\n`,
    call: "sys.argv = [sys.argv[0], '--seed', str(seed)]",
    names: "['result']",
  },
  'as a number that becomes a parameter': {
    text: `def main(epochs=3):\n    torch.manual_seed(42)\n    random.seed(42)\n${TRAINS}    loss = losses[-1] + random.random()\n    return loss\n\n\nif __name__ == '__main__':\n    main()\n`,
    call: 'result = main(seed=seed)',
    names: "['loss']",
  },
  'by a helper with a constant of the module': {
    text: `SEED = 42\n\n\ndef set_seed(seed):\n    torch.manual_seed(seed)\n\n\ndef main():\n    set_seed(SEED)\n${TRAINS}    return losses[-1]\n\n\nif __name__ == '__main__':\n    main()\n`,
    call: 'result = main(seed=seed)',
    names: "['result']",
  },
  'from who calls it': {
    text: `def main():\n${TRAINS}    loss = losses[-1] + random.random()\n    return loss\n\n\nif __name__ == '__main__':\n    torch.manual_seed(0)\n    random.seed(0)\n    main()\n`,
    call: 'torch.manual_seed(seed)',
    names: "['loss']",
  },
};

const HEAD = 'import random\n\nimport torch\n\n\n';

function compare(text: string, at = 'train.py'): RunComparison | { readonly message: string } {
  return understand(at, text, ({ file, project }) => runComparison(file, project, () => false));
}

const findingsIn = (at: string, text: Source): string[] =>
  understand(at, text, ({ analysis }) => analysis.findings.map(({ rule, message }) => `${rule}: ${message}`));

/** Writes files of a program and runs one of them; gives what it prints. */
function ran(own: string, files: Readonly<Record<string, string>>, ...words: readonly string[]): string {
  const stubs = { ...(hasTorch ? {} : STUBS), ...(hasShell ? {} : SHELL_STUB), ...Object.fromEntries(commandStubs) };
  const all = { ...stubs, ...files };
  for (const [file, content] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(own, file)), { recursive: true });
    writeFileSync(path.join(own, file), content);
  }
  const { stdout, stderr, status } = spawnSync(PYTHON, words, { cwd: own, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** The comparison runs, its seeds differ, and it repeats; it has no finding. Gives the names it compares. */
function holds(own: string, comparison: string, files: Readonly<Record<string, string>>): string[] {
  const run = () => ran(own, { ...files, 'compare_runs.py': comparison }, 'compare_runs.py');
  const stdout = run();
  const sums = stdout.split('\n').filter((line) => /±/.test(line));
  assert.ok(sums.length > 0, stdout);
  const names = sums.map((line) => {
    const [, name = '', deviation] = /^([\w ]+): [\d.e-]+ ± ([\d.e-]+) \(5 seeds\)$/.exec(line) ?? assert.fail(line);
    assert.ok(Number(deviation) > 0, `${line}: the seeds differ`);
    return name;
  });
  assert.equal(run(), stdout, 'it repeats');
  if (!hasTorch) assert.equal(new Set(stdout.match(/runs\/seed-\d/g)).size, 5, 'each run is recorded');
  assert.deepEqual(findingsIn('compare_runs.py', comparison), []);
  return names;
}

for (const [name, { text, call, names }] of Object.entries(PROGRAMS)) {
  test(`a program that takes its seed ${name}`, () => {
    const program = HEAD + text;
    const made = compare(program);
    assert.ok('text' in made, 'message' in made ? made.message : '');
    assert.equal(made.path, 'compare_runs.py');
    assert.ok(made.text.includes(call), made.text);
    assert.ok(made.text.includes(`curves(result, ${names})`), made.text);
    holds(path.join(folder, name.replaceAll(' ', '-')), made.text, { 'train.py': applyEdits(program, made.edits) });
  });
}

const TOP = `losses = []
for epoch in range(3):
    losses.append(torch.rand(1).item())
loss = losses[-1]
`;
const READ = "int(os.environ.get('RUN_SEED', 42))";

/** Scripts whose lines train where they stand: how each takes its seed, and what is compared. */
const SCRIPTS: Readonly<
  Record<string, { readonly text: string; readonly says: string; readonly edited?: string; readonly names: string[] }>
> = {
  'from nobody': {
    text: `${TOP}print(f'epoch {epoch}: {loss:.3f}', len(losses))\n`,
    says: 'torch.manual_seed(seed)',
    names: ['loss', 'losses'],
  },
  'as a constant': {
    text: `SEED = 42\ntorch.manual_seed(SEED)\nrandom.seed(SEED)\n${TOP}noise = random.random()\nprint(loss, noise)\n`,
    says: "os.environ['RUN_SEED'] = str(seed)",
    edited: `SEED = ${READ}`,
    names: ['loss', 'noise'],
  },
  'as a number': {
    text: `torch.manual_seed(42)\n${TOP}print('loss', loss)\n`,
    says: "os.environ['RUN_SEED'] = str(seed)",
    edited: `torch.manual_seed(${READ})`,
    names: ['loss'],
  },
  'as several numbers': {
    text: `torch.manual_seed(42)\nrandom.seed(42)\n${TOP}both = loss + random.random()\nprint(both)\n`,
    says: "os.environ['RUN_SEED'] = str(seed)",
    edited: `SEED = ${READ}\ntorch.manual_seed(SEED)\nrandom.seed(SEED)`,
    names: ['both'],
  },
  'by a helper': {
    text: `def set_seed(seed):\n    torch.manual_seed(seed)\n    random.seed(seed)\n\n\nset_seed(seed=42)\n${TOP}print(loss)\n`,
    says: "os.environ['RUN_SEED'] = str(seed)",
    edited: `set_seed(seed=${READ})`,
    names: ['loss'],
  },
  'by the default of a helper': {
    text: `def set_seed(seed=42):\n    torch.manual_seed(seed)\n\n\nset_seed()\n${TOP}print(loss)\n`,
    says: "os.environ['RUN_SEED'] = str(seed)",
    edited: `def set_seed(seed=${READ})`,
    names: ['loss'],
  },
  'from a class of settings': {
    text: `class CFG:\n    seed = 42\n    epochs = 3\n\n\ntorch.manual_seed(CFG.seed)\n${TOP}print(loss)\n`,
    says: "os.environ['RUN_SEED'] = str(seed)",
    edited: `seed = ${READ}`,
    names: ['loss'],
  },
  'from a table of settings': {
    text: `config = {'seed': 42, 'epochs': 3}\ntorch.manual_seed(config['seed'])\n${TOP}print(loss)\n`,
    says: "os.environ['RUN_SEED'] = str(seed)",
    edited: `'seed': ${READ}`,
    names: ['loss'],
  },
  'by an option': {
    text: `import argparse\n\nparser = argparse.ArgumentParser()\nparser.add_argument('-s', '--random-seed', type=int, default=42)\nargs = parser.parse_args()\ntorch.manual_seed(args.random_seed)\n${TOP}print(loss)\n`,
    says: "sys.argv = [sys.argv[0], *arguments, '--random-seed', str(seed)]",
    names: ['loss'],
  },
  'by an option that a helper gets': {
    text: `import argparse\n\n\ndef set_seed(seed):\n    torch.manual_seed(seed)\n\n\nif __name__ == '__main__':\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--seed', type=int, default=42)\n    args = parser.parse_args()\n    set_seed(args.seed)\n    loss = torch.rand(1).item()\n    print(loss)\n`,
    says: "sys.argv = [sys.argv[0], *arguments, '--seed', str(seed)]",
    names: ['loss'],
  },
};

for (const [name, { text, says, edited, names }] of Object.entries(SCRIPTS)) {
  test(`a script without a function that takes its seed ${name}`, () => {
    const program = `${HEAD.trimEnd()}\n\n${text}`;
    const made = compare(program);
    assert.ok('text' in made, 'message' in made ? made.message : '');
    assert.ok(inSingleQuotes(made.text).includes(says), made.text);
    assert.equal(made.note, '');
    const changed = applyEdits(program, made.edits);
    assert.ok(inSingleQuotes(changed).includes(inSingleQuotes(edited ?? program)), changed);
    const own = path.join(folder, `script-${name.replaceAll(' ', '-')}`);
    assert.deepEqual(holds(own, made.text, { 'train.py': changed }), names);
    // By itself the program is what it was, unless it has no seed of its own.
    if (edited !== undefined) {
      const before = ran(own, { 'train.py': program }, 'train.py');
      assert.equal(ran(own, { 'train.py': changed }, 'train.py'), before);
    }
    assert.deepEqual(findingsIn('train.py', changed), findingsIn('train.py', program));
  });
}

const GUARD = "\n\nif __name__ == '__main__':\n    main()\n";
const LOSS = '    loss = torch.rand(1).item()\n    return loss\n';

/** Programs of several files, and those that a library or a loop runs: how each gets its seed, and what is compared. */
const OTHERS: Readonly<
  Record<
    string,
    {
      readonly text: string;
      readonly files?: Readonly<Record<string, string>>;
      readonly says: string;
      readonly names?: string[];
    }
  >
> = {
  'a module of settings': {
    text: `import config\n\ntorch.manual_seed(config.SEED)\nrandom.seed(config.SEED)\n${TOP}print(loss)\n`,
    files: { 'config.py': 'SEED = 42\n' },
    says: 'config.SEED = seed',
  },
  'a name of a module of settings': {
    text: `from config import SEED as FIRST\n\ntorch.manual_seed(FIRST)\n${TOP}print(loss)\n`,
    files: { 'config.py': 'SEED = 42\n' },
    says: 'config.SEED = seed',
  },
  'a class of settings of another file': {
    text: `from conf.base import CFG\n\ntorch.manual_seed(CFG.seed)\n${TOP}print(loss)\n`,
    files: { 'conf/base.py': 'class CFG:\n    seed = 42\n' },
    says: 'CFG.seed = seed',
  },
  'a table of settings of another file': {
    text: `import conf.base as base\n\ntorch.manual_seed(base.CFG['seed'])\n${TOP}print(loss)\n`,
    files: { 'conf/base.py': "CFG = {'seed': 42}\n" },
    says: "base.CFG['seed'] = seed",
  },
  'a module of settings, read by a function': {
    text: `import config\n\n\ndef main():\n    torch.manual_seed(config.SEED)\n${LOSS}${GUARD}`,
    files: { 'config.py': 'SEED = 42\n' },
    says: 'config.SEED = seed',
  },
  'a loop over seeds': {
    text: `SEEDS = [3, 5, 7, 8, 9]\n\n\ndef main(seed, scale=1.0):\n    torch.manual_seed(seed)\n    return scale * torch.rand(1).item()\n\n\nif __name__ == '__main__':\n    for each in SEEDS:\n        main(each, 2.0)\n`,
    says: 'main(scale=2.0, seed=seed)',
    names: ['result'],
  },
  'a command with options': {
    text: `import click\n\n\n@click.command()\n@click.option('--epochs', default=3)\n@click.option('--seed', default=42)\ndef main(epochs, seed):\n    torch.manual_seed(seed)\n${LOSS}${GUARD}`,
    says: "main([*sys.argv[1:], '--seed', str(seed)], standalone_mode=False)",
  },
  'a command with a configuration': {
    text: `import hydra\n\n\n@hydra.main(version_base=None, config_path='conf', config_name='config')\ndef main(cfg):\n    torch.manual_seed(cfg.train.seed)\n${LOSS}${GUARD}`,
    files: { 'conf/config.yaml': 'train:\n  seed: 42\n' },
    says: "cfg = compose(config_name='config', overrides=[*sys.argv[1:], f'train.seed={seed}'])",
  },
  'an app of cells': {
    text: `import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    import torch\n    return (torch,)\n\n\n@app.cell\ndef _():\n    seed = 42\n    return (seed,)\n\n\n@app.cell\ndef _(seed, torch):\n    torch.manual_seed(seed)\n    loss = torch.rand(1).item()\n    return (loss,)\n\n\n@app.cell\ndef _(loss):\n    loss\n    return\n\n\nif __name__ == '__main__':\n    app.run()\n`,
    says: "app.run(defs={'seed': seed})",
  },
};

for (const [name, { text, files = {}, says, names = ['loss'] }] of Object.entries(OTHERS)) {
  test(`a program that takes its seed of ${name}`, () => {
    const program = text.includes('marimo') ? text : `${HEAD.trimEnd()}\n\n${text}`;
    const sources = Object.entries({ ...files, 'train.py': program }).map(([at, each]) => ({ path: at, text: each }));
    const made = understand(
      'train.py',
      program,
      ({ file, project }) => runComparison(file, project, () => false),
      DEFAULT_SETTINGS,
      workspaceOf(sources),
    );
    assert.ok('text' in made, 'message' in made ? made.message : '');
    assert.ok(made.text.includes(says), made.text);
    assert.equal(made.note, '');
    assert.deepEqual(made.edits, [], 'the program stays as it is');
    assert.deepEqual(
      holds(path.join(folder, name.replaceAll(' ', '-')), made.text, { ...files, 'train.py': program }),
      names,
    );
  });
}

/** New texts are in the quotes of the program they are for. */
const inSingleQuotes = (text: string): string => text.replaceAll('"', "'");

const asNotebook = (cells: readonly string[]): string =>
  JSON.stringify({
    cells: [
      { cell_type: 'markdown', metadata: {}, source: 'A title.' },
      ...cells.map((text) => ({ cell_type: 'code', metadata: {}, outputs: [], source: text.split(/(?<=\n)/) })),
    ],
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  });

test('a notebook is run as a whole for each seed, with its magics', () => {
  const cells = ['%pwd\nimport random\n\nimport torch', 'torch.manual_seed(42)\nrandom.seed(42)', TOP, 'loss'];
  const notebook = joinCells(cells.map((text, index) => ({ index, text })));
  const made = understand('nets/a "b".ipynb', notebook, ({ file, project }) =>
    runComparison(file, project, () => false),
  );
  assert.ok('text' in made, 'message' in made ? made.message : '');
  assert.equal(made.path, 'nets/compare_runs.py');
  const changed = applyEdits(notebook.text, made.edits);
  const parts = notebook.cells.map((cell, i) => {
    const inCell = made.edits.filter((edit) => cell.start <= edit.start && edit.end <= cell.end);
    const shifted = inCell.map((edit) => ({ ...edit, start: edit.start - cell.start, end: edit.end - cell.start }));
    return applyEdits(cells[i] ?? '', shifted);
  });
  assert.deepEqual(parts.map(inSingleQuotes), [
    '%pwd\nimport os\nimport random\n\nimport torch',
    `SEED = ${READ}\ntorch.manual_seed(SEED)\nrandom.seed(SEED)`,
    TOP,
    'loss',
  ]);
  assert.ok(changed.includes('RUN_SEED'));
  const own = path.join(folder, 'notebook');
  assert.deepEqual(holds(own, made.text, { 'a "b".ipynb': asNotebook(parts) }), ['loss']);
});

test('figures open no windows, and what is compared is left to the user where nothing is shown', () => {
  const text = `import matplotlib.pyplot as plt\n\n${TOP}plt.plot(losses)\nplt.show()\n`;
  const made = compare(`${HEAD.trimEnd()}\n${text}`);
  assert.ok('text' in made);
  assert.match(inSingleQuotes(made.text), /^ {4}os\.environ\.setdefault\('MPLBACKEND', 'Agg'\)$/m);
  assert.match(made.text, /^RESULTS = \[\]$/m);
  assert.match(made.note, /^`train\.py` prints no variable: write into `RESULTS`/);
});

const everything = sampleOf(subjects(), 150, 600);

test(`whatever is compared, both programs compile (${everything.about})`, () => {
  const own = path.join(folder, 'everything');
  mkdirSync(own);
  let count = 0;
  for (const { path: at, text } of everything.chosen) {
    const made = compare(text, at);
    if ('message' in made) continue;
    count++;
    writeFileSync(path.join(own, `compare_${count}.py`), made.text);
    writeFileSync(path.join(own, `program_${count}.py`), applyEdits(text, made.edits));
  }
  assert.ok(count > 0);
  const { status, stdout } = spawnSync(PYTHON, ['-m', 'compileall', '-q', own], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('where there is none, the reason is said', () => {
  const guard = "\n\nif __name__ == '__main__':\n    main()\n";
  const reasons: readonly (readonly [text: string, reason: RegExp, at?: string])[] = [
    [`${HEAD}torch.manual_seed(0)\nrandom.seed(1)\nprint(torch.rand(1))\n`, /does not seed with one fixed number/],
    [`${HEAD}torch.manual_seed(torch.rand(1))\nprint(torch.rand(1))\n`, /does not seed with one fixed number/],
    [
      `${HEAD}import config\n\nconfig.SEED = 3 + len([])\ntorch.manual_seed(config.SEED)\n`,
      /does not seed with one fixed/,
    ],
    [`${HEAD}from config import cfg\n\ncfg.load('x')\ntorch.manual_seed(cfg.seed)\n`, /does not seed with one fixed/],
    [`${HEAD}from .config import CFG\n\ntorch.manual_seed(CFG.seed)\n`, /does not seed with one fixed/],
    [
      `${HEAD}for seed in range(3):\n    torch.manual_seed(seed)\n    print(torch.rand(1))\n`,
      /under several seeds already/,
    ],
    [
      `${HEAD}import click\n\n\n@click.group()\ndef main():\n    pass\n\n\n@main.command()\n@click.option('--seed', default=1)\ndef train(seed):\n    torch.manual_seed(seed)\n    return torch.rand(1)${guard}`,
      /runs one of several commands/,
    ],
    [
      `${HEAD}import click\n\n\n@click.command()\ndef main():\n    torch.manual_seed(3)\n    return torch.rand(1)${guard}`,
      /a command that no option seeds/,
    ],
    [
      `${HEAD}import hydra\nfrom hydra.utils import get_original_cwd\n\n\n@hydra.main(config_path='c', config_name='c')\ndef main(cfg):\n    torch.manual_seed(cfg.seed)\n    open(get_original_cwd())\n    return torch.rand(1)${guard}`,
      /a command that no option seeds/,
    ],
    [
      "import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    import torch\n    torch.manual_seed(3)\n    loss = torch.rand(1)\n    return (loss,)\n\n\nif __name__ == '__main__':\n    app.run()\n",
      /has no cell that sets its seed and nothing else/,
    ],
    [`${HEAD}import project\n\nproject.set_seed(3)\nprint(torch.rand(1))\n`, /seeds by what it calls/],
    [`${HEAD}def main():\n    return torch.rand(1)\n`, /^Put the training into a function/],
    [`${HEAD}def main():\n    torch.manual_seed(torch.rand(1))${guard}`, /let it take the seed as a parameter/],
    [`${HEAD}def main():\n    torch.manual_seed(1)\n    random.seed(2)${guard}`, /seeds with several values/],
    [`${HEAD}def main(x):\n    pass\n\n\nif __name__ == '__main__':\n    main(open('x'))\n`, /`open\('x'\)`, which no/],
    [`${HEAD}def main():\n    return torch.rand(1)${guard}`, /can import a file of this name/, 'train-all.py'],
  ];
  for (const [text, reason, at] of reasons) {
    const made = compare(text, at);
    assert.ok('message' in made, text);
    assert.match(made.message, reason);
  }
});

test('what is left to do is said, a name that is taken is not used, and a part of a package stays one', () => {
  const text = `${HEAD}from .data import load\n\n\ndef main(seed):\n    torch.manual_seed(seed)\n    print(torch.rand(1))\n\n\nif __name__ == '__main__':\n    main(1)\n`;
  const made = understand('pkg/train.py', text, ({ file, project }) =>
    runComparison(file, project, (each) => each === 'pkg/compare_runs.py'),
  );
  assert.ok('text' in made);
  assert.equal(made.path, 'pkg/compare_runs_2.py');
  assert.match(made.note, /^`main` returns nothing/);
  assert.match(made.text, /^from \.train import main$/m);
});

test('it is written in the language of the session', () => {
  const program = HEAD + PROGRAMS['as a parameter']!.text;
  speak(flat(readLanguage('zh-cn')), 'zh-cn');
  try {
    const made = compare(program);
    assert.ok('text' in made);
    assert.match(made.text, /^"""用多个种子运行 `main`/);
  } finally {
    speak(new Map(), 'en');
  }
});
