/** The streams of a program in its report: what seeds each, what draws it first, and whether the one comes before the other. */

import { isWay, type TraceFrame, type TraceStep } from '../composing/trace.ts';
import type { Project } from '../contract/project.ts';
import type { Reached, Site } from '../effects/summary.ts';
import { BASE_STREAMS } from '../knowledge/streams.ts';
import { STREAMS, type Stream, seederOf } from '../knowledge/tables.ts';
import type { Constant } from '../python/call.ts';
import { onOneLine } from '../text/excerpts.ts';
import { callOf, type Mention, type OpenCondition, type SourceFiles } from './source.ts';

/**
 * As the rules see it: `conditional` is seeded on some paths only, `workers` is drawn in workers of a DataLoader only,
 * which do not draw from this process's generators; `child` is also drawn in a process that its seed does not reach;
 * `unused` has no draw that can be seen.
 */
export type StreamState = 'seeded' | 'conditional' | 'late' | 'varying' | 'unseeded' | 'child' | 'workers' | 'unused';

export interface Seeding extends Mention {
  /** The seed as written; null where the call does not show one. */
  readonly seed: string | null;
  /** What that is, where the calls decide it and the code of the call does not show it. */
  readonly value?: Constant;
  readonly by: readonly Mention[];
  readonly conditions: readonly OpenCondition[];
  /** It cannot be read, and is named like a seeder. */
  readonly unsure: boolean;
  /** Its effect ends with a `with` block, or it seeds another process only. */
  readonly within: 'block' | 'process' | null;
  /** It is another seed in every run. */
  readonly varies: boolean;
}

export interface Drawing extends Mention {
  readonly by: readonly Mention[];
  readonly conditions: readonly OpenCondition[];
}

export interface StreamReport {
  readonly stream: Stream;
  readonly state: StreamState;
  /** In execution order, each call once. */
  readonly seeds: readonly Seeding[];
  readonly drawn: Drawing | null;
  /** The first draw in workers of a DataLoader, where this process draws too. */
  readonly inWorkers: Drawing | null;
}

/** `varies` tells whether a rule found that the seed of a call is new in every run. */
export function reportStreams(
  project: Project,
  steps: readonly TraceStep[],
  source: SourceFiles,
  varies: (call: Mention) => boolean,
): StreamReport[] {
  // A library's stream is one only where the program has something to do with it.
  const isTouched = (stream: Stream): boolean =>
    BASE_STREAMS.includes(stream) || steps.some((step) => !step.unsure && step.streams.includes(stream));
  return STREAMS.filter(isTouched).map((stream) => {
    const mine = steps.filter((step) => step.streams.includes(stream));
    const seeds = leastConditional(mine.filter((step) => step.kind === 'seed')).flatMap((step) => {
      const seeding = seedingOf(step, source, varies);
      return seeding ? [seeding] : [];
    });
    const first = firstDraw(project, stream, mine);
    const inWorker = mine.find((step) => step.kind === 'draw' && isInside(step, 'worker'));
    const drawn = first ?? inWorker ?? null;
    const state = first ? stateOf(project, stream, seeds) : inWorker ? 'workers' : 'unused';
    const inWorkers = first && inWorker ? drawingOf(inWorker, source) : null;
    return { stream, state, seeds, drawn: drawn && drawingOf(drawn, source), inWorkers };
  });
}

function stateOf(project: Project, stream: Stream, seeds: readonly Seeding[]): StreamState {
  const { exposed = {}, may = {}, late = {}, children = {} } = project.summary ?? {};
  const exposure = exposed[stream];
  if (late[stream]) return 'late';
  if (exposure) return exposure.marked || (stream in may && !exposure.alone) ? 'conditional' : 'unseeded';
  const lasting = seeds.filter((seed) => !seed.unsure && seed.within === null);
  if (lasting.length > 0 && lasting.every((seed) => seed.varies)) return 'varying';
  return children[stream]?.seed ? 'child' : 'seeded';
}

/** The draw that the rules speak of; where a seed comes before it, the first one that counts. */
function firstDraw(project: Project, stream: Stream, steps: readonly TraceStep[]): TraceStep | null {
  const draws = steps.filter((step) => step.kind === 'draw' && !isInside(step, 'quiet') && !isInside(step, 'worker'));
  const summary = project.summary;
  const found = summary?.late[stream]?.exposure ?? summary?.exposed[stream]?.first ?? summary?.exposed[stream];
  if (found) return stepOf(found, draws) ?? { kind: 'draw', site: found.site, streams: [stream], frames: calls(found) };
  // What is drawn while modules are imported is not the program's own doing, unless the summary says so.
  return draws.find((step) => !isInside(step, 'import')) ?? null;
}

const isInside = (step: TraceStep, kind: TraceFrame['kind']): boolean =>
  step.frames.some((frame) => frame.kind === kind);

const calls = (reached: Reached): TraceStep['frames'] => reached.via.map((site) => ({ kind: 'call', site }));

/** The step at the same place, by the same calls. */
function stepOf(reached: Reached, steps: readonly TraceStep[]): TraceStep | undefined {
  const here = steps.filter(({ site }) => isSame(site, reached.site));
  const via = (step: TraceStep): Site[] =>
    step.frames.flatMap((frame) => ('site' in frame && isWay(frame) ? [frame.site] : []));
  return (
    here.find((step) => {
      const sites = via(step);
      return sites.length === reached.via.length && sites.every((site, i) => isSame(site, reached.via[i]));
    }) ?? here[0]
  );
}

const isSame = (a: Site, b: Site | undefined): boolean => a.path === b?.path && a.site === b.site;

/** Each place once where it is reached unconditionally; else once for each way there. */
export function leastConditional(steps: readonly TraceStep[]): TraceStep[] {
  const isFree = (step: TraceStep): boolean => step.frames.every(isWay);
  const ways = new Map<string, TraceStep>();
  for (const step of steps) {
    const place = JSON.stringify(step.site);
    const key = isFree(step) ? place : place + JSON.stringify(step.frames);
    if (!ways.has(key)) ways.set(key, step);
  }
  return [...ways.values()].filter((step) => isFree(step) || !ways.has(JSON.stringify(step.site)));
}

function seedingOf(step: TraceStep, source: SourceFiles, varies: (call: Mention) => boolean): Seeding | null {
  const mention = source.call(step.site);
  if (!mention) return null;
  const seed = seedText(step, source);
  const isShown = seed === null || step.value === undefined || /^[-\d'"]/.test(seed);
  const inside = step.frames.find(({ kind }) => kind === 'scope' || kind === 'process')?.kind;
  return {
    ...mention,
    seed,
    ...(isShown ? {} : { value: step.value! }),
    by: source.callers(step),
    conditions: source.conditions(step.frames),
    unsure: step.unsure === true,
    within: inside === 'scope' ? 'block' : inside === 'process' ? 'process' : null,
    varies: varies(mention),
  };
}

/** The seed as it is written at the call. */
function seedText(step: TraceStep, source: SourceFiles): string | null {
  const found = source.at(step.site);
  const node = found && callOf(found.node);
  if (!found || !node) return null;
  const call = found.file.call(node);
  const argument = call.name === null ? undefined : seederOf(call.name)?.argument;
  const given = argument ? found.file.argument(call, argument.name, argument.position) : 'absent';
  return typeof given === 'string' ? null : onOneLine(found.file.read(given));
}

function drawingOf(step: TraceStep, source: SourceFiles): Drawing | null {
  const token = source.token(step.site);
  return token && { ...token, by: source.callers(step), conditions: source.conditions(step.frames) };
}
