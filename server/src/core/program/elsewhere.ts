/** Where values lead in the project's other files: what a dotted name is bound to there, and who calls a function. */

import type { PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Elsewhere } from '../python/value.ts';
import type { Workspace } from './workspace.ts';

/** Of a function whose file more files import its callers say little, and reading them all would take long. */
const MOST_USERS = 8;

export function elsewhere(workspace: Workspace): Elsewhere {
  return {
    locate(name, from) {
      const found = workspace.locate(name, from.path);
      if (!found || found.name === '') return null;
      const file = found.path === from.path ? from : workspace.follow(found.path);
      return file && { file, name: found.name };
    },
    callers(info, file) {
      return askedUsers(file.path, workspace).flatMap((path) => callsIn(path, info, file, workspace));
    },
  };
}

function askedUsers(path: string, workspace: Workspace): readonly string[] {
  const users = [...workspace.users(path)];
  return users.length > MOST_USERS ? [] : users;
}

/** False where no other file can be seen to call what a file has under this name. */
export const mayHaveCallers = (name: string, path: string, workspace: Workspace): boolean =>
  askedUsers(path, workspace).some((each) => mayCall(name, each, workspace));

/** The name is in the effects of a file that calls it; others need not be parsed. */
function mayCall(name: string, path: string, workspace: Workspace): boolean {
  const imports = Object.values(workspace.effects(path)?.exports ?? {});
  return imports.some((each) => each.split('.').at(-1) === name || workspace.locate(each, path)?.name === '');
}

/** The calls of a function, or of its class for a constructor, in a file that imports it. */
function callsIn(path: string, info: FunctionInfo, home: PythonFile, workspace: Workspace) {
  const named = info.name === '__init__' && info.class ? info.class : info;
  const last = named.name;
  const file = mayCall(last, path, workspace) ? workspace.follow(path) : null;
  if (!file) return [];
  return [...file.callsByName].flatMap(([name, calls]) => {
    if (name.startsWith('#') || !name.endsWith(`.${last}`)) return [];
    const found = workspace.locate(name, path);
    const isIt = found?.path === home.path && linksOf(home).target(found.name) === info;
    return isIt ? calls.map((call) => ({ file, call: call.node })) : [];
  });
}
