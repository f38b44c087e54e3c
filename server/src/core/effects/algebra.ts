/**
 * The algebra of randomness: what the paths through a piece of code do to the streams, and how two pieces compose.
 *
 *   seq(a, b)   the union of a and of b behind the states that a ends in
 *   alt(a, b)   the union of both
 *
 * Each part of it is a set, kept as those elements that no other outdoes (`front`), or as the least or the greatest in one
 * total order. What code in front does to an element never changes which of two is ahead; so it is all the same whether
 * the lesser ones are dropped early or late, and the laws hold by construction: both are associative, `alt` is commutative
 * and idempotent, and `EMPTY` is neutral. The order of places is that in which lowering counts them: as they run.
 */

import { STREAMS, type Stream, streamRow } from '../knowledge/streams.ts';
import type { Constant } from '../python/call.ts';
import { marksOfSite, partsOfSite } from './events.ts';

/** A place in a file: a key of the sites kept beside its effects. */
export interface Site {
  readonly path: string;
  readonly site: string;
}

/** The calls that lead to a place, the outermost first, and the place itself as the last link. */
export interface Route {
  readonly site: Site;
  readonly next: Route | null;
}

export type PerStream<T> = Readonly<Partial<Record<Stream, T>>>;

export interface Seed {
  readonly route: Route;
  /** A restored state is one that an earlier run has saved; of an unknown call nobody can tell whether it seeds at all. */
  readonly kind: 'seed' | 'restore' | 'unknown';
  /** It happens while a module is imported. */
  readonly imported: boolean;
}

export interface Draw {
  readonly route: Route;
  /** On some path something that is meant to seed came before: the draw is conditional, not wrong. */
  readonly marked: boolean;
  readonly imported: boolean;
  /** What it draws is replaced later on; no seed comes too late for it. */
  readonly isReplaced: boolean;
  /** One of several programs draws it and seeds it nowhere; whether that one seeds anything. */
  readonly alone: 'none' | 'some' | null;
  /** The last seed of each other stream that was certain before. */
  readonly after: PerStream<Seed>;
}

/** A draw, and a seed that comes after it. */
export interface LateSeed {
  readonly draw: Draw;
  readonly seed: Seed;
}

/** Another process, what it draws unseeded, and what has seeded this one before. */
export interface Started {
  readonly route: Route;
  readonly draw: Draw;
  readonly forked: boolean;
  readonly seed: Seed | null;
}

/** What the paths through a piece of code do to one stream. */
export interface StreamPaths {
  /** The set of states in which a path ends that began unseeded, a bit for each. */
  readonly states: number;
  /** Draws on paths that have not seeded for certain. */
  readonly draws: readonly Draw[];
  /** The first certain seed of any path. */
  readonly first: Seed | null;
  /** The last thing on any path that is meant to seed. */
  readonly last: Seed | null;
  /** The last certain one on that path where it comes earliest; null where a path has none. */
  readonly sure: Seed | null;
  readonly late: readonly LateSeed[];
  readonly started: readonly Started[];
}

/** The place that sets a switch; undefined is a value that only the run decides. */
interface PathSetting {
  readonly route: Route;
  readonly value: Constant | undefined;
  /** Another process sets it, for itself. */
  readonly inChild: boolean;
}

interface PathFlag {
  /** It is set on every path. */
  readonly must: boolean;
  readonly settings: readonly PathSetting[];
  /** Somewhere it is turned on, whatever comes later. */
  readonly asked: boolean;
}

/** A process that starts up anew, without the switches that are set in the one that starts it. */
interface FreshProcess {
  readonly route: Route;
  /** As they stand here when it is started. */
  readonly before: Paths['flags'];
  /** Those that it sets itself. */
  readonly own: Paths['flags'];
}

/** One iteration over what a sampler shuffles alike in every epoch, until it is told which one it is. */
interface Pass {
  readonly route: Route;
  /** The file that makes the sampler, and which one of its samplers it is. */
  readonly sampler: { readonly path: string; readonly number: number };
  /** How many loops stand around it, its own included; two stand for more. Code that nobody can read is handed it, and may tell it. */
  readonly loops: 0 | 1 | 2 | 'unread';
}

