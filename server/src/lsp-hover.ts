/** Answers hovers with what the core has to say about a token. */
import { type Connection, type HoverParams, type Hover as LspHover, MarkupKind } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { hoverAt } from './core/hover.ts';
import type { PythonFile } from './core/model.ts';
import type { Project } from './core/project.ts';

interface Understood {
  readonly document: TextDocument;
  readonly python: { readonly file: PythonFile; readonly project: Project } | undefined;
}

/** Registers the request. `check` gives a document as it is now, `guarded` an answer where something fails. */
export function serveHovers(
  connection: Connection,
  check: (uri: string) => Promise<Understood | undefined>,
  guarded: (fallback: LspHover | null, work: () => Promise<LspHover | null>) => Promise<LspHover | null>,
): void {
  connection.onHover(({ textDocument, position }: HoverParams) =>
    guarded(null, async () => {
      const checked = await check(textDocument.uri);
      if (!checked?.python) return null;
      const { document, python } = checked;
      const hover = hoverAt(python.file, python.project, document.offsetAt(position));
      if (!hover) return null;
      const range = { start: document.positionAt(hover.start), end: document.positionAt(hover.end) };
      return { contents: { kind: MarkupKind.Markdown, value: hover.markdown }, range };
    }),
  );
}
