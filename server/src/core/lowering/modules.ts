/** What a file imports, and what it hands on to those who import it. */

import type { EffectValue, Environment } from '../effects/events.ts';
import { isLibrary, nameFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
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
export function moduleValues(file: PythonFile): Environment {
  const values: Record<string, EffectValue> = {};
  for (const [name, definitions] of file.scopes.module.names) {
    const [only, ...others] = definitions;
    if (only?.kind !== 'assignment' || others.length > 0) continue;
    const value = knownValue(only.value, file);
    if (value !== null) values[name] = value;
  }
  return values;
}

/** The modules of the project that a statement may run: `from a import b` runs `a`, and `a.b` if that is a module. */
export const importedModules = (statement: Node, file: PythonFile): string[] =>
  modulesNamed(statement, file).filter((module) => !isLibrary(module));

const IMPORT = nameFor('imports-module');

/** The module of the project that a call imports by a text that the code shows; null for any other call. */
export function moduleImportedBy(call: Call, file: PythonFile): string | null {
  const module = call.name === IMPORT ? file.qualify(call.node) : null;
  return module === null || isLibrary(module) ? null : module;
}

/** Every module of the project that the file imports, anywhere in it. */
export const everyImport = (file: PythonFile): string[] => [
  ...new Set([
    ...file.scopes.imports.flatMap((statement) => importedModules(statement, file)),
    ...file.calls(IMPORT).flatMap((call) => moduleImportedBy(call, file) ?? []),
  ]),
];

/** The modules that an import names, those of libraries too. */
export function modulesNamed(statement: Node, file: PythonFile): string[] {
  const from = statement.get('module_name');
  const names = statement.children.filter((child) => child.field === 'name');
  const dotted = names.map((name) => file.read(name.get('name') ?? name).replace(/\s/g, ''));
  return from ? [file.read(from), ...dotted.map((name) => join(file.read(from), name))] : dotted;
}

const join = (module: string, name: string): string => (module.endsWith('.') ? module + name : `${module}.${name}`);
