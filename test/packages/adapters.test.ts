/**
 * What carries the command line into other tools, run for real as far as a machine can: pre-commit, and the steps of the
 * GitHub action. Both install from a fresh clone without Node. Needs git, python3 with venv, npm's registry and PyPI.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { load } from 'js-yaml';
import { BAD, clone, GOOD, LONG, must, pip, run, SCRATCH, venv } from './machine.ts';

let source = '';

before(() => {
  source = clone('clone');
}, LONG);

function project(name: string, files: Readonly<Record<string, string>>): string {
  const folder = path.join(SCRATCH, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

test('pre-commit fails on a bad file, passes on a good one, and reads the whole project', LONG, () => {
  const { bin, PATH } = venv('pre-commit');
  must(bin('python'), pip('install', 'pre-commit', 'check-jsonschema'), { PATH });
  must(bin('pre-commit'), ['validate-manifest', path.join(source, '.pre-commit-hooks.yaml')], { PATH });
  must(bin('check-jsonschema'), ['--builtin-schema', 'vendor.github-actions', path.join(source, 'action.yml')], {
    PATH,
  });
  const folder = project('project', {
    'pyproject.toml': '[tool.seedwise]\nexclude = ["vendor"]\n',
    'vendor/bad.py': BAD,
    'bad.py': BAD,
    'good.py': GOOD,
    'train.py': 'import torch\nfrom model import make\n\ntorch.use_deterministic_algorithms(True)\nmake()\n',
    'model.py': 'import torch\n\n\ndef make():\n    torch.backends.cudnn.benchmark = True\n    torch.manual_seed(0)\n',
  });
  must('git', ['init', '--quiet'], { cwd: folder });
  must('git', ['add', '-A'], { cwd: folder });
  const env = { PRE_COMMIT_HOME: path.join(SCRATCH, 'pre-commit-home') };
  const hook = (...files: string[]) =>
    run(bin('pre-commit'), ['try-repo', source, 'seedwise', '--files', ...files], { cwd: folder, PATH, env });
  const good = hook('good.py', 'vendor/bad.py');
  assert.equal(good.status, 0, good.stdout + good.stderr);
  const bad = hook('bad.py', 'model.py');
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /bad\.py:5:34: warning cudnn-benchmark/);
  assert.match(bad.stdout, /model\.py:5:38: warning cudnn-benchmark/, 'judged with the program that was not staged');
});

interface Step {
  readonly name: string;
  readonly run?: string;
  readonly env?: Record<string, string>;
}

test('the steps of the action annotate, write SARIF and a summary, and fail where a finding does', LONG, () => {
  const action = load(readFileSync(path.join(source, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default: string }>;
    runs: { steps: Step[] };
  };
  const folder = project('checked', { 'a folder/train.py': BAD });
  const given: Record<string, string> = { paths: 'a folder\n', args: '--select\ncudnn-*\n' };
  const outputs = path.join(SCRATCH, 'outputs');
  const env: Record<string, string> = {
    RUNNER_TEMP: path.join(SCRATCH, 'runner'),
    GITHUB_OUTPUT: outputs,
    GITHUB_STEP_SUMMARY: path.join(SCRATCH, 'summary.md'),
  };
  mkdirSync(env.RUNNER_TEMP!);
  const filledIn = (text: string): string =>
    text.replace(/\$\{\{ (\S+) \}\}/g, (_, name: string) => {
      if (name === 'github.action_path') return source;
      const input = /^inputs\.(.*)$/.exec(name)?.[1];
      if (input !== undefined) return given[input] ?? action.inputs[input]!.default;
      return /^exit-code=(\d)$/m.exec(readFileSync(outputs, 'utf8'))![1]!;
    });
  // Its first step is `pip install` of a clone.
  const { PATH } = venv('of-the-runner');
  const results = action.runs.steps.flatMap((step) => {
    if (step.run === undefined) return [];
    const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, filledIn(text)]));
    const script = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run];
    return [{ name: step.name, ...run('bash', script, { cwd: folder, PATH, env: { ...env, ...own } }) }];
  });
  assert.deepEqual(
    results.map(({ name, status }) => [name, status]),
    [
      ['Install Seedwise', 0],
      ['Check', 0],
      ['Fail where a finding does', 1],
    ],
    results.map(({ stdout, stderr }) => stdout + stderr).join('\n'),
  );
  assert.match(results[1]!.stdout, /^::warning title=Seedwise \(cudnn-benchmark\),file=a folder\/train\.py,line=5,/);
  const sarif = JSON.parse(readFileSync(path.join(folder, 'seedwise.sarif'), 'utf8'));
  assert.equal(sarif.runs[0].results.length, 1);
  assert.match(
    readFileSync(env.GITHUB_STEP_SUMMARY!, 'utf8'),
    /^\*\*Seedwise\*\* found 1 problem \(1 warning\) in 1 file\./,
  );
});
