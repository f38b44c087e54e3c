/** The one line on top of a report: whether the program repeats, and what is missing. */

import type { Project } from '../contract/project.ts';
import { streamRow } from '../knowledge/streams.ts';
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
    return { level: 'open', sentence: 'Nothing can be said: every way through this program ends in an exception.' };
  const inState = (state: StreamState): string[] =>
    streams.filter((each) => each.state === state).map(({ stream }) => `\`${streamRow(stream).module}\``);
  const missing = [
    clause(inState('unseeded'), 'is never seeded', 'are never seeded'),
    clause(inState('late'), 'is drawn before its seed', 'are drawn before their seeds'),
    clause(inState('varying'), 'gets another seed in every run', 'get another seed in every run'),
    clause(
      inState('child'),
      'is drawn in a process that its seed does not reach',
      'are drawn in processes that their seeds do not reach',
    ),
  ].filter((each) => each !== '');
  const rest = remaining(facts);
  if (missing.length > 0) return { level: 'differs', sentence: `Not repeatable: ${join([...missing])}.` };
  const conditional = streams.filter((each) => each.state === 'conditional');
  if (conditional.length > 0) return { level: 'open', sentence: `${conditionalSentence(conditional)}${also(rest)}.` };
  const isSilent = streams.every((each) => each.state === 'unused' || each.state === 'workers');
  // A model that is made by a name from the command line draws too, where nobody can see it.
  const numbers = isSilent
    ? 'Seedwise sees no random numbers drawn'
    : 'The random numbers repeat, as far as the code shows';
  if (rest.length > 0) return { level: 'open', sentence: `${numbers}${also(rest)}.` };
  if (project.deterministicAlgorithms === 'off')
    return { level: 'open', sentence: `${numbers}; on CUDA the bits may differ: deterministic algorithms are off.` };
  if (isSilent) return { level: 'open', sentence: `${numbers}; deterministic algorithms are on.` };
  const seeded = 'every stream is seeded before it is drawn, and deterministic algorithms are on';
  return { level: 'repeats', sentence: `Repeatable, as far as the code shows: ${seeded}.` };
}

/** What else keeps two runs from being equal. */
function remaining({ project, operations, findings }: Facts): string[] {
  const others = findings.filter(({ rule, severity }) => /^(error|warning)$/.test(severity) && !TOLD.test(rule));
  const isStrict = project.deterministicAlgorithms === 'strict';
  const raising = operations.filter((each) => isStrict && each.flag === 'error').length;
  const free = operations.length - raising;
  return [
    free > 0 ? `${count(free, 'operation')} may differ on CUDA` : '',
    raising > 0 ? `${count(raising, 'operation')} ${raising === 1 ? 'raises' : 'raise'} on CUDA` : '',
    others.length > 0
      ? `${count(others.length, 'finding')} below ${others.length === 1 ? 'needs' : 'need'} a look`
      : '',
  ].filter((each) => each !== '');
}

/** A single condition that all seeds stand under is named. */
function conditionalSentence(streams: readonly StreamReport[]): string {
  const names = join(streams.map(({ stream }) => `\`${streamRow(stream).module}\``));
  const seeds = streams.flatMap((each) => each.seeds);
  const said = seeds.map((seed) => (seed.unsure ? null : seed.conditions));
  const [only] = said;
  const written = only?.map(({ code, holds }) => `${holds ? '' : 'not '}\`${code}\``) ?? [];
  const isOne =
    only?.length === 1 && said.every((each) => JSON.stringify(each?.map(place)) === JSON.stringify(only.map(place)));
  if (isOne) return `Repeatable only if ${written[0]}: that is when ${names} ${verb(streams.length)} seeded`;
  const unsure = seeds.length > 0 && seeds.every((seed) => seed.unsure) ? seeds[0] : undefined;
  if (unsure) return `Nobody can tell from the code: \`${unsure.code}\` may seed ${names}`;
  return `Repeatable on some paths only: ${names} ${verb(streams.length)} not seeded on all of them`;
}

const place = (condition: StreamReport['seeds'][number]['conditions'][number]): unknown => [
  condition.place.path,
  condition.place.cell,
  condition.place.line,
  condition.holds,
];

const verb = (many: number): string => (many === 1 ? 'is' : 'are');
const also = (rest: readonly string[]): string => (rest.length > 0 ? `; ${join(rest)}` : '');
const count = (many: number, noun: string): string => `${many} ${noun}${many === 1 ? '' : 's'}`;
const clause = (names: readonly string[], one: string, more: string): string =>
  names.length === 0 ? '' : `${join(names)} ${names.length === 1 ? one : more}`;

/** `a`, `a and b`, `a, b and c`. */
export function join(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
