/** Reads the workspace's files for the server, wherever VS Code has them: on a disk, on another machine, or on none. */
import { type Disposable, FileType, type Uri, workspace } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { FILES, type FolderEntry, type ListFolders, type ReadFiles } from '../../server/src/protocol.ts';

/** Answers the server's requests for files. What cannot be read, or lies outside the workspace, is answered as null. */
export function answerFiles(client: BaseLanguageClient): Disposable[] {
  const inWorkspace = async <T>(address: string, read: (uri: Uri) => Promise<T>): Promise<T | null> => {
    const uri = client.protocol2CodeConverter.asUri(address);
    return workspace.getWorkspaceFolder(uri) ? read(uri).catch(() => null) : null;
  };
  return [
    client.onRequest(FILES.list, ({ uris }: ListFolders) =>
      Promise.all(uris.map((folder) => inWorkspace(folder, list))),
    ),
    client.onRequest(FILES.read, ({ uris, maxBytes }: ReadFiles) =>
      Promise.all(uris.map((file) => inWorkspace(file, (uri) => read(uri, maxBytes)))),
    ),
  ];
}

async function list(folder: Uri): Promise<FolderEntry[]> {
  const entries = await workspace.fs.readDirectory(folder);
  return entries.flatMap(([name, type]): FolderEntry[] => {
    const isLink = (type & FileType.SymbolicLink) !== 0;
    if ((type & FileType.Directory) !== 0) return isLink ? [] : [{ name, isFolder: true }];
    return (type & FileType.File) !== 0 ? [{ name, isFolder: false }] : [];
  });
}

async function read(file: Uri, maxBytes: number): Promise<string | null> {
  // It is read to be edited, and an edit is of what the editor holds.
  const open = /\/\.vscode\/launch\.json$/.test(file.path) ? workspace.textDocuments : [];
  const unsaved = open.find((each) => each.isDirty && each.uri.toString() === file.toString());
  if (unsaved) return unsaved.getText();
  const { size } = await workspace.fs.stat(file);
  return size > maxBytes ? null : new TextDecoder().decode(await workspace.fs.readFile(file));
}
