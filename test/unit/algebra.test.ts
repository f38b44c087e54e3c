/** The laws of the algebra of effects, on summaries that nobody thought of. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  around,
  either,
  lastly,
  NEVER,
  NOTHING,
  type Outcome,
  then,
} from '../../server/src/core/composing/outcomes.ts';
import {
  alone,
  alt,
  draws,
  EMPTY,
  flagged,
  imported,
  led,
  maybe,
  type Paths,
  passes,
  perhapsSeeds,
  quieted,
  repeated,
  type Site,
  scoped,
  seeds,
  seq,
  startsProcess,
  withStopped,
} from '../../server/src/core/effects/algebra.ts';
import { markedSite } from '../../server/src/core/effects/events.ts';
import { summaryOf } from '../../server/src/core/effects/summary.ts';
import { STREAMS } from '../../server/src/core/knowledge/tables.ts';
import { SEED } from '../sample.ts';

const RUNS = { numRuns: process.env.CI ? 20_000 : 1_000, seed: SEED };

/** Few places, so that two of them are often the same one. */
const site: fc.Arbitrary<Site> = fc
  .tuple(fc.constantFrom('a.py', 'b.py'), fc.constantFrom('', '#f'), fc.nat(5))
  // Every third line ignores a rule.
  .map(([path, unit, index]) => ({ path, site: markedSite(`${unit}:${index}`, index % 3 === 0 ? 'i' : '') }));
const stream = fc.constantFrom(...STREAMS);

const leaf: fc.Arbitrary<Paths> = fc.oneof(
  fc.constant(EMPTY),
  fc.tuple(stream, site).map(([each, at]) => draws(each, at)),
  fc
    .tuple(fc.subarray([...STREAMS], { minLength: 1 }), site, fc.constantFrom('seed' as const, 'restore' as const))
    .map(([each, at, kind]) => seeds(each, at, kind)),
  site.map(perhapsSeeds),
  fc.tuple(fc.nat(2), site).map(([number, at]) => passes({ path: 'a.py', number }, at)),
  fc
    .tuple(fc.constantFrom('x', 'y'), fc.constantFrom(true, false, undefined), site)
    .map(([name, value, at]) => flagged(name, value, at)),
);

const { paths } = fc.letrec<{ paths: Paths }>((tie) => ({
  paths: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.tuple(tie('paths'), tie('paths')).map(([a, b]) => seq(a, b)),
    fc.tuple(tie('paths'), tie('paths')).map(([a, b]) => alt(a, b)),
    fc.tuple(tie('paths'), tie('paths')).map(([a, b]) => withStopped(a, b)),
    tie('paths').map(maybe),
    tie('paths').map(scoped),
    tie('paths').map(imported),
    tie('paths').map(repeated),
    tie('paths').map(alone),
    fc.tuple(tie('paths'), fc.boolean()).map(([each, isReplaced]) => quieted(each, isReplaced)),
    fc.tuple(site, tie('paths')).map(([at, each]) => led(at, each)),
    fc
      .tuple(tie('paths'), site, fc.option(tie('paths')))
      .map(([each, at, startUp]) => startsProcess(each, at, startUp)),
  ),
}));

const end = fc.option(paths, { nil: null });
const outcome: fc.Arbitrary<Outcome> = fc.record(
  { falls: end, returns: end, breaks: end, stops: end },
  { noNullPrototype: true },
);

function holds<T>(name: string, values: fc.Arbitrary<T>, law: (values: T) => [unknown, unknown]): void {
  test(name, () => {
    fc.assert(
      fc.property(values, (given) => {
        const [one, other] = law(given);
        assert.deepEqual(one, other);
      }),
      RUNS,
    );
  });
}

