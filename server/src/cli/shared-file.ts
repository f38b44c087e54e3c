/** Files that were read and parsed, in memory that all threads see: none of them reads or parses what another one has. */
import type { KeptFile } from '../core/python/file.ts';
import type { Notebook } from '../core/python/notebook.ts';

/** A kept file as it goes from thread to thread. */
export interface SharedFile {
  readonly path: string;
  /** The text, a byte a letter where it has no others than Latin ones; a notebook, which is rare, is copied. */
  readonly source: Notebook | { readonly bytes: Uint8Array; readonly encoding: 'latin1' | 'utf16le' };
  readonly tree: Uint8Array;
}

/** A file for other threads. */
export function asShared({ path, source, tree }: KeptFile): SharedFile {
  const own = copied(tree);
  if (typeof source !== 'string') return { path, source, tree: own };
  const encoding = /^[\0-\xff]*$/.test(source) ? 'latin1' : 'utf16le';
  return { path, source: { bytes: copied(Buffer.from(source, encoding)), encoding }, tree: own };
}

/** The file again; its text becomes a string when somebody asks for it. */
export function fromShared({ path, source, tree }: SharedFile): KeptFile {
  if (!('bytes' in source)) return { path, source, tree };
  const { bytes, encoding } = source;
  return {
    path,
    tree,
    get source() {
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding);
    },
  };
}

function copied(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
