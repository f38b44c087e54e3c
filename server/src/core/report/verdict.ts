/** The one line on top of a report: whether the program repeats, and what is missing. */

import type { Project } from '../contract/project.ts';
import { streamRow } from '../knowledge/streams.ts';
import { listed, type Message, type Phrase, phrase, t, translate } from '../text/language.ts';
import type { FindingReport, OperationReport, Verdict } from './model.ts';
import type { StreamReport, StreamState } from './streams.ts';

interface Facts {
  readonly project: Project;
  readonly streams: readonly StreamReport[];
  readonly operations: readonly OperationReport[];
  readonly findings: readonly FindingReport[];
}

/** Rules whose findings the other parts of the sentence tell. */
const TOLD =
  /^(incomplete-seeding|late-seed|varying-seed|unseeded-child-process|nondeterministic-op|throws-when-deterministic)$/;

export function verdictOf(facts: Facts): Verdict {
  const { project, streams } = facts;
  if (!project.summary)
    return { level: 'open', sentence: t`Nothing can be said: every way through this program ends in an exception.` };
  const missing = MISSING.flatMap(({ state, one, more }) => {
    const names = streams.filter((each) => each.state === state).map(nameOf);
    return names.length === 0 ? [] : [translate(names.length === 1 ? one : more, listed(names))];
  });
  const rest = remaining(facts);
  if (missing.length > 0) return { level: 'differs', sentence: t`Not repeatable: ${listed(missing)}.` };
  const conditional = streams.filter((each) => each.state === 'conditional');
  if (conditional.length > 0) return { level: 'open', sentence: sentenceOf(conditionalClause(conditional), rest) };
  const isSilent = streams.every((each) => each.state === 'unused');
  // A model that is made by a name from the command line draws too, where nobody can see it.
  const numbers = isSilent
    ? t`Seedwise sees no random numbers drawn`
    : t`The random numbers repeat, as far as the code shows`;
  if (rest.length > 0) return { level: 'open', sentence: sentenceOf(numbers, rest) };
  if (project.switches.deterministicAlgorithms === 'off')
    return { level: 'open', sentence: t`${numbers}; on CUDA the bits may differ: deterministic algorithms are off.` };
  if (isSilent) return { level: 'open', sentence: t`${numbers}; deterministic algorithms are on.` };
  return {
    level: 'repeats',
    sentence: t`Repeatable, as far as the code shows: every stream is seeded before it is drawn, and deterministic algorithms are on.`,
  };
}

const MISSING: readonly { readonly state: StreamState; readonly one: Phrase; readonly more: Phrase }[] = [
  { state: 'unseeded', one: phrase`{0} is never seeded`, more: phrase`{0} are never seeded` },
  { state: 'late', one: phrase`{0} is drawn before its seed`, more: phrase`{0} are drawn before their seeds` },
  {
    state: 'varying',
    one: phrase`{0} gets another seed in every run`,
    more: phrase`{0} get another seed in every run`,
  },
  {
    state: 'child',
    one: phrase`{0} is drawn in a process that its seed does not reach`,
    more: phrase`{0} are drawn in processes that their seeds do not reach`,
  },
];

const nameOf = ({ stream }: StreamReport): string => `\`${streamRow(stream).module}\``;

const sentenceOf = (clause: Message, rest: readonly Message[]): Message =>
  rest.length > 0 ? t`${clause}; ${listed(rest)}.` : t`${clause}.`;

/** What else keeps two runs from being equal. */
function remaining({ project, operations, findings }: Facts): Message[] {
  const others = findings.filter(({ rule, severity }) => /^(error|warning)$/.test(severity) && !TOLD.test(rule));
  const isStrict = project.switches.deterministicAlgorithms === 'strict';
  const raising = operations.filter((each) => isStrict && each.flag === 'error').length;
  const free = operations.length - raising;
  const counts: readonly (readonly [many: number, one: Phrase, more: Phrase])[] = [
    [free, phrase`1 operation may differ on CUDA`, phrase`{0} operations may differ on CUDA`],
    [raising, phrase`1 operation raises on CUDA`, phrase`{0} operations raise on CUDA`],
    [others.length, phrase`1 finding below needs a look`, phrase`{0} findings below need a look`],
  ];
  return counts.flatMap(([many, one, more]) => (many === 0 ? [] : [translate(many === 1 ? one : more, many)]));
}

/** A single condition that all seeds stand under is named. */
function conditionalClause(streams: readonly StreamReport[]): Message {
  const names = listed(streams.map(nameOf));
  const isOne = streams.length === 1;
  const seeds = streams.flatMap((each) => each.seeds);
  const said = seeds.map((seed) => (seed.unsure ? null : seed.conditions));
  const [only] = said;
  const [condition] = only ?? [];
  const isSame =
    only?.length === 1 && said.every((each) => JSON.stringify(each?.map(place)) === JSON.stringify(only.map(place)));
  if (condition && isSame) {
    const written = condition.holds ? `\`${condition.code}\`` : t`not \`${condition.code}\``;
    return isOne
      ? t`Repeatable only if ${written}: that is when ${names} is seeded`
      : t`Repeatable only if ${written}: that is when ${names} are seeded`;
  }
  const unsure = seeds.length > 0 && seeds.every((seed) => seed.unsure) ? seeds[0] : undefined;
  if (unsure) return t`Nobody can tell from the code: \`${unsure.code}\` may seed ${names}`;
  return isOne
    ? t`Repeatable on some paths only: ${names} is not seeded on all of them`
    : t`Repeatable on some paths only: ${names} are not seeded on all of them`;
}

const place = (condition: StreamReport['seeds'][number]['conditions'][number]): unknown => [
  condition.place.path,
  condition.place.cell,
  condition.place.line,
  condition.holds,
];
