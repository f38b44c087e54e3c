/**
 * Randomness as effects: what a piece of code does to the streams of random numbers, and how two pieces compose.
 *
 *   seq(a, b)   nothing if a never returns; what b draws is exposed unless a must have seeded it
 *   alt(a, b)   the other one if one never returns; draws of both, seeds that both must do
 *
 * so that a function's summary stands for every call of it.
 */

import { STREAMS, type Stream } from '../knowledge/tables.ts';
import type { Constant } from '../python/call.ts';

/** A place in a file: a key of the sites kept beside its effects. */
export interface Site {
  readonly path: string;
  readonly site: string;
}

/** A place the program reaches, and the calls that lead there, outermost first. */
export interface Reached {
  readonly site: Site;
  readonly via: readonly Site[];
  /** It happens while a module is imported: the importing file itself may do nothing at all. */
  readonly imported?: true;
  /** Nobody can tell whether it seeds at all. */
  readonly unknown?: true;
  /** It goes back to a state that an earlier run has saved: a run that does not get there stays unseeded. */
  readonly restores?: true;
}

export interface Exposure extends Reached {
  /** Something that only may seed came before: the draw is conditional, not wrong. */
  readonly marked: boolean;
  /** What it draws is replaced later on; no seed comes too late for it. */
  readonly isReplaced?: true;
  /** The draw before it, which was replaced. */
  readonly first?: Exposure;
  /** One of several programs draws it and seeds it nowhere, whatever the others do; `'none'` where it seeds nothing at all. */
  readonly alone?: 'none' | 'some';
  /** Seeds of other streams that came before the draw on every path. */
  readonly after: readonly Reached[];
}

export interface Late {
  readonly exposure: Exposure;
  readonly seed: Reached;
}

type PerStream<T> = Readonly<Partial<Record<Stream, T>>>;

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
}

/** The call that starts the process, and what it draws. */
export interface Child extends Reached {
  readonly draw: Reached;
  /** Under fork only Python's `random` loses its seed. */
  readonly forked: boolean;
  /** The seed that does not reach the process; null as long as nothing was seeded before. */
  readonly seed: Reached | null;
}

/** How a switch stands at the end: the last setting on each path that sets it. */
export interface Flag {
  /** It is set on every path. */
  readonly must: boolean;
  readonly settings: readonly Setting[];
  /** Somewhere it is turned on, whatever comes later. */
  readonly asked: boolean;
}

/** The place that sets a switch. */
export interface Setting extends Reached {
  /** Undefined where only the run decides. */
  readonly value: Constant | undefined;
}

export type Flags = Readonly<Record<string, Flag>>;

const NO_FLAGS: Flags = {};
export const EMPTY: Summary = { exposed: {}, must: {}, may: {}, late: {}, children: {}, flags: NO_FLAGS };

export function seq(a: Summary | null, b: Summary | null): Summary | null {
  if (!a || !b) return null;
  if (a === EMPTY) return b;
  if (b === EMPTY) return a;
  const exposed: Partial<Record<Stream, Exposure>> = { ...a.exposed };
  const late: Partial<Record<Stream, Late>> = { ...a.late };
  const before = [...new Set(Object.values(a.must))];
  const hasSeeded = Object.keys(a.may).length > 0;
  const placed = (exposure: Exposure, stream: Stream): Exposure => ({
    ...exposure,
    ...(exposure.alone && hasSeeded ? { alone: 'some' } : {}),
    marked: exposure.marked || stream in a.may,
    after: before.length > 0 ? [...before, ...exposure.after] : exposure.after,
  });
  for (const stream of STREAMS) {
    const drawn = b.exposed[stream];
    // What the program draws itself says more than what a module draws while it is imported.
    const known = exposed[stream];
    const isAgain = known?.isReplaced && !drawn?.isReplaced;
    const isNews = !known || isAgain || (known.imported && !drawn?.imported);
    if (drawn && !(stream in a.must) && isNews) {
      exposed[stream] = { ...placed(drawn, stream), ...(isAgain ? { first: known.first ?? known } : {}) };
    }
    // A seed that is set on some paths comes too late on each of them.
    const some = b.may[stream];
    const seed = b.must[stream] ?? (some?.unknown ? undefined : some);
    const first = a.exposed[stream];
    if (
      seed &&
      !seed.restores &&
      first &&
      !first.isReplaced &&
      !first.marked &&
      !(stream in a.may) &&
      !(stream in late)
    )
      late[stream] = { exposure: first, seed };
    const inner = b.late[stream];
    if (inner && !(stream in a.may) && !(stream in late) && !(stream in a.exposed)) {
      late[stream] = { ...inner, exposure: placed(inner.exposure, stream) };
    }
  }
  const flags = laterFlags(a.flags, b.flags);
  const children = {
    ...mapStreams(b.children, (child, stream) => ({ ...child, seed: child.seed ?? a.may[stream] ?? null })),
    ...a.children,
  };
  return { exposed, late, must: both(a.must, b.must), may: both(a.may, b.may), children, flags };
}

