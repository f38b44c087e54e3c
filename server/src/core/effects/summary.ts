/** What rules read off the paths of a program: for each stream the draw, the seeds and the process that say most. */

import { STREAMS, type Stream } from '../knowledge/tables.ts';
import type { TransformKind } from '../knowledge/transforms.ts';
import type { Constant } from '../python/call.ts';
import {
  byWeight,
  compareRoutes,
  type Draw,
  type Paths,
  type PerStream,
  type Route,
  type Seed,
  type Site,
  type StreamPaths,
  seedAround,
} from './algebra.ts';
import { marksOfSite, type SiteMark } from './events.ts';

export type { Site } from './algebra.ts';

/** A place the program reaches, and the calls that lead there, outermost first. */
export interface Reached {
  readonly site: Site;
  readonly via: readonly Site[];
  /** It happens while a module is imported: the importing file itself may do nothing at all. */
  readonly imported?: true;
}

/** A draw whose numbers transformed code does not draw as it is written. */
export interface TransformedDraw {
  /** One number for all calls, rows or rounds; or another one when the backward pass recomputes. */
  readonly effect: 'frozen' | 'recomputed';
  readonly kind: TransformKind;
  readonly stream: Stream;
  /** The class of the generator, where it is none of the global ones. */
  readonly generator: string | null;
  readonly site: Site;
  /** What transforms the code. */
  readonly by: Site;
  /** The draw is put back unless `by`, the argument, says otherwise. */
  readonly isPutBack: boolean;
}

export interface Exposure extends Reached {
  /** Something that only may seed came before: the draw is conditional, not wrong. */
  readonly marked: boolean;
  /** The draw before it, which was replaced. */
  readonly first?: Exposure;
  /** Draws that would be named in its place, did their lines not ignore them. */
  readonly ignored?: readonly Exposure[];
  /** One of several programs draws it and seeds it nowhere, whatever the others do; `'none'` where it seeds nothing at all. */
  readonly alone?: 'none' | 'some';
  /** Seeds of other streams that came before the draw on every path. */
  readonly after: readonly Reached[];
}

export interface Late {
  readonly exposure: Exposure;
  readonly seed: Reached;
  /** Those that would be named in its place, did their lines not ignore them. */
  readonly ignored?: readonly Late[];
}

export interface Summary {
  readonly exposed: PerStream<Exposure>;
  /** Streams seeded on every path, and the last seed of each. */
  readonly must: PerStream<Reached>;
  /** Streams seeded on some path. */
  readonly may: PerStream<Reached>;
  /** Streams drawn before the program seeds them for the first time. */
  readonly late: PerStream<Late>;
  /** Streams that another process draws although only this one seeds them. */
  readonly children: PerStream<Child>;
  /** Determinism switches, by the name of what is called or assigned, or of the environment variable. */
  readonly flags: Flags;
  /** All processes that start up anew, and the switches that each sets itself. */
  readonly anew: readonly (Reached & { readonly own: ReadonlySet<string> })[];
  /** Processes that start up anew, and leave switches off that this one has turned on. */
  readonly unswitched: readonly Unswitched[];
  /** Iterations in a loop over what one sampler shuffles alike in every round. */
  readonly rounds: readonly Round[];
}

/** The iteration, and the file that makes the sampler with the number it has among those of the file. */
export interface Round extends Reached {
  readonly sampler: { readonly path: string; readonly number: number };
}

/** The call that starts the process, and the places that turn on, only in this one, what it leaves off. */
export interface Unswitched extends Reached {
  readonly lost: Readonly<Record<string, readonly Reached[]>>;
}

/** The call that starts the process, and what it draws. */
export interface Child extends Reached {
  readonly draw: Reached;
  /** Under fork only Python's `random` loses its seed. */
  readonly forked: boolean;
  /** The seed that does not reach the process; null as long as nothing was seeded before. */
  readonly seed: Reached | null;
  /** Those that would be named in its place, did their lines not ignore them. */
  readonly ignored?: readonly Child[];
}

/** How a switch stands at the end: the last setting on each path that sets it. */
export interface Flag {
  /** It is set on every path. */
  readonly must: boolean;
  readonly settings: readonly SwitchSite[];
  /** Somewhere it is turned on, whatever comes later. */
  readonly asked: boolean;
}