/** What a piece of code does on the paths that lead to one end of it. A stream it does nothing to is absent. */
export interface Paths {
  readonly streams: PerStream<StreamPaths>;
  readonly flags: Readonly<Record<string, PathFlag>>;
  readonly fresh: readonly FreshProcess[];
  readonly passes: readonly Pass[];
}

/** The state of a path has two bits, and a set of states a bit for each of the four. */
const SURE = 1;
const MEANT = 2;
const UNSEEDED = setOf(0);
const SEEDED = setOf(SURE | MEANT);
const RESTORED = setOf(SURE);
const PERHAPS = setOf(MEANT);
const UNSURE = UNSEEDED | PERHAPS;
const INTENDED = SEEDED | PERHAPS;

function setOf(state: number): number {
  return 1 << state;
}

const IDLE: StreamPaths = {
  states: UNSEEDED,
  draws: [],
  first: null,
  last: null,
  sure: null,
  late: [],
  started: [],
};
const NO_FLAGS: Paths['flags'] = {};
export const EMPTY: Paths = { streams: {}, flags: NO_FLAGS, fresh: [], passes: [] };

/** Both bits of a path can only be gained. */
const AFTER: readonly (readonly number[])[] = Array.from({ length: 16 }, (_, a) =>
  Array.from({ length: 16 }, (_, b) => {
    let states = 0;
    for (let x = 0; x < 4; x++) {
      for (let y = 0; y < 4; y++) if (a & setOf(x) && b & setOf(y)) states |= setOf(x | y);
    }
    return states;
  }),
);

/** First a, then b. */
export function seq(a: Paths, b: Paths): Paths {
  if (a === EMPTY) return b;
  if (b === EMPTY) return a;
  const before = mapStreams(a.streams, ({ sure }) => sure ?? undefined);
  const hasSeeded = STREAMS.some((stream) => maySeed(a.streams[stream]));
  const streams: Partial<Record<Stream, StreamPaths>> = {};
  for (const stream of STREAMS) {
    const [x, y] = [a.streams[stream], b.streams[stream]];
    const found = y ? behind(x ?? IDLE, y, before, hasSeeded) : x;
    if (found) streams[stream] = found;
  }
  const started = b.fresh.map((each) => ({ ...each, before: laterFlags(a.flags, each.before) }));
  return {
    streams,
    flags: laterFlags(a.flags, b.flags),
    fresh: front(a.fresh, started, FRESH),
    passes: front(a.passes, b.passes, PASSES),
  };
}

/** Either a or b. */
export function alt(a: Paths, b: Paths): Paths {
  if (a === b) return a;
  const streams: Partial<Record<Stream, StreamPaths>> = {};
  for (const stream of STREAMS) {
    const [x = IDLE, y = IDLE] = [a.streams[stream], b.streams[stream]];
    if (x === IDLE && y === IDLE) continue;
    streams[stream] = {
      states: x.states | y.states,
      draws: front(x.draws, y.draws, DRAWS),
      first: least(x.first, y.first),
      last: greatest(x.last, y.last),
      sure: x.sure && y.sure && lesser(x.sure, y.sure),
      late: front(x.late, y.late, LATE),
      started: front(x.started, y.started, STARTED),
    };
  }
  return {
    streams,
    flags: eitherFlags(a.flags, b.flags),
    fresh: front(a.fresh, b.fresh, FRESH),
    passes: front(a.passes, b.passes, PASSES),
  };
}

