/**
 * What a hover says about code that random numbers come from or whose order or value is another one in every run: draws and
 * who seeds their stream, generators, listings, and hashes of strings.
 */

import type { Project } from '../contract/project.ts';
import type { Reached } from '../effects/summary.ts';
import { generatorOf } from '../knowledge/generators.ts';
import { nameFor } from '../knowledge/names.ts';
import { type Stream, streamRow } from '../knowledge/streams.ts';
import { compareVersions } from '../knowledge/tables.ts';
import { drawEvents } from '../lowering/draws.ts';
import { isListing } from '../ordering/listings.ts';
import type { Call } from '../python/call.ts';
import type { Fact } from '../python/evaluator.ts';
import type { PythonFile } from '../python/file.ts';
import { cellAt } from '../python/notebook.ts';
import { onOneLine } from '../text/excerpts.ts';
import { asIs, listed, type Message, t, translate } from '../text/language.ts';
import { link, paragraphs } from './markdown.ts';

const HASH = nameFor('hash');

/** The global generators that a call takes numbers from as it is written; none where it has a generator of its own. */
export function streamsDrawn(call: Call, file: PythonFile): readonly Stream[] {
  const streams = (drawEvents(call, file, '') ?? []).flatMap((event) => (event.kind === 'draw' ? event.stream : []));
  return [...new Set(streams)];
}

/** Markdown about a call that draws, makes a generator, lists or hashes; null for any other. */
export function describeDraw(call: Call, written: string, file: PythonFile, project: Project): Message | null {
  if (!project.reachesMl) return null;
  const streams = streamsDrawn(call, file);
  if (streams.length > 0) {
    const generators = listed(streams.map((stream) => translate(streamRow(stream).generator)));
    return paragraphs(
      t`**\`${written}\`** draws from ${generators}.`,
      ...streams.map((stream) => fateOf(stream, project)),
      ...(isPerSample(call, file, project) ? streams.map((stream) => inWorkers(stream, project)) : []),
    );
  }
  return (
    describeGenerator(call, written, file, project) ?? describeListing(call, written, project) ?? describeHash(call)
  );
}

/** Who seeds a stream in the programs of this file, in one sentence; null where nobody can tell. */
function fateOf(stream: Stream, project: Project): Message | null {
  const { summary } = project;
  if (!summary) return project.isInProgram ? t`The programs that run this file decide what seeds it.` : null;
  const { exposed, may, must, late } = summary;
  const tooLate = late[stream];
  if (tooLate) return t`This program draws from it before ${seedAt(tooLate.seed, project)} seeds it.`;
  const exposure = exposed[stream];
  if (exposure) {
    return exposure.marked || (stream in may && !exposure.alone)
      ? t`This program seeds it on some paths only.`
      : t`This program never seeds it.`;
  }
  const seed = must[stream];
  return seed ? t`In this program ${seedAt(seed, project)} seeds it.` : null;
}

/** The call of this file that seeds, and where it stands. */
function seedAt(seed: Reached, project: Project): Message {
  const { file } = project;
  const span = project.places.anchor(seed);
  return asIs(`\`${onOneLine(file.read(span))}\` (${lineOf(span.start, file)})`);
}

/** `line 3`, `cell 2, line 1`; lines of a notebook count within their cell. */
function lineOf(offset: number, file: PythonFile): Message {
  const cell = file.notebook && cellAt(file.notebook, offset);
  const before = file.text.slice(cell ? cell.start : 0, offset);
  const line = before.split('\n').length;
  return cell ? t`cell ${cell.index + 1}, line ${line}` : t`line ${line}`;
}

/** A method of a Dataset, which workers run. */
function isPerSample({ node }: Call, file: PythonFile, project: Project): boolean {
  const name = node.enclosing('class_definition')?.get('name');
  const known = name && file.qualify(name);
  return known !== null && known !== undefined && project.classes.isDataset(known);
}

/** What the workers of a loader have of a stream. */
function inWorkers(stream: Stream, project: Project): Message {
  const { workers, workersSince } = streamRow(stream);
  const torch = project.versions.versionOf('torch');
  const isOld = workersSince !== undefined && torch !== null && compareVersions(torch, workersSince) < 0;
  if (workers === 'fresh') return t`In workers of a DataLoader it starts anew from the system, in every run.`;
  return workers === 'copied' || isOld
    ? t`Workers of a DataLoader all have the same copy of it, and draw the same numbers.`
    : t`In workers of a DataLoader torch seeds it, for each worker and epoch anew.`;
}

/** What the table knows as the making of one. */
const isOwnGenerator: Fact = ({ file, node, access }) => {
  const name = node.type === 'call' && access.length === 0 ? file.call(node).name : null;
  return name !== null && generatorOf(name)?.kind === 'generator' ? true : undefined;
};

function describeGenerator(call: Call, written: string, file: PythonFile, project: Project): Message | null {
  const made = call.name === null ? undefined : generatorOf(call.name);
  if (made?.kind === 'generator') {
    const { seed } = made;
    const given = seed ? file.argument(call, seed.argument, seed.position) : 'absent';
    const isGiven = given === 'unknown' || (given !== 'absent' && file.constant(given) !== null);
    return paragraphs(
      t`**\`${written}\`** makes a generator of its own, which no global seed reaches.`,
      isGiven
        ? typeof given === 'string'
          ? null
          : t`Its seed is \`${onOneLine(file.read(given))}\`.`
        : made.unseeded === 'constant'
          ? t`Without a seed it starts from the same number in every run.`
          : t`Without a seed it starts from the system’s entropy, which differs in every run.`,
    );
  }
  const object = call.method === null ? undefined : call.callee.get('object');
  if (!object || !project.values.always(isOwnGenerator, project.values.value(object))) return null;
  return t`**\`${written}\`** is asked of \`${onOneLine(file.read(object))}\`, a generator of its own, which no global seed reaches.`;
}

const LISTDIR_PAGE = 'https://docs.python.org/3/library/os.html#os.listdir';

function describeListing(call: Call, written: string, project: Project): Message | null {
  if (!isListing(call, project.values)) return null;
  return paragraphs(
    t`**\`${written}\`** lists in the order of the file system: another one on another machine, or after files were copied. \`sorted(...)\` fixes it.`,
    link(t`Source`, LISTDIR_PAGE),
  );
}

const HASH_PAGE = 'https://docs.python.org/3/reference/datamodel.html#object.__hash__';

const describeHash = ({ name }: Call): Message | null =>
  name === HASH
    ? paragraphs(
        t`**\`hash\`** of \`str\` and \`bytes\` is another number in every process, unless \`PYTHONHASHSEED\` is set before Python starts. Hashes of numbers are always the same.`,
        link(t`Source`, HASH_PAGE),
      )
    : null;
