/** The projects below `test/workspaces`: real files, with marks under what is found in them. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { joinCells } from '../server/src/core/python/notebook.ts';
import { readNotebook } from '../server/src/host/notebook-file.ts';
import { filesBelow, readText } from './corpus.ts';
import { type MarkedFile, parseMarks } from './marks.ts';

export interface WorkspaceFile extends MarkedFile {
  /** What is on the disk, where that is not the text. */
  readonly stored?: string;
}

/** The files of a project; marks are taken out of its Python. Those of a notebook stand in a `.marks` file beside it. */
export function workspaceFiles(name: string): WorkspaceFile[] {
  const folder = `test/workspaces/${name}`;
  const names = filesBelow(folder, '').filter((file) => /(^|\/)[^/.]*(\.\w+|file)$/.test(file));
  return names.flatMap((file): WorkspaceFile | never[] => {
    if (file.endsWith('.marks')) return [];
    const stored = readText(`${folder}/${file}`);
    if (file.endsWith('.ipynb')) return { ...marksBeside(`${folder}/${file}`, stored), path: file, stored };
    const [marked] = file.endsWith('.py') ? parseMarks(stored, file) : [];
    return marked ?? { path: file, text: stored, marks: [], later: [], reveals: [] };
  });
}

function marksBeside(notebook: string, stored: string): MarkedFile {
  const [marked] = parseMarks(readText(notebook.replace(/ipynb$/, 'marks')));
  assert.ok(marked?.notebook, `${notebook} has no marks`);
  assert.equal(joinCells(readNotebook(stored).cells).text, marked.text, `the marks of ${notebook} are of other cells`);
  return marked;
}

/** Writes the files below a folder, without marks. */
export function writeFiles(files: readonly Pick<WorkspaceFile, 'path' | 'text' | 'stored'>[], folder: string): void {
  for (const file of files) {
    const target = path.join(folder, file.path);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.stored ?? file.text);
  }
}
