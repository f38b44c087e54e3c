/** The projects below `test/workspaces`: real files, with marks under what is found in them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, readText } from './corpus.ts';
import { type MarkedFile, parseMarks } from './marks.ts';

/** The files of a project; marks are taken out of its Python. */
export function workspaceFiles(name: string): MarkedFile[] {
  const folder = `test/workspaces/${name}`;
  const names = filesBelow(folder, '').filter((file) => /(^|\/)[^/.]*(\.\w+|file)$/.test(file));
  return names.map((file) => {
    const text = readText(`${folder}/${file}`);
    const [marked] = file.endsWith('.py') ? parseMarks(text, file) : [];
    return marked ?? { path: file, text, marks: [], later: [] };
  });
}

/** Writes the files below a folder, without marks. */
export function writeFiles(files: readonly { readonly path: string; readonly text: string }[], folder: string): void {
  for (const file of files) {
    const target = path.join(folder, file.path);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.text);
  }
}
