/** Functions of a project's own that seed or draw, as its settings name them: what no table and no source file says. */

import type { Event } from '../effects/events.ts';
import { BASE_STREAMS } from '../knowledge/streams.ts';
import { STREAMS, type Stream } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { StreamsByName } from '../settings/settings.ts';
import { matchesPattern } from '../text/patterns.ts';

export interface Vocabulary {
  readonly seeds: StreamsByName;
  readonly draws: StreamsByName;
}

export const NO_VOCABULARY: Vocabulary = { seeds: {}, draws: {} };

export const vocabularyOf = (settings: {
  readonly seedFunctions: StreamsByName;
  readonly randomFunctions: StreamsByName;
}): Vocabulary => ({ seeds: settings.seedFunctions, draws: settings.randomFunctions });

/** The streams that a call touches by its name alone; null for names the settings do not have. */
export function streamsNamed(call: Call, names: StreamsByName, file: PythonFile): readonly Stream[] | null {
  const patterns = Object.keys(names);
  if (patterns.length === 0) return null;
  const found = patterns.filter((pattern) => matches(call, pattern, file));
  if (found.length === 0) return null;
  const streams = new Set(
    found.flatMap((pattern) => (names[pattern] === 'all' ? BASE_STREAMS : (names[pattern] ?? []))),
  );
  return STREAMS.filter((stream) => streams.has(stream));
}

/** What the user says that a call does, which goes before all that can be read; null where they say nothing. */
export function namedEvents(
  call: Call,
  { seeds, draws }: Vocabulary,
  file: PythonFile,
  site: () => string,
): Event[] | null {
  const seeded = streamsNamed(call, seeds, file);
  if (seeded) return [{ kind: 'seed', streams: seeded, value: null, noneIsEntropy: false, site: site() }];
  const drawn = streamsNamed(call, draws, file);
  return drawn?.map((stream): Event => ({ kind: 'draw', stream, site: site() })) ?? null;
}

function matches(call: Call, pattern: string, file: PythonFile): boolean {
  if (!pattern.includes('.')) {
    const bare = call.method ?? (call.callee.type === 'identifier' ? file.read(call.callee) : '');
    // An alias is a name of this file's own; what it stands for counts as well.
    const last = call.name?.slice(Math.max(call.name.lastIndexOf('.'), call.name.lastIndexOf('#')) + 1);
    return [bare, last].some((name) => name !== undefined && !name.includes('.') && matchesPattern(pattern, name));
  }
  if (call.name === null) return false;
  // What a file of the workspace defines has the file's path for a module, of which packages are the end.
  const isOwn = /^[#.]/.test(call.name);
  const parts = (isOwn ? absolute(call.name, file.path) : call.name).split('.');
  const wanted = pattern.split('.');
  const end = isOwn ? parts.slice(-wanted.length) : parts;
  return end.length === wanted.length && wanted.every((part, i) => matchesPattern(part, end[i] ?? ''));
}

/** `#init` in `lib/repro.py` and `.repro.init` in `lib/train.py` are both `lib.repro.init`. */
function absolute(name: string, path: string): string {
  const parts = path.replace(/(\/__init__)?\.pyi?$/, '').split(/[\\/]/);
  if (name.startsWith('#')) return [...parts, name.slice(1)].join('.');
  const dots = /^\.+/.exec(name)?.[0].length ?? 0;
  const up = /\/__init__\.pyi?$/.test(path) ? dots - 1 : dots;
  return [...parts.slice(0, parts.length - up), name.slice(dots)].join('.');
}
