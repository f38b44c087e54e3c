/** Says in each `pyproject.toml` of the workspace what is wrong with the settings of ours in it. */
import type { Connection, Diagnostic } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { configProblems } from '../core/analysis/config-problems.ts';
import { spanOfProblem } from '../core/settings/places.ts';
import { DIAGNOSTIC_SEVERITIES, rangeOf } from './client.ts';
import type { WorkspaceIndex } from './workspace-index.ts';

/** Publishes what there is to say now, and takes back what no longer holds; clients take such diagnostics for any file. */
export function configDiagnostics(connection: Connection, index: WorkspaceIndex, version: string) {
  const published = new Map<string, string>();

  return {
    async refresh(): Promise<void> {
      const found = index.workspace.manifests.configs.flatMap((config) => {
        const problems = configProblems(config, version);
        return problems.length > 0 ? [{ path: config.path, problems }] : [];
      });
      for (const { path } of found) index.textOf(path);
      await index.readMissing();
      const now = new Map<string, Diagnostic[]>();
      for (const { path, problems } of found) {
        const text = index.textOf(path);
        const uri = index.uriOf(path);
        const document = TextDocument.create(uri, 'toml', 0, text ?? '');
        now.set(
          uri,
          problems.map((problem) => ({
            range: rangeOf(spanOfProblem(problem, text ?? ''), document),
            severity: DIAGNOSTIC_SEVERITIES.warning,
            source: 'Seedwise',
            message: problem.message,
          })),
        );
      }
      for (const uri of new Set([...published.keys(), ...now.keys()])) {
        const diagnostics = now.get(uri) ?? [];
        const print = JSON.stringify(diagnostics);
        if ((published.get(uri) ?? '[]') === print) continue;
        published.set(uri, print);
        await connection.sendDiagnostics({ uri, diagnostics });
      }
    },
  };
}