holds('seq is associative', fc.tuple(paths, paths, paths), ([a, b, c]) => [seq(seq(a, b), c), seq(a, seq(b, c))]);
holds('alt is associative', fc.tuple(paths, paths, paths), ([a, b, c]) => [alt(alt(a, b), c), alt(a, alt(b, c))]);
holds('alt is commutative', fc.tuple(paths, paths), ([a, b]) => [alt(a, b), alt(b, a)]);
// A copy: what is the same object is not even looked at.
holds('alt is idempotent', paths, (a) => [alt(a, { ...a }), { ...a }]);
holds('EMPTY is neutral in seq', paths, (a) => [
  [seq(a, { ...EMPTY }), seq({ ...EMPTY }, a)],
  [a, a],
]);
holds('what comes first is the same for both of two', fc.tuple(paths, paths, paths), ([a, b, c]) => [
  seq(a, alt(b, c)),
  alt(seq(a, b), seq(a, c)),
]);
holds('a call is a place in front of all that it does', fc.tuple(site, paths, paths), ([at, a, b]) => [
  led(at, seq(a, b)),
  seq(led(at, a), led(at, b)),
]);
holds('either of two calls is a call of either', fc.tuple(site, paths, paths), ([at, a, b]) => [
  led(at, alt(a, b)),
  alt(led(at, a), led(at, b)),
]);

holds('then is associative', fc.tuple(outcome, outcome, outcome), ([a, b, c]) => [
  then(then(a, b), c),
  then(a, then(b, c)),
]);
holds('either is associative', fc.tuple(outcome, outcome, outcome), ([a, b, c]) => [
  either(either(a, b), c),
  either(a, either(b, c)),
]);
holds('either is commutative', fc.tuple(outcome, outcome), ([a, b]) => [either(a, b), either(b, a)]);
holds('either is idempotent', outcome, (a) => [
  either(
    a,
    around(a, (each) => ({ ...each })),
  ),
  a,
]);
holds('nothing changes nothing, and what never happens is no alternative', outcome, (a) => [
  [then(a, NOTHING), then(NOTHING, a), either(a, NEVER), lastly(a, NOTHING)],
  [a, a, a, a],
]);
holds('a body that never returns absorbs what follows and keeps what ran', fc.tuple(outcome, outcome), ([a, b]) => [
  then(then(a, { ...NEVER, stops: EMPTY }), b),
  { ...a, falls: null, stops: a.falls && a.stops ? alt(a.stops, a.falls) : (a.falls ?? a.stops) },
]);

test('a summary holds no more than the algebra can bound', () => {
  const sizes: number[] = [];
  fc.assert(
    fc.property(fc.array(paths, { minLength: 12, maxLength: 30 }), (all) => {
      const summary = all.reduce(seq);
      for (const each of Object.values(summary.streams)) sizes.push(each.draws.length);
    }),
    { numRuns: 200, seed: SEED },
  );
  // Three programs' kinds by the three marks a draw may have.
  assert.ok(Math.max(...sizes) <= 24, `${Math.max(...sizes)} draws are kept`);
});

test('a switch that a process sets, and so does a process of it, is set once', () => {
  const at = (index: number): Site => ({ path: 'a.py', site: `:${index}` });
  const one = flagged('x', true, at(1));
  const both = startsProcess(alt(one, startsProcess(one, at(2), null)), at(3), null);
  assert.equal(both.flags.x?.settings.length, 1);
  assert.deepEqual(alt(both, EMPTY), alt(EMPTY, both));
});

test('what a process draws is behind what is certain on both of two ways to it', () => {
  const at = (index: number): Site => ({ path: 'a.py', site: `:${index}` });
  const start = (before: Paths): Paths => startsProcess(seq(before, draws('python', at(2))), at(3), null);
  const [one, other] = [start(EMPTY), start(seeds(['numpy'], at(1)))];
  assert.deepEqual(alt(one, other), alt(other, one));
  assert.deepEqual(alt(one, other).streams.python?.started[0]?.draw.after, {});
});

test('a draw before a seed is late whatever stands in between', () => {
  const at = (index: number): Site => ({ path: 'a.py', site: `:${index}` });
  for (const between of [EMPTY, seeds(['torch'], at(1), 'restore'), perhapsSeeds(at(1)), maybe(perhapsSeeds(at(1)))]) {
    const { late } = summaryOf([draws('torch', at(0)), between, seeds(['torch'], at(2))].reduce(seq), 'a.py');
    assert.deepEqual(late.torch?.seed.site, at(2));
  }
});