/** The later seed of each stream; a restored state is no reason to forget the seed before it. */
const both = (a: PerStream<Reached>, b: PerStream<Reached>): PerStream<Reached> => ({
  ...a,
  ...mapStreams(b, (seed, stream) => (seed.restores ? (a[stream] ?? seed) : seed)),
});

export function alt(a: Summary | null, b: Summary | null): Summary | null {
  if (!a || !b) return a ?? b;
  if (a === b) return a;
  const must: Partial<Record<Stream, Reached>> = {};
  const exposed: Partial<Record<Stream, Exposure>> = { ...b.exposed, ...a.exposed };
  for (const stream of STREAMS) {
    const seed = a.must[stream];
    if (seed && stream in b.must) must[stream] = seed;
    const both = [a.exposed[stream], b.exposed[stream]];
    const unmarked =
      both.find((each) => each && !each.marked && each.alone) ?? both.find((each) => each && !each.marked);
    if (unmarked) exposed[stream] = unmarked;
  }
  const flags = eitherFlags(a.flags, b.flags);
  const children = { ...b.children, ...a.children };
  const may = { ...seedsBut(b.may, a.may), ...seedsBut(a.may, b.may) };
  return { exposed, must, may, late: { ...b.late, ...a.late }, children, flags };
}

/** Without the states that only one of two ways restores: the other one is as unseeded as it is without them. */
const seedsBut = (seeds: PerStream<Reached>, others: PerStream<Reached>): PerStream<Reached> =>
  mapStreams(seeds, (seed, stream) => (seed.restores && !(stream in others) ? undefined : seed));

/** The later setting of a switch is the one that counts. */
function laterFlags(a: Flags, b: Flags): Flags {
  if (a === NO_FLAGS || b === NO_FLAGS) return a === NO_FLAGS ? b : a;
  const flags: Record<string, Flag> = { ...a };
  for (const [name, flag] of Object.entries(b)) {
    const before = a[name];
    const asked = flag.asked || before?.asked === true;
    if (flag.must || !before) flags[name] = { ...flag, asked };
    else flags[name] = { must: before.must, settings: settingsOf(before, flag), asked };
  }
  return flags;
}

function eitherFlags(a: Flags, b: Flags): Flags {
  if (a === NO_FLAGS && b === NO_FLAGS) return NO_FLAGS;
  const flags: Record<string, Flag> = {};
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a[name], b[name]];
    const must = one?.must === true && other?.must === true;
    flags[name] = { must, settings: settingsOf(one, other), asked: one?.asked === true || other?.asked === true };
  }
  return flags;
}

function settingsOf(...flags: readonly (Flag | undefined)[]): readonly Setting[] {
  const all = new Map<string, Setting>();
  for (const flag of flags) {
    for (const setting of flag?.settings ?? []) {
      const { site, value } = setting;
      all.set(`${site.path}\0${site.site}\0${JSON.stringify(value)}`, setting);
    }
  }
  return [...all.values()];
}

function mapFlags(flags: Flags, change: (flag: Flag) => Flag): Flags {
  if (flags === NO_FLAGS) return flags;
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, change(flag)]));
}

/** What the body of an imported module does, marked as such. */
export function imported(summary: Summary): Summary {
  const mark = <T extends Reached>(reached: T): T => ({ ...reached, imported: true });
  const { exposed, must, may } = summary;
  return { ...summary, exposed: mapStreams(exposed, mark), must: mapStreams(must, mark), may: mapStreams(may, mark) };
}

export const flagged = (name: string, value: Constant | undefined, site: Site): Summary => ({
  ...EMPTY,
  flags: { [name]: { must: true, settings: [{ value, site, via: [] }], asked: value !== false } },
});

