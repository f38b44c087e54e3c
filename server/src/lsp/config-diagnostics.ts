/** Says in each `pyproject.toml` of the workspace, and in settings of an editor that are open, what is wrong with ours in them. */
import type { Connection, Diagnostic } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { configProblems } from '../core/analysis/config-problems.ts';
import { spanOfProblem } from '../core/settings/places.ts';
import { type ProjectConfig, readConfig } from '../core/settings/pyproject.ts';
import type { Span } from '../core/text/edit.ts';
import type { Message } from '../core/text/language.ts';
import { DIAGNOSTIC_SEVERITIES, isEdited, rangeOf } from './client.ts';
import { editorSettingProblems, isEditorSettings } from './editor-settings.ts';
import { pathOf, type WorkspaceIndex } from './workspace-index.ts';

type Complaint = { readonly message: Message; readonly span: Span };

const isProjectConfig = ({ uri }: TextDocument): boolean => /\/pyproject\.toml$/.test(uri);

/** True for a document whose text says what is wrong with it, saved or not. */
export const isOfSettings = (document: TextDocument): boolean =>
  isEdited(document.uri) && (isProjectConfig(document) || isEditorSettings(document));

/**
 * Publishes what there is to say now, and takes back what no longer holds; clients take such diagnostics for any file.
 * Settings count when they are saved, but what is wrong with them is said while they are written.
 */
export function configDiagnostics(
  connection: Connection,
  index: WorkspaceIndex,
  openDocuments: () => readonly TextDocument[],
  version: string,
) {
  const published = new Map<string, string>();

  return {
    async refresh(): Promise<void> {
      for (const { path } of index.workspace.manifests.configs) index.textOf(path);
      await index.readMissing();
      // From here to the end nothing waits, so that no older text is told after a newer one.
      const now = new Map(complaints().map(([document, all]) => [document.uri, diagnosticsOf(document, all)]));
      const sent = [...new Set([...published.keys(), ...now.keys()])].map((uri) => {
        const diagnostics = now.get(uri) ?? [];
        const print = JSON.stringify(diagnostics);
        if ((published.get(uri) ?? '[]') === print) return undefined;
        published.set(uri, print);
        return connection.sendDiagnostics({ uri, diagnostics });
      });
      await Promise.all(sent);
    },
  };

  function complaints(): (readonly [TextDocument, readonly Complaint[]])[] {
    const open = openDocuments().filter(isOfSettings);
    const paths = new Set(open.map(({ uri }) => pathOf(uri)));
    const closed = index.workspace.manifests.configs.filter(({ path }) => !paths.has(path));
    return [
      ...open.map((document) => [document, complaintsIn(document)] as const),
      ...closed.map((config) => {
        const text = index.textOf(config.path) ?? '';
        return [TextDocument.create(index.uriOf(config.path), 'toml', 0, text), complaintsOf(config, text)] as const;
      }),
    ];
  }

  function complaintsIn(document: TextDocument): readonly Complaint[] {
    const text = document.getText();
    if (!isProjectConfig(document)) return editorSettingProblems(text);
    const config = readConfig(pathOf(document.uri), text);
    return config ? complaintsOf(config, text) : [];
  }

  function complaintsOf(config: ProjectConfig, text: string): readonly Complaint[] {
    return configProblems(config, version).map((problem) => ({
      message: problem.message,
      span: spanOfProblem(problem, text),
    }));
  }
}

const diagnosticsOf = (document: TextDocument, complaints: readonly Complaint[]): Diagnostic[] =>
  complaints.map(({ message, span }) => ({
    range: rangeOf(span, document),
    severity: DIAGNOSTIC_SEVERITIES.warning,
    source: 'Seedwise',
    message,
  }));
