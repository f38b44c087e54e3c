/** Reading and writing single files so that nothing hangs, nothing outside the project is touched, and no byte is lost. */
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { t } from '../core/text/language.ts';
import { type Fence, realPath } from '../host/fence.ts';
import { MAX_FILE_BYTES } from '../host/limits.ts';

/** Reads a regular file; throws for anything else, as a pipe that would have us wait, and for one that is too large. */
export function readRegular(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw new Error(t`it is a folder.`);
    if (!stat.isFile()) throw new Error(t`it is no regular file.`);
    if (stat.size > MAX_FILE_BYTES) throw new Error(t`it is too large.`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Replaces a file on disk in one step, so that nobody ever reads half of it. Throws an error that completes "is not
 * fixed:" where the file is not as it was read, leads out of the fence, or would not stay what it is to others.
 */
export function replaceFile(path: string, before: Buffer, after: Buffer, fence: Fence): void {
  if (!fence.holds(path)) throw new Error(t`it lies outside the project.`);
  const target = realpathSync.native(path);
  const { mode, uid, gid, nlink } = statSync(target);
  if (nlink > 1) throw new Error(t`it has several hard links, which would no longer be one file.`);
  if ((mode & 0o222) === 0) throw new Error(t`it is read-only.`);
  const draft = `${target}.${process.pid}.seedwise`;
  try {
    writeFileSync(draft, after, { flag: 'wx', mode: 0o600 });
    const own = statSync(draft);
    if (own.uid !== uid || own.gid !== gid) keepOwner(draft, uid, gid);
    chmodSync(draft, mode & 0o7777);
    if (!readRegular(target).equals(before)) throw new Error(t`it has changed since it was read.`);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function keepOwner(draft: string, uid: number, gid: number): void {
  try {
    chownSync(draft, uid, gid);
  } catch {
    throw new Error(t`it belongs to somebody else.`);
  }
}

const DRAFT = /\.(\d+)\.seedwise$/;

/** Removes what runs that were killed have left beside files that are repaired now. */
export function removeDrafts(paths: Iterable<string>): void {
  for (const folder of new Set([...paths].map((path) => dirname(realPath(path))))) {
    for (const name of namesIn(folder)) {
      const pid = DRAFT.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Lets signals that can be caught wait until the work, which does not wait itself, is done. */
export async function undisturbed(work: () => void): Promise<void> {
  let caught: NodeJS.Signals | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    caught = signal;
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  try {
    work();
    // Signals are told in a turn of their own.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    for (const signal of SIGNALS) process.off(signal, hear);
  }
  if (caught) process.kill(process.pid, caught);
}