function behind(x: StreamPaths, y: StreamPaths, before: PerStream<Seed>, hasSeeded: boolean): StreamPaths {
  const reachesUnsure = (x.states & UNSURE) !== 0;
  const isMeant = (x.states & INTENDED) !== 0;
  const place = (draw: Draw): Draw => ({
    ...draw,
    marked: draw.marked || isMeant,
    alone: draw.alone && (hasSeeded ? 'some' : draw.alone),
    after: mapStreams({ ...before, ...draw.after }, (_, stream) =>
      greatest(before[stream] ?? null, draw.after[stream] ?? null),
    ),
  });
  const isUntouched = !hasSeeded && Object.keys(before).length === 0;
  const draws = !reachesUnsure ? [] : isUntouched ? y.draws : y.draws.map(place);
  const late = [
    ...tooLate(x.draws, y.first),
    ...(isMeant || !reachesUnsure ? [] : y.late.map(({ draw, seed }) => ({ draw: place(draw), seed }))),
  ];
  const seed = seedAround(x);
  return {
    states: AFTER[x.states]![y.states]!,
    draws: front(x.draws, draws, DRAWS),
    first: least(x.first, y.first),
    last: greatest(x.last, y.last),
    sure: greatest(x.sure, y.sure),
    late: front(x.late, late, LATE),
    started: front(
      x.started,
      seed ? y.started.map((each) => ({ ...each, seed: greatest(seed, each.seed) })) : y.started,
      STARTED,
    ),
  };
}

/** A seed that is set on some paths comes too late on each of them, whatever else may have seeded in between. */
const tooLate = (draws: readonly Draw[], seed: Seed | null): LateSeed[] =>
  seed
    ? draws.filter((draw) => !draw.marked && !draw.isReplaced).map((draw) => ({ draw: { ...draw, alone: null }, seed }))
    : [];

/** Some path is meant to seed, or every one goes back to a saved state; where only some do, the others are as unseeded as without. */
const maySeed = (paths: StreamPaths | undefined): boolean =>
  paths !== undefined && ((paths.states & INTENDED) !== 0 || (paths.states & UNSEEDED) === 0);

/** The last thing that is meant to seed, or that goes back to a saved state on every path. */
export const seedAround = ({ last, sure }: StreamPaths): Seed | null => greatest(last, sure);

/** Negative where a runs before b: the calls that lead there are compared from the outside. */
export function compareRoutes(a: Route, b: Route): number {
  let [x, y]: [Route | null, Route | null] = [a, b];
  while (x && y) {
    if (x === y) return 0;
    const order = compareSites(x.site, y.site);
    if (order !== 0) return order;
    [x, y] = [x.next, y.next];
  }
  return x ? 1 : y ? -1 : 0;
}

function compareSites(a: Site, b: Site): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  if (a.site === b.site) return 0;
  const [x, y] = [partsOfSite(a.site), partsOfSite(b.site)];
  return x.unit === y.unit ? x.index - y.index : x.unit < y.unit ? -1 : 1;
}

/** The greater seed says more: a seed that is known to be one, not of an imported module, and the later one. */
const compareSeeds = (a: Seed, b: Seed): number =>
  Number(a.kind === 'seed') - Number(b.kind === 'seed') ||
  Number(b.imported) - Number(a.imported) ||
  compareRoutes(a.route, b.route) ||
  Number(a.kind === 'restore') - Number(b.kind === 'restore');

const lesser = (a: Seed, b: Seed): Seed => (compareSeeds(a, b) <= 0 ? a : b);
const greatest = (a: Seed | null, b: Seed | null): Seed | null => (a && b ? (a === lesser(a, b) ? b : a) : (a ?? b));

/** The one that runs first. */
function least(a: Seed | null, b: Seed | null): Seed | null {
  if (!a || !b) return a ?? b;
  return (compareRoutes(a.route, b.route) || Number(a.imported) - Number(b.imported)) <= 0 ? a : b;
}

/** The elements of a set by what tells them apart, what two that are the same come to, and which ones need not be kept. */
interface Order<T> {
  compare(a: T, b: T): number;
  meet(a: T, b: T): T;
  /** Only an element that comes strictly later in the run is outdone. */
  outdoes(a: T, b: T): boolean;
  /** The kind of an element that a place on the way to it ignores. */
  ignored?(each: T): string | null;
}

/** Ignored places of one kind that are kept beside the one that counts. */
const MOST_IGNORED = 16;

