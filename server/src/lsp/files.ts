/** The workspace's files: reading them through the client, and hearing from it that files and folders come, change and go. */
import { type Connection, DidChangeWatchedFilesNotification, FileChangeType, WatchKind } from 'vscode-languageserver';
import { MANIFEST_GLOBS } from '../core/manifests/manifests.ts';
import { ENVIRONMENT_GLOBS } from '../core/switches/environment.ts';
import type { FileAccess } from '../host/folders.ts';
import { MAX_FILE_BYTES } from '../host/limits.ts';
import { FILES, type FolderEntry, type ListFolders, type ReadFiles } from '../protocol.ts';
import type { clientOf } from './client.ts';
import { keepLooking } from './looking.ts';
import type { IndexState, WorkspaceIndex } from './workspace-index.ts';

/** How long diagnostics wait for news of other files; in a larger workspace they come again when all is known. */
const PATIENCE_MS = 300;

/** Access through the client, the only way to a folder that is on no disk of this machine; what it refuses, or answers in another shape, counts as unreadable. */
export function clientFiles(connection: Connection, onError: (error: unknown) => void): FileAccess {
  async function ask<T>(method: string, params: ListFolders | ReadFiles): Promise<readonly (T | undefined)[]> {
    try {
      const answer: unknown = await connection.sendRequest(method, params);
      if (!Array.isArray(answer)) throw new Error(`The client’s answer to ${method} is no list.`);
      return params.uris.map((_, i) => answer[i] ?? undefined);
    } catch (error) {
      onError(error);
      return params.uris.map(() => undefined);
    }
  }
  return {
    list: (uris) => ask<readonly FolderEntry[]>(FILES.list, { uris }),
    read: (uris) => ask<string>(FILES.read, { uris, maxBytes: MAX_FILE_BYTES }),
  };
}

interface Ear {
  /** Resolves when Python can be parsed. */
  readonly ready: Promise<unknown>;
  /** Programs may behave differently now. */
  changed(): void;
  onError(error: unknown): void;
}

/** Tells the index what the client tells of the workspace; what it cannot tell is looked for, if `stamp` is there. */
export function followWorkspace(
  connection: Connection,
  index: WorkspaceIndex,
  { ready, changed, onError }: Ear,
  stamp: FileAccess['stamp'],
) {
  let known: Promise<unknown> = Promise.resolve();
  let all: Promise<unknown> = Promise.resolve();
  /** How much news is still coming in. */
  let expected = 0;

  /** Lets diagnostics wait a moment for the news; those that did not are looked at again where it changed something. False is no news. */
  function learn(news: Promise<unknown>): void {
    const before = index.generation;
    expected++;
    const complete = news
      .finally(() => expected--)
      .then((isNew) => isNew !== false && index.generation !== before && changed(), onError);
    all = Promise.all([all, complete]);
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    known = Promise.race([Promise.all([known, complete]), patience]);
  }

  function hear(gone: readonly string[], there: readonly string[]): void {
    learn(
      ready.then(() => {
        for (const uri of gone) index.deleted(uri);
        return index.reread(there.filter((uri) => !index.isOpen(uri)));
      }),
    );
  }

  connection.onDidChangeWatchedFiles(({ changes }) => {
    const gone = changes.filter(({ type }) => type === FileChangeType.Deleted);
    const there = changes.filter(({ type }) => type !== FileChangeType.Deleted);
    hear(
      gone.map(({ uri }) => uri),
      there.map(({ uri }) => uri),
    );
  });

  return {
    learn,

    /** Resolves when the latest news is known, or a moment has passed. */
    settled: (): Promise<unknown> => known,

    /**
     * True where what was worked out in this state still holds. While news comes in, only open documents change that:
     * all is looked at again when the news is known, and until then asking often must not hold it up.
     */
    holds({ generation, edits }: IndexState): boolean {
      const now = index.state;
      return generation === now.generation || (expected > 0 && edits === now.edits);
    },

    /** Resolves when all news so far is known, however long that takes. */
    complete: (): Promise<unknown> => all,

    /** Reads the folders and asks for news of them, telling how far it is; the client is initialized by now. */
    start(
      client: ReturnType<typeof clientOf>,
      folders: readonly string[],
      onProgress?: (done: number, total: number) => void,
    ): void {
      learn(ready.then(() => index.add(folders, onProgress)));
      if (client.changesFolders) {
        connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
          index.remove(removed.map(({ uri }) => uri));
          learn(ready.then(() => index.add(added.map(({ uri }) => uri))));
        });
      }
      if (client.registersWatchers) {
        const watchers = [
          ...['**/*.py', '**/*.ipynb', ...MANIFEST_GLOBS, ...ENVIRONMENT_GLOBS].map((globPattern) => ({ globPattern })),
          // Nobody says of the files in a folder that they are gone with it.
          { globPattern: '**', kind: WatchKind.Delete },
        ];
        connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(onError);
      } else if (stamp) keepLooking({ index, stamp, known: () => all, hear }).catch(onError);
    },
  };
}
