/** Tells a client which version of torch a document is judged by, and where that comes from. */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Project } from '../core/contract/project.ts';
import { releasesOf } from '../core/knowledge/tables.ts';
import { isInstalledPackage } from '../core/manifests/manifests.ts';
import type { Status } from '../protocol.ts';

/** `documentAt` gives a file by its path; without the text of the manifest, its beginning is the place. */
export function statusOf(
  project: Project,
  documentAt: (path: string) => TextDocument | undefined,
  uriOf: (path: string) => string,
): Status {
  const source = project.versions.versionSource('torch');
  if (!source) return { torch: releasesOf('torch').at(-1) ?? '', from: 'nothing', isExact: false };
  if ('setting' in source) return { torch: source.version, from: 'setting', isExact: true };
  const { version, path, start, isExact } = source;
  const text = isInstalledPackage(path) ? undefined : documentAt(path);
  const { line, character } = text?.positionAt(start) ?? { line: 0, character: 0 };
  return { torch: version, from: 'manifest', isExact, place: { uri: uriOf(path), line, character } };
}
