/** The calls in a file that transformed code keeps or repeats, and torch's draws in their place. */

import type { Project } from '../contract/project.ts';
import { replace } from '../edits/edit-text.ts';
import { spellAll } from '../edits/imports.ts';
import type { Site } from '../effects/summary.ts';
import type { GeneratorClass } from '../knowledge/generators.ts';
import { nameFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

/** The call whose callee stands at a site; null where an edit has just moved it. */
export function callAt(site: Site, file: PythonFile, project: Project): Call | null {
  const { start, end } = project.places.locate(site);
  return file.allCalls.find(({ callee }) => callee.start === start && callee.end === end) ?? null;
}

/** `torch.rand(())` for `dice.random()`: compiled code draws it anew in each call. */
export function drawFromTorch(draw: Call, generator: GeneratorClass | undefined, file: PythonFile): Fix | null {
  const given = draw.node.get('arguments')?.children ?? [];
  if (generator?.stream !== 'python' || draw.method !== 'random' || given.length > 0) return null;
  // A tensor is no number where somebody compares or formats it.
  if (draw.node.parent?.type !== 'binary_operator') return null;
  return {
    title: t`Draw it by torch`,
    safe: false,
    edits: () => {
      const { texts, edits } = spellAll(file, [nameFor('uniform-draw')], draw.node.start);
      return [...edits, replace(draw.node, `${texts[0]}(())`)];
    },
  };
}
