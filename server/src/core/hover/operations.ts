/** What a hover says about an operation: what it does in this call, and how that changed with the versions. */
import type { Project } from '../contract/project.ts';
import { type Behaviour, compareVersions, type Op } from '../knowledge/tables.ts';
import { opsWrittenBy } from '../operations/calls.ts';
import { holds } from '../operations/conditions.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { holdsSomeTime } from '../tensors/choices.ts';

const DEVICES: Readonly<Record<string, string>> = { cuda: 'CUDA', cpu: 'the CPU', mps: 'MPS', xpu: 'XPU' };
const NOTES = '[Reproducibility](https://docs.pytorch.org/docs/stable/notes/randomness.html)';
const FLAG = '[the flag](https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html)';
const REPORTS: readonly Op['report'][] = ['always', 'with-intent', 'hover'];

/** Markdown about the operation a call is, as its arguments decide; null for a call that is none of the table. */
export function describeOps(call: Call, name: string, file: PythonFile, project: Project): string | null {
  const written = opsWrittenBy(call, file).filter((use) =>
    holdsSomeTime((choices) => use.op.when.every((condition) => holds(condition, use, file, choices))),
  );
  const rows = written.map(({ op }) => op);
  const [first, ...others] = rows.sort((a, b) => REPORTS.indexOf(a.report) - REPORTS.indexOf(b.report));
  if (!first) return null;
  const version = project.versionOf(first.package.replaceAll('_', '-'));
  const text = describeOp(first, name, version, project.deterministicAlgorithms !== 'off');
  const more = others.find((op) => op.pass !== first.pass && op.reason !== first.reason);
  return more ? `${text}\n\nAlso ${placeOf(more)}: ${more.reason}.` : text;
}

/** The same for one row of the table. `isOn` tells which column of the grid holds in this program. */
export function describeOp(op: Op, written: string, version: string | null, isOn: boolean): string {
  const conditions = op.when.flatMap((condition) => ('data' in condition ? [condition.data] : []));
  const parts = [
    `**\`${written}\`** ${placeOf(op)}: ${op.reason}.${conditions.length > 0 ? ` Where ${conditions.join(', ')}.` : ''}`,
    grid(op, version, isOn).join('\n'),
    `Remedy: ${op.remedy}.`,
    [NOTES, ...(op.package === 'torch' ? [FLAG] : []), ...links(op)].join(' · '),
  ];
  return parts.join('\n\n');
}

/** `in its backward pass on CUDA` */
function placeOf(op: Op): string {
  const pass = { forward: 'in its forward pass', backward: 'in its backward pass', both: 'in both passes' }[op.pass];
  const devices = op.devices.map((device) => DEVICES[device] ?? device);
  return `${pass} on ${devices.join(' and ')}`;
}

/** Versions in which an operation does the same. */
interface Era extends Pick<Behaviour, 'since' | 'until'> {
  readonly cells: readonly [string, string];
  /** On which inputs, where the versions alone do not decide. */
  readonly where: string;
}

/** The project's versions first, then the others from new to old. */
function grid(op: Op, version: string | null, isOn: boolean): string[] {
  const eras = erasOf(op);
  const own = eras.filter((era) => isWithin(era, version));
  const line = (label: string, cells: readonly string[]): string => `| ${[label, ...cells].join(' | ')} |`;
  const marked = ({ cells }: Era): string[] => cells.map((cell, i) => (i === Number(isOn) ? `**${cell}**` : cell));
  const name = (era: Era): string => (version === null ? `newest (${rangeOf(era)})` : `${version} (this project)`);
  return [
    `| ${op.package} | without the flag | with the flag |`,
    '| --- | --- | --- |',
    ...(own.length === 0 ? [line(`${version} (this project)`, ['unknown', 'unknown'])] : []),
    ...own.map((era) => line(name(era) + era.where, marked(era))),
    ...eras.filter((era) => !own.includes(era)).map((era) => line(rangeOf(era) + era.where, era.cells)),
  ];
}

/** From new to old; neighbours that differ in nothing a hover shows are one. */
function erasOf(op: Op): Era[] {
  const eras: Era[] = [];
  for (const row of [...op.behaviour].sort((a, b) => compareVersions(b.since, a.since))) {
    const words = (row.when ?? []).flatMap((condition) => ('data' in condition ? [condition.data] : []));
    const era: Era = {
      since: row.since,
      until: row.until,
      cells: [(row.nondeterministic ?? op.nondeterministic) ? 'differs' : 'repeats', CELLS[row.flag]],
      where: words.length > 0 ? `, ${words.join(', ')}` : '',
    };
    const last = eras.at(-1);
    const isSame = last?.since === era.until && last.cells.join() === era.cells.join() && last.where === era.where;
    if (last && isSame) eras[eras.length - 1] = { ...last, since: era.since };
    else eras.push(era);
  }
  return eras;
}

function isWithin({ since, until }: Era, version: string | null): boolean {
  if (version === null) return until === null;
  return compareVersions(since, version) <= 0 && (until === null || compareVersions(version, until) < 0);
}

const CELLS: Readonly<Record<Behaviour['flag'], string>> = {
  error: 'raises',
  deterministic: 'repeats',
  uncovered: 'not covered',
};

/** `≥ 1.9, < 1.13` */
function rangeOf({ since, until }: Era): string {
  const parts = [...(since === '0' ? [] : [`≥ ${since}`]), ...(until === null ? [] : [`< ${until}`])];
  return parts.length > 0 ? parts.join(', ') : 'all';
}

/** Issues by their number are all that the sources have to click on. */
function links(op: Op): string[] {
  for (const source of op.source) {
    const issue = /^([\w.-]+\/[\w.-]+)#(\d+)/.exec(source) ?? /^(?:docs )?(?:PR|issue) #(\d+)/.exec(source);
    if (!issue) continue;
    const [, repository, number] = issue.length > 2 ? issue : [issue[0], 'pytorch/pytorch', issue[1]];
    return [`[#${number}](https://github.com/${repository?.replace(/^github /, '')}/issues/${number})`];
  }
  return [];
}
