/** Reduces a file to what its bodies do to randomness: all of it, what stands outside of functions, or one of these. */

import type {
  ClassEffects,
  FunctionEffects,
  LocatedEffects,
  LoweredFunction,
  LoweredModule,
} from '../effects/events.ts';
import { inOrder } from '../python/cells.ts';
import type { PythonFile } from '../python/file.ts';
import { noted } from '../python/notes.ts';
import type { Span } from '../text/edit.ts';
import { Lowering } from './body.ts';
import { recall } from './memory.ts';
import { everyImport, exportsOf, moduleValues } from './modules.ts';
import { NO_VOCABULARY, type Vocabulary } from './own-functions.ts';
import { classEffects } from './values.ts';

/** A file that is edited: functions that an edit left alone keep their events. */
export function lowerFile(file: PythonFile, vocabulary: Vocabulary = NO_VOCABULARY): LocatedEffects {
  return noted(() => lowerNoted(file, vocabulary)).value;
}

function lowerNoted(file: PythonFile, vocabulary: Vocabulary): LocatedEffects {
  const isUnread = file.isUnread;
  const { effects, places } = lowerModule(file, vocabulary);
  const lower = recall(file, vocabulary, (info) => new Lowering(file, info.id, vocabulary).function(info));
  const functions = new Map<string, FunctionEffects>();
  const allPlaces = new Map<string, readonly Span[]>();
  for (const [id, info] of file.scopes.functions) {
    const lowered = lower(info);
    functions.set(id, lowered.effects);
    allPlaces.set(id, lowered.places);
  }
  // What was read before was not noted: nobody could tell whether the next version says the same.
  if (!isUnread) file.memory = undefined;
  return { effects: { ...effects, functions }, places: new Map([...allPlaces, ...places]) };
}

/** All but the functions, most of which nobody asks for in a file that is closed. */
export function lowerModule(file: PythonFile, vocabulary: Vocabulary): LoweredModule {
  const classes: Record<string, ClassEffects> = {};
  for (const [id, info] of file.scopes.classes) classes[id] = classEffects(info, file);
  const body = new Lowering(file, '', vocabulary);
  const module = body.statements(inOrder(file));
  const apps = body.apps();
  return {
    effects: {
      exports: exportsOf(file),
      stars: file.scopes.stars,
      imports: everyImport(file),
      module,
      classes,
      values: moduleValues(file),
      apps,
    },
    places: new Map([['', body.places]]),
  };
}

/** One function, by its id; undefined where the file has none of that id. */
export function lowerFunction(file: PythonFile, id: string, vocabulary: Vocabulary): LoweredFunction | undefined {
  const info = file.scopes.functions.get(id);
  return info && new Lowering(file, id, vocabulary).function(info);
}
