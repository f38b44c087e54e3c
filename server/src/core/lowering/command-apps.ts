/** Command line apps of `click`, `typer` and `fire`: objects that run one of their commands when they are called. */

import { branches, type CallEvent, type Event, NOTHING_PASSED } from '../effects/events.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { isBoundOnce, isDefined, onlyAssignment } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Node } from '../syntax/parse.ts';

/** What runs when a command of an app is chosen. */
interface App {
  /** Functions that run before any command. */
  readonly before: Target[];
  readonly commands: Target[];
}

/** A function or another app by its name, and the place that makes it a part of the app. */
interface Target {
  readonly name: string;
  readonly place: Node;
}

const MAKES_APP = namesFor('command-apps');
const FIRE = nameFor('offers-commands');
const MAKES_GROUP = /\.?\bgroup$/;

/** The id of the app of this file that a name stands for. */
export function appOf(name: Node | undefined, file: PythonFile): string | null {
  if (!name || !isBoundOnce(name, file)) return null;
  const info = isDefined(name, file) ? file.functionOf(file.qualify(name)) : undefined;
  if (info) return isGroup(info, file) ? info.id : null;
  const only = onlyAssignment(name, file);
  const made = only && file.scope(only.target).kind === 'module' ? file.constructionOf(name) : null;
  return made && MAKES_APP.has(made.name) ? `#${file.read(name)}` : null;
}

const isGroup = ({ decorators, class: owner }: FunctionInfo, file: PythonFile): boolean =>
  owner === null && decorators.some((each) => MAKES_GROUP.test(file.read(calleeOf(each))));

/** By the id of each app of the file, what it runs when it is called, besides the group's own function. */
export function appEvents(file: PythonFile, site: (node: Node) => string): Record<string, readonly Event[]> {
  const call = ({ name, place }: Target): CallEvent => ({
    kind: 'call',
    target: name,
    ...NOTHING_PASSED,
    takesSeed: false,
    site: site(place),
  });
  return Object.fromEntries(
    [...appsOf(file)].map(([id, { before, commands }]): [string, Event[]] => {
      const [last, ...others] = commands.map((each) => [call(each)]).reverse();
      return [id, [...before.map(call), ...branches(others.reverse(), last ?? [], true)]];
    }),
  );
}

function appsOf(file: PythonFile): Map<string, App> {
  const apps = new Map<string, App>();
  const add = (object: Node | undefined, part: keyof App, target: Target | null): void => {
    const id = appOf(object, file);
    if (id === null || !target || target.name === id) return;
    const app = apps.get(id) ?? { before: [], commands: [] };
    apps.set(id, app);
    app[part].push(target);
  };
  for (const info of file.scopes.functions.values()) {
    for (const decorator of info.decorators) {
      const callee = calleeOf(decorator);
      const part = partOf(callee, file);
      if (part) add(callee.get('object'), part, { name: info.id, place: callee });
    }
  }
  for (const call of file.allCalls) {
    if (/^add_(command|typer)$/.test(call.method ?? ''))
      add(call.callee.get('object'), 'commands', passed(call, file, ['cmd', 'typer_instance']));
    const maker = commandMaker(call, file);
    if (maker) add(maker.callee.get('object'), maker.part, passed(call, file, []));
  }
  return apps;
}

/** `app.command("train")` in `app.command("train")(train)`, which keeps the function for later. */
export function commandMaker(call: Call, file: PythonFile): { callee: Node; part: keyof App } | null {
  const callee = call.callee.type === 'call' ? call.callee.get('function') : undefined;
  const part = callee && partOf(callee, file);
  return part && appOf(callee.get('object'), file) !== null ? { callee, part } : null;
}

function partOf(callee: Node, file: PythonFile): keyof App | null {
  const attribute = callee.get('attribute');
  const name = attribute ? file.read(attribute) : '';
  return name === 'callback' ? 'before' : name === 'command' || name === 'group' ? 'commands' : null;
}

/** The function or app that is passed first. */
function passed(call: Call, file: PythonFile, keywords: readonly string[]): Target | null {
  const first = call.node.get('arguments')?.children[0];
  const key = first?.type === 'keyword_argument' ? first.get('name') : undefined;
  const place = key ? (keywords.includes(file.read(key)) ? first?.get('value') : undefined) : first;
  const name = place && (appOf(place, file) ?? file.qualify(place));
  return name ? { name, place } : null;
}

/**
 * `fire.Fire(Trainer)`, `fire.Fire(train)`, `fire.Fire({'train': train})`, `fire.Fire()`: one of the methods, the function,
 * one of what the table holds, or one of the functions of the file runs. Null for what is no such call.
 */
export function fireEvents(call: Call, file: PythonFile, site: (node: Node) => string): Event[] | null {
  if (call.name !== FIRE) return null;
  const component = file.argument(call, 'component', 0);
  const one = (target: CallEvent['target']): CallEvent[] => [
    { kind: 'call', target, ...NOTHING_PASSED, takesSeed: false, site: site(call.callee) },
  ];
  const isOffered = (name: string): boolean => !name.startsWith('_');
  if (component === 'absent') {
    const all = [...file.scopes.functions.values()].filter(({ id, name }) => id === `#${name}` && isOffered(name));
    return branches(all.map(({ id }) => one(id)));
  }
  if (component === 'unknown') return null;
  const owner = file.classOf(file.qualify(component) ?? '');
  if (owner) {
    const methods = [...owner.methods.keys()].filter(isOffered);
    return [...one(owner.id), ...branches(methods.map((method) => one({ of: { instance: owner.id }, method })))];
  }
  // A function runs at once, whatever a class of such a name would do with it.
  const handed = file.qualify(component);
  if (handed !== null) return one(handed);
  if (component.type !== 'dictionary') return null;
  const held = component.children.flatMap((pair) => file.qualify(pair.get('value') ?? pair) ?? []);
  return branches(held.map(one));
}

/** `@app.command()` and `@app.command` name the same. */
function calleeOf(decorator: Node): Node {
  const made = decorator.children[0] ?? decorator;
  return made.type === 'call' ? (made.get('function') ?? made) : made;
}
