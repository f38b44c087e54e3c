/** Folders that a file adds to the path that Python finds modules on: `sys.path.append('core')`. */

import { namesFor } from '../knowledge/names.ts';
import { walk } from '../syntax/parse.ts';
import type { Node, PythonFile } from './file.ts';

const CHANGES_PATH = namesFor('changes-search-path');
/** What joins the parts of a path. */
const JOINS = namesFor('joins-path');
/** A folder as it is written from another one; the file's own, and those around it, are searched anyway. */
const FOLDER = /^(?:\.\.?\/)*(\w[\w-]*(?:\/\w[\w-]*)*)\/?$/;
const NO_FOLDERS: readonly string[] = [];

/** Where they stand, nobody works out: they are looked for in every folder around the file that imports. */
export function addedFolders(file: PythonFile): readonly string[] {
  const adds = file.allCalls.filter(({ name }) => CHANGES_PATH.has(name));
  if (adds.length === 0) return NO_FOLDERS;
  const folders = new Set<string>();
  const collect = (node: Node | undefined): void => {
    if (!node) return;
    walk(node, (each) => {
      const written = each.type === 'string' ? file.constant(each) : undefined;
      const folder = typeof written === 'string' ? FOLDER.exec(written)?.[1] : undefined;
      if (folder !== undefined) folders.add(folder);
      return undefined;
    });
  };
  const joins = file.allCalls.filter(({ name, method }) => JOINS.has(name) || method === 'joinpath');
  for (const { node } of [...adds, ...joins]) collect(node.get('arguments'));
  return [...folders];
}
