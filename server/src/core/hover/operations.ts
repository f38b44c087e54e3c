/** What a hover says about an operation: what it does in this call, and how that changed with the versions. */
import type { Project } from '../contract/project.ts';
import { type Behaviour, compareVersions, type Op } from '../knowledge/tables.ts';
import { opsWrittenBy } from '../operations/calls.ts';
import { holds } from '../operations/conditions.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { holdsSomeTime } from '../tensors/choices.ts';
import { asIs, joined, listed, type Message, type Phrase, phrase, series, t, translate } from '../text/language.ts';
import { link, paragraphs } from './markdown.ts';

const NOTES = 'https://docs.pytorch.org/docs/stable/notes/randomness.html';
const FLAG = 'https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html';
const REPORTS: readonly Op['report'][] = ['always', 'with-intent', 'hover'];

/** Markdown about the operation a call is, as its arguments decide; null for a call that is none of the table. */
export function describeOps(call: Call, name: string, file: PythonFile, project: Project): Message | null {
  const written = opsWrittenBy(call, file).filter((use) =>
    holdsSomeTime((choices) => use.op.when.every((condition) => holds(condition, use, file, choices))),
  );
  const rows = written.map(({ op }) => op);
  const [first, ...others] = rows.sort((a, b) => REPORTS.indexOf(a.report) - REPORTS.indexOf(b.report));
  if (!first) return null;
  const version = project.versions.versionOf(first.package.replaceAll('_', '-'));
  const text = describeOp(first, name, version, project.switches.deterministicAlgorithms !== 'off');
  const more = others.find((op) => op.pass !== first.pass && op.reason !== first.reason);
  return paragraphs(text, more ? t`Also ${placeOf(more)}: ${translate(more.reason)}.` : null);
}

/** The same for one row of the table. `isOn` tells which column of the grid holds in this program. */
export function describeOp(op: Op, written: string, version: string | null, isOn: boolean): Message {
  const conditions = op.when.flatMap((condition) => ('data' in condition ? [translate(condition.data)] : []));
  const claim = t`**\`${written}\`** ${placeOf(op)}: ${translate(op.reason)}.`;
  const links = [link(t`Reproducibility`, NOTES), ...(op.package === 'torch' ? [link(t`the flag`, FLAG)] : [])];
  return paragraphs(
    conditions.length > 0 ? t`${claim} Where ${series(conditions)}.` : claim,
    grid(op, version, isOn),
    t`Remedy: ${translate(op.remedy)}.`,
    joined([...links, ...issuesOf(op)], ' · '),
  );
}

const PASSES: Readonly<Record<Op['pass'], Phrase>> = {
  forward: phrase`in its forward pass on {0}`,
  backward: phrase`in its backward pass on {0}`,
  both: phrase`in both passes on {0}`,
};

/** `in its backward pass on CUDA` */
const placeOf = (op: Op): Message => translate(PASSES[op.pass], listed(op.devices.map(deviceName)));

const deviceName = (device: string): string => (device === 'cpu' ? t`the CPU` : device.toUpperCase());

/** Versions in which an operation does the same. */
interface Era extends Pick<Behaviour, 'since' | 'until'> {
  readonly cells: readonly [Message, Message];
  /** On which inputs, where the versions alone do not decide. */
  readonly where: readonly Message[];
}

/** A table: the project's versions first, then the others from new to old. */
function grid(op: Op, version: string | null, isOn: boolean): Message {
  const eras = erasOf(op);
  const own = eras.filter((era) => isWithin(era, version));
  const line = (label: Message, cells: readonly Message[]): Message => asIs(`| ${[label, ...cells].join(' | ')} |`);
  const marked = ({ cells }: Era): Message[] =>
    cells.map((cell, i) => (i === Number(isOn) ? asIs(`**${cell}**`) : cell));
  const named = (label: Message, { where }: Era): Message => series([label, ...where]);
  const ownName = version === null ? null : t`${version} (this project)`;
  const rows = [
    line(asIs(op.package), [t`without the flag`, t`with the flag`]),
    asIs('| --- | --- | --- |'),
    ...(own.length === 0 && ownName ? [line(ownName, [t`unknown`, t`unknown`])] : []),
    ...own.map((era) => line(named(ownName ?? t`newest (${rangeOf(era)})`, era), marked(era))),
    ...eras.filter((era) => !own.includes(era)).map((era) => line(named(rangeOf(era), era), era.cells)),
  ];
  return joined(rows, '\n');
}

/** From new to old; neighbours that differ in nothing a hover shows are one. */
function erasOf(op: Op): Era[] {
  const eras: Era[] = [];
  for (const row of [...op.behaviour].sort((a, b) => compareVersions(b.since, a.since))) {
    const era: Era = {
      since: row.since,
      until: row.until,
      cells: [(row.nondeterministic ?? op.nondeterministic) ? t`differs` : t`repeats`, translate(CELLS[row.flag])],
      where: (row.when ?? []).flatMap((condition) => ('data' in condition ? [translate(condition.data)] : [])),
    };
    const last = eras.at(-1);
    const isSame = last?.since === era.until && isAlike(last, era);
    if (last && isSame) eras[eras.length - 1] = { ...last, since: era.since };
    else eras.push(era);
  }
  return eras;
}

const isAlike = (a: Era, b: Era): boolean => [...a.cells, ...a.where].join() === [...b.cells, ...b.where].join();

function isWithin({ since, until }: Era, version: string | null): boolean {
  if (version === null) return until === null;
  return compareVersions(since, version) <= 0 && (until === null || compareVersions(version, until) < 0);
}

const CELLS: Readonly<Record<Behaviour['flag'], Phrase>> = {
  error: phrase`raises`,
  deterministic: phrase`repeats`,
  uncovered: phrase`not covered`,
};

/** `≥ 1.9, < 1.13` */
function rangeOf({ since, until }: Era): Message {
  const parts = [...(since === '0' ? [] : [`≥ ${since}`]), ...(until === null ? [] : [`< ${until}`])];
  return parts.length > 0 ? asIs(parts.join(', ')) : t`all`;
}

/** Issues by their number are all that the sources have to click on. */
function issuesOf(op: Op): Message[] {
  for (const source of op.source) {
    const issue = /^([\w.-]+\/[\w.-]+)#(\d+)/.exec(source) ?? /^(?:docs )?(?:PR|issue) #(\d+)/.exec(source);
    if (!issue) continue;
    const [, repository, number] = issue.length > 2 ? issue : [issue[0], 'pytorch/pytorch', issue[1]];
    return [link(asIs(`#${number}`), `https://github.com/${repository?.replace(/^github /, '')}/issues/${number}`)];
  }
  return [];
}
