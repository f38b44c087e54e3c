/** `seedwise check --fix`: repairs files until there is nothing left to repair, and writes those that changed. */
import { firstFixes } from '../core/analysis/actions.ts';
import { analyze } from '../core/analysis/analyze.ts';
import { vocabularyOf } from '../core/lowering/own-functions.ts';
import { indexClosedFile } from '../core/program/indexed-file.ts';
import { projectOf } from '../core/program/project.ts';
import type { Workspace } from '../core/program/workspace.ts';
import { closeFile, openFile, type PythonFile } from '../core/python/file.ts';
import type { Settings } from '../core/settings/settings.ts';
import type { Edit } from '../core/text/edit.ts';
import { editSourceFile, readSourceFile, type SourceFile, writeSourceFile } from './source-file.ts';

/** Repairs that bring each other's findings back end here. */
const MOST_ROUNDS = 10;

export interface Fixing {
  /** Also the first repair of each finding that may change what the program computes. */
  readonly unsafe: boolean;
  settingsOf(path: string): Settings;
  /** Hears of files that cannot be read or written. */
  onError(path: string, error: unknown): void;
}

/** What was fixed; `failed` is true where a file could not be written. */
export interface Fixed {
  readonly problems: number;
  readonly files: number;
  readonly failed: boolean;
}

/** Repairs the files, and those of the workspace that their repairs lie in. Paths are as the workspace has them. */
export function fixFiles(paths: readonly string[], workspace: Workspace, fixing: Fixing): Fixed {
  const before = new Map<string, SourceFile>();
  const now = new Map<string, SourceFile>();
  const load = (path: string): SourceFile => {
    const known = now.get(path);
    if (known) return known;
    const read = readSourceFile(path);
    before.set(path, read);
    now.set(path, read);
    return read;
  };
  const open = (path: string): PythonFile | null => {
    const { source } = load(path);
    return source === null ? null : openFile(path, source);
  };
  workspace.open = (path) => {
    try {
      return open(path);
    } catch {
      return null;
    }
  };

  /** Takes edits over; false where they would break what was whole, as no repair should. */
  const take = (path: string, edits: readonly Edit[]): boolean => {
    const after = editSourceFile(load(path), edits);
    const [old, edited] = [open(path), after.source === null ? null : openFile(path, after.source)];
    const isSound = old !== null && edited !== null && (old.hasSyntaxErrors || !edited.hasSyntaxErrors);
    if (isSound) {
      now.set(path, after);
      workspace.set(path, indexClosedFile(edited, vocabularyOf(fixing.settingsOf(path))));
    }
    if (old) closeFile(old);
    if (edited) closeFile(edited);
    return isSound;
  };

  const fixOnce = (path: string): number => {
    const file = open(path);
    if (!file) return 0;
    const settings = fixing.settingsOf(path);
    const { edits, count } = firstFixes(analyze(file, projectOf(file, settings, workspace), settings), fixing.unsafe);
    closeFile(file);
    const targets = [...new Set(edits.map((edit) => edit.path ?? path))];
    const taken = targets.map((target) =>
      take(
        target,
        edits.filter((edit) => (edit.path ?? path) === target),
      ),
    );
    return taken.includes(true) ? count : 0;
  };

  let problems = 0;
  let left = [...paths];
  for (let round = 0; round < MOST_ROUNDS && left.length > 0; round++) {
    let fixed = 0;
    left = left.filter((path) => {
      try {
        fixed += fixOnce(path);
        return true;
      } catch (error) {
        fixing.onError(path, error);
        return false;
      }
    });
    problems += fixed;
    if (fixed === 0) break;
  }

  let files = 0;
  let failed = false;
  for (const [path, after] of now) {
    if (after.text === before.get(path)?.text) continue;
    try {
      writeSourceFile(path, after);
      files++;
    } catch (error) {
      failed = true;
      fixing.onError(path, error);
    }
  }
  return { problems, files, failed };
}
