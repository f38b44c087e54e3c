/** Repairs of an operation that pass it other arguments. */

import { addArguments, removeArgument, replace } from '../edits/edit-text.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { Edit, Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

const TWINS: Readonly<Record<string, string>> = {
  UpsamplingBilinear2d: 'UpsamplingNearest2d',
  upsample_bilinear: 'upsample_nearest',
};
/** What `nearest` does not take. */
const ONLY_INTERPOLATING = /^(align_corners|antialias)$/;

/** Interpolation by the nearest neighbour, which computes something else; null where the mode is not in the call. */
export function nearestFix(file: PythonFile, call: Call, position: number | undefined): Fix | null {
  const last = call.callee.get('attribute');
  const twin = TWINS[file.read(last ?? call.callee)];
  const edits = twin ? last && [replace(last, twin)] : nearestEdits(file, call, position);
  if (!edits) return null;
  return {
    title: t`Interpolate with \`mode='nearest'\` (changes what the model computes)`,
    safe: false,
    byHand: true,
    edits: () => edits,
  };
}

function nearestEdits(file: PythonFile, call: Call, position: number | undefined): Edit[] | undefined {
  const mode = file.argument(call, 'mode', position);
  const passed = call.node.get('arguments')?.children ?? [];
  // Whoever passes it, or keeps it under a name, has another wish.
  if (typeof mode === 'string' || mode.type !== 'string' || passed.some((each) => /splat/.test(each.type)))
    return undefined;
  const holder = passed.find((each) => each === mode || each.get('value') === mode);
  const next = holder && passed[passed.indexOf(holder) + 1];
  // What follows `mode` by position is `align_corners`.
  if (!holder || (holder === mode && next && next.type !== 'keyword_argument')) return undefined;
  const quote = /["']/.exec(file.read(mode))?.[0] ?? (file.text.includes('"') ? '"' : "'");
  const removed = passed.filter((each) => ONLY_INTERPOLATING.test(file.read(each.get('name') ?? each)));
  return [replace(mode, `${quote}nearest${quote}`), ...removed.map((each) => removeArgument(file, each))];
}

/** flash-attn's own switch. */
export function flashFix(file: PythonFile, call: Call): Fix | null {
  const given = file.argument(call, 'deterministic');
  if (given === 'unknown') return null;
  return {
    title: t`Pass \`deterministic=True\` (slower, and needs more memory)`,
    safe: false,
    edits: () => (given === 'absent' ? addArguments(file, call, ['deterministic=True']) : [replace(given, 'True')]),
  };
}
