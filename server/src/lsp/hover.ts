/** Answers hovers with what the core has to say about a token. */
import { type Connection, type HoverParams, type Hover as LspHover, MarkupKind } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Project } from '../core/contract/project.ts';
import { hoverAt } from '../core/hover/hover.ts';
import type { PythonFile } from '../core/python/file.ts';

interface Python {
  readonly file: PythonFile;
  readonly project: Project;
}

type Answer = LspHover | null;

/** Works something out from an open document as it is now, or gives the answer for one that is not ours to judge. */
type WithPython = (
  uri: string,
  otherwise: Answer,
  work: (python: Python, checked: { readonly document: TextDocument }) => Answer,
) => Promise<Answer>;

/** Registers the request; `guarded` answers where the work fails. */
export function serveHovers(
  connection: Connection,
  withPython: WithPython,
  guarded: (fallback: Answer, work: () => Promise<Answer>) => Promise<Answer>,
): void {
  connection.onHover(({ textDocument, position }: HoverParams) =>
    guarded(null, () =>
      withPython(textDocument.uri, null, ({ project }, { document }) => {
        const hover = hoverAt(project.file, project, document.offsetAt(position));
        if (!hover) return null;
        const range = { start: document.positionAt(hover.start), end: document.positionAt(hover.end) };
        return { contents: { kind: MarkupKind.Markdown, value: hover.markdown }, range };
      }),
    ),
  );
}
