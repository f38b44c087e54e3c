/** What the tests of packages do with this machine: clones, fresh environments, and PATHs that lack a language. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Registries answer in their own time. */
export const LONG = { timeout: 900_000 };

/** Line 5 from column 34 on is a finding. */
export const BAD =
  'import torch\n\ntorch.manual_seed(0)\ntorch.use_deterministic_algorithms(True)\ntorch.backends.cudnn.benchmark = True\nprint(torch.rand(3))\n';
export const GOOD = BAD.replace('benchmark = True', 'benchmark = False');

/** A folder that goes with the tests of a file. */
export const SCRATCH = mkdtempSync(path.join(tmpdir(), 'seedwise-packages-'));
after(() => rmSync(SCRATCH, { recursive: true, force: true }));

export interface Surroundings {
  readonly cwd?: string;
  readonly PATH?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export function run(command: string, args: readonly string[], surroundings: Surroundings = {}) {
  const { cwd = SCRATCH, PATH = process.env.PATH, env = {}, input = '' } = surroundings;
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    // What a shell reads on its way up may set another PATH.
    env: { ...process.env, ...env, PATH, BASH_ENV: undefined, ENV: undefined } as NodeJS.ProcessEnv,
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { status, stdout, stderr };
}

/** What a command prints that has to end well. */
export function must(command: string, args: readonly string[], surroundings?: Surroundings): string {
  const { status, stdout, stderr } = run(command, args, surroundings);
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A fresh clone of what is committed. */
export function clone(name: string): string {
  const folder = path.join(SCRATCH, name);
  must('git', ['clone', '--quiet', ROOT, folder], { cwd: tmpdir() });
  return folder;
}

/** A folder of links to some of this machine's programs, to be a PATH of its own. */
export function pathOf(name: string, programs: readonly string[]): string {
  const folder = path.join(SCRATCH, name);
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    const found = spawnSync('bash', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
    if (found && !existsSync(path.join(folder, program))) symlinkSync(found, path.join(folder, program));
  }
  return folder;
}

/** No folder of the PATH has such a program. A shell is not asked: it may know functions and aliases besides. */
export function assertLacks(PATH: string, program: RegExp): void {
  const found = PATH.split(path.delimiter).flatMap((folder) =>
    readdirSync(folder).filter((name) => program.test(name)),
  );
  assert.deepEqual(found, []);
}

/** What a script of a shell's uses besides its languages. */
export const TOOLS = ['bash', 'sh', 'git', 'env', 'cat', 'sed', 'mkdir', 'rm', 'uname', 'tar', 'dirname', 'basename'];

/** A fresh environment of Python with nothing in it, and the PATH that has Python and no Node. */
export function venv(name: string): { bin: (program: string) => string; PATH: string } {
  const folder = path.join(SCRATCH, name);
  must('python3', ['-m', 'venv', folder]);
  const PATH = `${path.join(folder, 'bin')}:${pathOf('no-node', TOOLS)}`;
  assertLacks(PATH, /^node(js)?$/);
  return { bin: (program) => path.join(folder, 'bin', program), PATH };
}

export const pip = (...args: string[]): string[] => ['-m', 'pip', '--disable-pip-version-check', '--quiet', ...args];

/** The names in an archive of the ZIP format. */
export function namesIn(archive: string): string[] {
  const list = 'import json, sys, zipfile; print(json.dumps(zipfile.ZipFile(sys.argv[1]).namelist()))';
  return JSON.parse(must('python3', ['-c', list, archive]));
}

/** A text in one. */
export function textIn(archive: string, name: string): string {
  const read = 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))';
  return must('python3', ['-c', read, archive, name]);
}
