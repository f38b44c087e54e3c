/** What a workspace keeps of its files: of an open one as it stands, of a closed one packed. */

import { type LoweredFunctions, partsOfSite } from '../effects/events.ts';
import { lowerFile, lowerFunctions, lowerModule } from '../lowering/file.ts';
import { NO_VOCABULARY, type Vocabulary } from '../lowering/own-functions.ts';
import { closeFile, openFile, type PythonFile } from '../python/file.ts';
import type { Span } from '../text/edit.ts';
import { factsOf } from './facts.ts';
import { copyOf, pack } from './packed-file.ts';
import type { IndexedFile } from './workspace.ts';

/** What the workspace keeps of an open file. Its sites move with the file's nodes. */
export function indexFile(file: PythonFile, vocabulary?: Vocabulary): IndexedFile {
  const { effects, places } = lowerFile(file, vocabulary);
  const get = (site: string): Span | undefined => {
    const { unit, index } = partsOfSite(site);
    return places.get(unit)?.[index];
  };
  return { effects, sites: { get }, facts: factsOf(file, vocabulary) };
}

/** What it keeps of a file that is closed: the same without a node of its tree, and with its text for its functions. */
export function indexClosedFile(file: PythonFile, vocabulary: Vocabulary = NO_VOCABULARY): IndexedFile {
  const { path } = file;
  const source = file.notebook ?? file.text;
  const lower = (): LoweredFunctions => {
    const again = openFile(path, source);
    try {
      return lowerFunctions(again, vocabulary);
    } finally {
      closeFile(again);
    }
  };
  const packed = pack(lowerModule(file, vocabulary), file.scopes.functions.keys(), lower);
  return { ...packed, facts: copyOf(factsOf(file, vocabulary)) };
}
