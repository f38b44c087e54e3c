/** The helper that seeds what a library's compiled code draws from: a seed outside of compiled code does not reach it. */

import { indentUnit } from '../edits/edit-text.ts';
import { freeName, helperOffset, spellAll } from '../edits/imports.ts';
import { COMPILED, type Stream, streamRow } from '../knowledge/streams.ts';
import type { PythonFile } from '../python/file.ts';
import type { Edit } from '../text/edit.ts';

export interface CompiledHelper {
  readonly name: string;
  readonly lines: readonly string[];
  /** The imports that the lines need. */
  readonly edits: readonly Edit[];
}

/** A compiled function that seeds under each module's name; null for a stream that plain code seeds. */
export function compiledHelper(file: PythonFile, stream: Stream): CompiledHelper | null {
  const row = streamRow(stream).within && COMPILED.find((each) => each.stream === stream);
  if (!row) return null;
  const name = freeName(file, ['seed_compiled', `seed_${stream}`]);
  const seeds = row.replaces.map((each) => streamRow(each).seed);
  const { texts, edits } = spellAll(file, [row.decorator, ...seeds], helperOffset(file), ['seed']);
  const [decorator, ...calls] = texts;
  const body = calls.map((call) => `${indentUnit(file)}${call}(seed)`);
  return { name, lines: [`@${decorator}`, `def ${name}(seed):`, ...body], edits };
}
