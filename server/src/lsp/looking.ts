/** Sees what has become of the workspace's files, for clients that do not watch them. */
import type { FileAccess } from '../host/folders.ts';
import type { WorkspaceIndex } from './workspace-index.ts';

/** Milliseconds between two looks. */
const LOOK_MS = 1000;
/** Looking takes at most one part in so many of the time. */
const SHARE = 20;

interface Watch {
  readonly index: WorkspaceIndex;
  readonly stamp: NonNullable<FileAccess['stamp']>;
  /** Resolves when all files have been read. */
  known(): Promise<unknown>;
  hear(gone: readonly string[], there: readonly string[]): void;
}

/** Looks again and again whether files have come, changed or gone; never ends, and keeps no process alive. */
export async function keepLooking({ index, stamp, known, hear }: Watch): Promise<void> {
  let before = await look(index, stamp);
  await known();
  for (;;) {
    const start = performance.now();
    const now = await look(index, stamp);
    const gone = [...before.keys()].filter((uri) => !now.has(uri));
    // Those of a folder that has just been read are not read once more.
    const isNews = ([uri, each]: [string, string]): boolean =>
      before.has(uri) ? before.get(uri) !== each : !index.knows(uri);
    const there = [...now].filter(isNews).map(([uri]) => uri);
    if (gone.length + there.length > 0) hear(gone, there);
    before = now;
    const pause = Math.max(LOOK_MS, SHARE * (performance.now() - start));
    await new Promise((resolve) => (setTimeout(resolve, pause) as { unref?(): void }).unref?.());
  }
}

async function look(index: WorkspaceIndex, stamp: Watch['stamp']): Promise<Map<string, string>> {
  const uris = await index.list();
  const stamps = await stamp(uris);
  return new Map(uris.flatMap((uri, i) => (stamps[i] === undefined ? [] : [[uri, stamps[i]] as const])));
}
