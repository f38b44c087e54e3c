/** Reduces a file to what its bodies do to randomness: all of it, what stands outside of functions, or these alone. */

import type {
  ClassEffects,
  FunctionEffects,
  LocatedEffects,
  LoweredFunctions,
  LoweredModule,
} from '../effects/events.ts';
import { inOrder } from '../python/cells.ts';
import type { PythonFile } from '../python/file.ts';
import type { Span } from '../text/edit.ts';
import { Lowering } from './body.ts';
import { type Lowered, recall } from './memory.ts';
import { exportsOf, importedModules, valuesOf } from './modules.ts';
import { NO_VOCABULARY, type Vocabulary } from './own-functions.ts';
import { classEffects } from './values.ts';

/** A file that is edited: functions that an edit left alone keep their events. */
export function lowerFile(file: PythonFile, vocabulary: Vocabulary = NO_VOCABULARY): LocatedEffects {
  const { effects, places } = lowerModule(file, vocabulary);
  const lowered = lowerFunctions(file, vocabulary, recall(file, effects.classes, vocabulary));
  return { effects: { ...effects, functions: lowered.functions }, places: new Map([...lowered.places, ...places]) };
}

/** All but the functions, most of which nobody asks for in a file that is closed. */
export function lowerModule(file: PythonFile, vocabulary: Vocabulary): LoweredModule {
  const classes: Record<string, ClassEffects> = {};
  for (const [id, info] of file.scopes.classes) classes[id] = classEffects(info, file);
  const body = new Lowering(file, '', vocabulary);
  const module = body.statements(inOrder(file));
  const apps = body.apps();
  const imports = [...new Set(file.scopes.imports.flatMap((statement) => importedModules(statement, file)))];
  return {
    effects: {
      exports: exportsOf(file),
      stars: file.scopes.stars,
      imports,
      module,
      classes,
      values: valuesOf(file),
      apps,
    },
    places: new Map([['', body.places]]),
  };
}

/** By their ids; where there is a memory, they are taken from it and kept in it. */
export function lowerFunctions(
  file: PythonFile,
  vocabulary: Vocabulary,
  memory: ReturnType<typeof recall> | null = null,
): LoweredFunctions {
  const functions = new Map<string, FunctionEffects>();
  const allPlaces = new Map<string, readonly Span[]>();
  for (const [id, info] of file.scopes.functions) {
    const lower = (): Lowered => new Lowering(file, id, vocabulary).function(info);
    const { effects, places } = memory?.function(info) ?? memory?.keep(info, lower()) ?? lower();
    functions.set(id, effects);
    allPlaces.set(id, places);
  }
  return { functions, places: allPlaces };
}
