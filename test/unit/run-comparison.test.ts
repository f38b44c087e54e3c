/** *Insert run comparison*: the program it writes runs on real Python, differs between seeds and repeats, and has no finding. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { flat, readLanguage } from '../../scripts/languages.ts';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { joinCells } from '../../server/src/core/python/notebook.ts';
import { type RunComparison, runComparison } from '../../server/src/core/seeding/run-comparison.ts';
import { speak } from '../../server/src/core/text/language.ts';
import { understand } from '../corpus.ts';

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
const hasTorch = spawnSync(PYTHON, ['-c', 'import torch, tensorboardX']).status === 0;

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

for (const [name, { text, call, names }] of Object.entries(PROGRAMS)) {
  test(`a program that takes its seed ${name}`, () => {
    const program = HEAD + text;
    const made = compare(program);
    assert.ok('text' in made, 'message' in made ? made.message : '');
    assert.equal(made.path, 'compare_runs.py');
    assert.ok(made.text.includes(call), made.text);
    assert.ok(made.text.includes(`curves(result, ${names})`), made.text);
    const own = path.join(folder, name.replaceAll(' ', '-'));
    const files = {
      'train.py': applyEdits(program, made.edits),
      'compare_runs.py': made.text,
      ...(hasTorch ? {} : STUBS),
    };
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(own, file)), { recursive: true });
      writeFileSync(path.join(own, file), content);
    }
    const run = () => spawnSync(PYTHON, ['compare_runs.py'], { cwd: own, encoding: 'utf8' });
    const { stdout, stderr, status } = run();
    assert.equal(status, 0, stderr);
    const sums = stdout.split('\n').filter((line) => /±/.test(line));
    assert.ok(sums.length > 0, stdout);
    for (const line of sums) {
      const [, deviation] = /^[\w ]+: [\d.e-]+ ± ([\d.e-]+) \(5 seeds\)$/.exec(line) ?? assert.fail(line);
      assert.ok(Number(deviation) > 0, `${line}: the seeds differ`);
    }
    assert.equal(run().stdout, stdout, 'it repeats');
    if (!hasTorch) assert.equal(new Set(stdout.match(/runs\/seed-\d/g)).size, 5, 'each run is recorded');
    assert.deepEqual(
      understand('compare_runs.py', made.text, ({ analysis }) => analysis.findings.map(({ message }) => message)),
      [],
    );
  });
}

test('where there is none, the reason is said', () => {
  const guard = "\n\nif __name__ == '__main__':\n    main()\n";
  const reasons: readonly (readonly [text: string, reason: RegExp, at?: string])[] = [
    [`${HEAD}torch.manual_seed(0)\nprint(torch.rand(1))\n`, /^Put the training into a function/],
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
  const cells = joinCells([{ index: 0, text: 'import torch' }]);
  const made = understand('a.ipynb', cells, ({ file, project }) => runComparison(file, project, () => false));
  assert.ok('message' in made);
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
