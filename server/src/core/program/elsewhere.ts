/** Where values lead in the project's other files: what a dotted name is bound to there, and who calls a function. */

import type { PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Elsewhere } from '../python/value.ts';
import type { Workspace } from './workspace.ts';

/** Of a function that more files may call its callers say little, and reading them all would take long. */
const MOST_USERS = 12;
/** Modules that hand a name on to modules that hand it on are followed so far. */
const LONGEST_CHAIN = 3;

export function elsewhere(workspace: Workspace): Elsewhere {
  return {
    locate(name, from) {
      const found = workspace.locate(name, from.path);
      if (!found || found.name === '') return null;
      const file = found.path === from.path ? from : workspace.follow(found.path);
      return file && { file, name: found.name };
    },
    callers(info, file) {
      return askedUsers(calledAs(info), file.path, workspace).flatMap((path) => callsIn(path, info, file, workspace));
    },
  };
}

/** The name by which a function is called: a constructor by that of its class. */
const calledAs = (info: FunctionInfo): string => (info.name === '__init__' && info.class ? info.class : info).name;

/** The files that may call what a file has under this name: they import it, or a module that hands it on. */
function askedUsers(name: string, path: string, workspace: Workspace): readonly string[] {
  const users = new Set<string>();
  let from = [path];
  for (let chain = 0; from.length > 0 && chain < LONGEST_CHAIN; chain++) {
    const found = from
      .flatMap((each) => [...workspace.users(each)])
      .filter((each) => each !== path && !users.has(each));
    for (const each of found) users.add(each);
    from = [...new Set(found)].filter((each) => handsOn(name, each, workspace));
  }
  const calling = [...users].filter((each) => mayCall(name, each, path, workspace));
  return calling.length > MOST_USERS ? [] : calling;
}

/** What imports a name has it for others too. */
function handsOn(name: string, path: string, workspace: Workspace): boolean {
  const { exports = {}, stars = [] } = workspace.effects(path) ?? {};
  return stars.length > 0 || Object.hasOwn(exports, name);
}

/** False where no other file can be seen to call what a file has under this name. */
export const mayHaveCallers = (name: string, path: string, workspace: Workspace): boolean =>
  askedUsers(name, path, workspace).length > 0;

/** The name is in the effects of a file that calls it; others need not be parsed. */
function mayCall(name: string, path: string, home: string, workspace: Workspace): boolean {
  const { exports = {}, stars = [] } = workspace.effects(path) ?? {};
  const isAt = (dotted: string): boolean => workspace.locate(dotted, path)?.path === home;
  if (stars.some((star) => isAt(star.endsWith('.') ? `${star}${name}` : `${star}.${name}`))) return true;
  return Object.values(exports).some((each) => {
    if (each.split('.').at(-1) === name) return isAt(each);
    // A module of the project, or a method of whatever is in it.
    return workspace.locate(each, path)?.name === '' && (!isTopLevel(name, home, workspace) || isAt(`${each}.${name}`));
  });
}

function isTopLevel(name: string, path: string, workspace: Workspace): boolean {
  const effects = workspace.effects(path);
  return effects?.functions.has(`#${name}`) === true || effects?.classes[`#${name}`] !== undefined;
}

/** The calls of a function, or of its class for a constructor, in a file that imports it. */
function callsIn(path: string, info: FunctionInfo, home: PythonFile, workspace: Workspace) {
  const last = calledAs(info);
  const file = workspace.follow(path);
  if (!file) return [];
  return [...file.callsByName].flatMap(([name, calls]) => {
    if (name.startsWith('#') || !name.endsWith(`.${last}`)) return [];
    const found = workspace.locate(name, path);
    const isIt = found?.path === home.path && linksOf(home).target(found.name) === info;
    return isIt ? calls.map((call) => ({ file, call: call.node })) : [];
  });
}