export function draws(stream: Stream, site: Site): Summary {
  return { ...EMPTY, exposed: { [stream]: { site, marked: false, after: [], via: [] } } };
}

export function seeds(streams: readonly Stream[], site: Site): Summary {
  const seed: Reached = { site, via: [] };
  const all = Object.fromEntries(streams.map((stream) => [stream, seed]));
  return { ...EMPTY, must: all, may: all };
}

/** What starting a process does to this one: it hands its unseeded draws on, and seeds nothing here. */
export function startsProcess(inner: Summary, site: Site, forked: boolean): Summary {
  const started: Partial<Record<Stream, Child>> = {};
  for (const stream of STREAMS) {
    const draw = inner.exposed[stream];
    if (draw && !draw.marked && (stream === 'python' || !forked))
      started[stream] = { site, via: [], draw, forked, seed: null };
  }
  return { ...EMPTY, exposed: inner.exposed, children: started, flags: inner.flags };
}

/** The same seeds, as a restored state. */
export function restored(summary: Summary): Summary {
  const mark = (seed: Reached): Reached => ({ ...seed, restores: true });
  return { ...summary, must: mapStreams(summary.must, mark), may: mapStreams(summary.may, mark) };
}

export function maySeed(site: Site): Summary {
  const seed: Reached = { site, via: [], unknown: true };
  return { ...EMPTY, may: Object.fromEntries(STREAMS.map((stream) => [stream, seed])) };
}

/** Draws whose results are replaced later on. */
export const replaced = (exposed: Summary['exposed']): Summary['exposed'] =>
  mapStreams(exposed, (exposure) => ({ ...exposure, isReplaced: true as const }));

/** What is left of code that may have been interrupted: its seeds are no longer certain. */
export const maybe = (summary: Summary | null): Summary | null =>
  summary && { ...summary, must: {}, flags: mapFlags(summary.flags, (flag) => ({ ...flag, must: false })) };

export function led(site: Site, summary: Summary): Summary {
  const by = <T extends Reached>(reached: T): T => ({ ...reached, via: [site, ...reached.via] });
  // One seed call may stand for several streams, and is told apart by identity.
  const seen = new Map<Reached, Reached>();
  const seed = (reached: Reached): Reached => {
    const known = seen.get(reached) ?? by(reached);
    seen.set(reached, known);
    return known;
  };
  const exposure = (each: Exposure): Exposure => ({
    ...by(each),
    after: each.after.map(seed),
    ...(each.first ? { first: exposure(each.first) } : {}),
  });
  return {
    flags: mapFlags(summary.flags, (flag) => ({ ...flag, settings: flag.settings.map(by) })),
    children: mapStreams(summary.children, (child) => ({ ...by(child), seed: child.seed && seed(child.seed) })),
    exposed: mapStreams(summary.exposed, exposure),
    must: mapStreams(summary.must, seed),
    may: mapStreams(summary.may, seed),
    late: mapStreams(summary.late, (late) => ({ exposure: exposure(late.exposure), seed: seed(late.seed) })),
  };
}

/** What one of several programs of a file does: what it never seeds stays so when another one seeds it. */
export function alone(summary: Summary): Summary {
  const seedsSome = Object.keys(summary.may).length > 0 ? 'some' : 'none';
  return {
    ...summary,
    exposed: mapStreams(summary.exposed, (exposure, stream) =>
      exposure.marked || stream in summary.may ? exposure : { ...exposure, alone: exposure.alone ?? seedsSome },
    ),
  };
}

/** Without the draws that no place of the file leads to, as those of the packages around it. */
export function seenFrom(path: string, summary: Summary): Summary {
  const isSeen = ({ site, via }: Reached): boolean =>
    [...via, site].some((each) => each.path === path && each.site !== '');
  const { exposed, late } = summary;
  return {
    ...summary,
    exposed: mapStreams(exposed, (exposure) => (isSeen(exposure) ? exposure : undefined)),
    late: mapStreams(late, (each) => (isSeen(each.exposure) && isSeen(each.seed) ? each : undefined)),
  };
}

function mapStreams<T>(record: PerStream<T>, change: (value: T, stream: Stream) => T | undefined): PerStream<T> {
  const mapped: Partial<Record<Stream, T>> = {};
  for (const stream of STREAMS) {
    const value = record[stream];
    const changed = value === undefined ? undefined : change(value, stream);
    if (changed !== undefined) mapped[stream] = changed;
  }
  return mapped;
}
