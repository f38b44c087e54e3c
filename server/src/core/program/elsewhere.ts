/** Where values lead in the project's other files: what a dotted name is bound to there, and who calls a function. */

import type { Node, PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import { isOfAncestor } from '../python/mentions.ts';
import { readsOf } from '../python/reads.ts';
import type { ClassInfo, FunctionInfo } from '../python/scope.ts';
import type { Elsewhere, NamedAt } from '../python/value.ts';
import type { Workspace } from './workspace.ts';

/** Of a function that more files may call its callers say little, and reading them all would take long. */
const MOST_USERS = 12;
/** Where more files import a module, nobody reads them all for who mentions a function of it. */
const MOST_READ = 24;
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
    mentions(info, file) {
      const users = usersOf(info.class?.name ?? info.name, file.path, workspace);
      if (users.size > MOST_READ) return null;
      const bases = info.class ? basesOf(info.class, file, workspace) : [];
      const inBases = bases.flatMap((base) => mentionsInBase(base, info));
      return [...[...users].flatMap((path) => mentionsIn(path, info, file, workspace)), ...inBases];
    },
  };
}

/** The name by which a function is called: a constructor by that of its class. */
const calledAs = (info: FunctionInfo): string => (info.name === '__init__' && info.class ? info.class : info).name;

/** The files that may call what a file has under this name: they import it, or a module that hands it on. */
function askedUsers(name: string, path: string, workspace: Workspace): readonly string[] {
  const calling = [...usersOf(name, path, workspace)].filter((each) => mayCall(name, each, path, workspace));
  return calling.length > MOST_USERS ? [] : calling;
}

/** The files that import a file, or a module that hands a name of it on. */
function usersOf(name: string, path: string, workspace: Workspace): ReadonlySet<string> {
  const users = new Set<string>();
  let from = [path];
  for (let chain = 0; from.length > 0 && chain < LONGEST_CHAIN; chain++) {
    const found = from
      .flatMap((each) => [...workspace.users(each)])
      .filter((each) => each !== path && !users.has(each));
    for (const each of found) users.add(each);
    from = [...new Set(found)].filter((each) => handsOn(name, each, workspace));
  }
  return users;
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

/** Where a file that imports another one mentions a function of that, by whatever name it has there. */
function mentionsIn(path: string, info: FunctionInfo, home: PythonFile, workspace: Workspace): readonly NamedAt[] {
  const file = workspace.follow(path);
  if (!file) return [];
  const last = calledAs(info);
  const nodes = [last, ...importedNames(last, file)].flatMap((name) => readsOf(file).of(name));
  return nodes.filter((node) => mayMean(node, info, file, home, workspace)).map((node) => ({ file, node }));
}

/** `from data import make as make_loader`: the other names of what is called so where it stands. */
function importedNames(name: string, file: PythonFile): readonly string[] {
  const names = new Set<string>();
  for (const { names: bound } of file.scopes.byNode.values()) {
    for (const [alias, definitions] of bound) {
      const isIt = definitions.some((each) => each.kind === 'import' && each.qualified.endsWith(`.${name}`));
      if (isIt && alias !== name) names.add(alias);
    }
  }
  return [...names];
}

function mayMean(node: Node, info: FunctionInfo, file: PythonFile, home: PythonFile, workspace: Workspace): boolean {
  const name = file.qualify(node);
  // A method of an object that nobody can read, or of a class that may have it from its base.
  if (name === null || (name.startsWith('#') && linksOf(file).target(name) === undefined))
    return info.class !== null && info.name !== '__init__' && node.type === 'attribute';
  const found = name.startsWith('#') ? null : workspace.locate(name, file.path);
  return found?.path === home.path && linksOf(home).target(found.name) === info;
}

interface Base {
  readonly class: ClassInfo;
  readonly file: PythonFile;
}

/** The classes of other files that a class is made from. */
function basesOf(info: ClassInfo, file: PythonFile, workspace: Workspace, depth = 0): readonly Base[] {
  if (depth > LONGEST_CHAIN) return [];
  const named = linksOf(file)
    .ancestors(info)
    .flatMap((each) => each.bases.flatMap((base) => file.qualify(base) ?? []));
  return named.flatMap((name): readonly Base[] => {
    const found = name.startsWith('#') ? null : workspace.locate(name, file.path);
    const home = found && found.path !== file.path ? workspace.follow(found.path) : null;
    const made = found && home?.classOf(found.name);
    return made && home ? [{ class: made, file: home }, ...basesOf(made, home, workspace, depth + 1)] : [];
  });
}

/** `self.load()` of a base, which runs what the class made from it has under that name. */
function mentionsInBase({ class: base, file }: Base, info: FunctionInfo): readonly NamedAt[] {
  const links = linksOf(file);
  const ancestors = links.ancestors(base);
  return readsOf(file)
    .of(info.name)
    .filter((node) => {
      const name = node.type === 'attribute' ? file.qualify(node) : null;
      return name !== null && isOfAncestor(name, links.target(name), ancestors);
    })
    .map((node) => ({ file, node }));
}
