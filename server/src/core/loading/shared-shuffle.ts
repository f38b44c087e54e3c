/** The repair of a shuffle that each worker makes in its own way: a generator that all of them seed alike. */

import { insertAt, insertBefore, replace, statementOf } from '../edits/edit-text.ts';
import { freeName, spellAll } from '../edits/imports.ts';
import { nameFor } from '../knowledge/names.ts';
import { INITIAL_SEED } from '../knowledge/streams.ts';
import type { PythonFile } from '../python/file.ts';
import type { ClassInfo } from '../python/scope.ts';
import type { Edit, Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';
import type { ShuffleCall } from './iterables.ts';

/** Generators with a method for each function that shuffles. */
const MAKERS: Readonly<Record<string, string>> = {
  python: nameFor('python-generator'),
  numpy: nameFor('numpy-generator'),
};

/** Seeds from the epoch and the seed that the dataset keeps; else from what the workers have in common. */
export function sharedShuffle(shuffle: ShuffleCall, owner: ClassInfo, file: PythonFile): Fix[] {
  const { call, stream } = shuffle;
  const isNamed = call.callee.get('object') !== undefined && call.name !== null && !call.name.startsWith('#');
  // A generator that is passed is made somewhere, and seeded there.
  if (file.argument(call, 'generator') !== 'absent') return [];
  if (call.name === null || (!isNamed && call.callee.type !== 'identifier')) return [];
  const kept = ['seed', 'epoch'].filter((name) => owner.attributes.has(name)).map((name) => `self.${name}`);
  const byEpoch = kept.includes('self.epoch');
  const title = byEpoch
    ? t`Shuffle by \`${kept.join(' + ')}\`, which all workers have`
    : t`Shuffle by a seed that all workers have`;
  const edits = (): Edit[] => {
    const before: Edit[] = [];
    let seed = kept.join(' + ');
    if (!byEpoch) {
      const { texts, edits: imports } = spellAll(file, [INITIAL_SEED, nameFor('worker-info')], call.node.start);
      const worker = freeName(file, ['worker', 'worker_info']);
      before.push(...imports, insertBefore(file, statementOf(call.node), [`${worker} = ${texts[1]}()`]));
      seed = `${texts[0]}() - (${worker}.id if ${worker} else 0)`;
    }
    const last = call.name?.slice(call.name.lastIndexOf('.') + 1) ?? '';
    const maker = MAKERS[stream];
    const { texts, edits: imports } = spellAll(file, [maker ?? nameFor('generator')], call.node.start);
    if (maker) return [...before, ...imports, replace(call.callee, `${texts[0]}(${seed}).${last}`)];
    const list = call.node.get('arguments');
    const end = list?.children.at(-1)?.end ?? call.node.end - 1;
    return [...before, ...imports, insertAt(end, `, generator=${texts[0]}().manual_seed(${seed})`)];
  };
  return [{ title, safe: false, edits }];
}
