/** Inlay hints: the stream behind each draw, for who asks for them by the setting. */
import { type InlayHint, InlayHintKind, type InlayHintParams, MarkupKind } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { hintsIn } from '../core/hover/hints.ts';
import { placeOf, spanOf } from './notebooks.ts';
import type { Python, Session } from './session.ts';

/** Registers the request. */
export function serveHints(session: Session): void {
  session.connection.languages.inlayHint.on((params) =>
    session.speaker.guarded<InlayHint[]>([], async () => {
      const { uri } = params.textDocument;
      if (!(await session.wantsHints(uri))) return [];
      return await session.withPython(uri, [], (python, { document }) => hintsOf(params, python, document));
    }),
  );
}

function hintsOf(
  { textDocument: { uri }, range }: InlayHintParams,
  python: Python,
  document: TextDocument,
): InlayHint[] {
  const span = spanOf(uri, range, document);
  if (!span) return [];
  return hintsIn(python.file, python.project, span).map(({ offset, label, tooltip }) => ({
    position: placeOf({ start: offset, end: offset }, document).range.start,
    label,
    kind: InlayHintKind.Type,
    paddingLeft: true,
    tooltip: { kind: MarkupKind.Markdown, value: tooltip },
  }));
}
