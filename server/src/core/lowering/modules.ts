/** What a file imports, and what it hands on to those who import it. */
import type { Environment, Value } from '../effects/events.ts';
import { LIBRARY } from '../knowledge/calls.ts';
import type { PythonFile } from '../python/file.ts';
import type { Node } from '../syntax/parse.ts';
import { knownValue } from './values.ts';

/** The names that other files may import from here although they are defined elsewhere. */
export function exportsOf(file: PythonFile): Record<string, string> {
  const exported: Record<string, string> = {};
  for (const [name, definitions] of file.scopes.module.names) {
    const first = definitions.find((each) => each.kind === 'import');
    if (first && definitions.every((each) => each.kind === 'import' || each.kind === 'assignment')) {
      exported[name] = first.qualified;
    }
  }
  return exported;
}

/** What the names of the module hold that are assigned once: objects, tables of classes, constants. */
export function valuesOf(file: PythonFile): Environment {
  const values: Record<string, Value> = {};
  for (const [name, definitions] of file.scopes.module.names) {
    const [only, ...others] = definitions;
    if (only?.kind !== 'assignment' || others.length > 0) continue;
    const value = knownValue(only.value, file);
    if (value !== null) values[name] = value;
  }
  return values;
}

/** The modules a statement may run: `from a import b` runs `a`, and `a.b` if that is a module. */
export function importedModules(statement: Node, file: PythonFile): string[] {
  const from = statement.get('module_name');
  const names = statement.children.filter((child) => child.field === 'name');
  const dotted = names.map((name) => file.read(name.get('name') ?? name).replace(/\s/g, ''));
  const modules = from ? [file.read(from), ...dotted.map((name) => join(file.read(from), name))] : dotted;
  return modules.filter((module) => !LIBRARY.test(`${module}.`));
}

const join = (module: string, name: string): string => (module.endsWith('.') ? module + name : `${module}.${name}`);
