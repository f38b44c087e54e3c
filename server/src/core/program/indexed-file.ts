/** What a workspace keeps of its files: of an open one as it stands, of a closed one packed. */

import { type LoweredFunction, partsOfSite } from '../effects/events.ts';
import { lowerFile, lowerFunction, lowerModule } from '../lowering/file.ts';
import { NO_VOCABULARY, type Vocabulary } from '../lowering/own-functions.ts';
import { type CallsOfOthers, callsOfOthers, wordsOfOthers } from '../operations/calls-of-others.ts';
import { closeFile, type HandedOn, type KeptFile, openFile, PythonFile, reopenFile } from '../python/file.ts';
import type { Source } from '../python/notebook.ts';
import type { Span } from '../text/edit.ts';
import { type FileFacts, factsOf } from './facts.ts';
import { copyOf, type FileRecord, pack, unpack } from './packed-file.ts';
import type { CallsElsewhere, CallsQuestion, IndexedFile } from './workspace.ts';

/** What the workspace keeps of an open file. Its sites move with the file's nodes. */
export function indexFile(file: PythonFile, vocabulary?: Vocabulary): IndexedFile {
  const { effects, places } = lowerFile(file, vocabulary);
  const get = (site: string): Span | undefined => {
    const { unit, index } = partsOfSite(site);
    return places.get(unit)?.[index];
  };
  const facts = factsOf(file, vocabulary);
  const seenBy = (by: HandedOn): IndexedFile => indexFile(file.seenBy(by), vocabulary);
  return { effects, sites: { get }, facts, calls: callsIn(wordsIn(file, facts), (read) => read(file)), seenBy };
}

/**
 * What it keeps of a file that is closed: the same without a node of its tree, and with its text for what few files are
 * asked, or with the file as it was kept.
 */
export function indexClosedFile(
  file: PythonFile,
  vocabulary: Vocabulary = NO_VOCABULARY,
  kept?: KeptFile,
): IndexedFile {
  const { path } = file;
  const source = kept ?? file.notebook ?? file.text;
  return closed(
    file,
    vocabulary,
    againFrom(path, () => source),
  );
}

function closed(file: PythonFile, vocabulary: Vocabulary, again: Again): IndexedFile {
  const { effects, sites, record } = pack(
    lowerModule(file, vocabulary),
    file.scopes.functions.keys(),
    lowerWith(again, vocabulary),
  );
  const facts = copyOf(factsOf(file, vocabulary));
  const calls = callsIn(wordsIn(file, facts), again);
  const all = { path: file.path, ...record, facts, words: [...calls.words] };
  return { effects, sites, facts, calls, record: all, seenBy: seenWith(again, vocabulary) };
}

/** A closed file by its record; `read` gives its text or the file, kept or parsed, or throws where none can be had any more. */
export function indexRecord(
  record: FileRecord,
  vocabulary: Vocabulary,
  read: () => Source | KeptFile | PythonFile,
): IndexedFile {
  const again = againFrom(record.path, read);
  const { effects, sites } = unpack(record, lowerWith(again, vocabulary));
  const calls = callsIn(new Set(record.words), again);
  return { effects, sites, facts: record.facts, calls, record, seenBy: seenWith(again, vocabulary) };
}

const lowerWith =
  (again: Again, vocabulary: Vocabulary) =>
  (id: string): LoweredFunction | undefined =>
    again((opened) => lowerFunction(opened, id, vocabulary));

const seenWith =
  (again: Again, vocabulary: Vocabulary) =>
  (by: HandedOn): IndexedFile =>
    again((opened) => closed(opened.seenBy(by), vocabulary, (read) => again((each) => read(each.seenBy(by)))));

/** Reads something more of a file. */
type Again = <T>(read: (file: PythonFile) => T) => T;

/**
 * Closed files that were opened again, the latest last: whoever asks for one function is likely to ask for its neighbours.
 * A kept file is its own key, so that all who open it have what was worked out of it.
 */
const RECENT = new Map<object, PythonFile>();
/** So many letters of them are kept. */
const MOST_RECENT = 600_000;
let recentLength = 0;

function reopened(key: object, path: string, source: Source | KeptFile): PythonFile {
  const known = RECENT.get(key);
  const file = known ?? (isKept(source) ? reopenFile(source) : openFile(path, source));
  if (known) RECENT.delete(key);
  else {
    closeFile(file); // Its nodes are enough.
    recentLength += file.text.length;
  }
  RECENT.set(key, file);
  for (const [oldest, { text }] of RECENT) {
    if (recentLength <= MOST_RECENT || oldest === key) break;
    RECENT.delete(oldest);
    recentLength -= text.length;
  }
  return file;
}

const isKept = (source: Source | KeptFile): source is KeptFile => typeof source === 'object' && 'tree' in source;

/** A file as it was kept; the same object for those who ask for it soon after each other. */
export const openKept = (kept: KeptFile): PythonFile => reopened(kept, kept.path, kept);

function againFrom(path: string, source: () => Source | KeptFile | PythonFile): Again {
  const key = {};
  return (read) => {
    const given = RECENT.has(key) ? '' : source();
    if (given instanceof PythonFile) return read(given);
    return read(isKept(given) ? openKept(given) : reopened(key, path, given));
  };
}

/** What a file calls of others, read when somebody asks. */
function callsIn(words: ReadonlySet<string>, again: Again): CallsElsewhere {
  const known = new Map<string, CallsOfOthers>();
  return {
    words,
    get asked() {
      return [...known.keys()].map((key) => JSON.parse(key) as CallsQuestion);
    },
    answer(question) {
      const key = JSON.stringify(question);
      let found = known.get(key);
      if (!found) {
        found = copyOf(again((file) => callsOfOthers(file, question.ending, question.wanted)));
        known.set(key, found);
      }
      return found;
    },
  };
}

const wordsIn = (file: PythonFile, { reachesMl, isTest }: FileFacts): ReadonlySet<string> =>
  reachesMl && !isTest ? new Set(copyOf([...wordsOfOthers(file)])) : NO_WORDS;

const NO_WORDS: ReadonlySet<string> = new Set();