/** The place that sets a switch. */
export interface SwitchSite extends Reached {
  /** Undefined where only the run decides. */
  readonly value: Constant | undefined;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What is found, and what would be in its place, did its line not ignore it. */
export const allOf = <T extends { readonly ignored?: readonly T[] }>(found: T | undefined): readonly T[] =>
  found ? [found, ...(found.ignored ?? [])] : [];

/** What the paths come to, as seen from a file. */
export function summaryOf({ streams, flags, fresh, passes }: Paths, from: string): Summary {
  const read = <T>(view: (paths: StreamPaths) => T | null): PerStream<T> => {
    const found: Partial<Record<Stream, T>> = {};
    for (const stream of STREAMS) {
      const paths = streams[stream];
      const value = paths ? view(paths) : null;
      if (value !== null) found[stream] = value;
    }
    return found;
  };
  return {
    exposed: read(({ draws }) => {
      const all = byWeight(draws).map((each) => ({ ...exposed(each), ...firstReplaced(each, draws) }));
      return firstOf(all, (each) => isIgnored(each, from, 'i'));
    }),
    must: read(({ sure }) => sure && seedAt(sure)),
    may: read((paths) => optional(seedAround(paths))),
    late: read(({ late }) => {
      const sorted = [...late].sort((a, b) => Number(a.draw.imported) - Number(b.draw.imported));
      const all = sorted.map(({ draw, seed }): Late => ({ exposure: exposed(draw), seed: seedAt(seed) }));
      return firstOf(all, ({ exposure }) => isIgnored(exposure, from, 'l'));
    }),
    children: read(({ started }) => {
      const sorted = [...started].sort((a, b) => Number(a.seed === null) - Number(b.seed === null));
      const all = sorted.map(
        ({ route, draw, forked, seed }): Child => ({
          ...reached(route),
          draw: exposed(draw),
          forked,
          seed: optional(seed),
        }),
      );
      return firstOf(all, (each) => isIgnored(each, from, 'c'));
    }),
    flags: Object.fromEntries(
      Object.entries(flags).map(([name, flag]) => {
        const settings = flag.settings.map(({ route, value }) => ({ ...reached(route), value }));
        return [name, { ...flag, settings }];
      }),
    ),
    anew: fresh.map(({ route, own }) => ({ ...reached(route), own: new Set(Object.keys(own)) })),
    unswitched: fresh.flatMap(({ route, before, own }) => {
      const on = Object.entries(before).flatMap(([name, { settings }]) => {
        const here = settings.filter(({ value, inChild }) => value !== false && !inChild);
        return here.length === 0 || own[name] ? [] : [[name, here.map((each) => reached(each.route))] as const];
      });
      return on.length === 0 ? [] : [{ ...reached(route), lost: Object.fromEntries(on) }];
    }),
    rounds: passes.flatMap(({ route, sampler, loops }) => {
      const isSame = (other: { readonly path: string; readonly number: number }): boolean =>
        other.path === sampler.path && other.number === sampler.number;
      const isRead = !passes.some((each) => each.loops === 'unread' && isSame(each.sampler));
      return loops === 2 && isRead ? [{ ...reached(route), sampler }] : [];
    }),
  };
}

/** The first that its line does not ignore, with those before it; the first of all where each is ignored. */
function firstOf<T>(
  all: readonly T[],
  ignores: (each: T) => boolean,
): (T & { readonly ignored?: readonly T[] }) | null {
  const at = all.findIndex((each) => !ignores(each));
  const found = all[Math.max(at, 0)];
  if (found === undefined) return null;
  return all.length === 1 || at === 0 ? found : { ...found, ignored: at < 0 ? all.slice(1) : all.slice(0, at) };
}

/** Whether the line at which a file shows it ignores the rule. */
function isIgnored({ site, via }: Reached, from: string, mark: SiteMark): boolean {
  const here = [...via, site].filter(({ path }) => path === from).at(-1) ?? site;
  return marksOfSite(here.site).includes(mark);
}

/** The first of the draws before one whose results are replaced. */
function firstReplaced(draw: Draw, draws: readonly Draw[]): { readonly first?: Exposure } {
  const replaced = draws.find((each) => each.isReplaced && compareRoutes(each.route, draw.route) < 0);
  return replaced && !draw.isReplaced ? { first: exposed(replaced) } : {};
}

function exposed({ route, marked, imported, alone, after }: Draw): Exposure {
  const seeds = Object.values(after).sort((a, b) => compareRoutes(a.route, b.route));
  // One call may seed several streams.
  const places = seeds.filter((each, i) => i === 0 || compareRoutes(seeds[i - 1]!.route, each.route) !== 0);
  return {
    ...reached(route),
    ...(imported ? { imported } : {}),
    ...(alone ? { alone } : {}),
    marked,
    after: places.map(seedAt),
  };
}

const seedAt = ({ route, imported }: Seed): Reached => ({ ...reached(route), ...(imported ? { imported } : {}) });
const optional = (seed: Seed | null): Reached | null => seed && seedAt(seed);

function reached(route: Route): Reached {
  const via: Site[] = [];
  let at = route;
  for (; at.next; at = at.next) via.push(at.site);
  return { site: at.site, via };
}