/** The union of two sets, without what another element outdoes, in the order of the run. */
function front<T>(a: readonly T[], b: readonly T[], order: Order<T>): readonly T[] {
  if (b.length === 0) return a;
  if (a.length === 0 && b.length === 1) return b;
  const merged: T[] = [];
  for (const each of [...a, ...b].sort(order.compare)) {
    const last = merged.at(-1);
    if (last !== undefined && order.compare(last, each) === 0) merged[merged.length - 1] = order.meet(last, each);
    else merged.push(each);
  }
  const kinds = merged.map((each) => order.ignored?.(each) ?? null);
  const counts = new Map<string, number>();
  return merged.filter((each, i) => {
    if (merged.some((other) => order.outdoes(other, each))) return false;
    const kind = kinds[i] ?? null;
    if (kind === null) return true;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= MOST_IGNORED;
  });
}

/** A place on the way ignores what is found there. */
function isIgnored(route: Route | null): boolean {
  for (let at = route; at; at = at.next) if (marksOfSite(at.site.site) !== '') return true;
  return false;
}

/** Whether a way comes before another one, and no place ignores it that does not lie on the other one too: else both are found. */
function isAhead(a: Route, b: Route): boolean {
  let [x, y]: [Route | null, Route | null] = [a, b];
  for (; x && y; [x, y] = [x.next, y.next]) {
    if (x === y) return false;
    const order = compareSites(x.site, y.site);
    if (order !== 0) return order < 0 && !isIgnored(x);
  }
  return !x && y !== null;
}

const DRAWS: Order<Draw> = {
  compare: (a, b) =>
    compareRoutes(a.route, b.route) ||
    (a.alone ?? '').localeCompare(b.alone ?? '') ||
    Number(a.marked) - Number(b.marked) ||
    Number(a.imported) - Number(b.imported) ||
    Number(a.isReplaced) - Number(b.isReplaced),
  meet: (a, b) => ({
    ...a,
    after: mapStreams(a.after, (seed, stream) => {
      const other = b.after[stream];
      return other && lesser(seed, other);
    }),
  }),
  outdoes: (a, b) =>
    a.alone === b.alone &&
    a.marked <= b.marked &&
    a.imported <= b.imported &&
    a.isReplaced <= b.isReplaced &&
    isAhead(a.route, b.route),
  ignored: ({ route, alone: by, marked, imported: isImported, isReplaced }) =>
    isIgnored(route) ? `${by} ${marked} ${isImported} ${isReplaced}` : null,
};

/** The draw that comes first, with what is certain in front of both where they are the same. */
function earliest(a: Draw, b: Draw): Draw {
  const order = DRAWS.compare(a, b);
  return order === 0 ? DRAWS.meet(a, b) : order < 0 ? a : b;
}

const changed = (drawn: readonly Draw[], change: (draw: Draw) => Draw): readonly Draw[] =>
  front([], drawn.map(change), DRAWS);

const LATE: Order<LateSeed> = {
  compare: (a, b) => DRAWS.compare(a.draw, b.draw),
  meet: (a, b) => ({ draw: DRAWS.meet(a.draw, b.draw), seed: least(a.seed, b.seed) ?? a.seed }),
  outdoes: (a, b) => DRAWS.outdoes(a.draw, b.draw),
  ignored: ({ draw }) => DRAWS.ignored?.(draw) ?? null,
};

const STARTED: Order<Started> = {
  compare: (a, b) => compareRoutes(a.route, b.route) || Number(a.forked) - Number(b.forked),
  meet: (a, b) => ({
    ...a,
    draw: earliest(a.draw, b.draw),
    seed: greatest(a.seed, b.seed),
  }),
  outdoes: (a, b) => (a.seed !== null || b.seed === null) && isAhead(a.route, b.route),
  ignored: ({ route, seed }) => (isIgnored(route) ? String(seed === null) : null),
};

const FRESH: Order<FreshProcess> = {
  compare: (a, b) => compareRoutes(a.route, b.route),
  meet: (a, b) => ({ ...a, before: eitherFlags(a.before, b.before), own: eitherFlags(a.own, b.own) }),
  outdoes: () => false,
};

const PASSES: Order<Pass> = {
  compare: (a, b) =>
    compareRoutes(a.route, b.route) ||
    a.sampler.path.localeCompare(b.sampler.path) ||
    a.sampler.number - b.sampler.number ||
    String(a.loops).localeCompare(String(b.loops)),
  meet: (a) => a,
  outdoes: () => false,
};

/** The later setting of a switch is the one that counts. */
function laterFlags(a: Paths['flags'], b: Paths['flags']): Paths['flags'] {
  if (a === NO_FLAGS || b === NO_FLAGS) return a === NO_FLAGS ? b : a;
  const flags: Record<string, PathFlag> = { ...a };
  for (const [name, flag] of Object.entries(b)) {
    const before = a[name];
    if (!before) flags[name] = flag;
    else {
      const settings = flag.must ? flag.settings : union(before.settings, flag.settings);
      flags[name] = { must: flag.must || before.must, settings, asked: flag.asked || before.asked };
    }
  }
  return flags;
}

function eitherFlags(a: Paths['flags'], b: Paths['flags']): Paths['flags'] {
  if (a === b) return a;
  const flags: Record<string, PathFlag> = {};
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a[name], b[name]];
    flags[name] = {
      must: one?.must === true && other?.must === true,
      settings: union(one?.settings ?? [], other?.settings ?? []),
      asked: one?.asked === true || other?.asked === true,
    };
  }
  return flags;
}

const union = (a: readonly PathSetting[], b: readonly PathSetting[]): readonly PathSetting[] =>
  front(a, b, {
    compare: (x, y) =>
      compareRoutes(x.route, y.route) ||
      JSON.stringify([x.value, x.inChild]).localeCompare(JSON.stringify([y.value, y.inChild])),
    meet: (x) => x,
    outdoes: () => false,
  });

const routeTo = (site: Site): Route => ({ site, next: null });

/** A switch that is set; undefined where only the run decides to what. */
export const flagged = (name: string, value: Constant | undefined, site: Site): Paths => ({
  ...EMPTY,
  flags: {
    [name]: { must: true, settings: [{ value, route: routeTo(site), inChild: false }], asked: value !== false },
  },
});

/** A draw from the stream's global generator. */
export function draws(stream: Stream, site: Site): Paths {
  const draw: Draw = {
    route: routeTo(site),
    marked: false,
    imported: false,
    isReplaced: false,
    alone: null,
    after: {},
  };
  return { ...EMPTY, streams: { [stream]: { ...IDLE, draws: [draw] } } };
}

/** Iterates what a sampler of a file shuffles, or hands it to code that nobody can read. */
export const passes = (sampler: Pass['sampler'], site: Site, loops: 0 | 'unread' = 0): Paths => ({
  ...EMPTY,
  passes: [{ route: routeTo(site), sampler, loops }],
});

/** The same in a loop. */
export const repeated = (paths: Paths): Paths =>
  paths.passes.length === 0
    ? paths
    : {
        ...paths,
        passes: front(
          [],
          paths.passes.map((each) => ({
            ...each,
            loops: each.loops === 'unread' ? each.loops : each.loops === 0 ? 1 : 2,
          })),
          PASSES,
        ),
      };

/** A call that seeds the streams for certain, or goes back to a state that an earlier run has saved. */
export function seeds(streams: readonly Stream[], site: Site, kind: 'seed' | 'restore' = 'seed'): Paths {
  const seed: Seed = { route: routeTo(site), kind, imported: false };
  const paths: StreamPaths =
    kind === 'restore'
      ? { ...IDLE, states: RESTORED, sure: seed }
      : { ...IDLE, states: SEEDED, first: seed, last: seed, sure: seed };
  return { ...EMPTY, streams: Object.fromEntries(streams.map((stream) => [stream, paths])) };
}

/** A call of which nobody can tell whether it seeds: it may seed everything. */
export function perhapsSeeds(site: Site): Paths {
  const paths: StreamPaths = {
    ...IDLE,
    states: PERHAPS,
    last: { route: routeTo(site), kind: 'unknown', imported: false },
  };
  return { ...EMPTY, streams: Object.fromEntries(STREAMS.map((stream) => [stream, paths])) };
}

/** What is left of code that may have been interrupted: its seeds are no longer certain. */
export const maybe = (paths: Paths): Paths => alt(paths, EMPTY);

/** What a call does whose place is the first link of all routes. */
export function led(site: Site, paths: Paths): Paths {
  if (paths === EMPTY) return paths;
  const by = <T extends { readonly route: Route }>(each: T): T => ({ ...each, route: { site, next: each.route } });
  const optional = <T extends { readonly route: Route }>(each: T | null): T | null => each && by(each);
  const draw = (each: Draw): Draw => ({ ...by(each), after: mapStreams(each.after, by) });
  const placed = (settings: readonly PathSetting[]) => settings.map(by);
  return {
    streams: mapStreams(paths.streams, ({ states, draws: drawn, first, last, sure, late, started }) => ({
      states,
      draws: drawn.map(draw),
      first: optional(first),
      last: optional(last),
      sure: optional(sure),
      late: late.map((each) => ({ draw: draw(each.draw), seed: by(each.seed) })),
      // What the other process draws it reaches by its own ways.
      started: started.map((each) => ({ ...by(each), seed: optional(each.seed) })),
    })),
    flags: mapFlags(paths.flags, placed),
    fresh: paths.fresh.map((each) => ({ ...by(each), before: mapFlags(each.before, placed) })),
    passes: paths.passes.map(by),
  };
}

function mapFlags(
  flags: Paths['flags'],
  change: (settings: readonly PathSetting[]) => readonly PathSetting[],
): Paths['flags'] {
  const all = Object.entries(flags);
  if (all.length === 0) return NO_FLAGS;
  return Object.fromEntries(all.map(([name, flag]) => [name, { ...flag, settings: change(flag.settings) }]));
}

/** What the body of an imported module does, marked as such. */
export function imported(paths: Paths): Paths {
  const mark = <T extends object>(each: T): T => ({ ...each, imported: true });
  return overStreams(paths, (each) => ({
    ...each,
    draws: changed(each.draws, mark),
    first: each.first && mark(each.first),
    last: each.last && mark(each.last),
    sure: each.sure && mark(each.sure),
  }));
}

/** What one of several programs of a file does: what it never seeds stays so when another one seeds it. */
export function alone(paths: Paths): Paths {
  const seedsSome = STREAMS.some((stream) => maySeed(paths.streams[stream])) ? 'some' : 'none';
  return overStreams(paths, (each) => ({
    ...each,
    draws: maySeed(each)
      ? each.draws
      : changed(each.draws, (draw) => (draw.marked ? draw : { ...draw, alone: draw.alone ?? seedsSome })),
  }));
}

/** What is seeded inside does not last, and no process that is started inside is looked at. */
export const scoped = (paths: Paths): Paths => ({
  ...overStreams(paths, ({ draws: drawn, late }) => ({ ...IDLE, draws: drawn, late })),
  fresh: [],
});

/** The draws do not matter; or, where their results are replaced later on, no seed comes too late for them. */
export const quieted = (paths: Paths, isReplaced: boolean): Paths =>
  overStreams(paths, (each) => ({
    ...each,
    draws: isReplaced ? changed(each.draws, (draw) => ({ ...draw, isReplaced: true })) : [],
    late: [],
  }));

/** Only what it seeds. */
const onlySeeds = (paths: Paths): Paths => ({
  streams: mapStreams(paths.streams, (each) => ({ ...each, draws: [], late: [], started: [] })),
  flags: NO_FLAGS,
  fresh: [],
  passes: [],
});

/**
 * What starting a process does to this one: it hands its unseeded draws on, and seeds nothing here. One that is no fork
 * has run what it starts up with, and has none of the switches of this one.
 */
export function startsProcess(inner: Paths, site: Site, startUp: Paths | null): Paths {
  const forked = startUp === null;
  const draws = overStreams(startUp ? seq(onlySeeds(startUp), inner) : inner, ({ draws: drawn }, stream) => {
    const [draw] = byWeight(drawn.filter(({ marked }) => !marked));
    // Under fork only Python's `random` loses its seed.
    const isLost = draw && (!forked || streamRow(stream).fork === 'reseeded');
    return { ...IDLE, draws: drawn, started: isLost ? [{ route: routeTo(site), draw, forked, seed: null }] : [] };
  });
  const flags = mapFlags(inner.flags, (settings) =>
    // What a child of it sets and what it sets itself may be the same now.
    union(
      [],
      settings.map((each) => ({ ...each, inChild: true })),
    ),
  );
  const own = startUp && laterFlags(startUp.flags, inner.flags);
  return { ...draws, flags, fresh: own ? [{ route: routeTo(site), before: NO_FLAGS, own }] : inner.fresh };
}

/** The draws of the first stream that has some, as draws of this one: of what seeds the others by a number it draws. */
export function drawnFrom(stream: Stream, paths: Paths): Paths {
  const reached = STREAMS.filter((each) => streamRow(each).workers === 'seeded');
  const found = reached.map((each) => paths.streams[each]?.draws ?? []).find((each) => each.length > 0);
  if (!found) return EMPTY;
  const moved = changed(found, (draw) => ({
    ...draw,
    after: mapStreams(draw.after, (seed, each) => (each === stream ? undefined : seed)),
  }));
  return { ...EMPTY, streams: { [stream]: { ...IDLE, draws: moved } } };
}

/** Without the draws that no place of the file leads to, as those of the packages around it. */
export function seenFrom(path: string, paths: Paths): Paths {
  const isSeen = ({ route }: { readonly route: Route }): boolean => {
    for (let at: Route | null = route; at; at = at.next) if (at.site.path === path && at.site.site !== '') return true;
    return false;
  };
  return overStreams(paths, (each) => ({
    ...each,
    draws: each.draws.filter(isSeen),
    late: each.late.filter(({ draw, seed }) => isSeen(draw) && isSeen(seed)),
  }));
}

/**
 * What a whole program does, of which some paths run to the end and others stop on the way: these have drawn, and may have
 * seeded, but how things stand at the end is not for them to say.
 */
export function withStopped(paths: Paths, stopped: Paths): Paths {
  const both = alt(paths, stopped);
  return {
    streams: mapStreams(both.streams, (each, stream) => {
      const { states, sure } = paths.streams[stream] ?? IDLE;
      return { ...each, states: states | ((stopped.streams[stream]?.states ?? 0) & INTENDED), sure };
    }),
    flags: Object.fromEntries(
      Object.entries(both.flags).map(([name, { asked }]) => {
        const { must = false, settings = [] } = paths.flags[name] ?? {};
        return [name, { must, settings, asked }];
      }),
    ),
    fresh: both.fresh,
    passes: both.passes,
  };
}

/** The draws that say most first: what one program alone leaves unseeded, what it does itself, and what nothing replaces. */
export const byWeight = (drawn: readonly Draw[]): Draw[] =>
  [...drawn].sort(
    (a, b) =>
      Number(a.alone === null || a.marked) - Number(b.alone === null || b.marked) ||
      Number(a.imported) - Number(b.imported) ||
      Number(a.marked) - Number(b.marked) ||
      Number(a.isReplaced) - Number(b.isReplaced) ||
      DRAWS.compare(a, b),
  );

function overStreams(paths: Paths, change: (each: StreamPaths, stream: Stream) => StreamPaths): Paths {
  return paths === EMPTY ? paths : { ...paths, streams: mapStreams(paths.streams, change) };
}

function mapStreams<T, U>(
  record: PerStream<T>,
  change: (value: T, stream: Stream) => U | null | undefined,
): PerStream<U> {
  const mapped: Partial<Record<Stream, U>> = {};
  for (const stream of STREAMS) {
    const value = record[stream];
    const changed = value === undefined ? undefined : change(value, stream);
    if (changed !== undefined && changed !== null) mapped[stream] = changed;
  }
  return mapped;
}
