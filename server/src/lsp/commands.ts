/** Commands that edit: what they write is worked out here, and the client applies it. */
import { type Connection, MessageType, type Position, type Range, type WorkspaceEdit } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { insertSeedBlock, rewriteAt } from '../core/analysis/actions.ts';
import type { Analysis } from '../core/analysis/analyze.ts';
import type { Project } from '../core/contract/project.ts';
import type { PythonFile } from '../core/python/file.ts';
import type { Edit, Rewrite } from '../core/text/edit.ts';
import { type Message, t } from '../core/text/language.ts';
import { COMMANDS, type SeedBlockOptions } from '../protocol.ts';
import { spanOf } from './notebooks.ts';

interface Python {
  readonly file: PythonFile;
  readonly project: Project;
  readonly analysis: Analysis;
}

/** An edit and what it is called, or why there is none. */
type Outcome =
  /** `shown`: the text to reveal of what the edit inserts. */
  { readonly edit: WorkspaceEdit; readonly label: Message; readonly shown?: string } | { readonly message: Message };

/** What the server lends. */
interface Server {
  /** Works something out from an open document as it is now; nothing for one that is not ours to judge. */
  withPython(
    uri: string,
    otherwise: undefined,
    work: (python: Python, checked: { readonly document: TextDocument }) => Outcome,
  ): Promise<Outcome | undefined>;
  editOf(edits: readonly Edit[], document: TextDocument, title: Message): WorkspaceEdit;
  tell(type: MessageType, message: Message): void;
  /** Whether the client can be asked to show a place. */
  showsDocuments(): boolean;
}

const REWRITES: ReadonlyMap<string, Rewrite> = new Map([
  [COMMANDS.insertSeedWorker, 'insertSeedWorker'],
  [COMMANDS.makeDeterministic, 'makeDeterministic'],
  [COMMANDS.replaceIndexSelect, 'replaceIndexSelect'],
]);

/** The commands by their names. */
export const EDITING: readonly string[] = [COMMANDS.insertSeedBlock, ...REWRITES.keys()];

/** Runs one of them; another command is somebody else's business. */
export function editingCommands(connection: Connection, { withPython, editOf, tell, showsDocuments }: Server) {
  return {
    async run(command: string, uri: string, options?: SeedBlockOptions | Position): Promise<void> {
      if (!EDITING.includes(command)) return;
      const outcome = await withPython(uri, undefined, (python, { document }) =>
        outcomeOf(command, python, document, uri, options),
      );
      if (!outcome) return tell(MessageType.Warning, t`This command needs an open Python file.`);
      if ('message' in outcome) return tell(MessageType.Info, outcome.message);
      const { edit, label, shown } = outcome;
      const { applied, failureReason } = await connection.workspace.applyEdit({ edit, label });
      if (!applied) {
        const message = failureReason ? t`${label}: not done, ${failureReason}.` : t`${label}: not done.`;
        return tell(MessageType.Warning, message);
      }
      const place = shown === undefined || !showsDocuments() ? null : placeIn(edit, shown);
      if (place) await connection.window.showDocument({ ...place, takeFocus: true });
    },
  };

  function outcomeOf(
    command: string,
    python: Python,
    document: TextDocument,
    uri: string,
    options: SeedBlockOptions | Position | undefined,
  ): Outcome {
    const rewrite = REWRITES.get(command);
    if (!rewrite) {
      const deterministic = options !== undefined && 'deterministic' in options && options.deterministic;
      const block = insertSeedBlock(python.file, python.project, { deterministic });
      const label = t`Insert seed block`;
      return 'message' in block ? block : { edit: editOf(block.edits, document, label), label, shown: block.shown };
    }
    const position = options !== undefined && 'line' in options ? options : { line: 0, character: 0 };
    const span = spanOf(uri, { start: position, end: position }, document);
    const action = rewriteAt(python, span ?? { start: 0, end: 0 }, rewrite);
    if ('message' in action) return action;
    return { edit: editOf(action.edits(), document, action.title), label: action.title };
  }
}

/** Where a text stands that an edit brings, once it is made; null where it brings no such text. */
function placeIn(edit: WorkspaceEdit, text: string): { uri: string; selection: Range } | null {
  const listed = (edit.documentChanges ?? []).flatMap((each) =>
    'edits' in each ? [[each.textDocument.uri, each.edits.filter((one) => 'newText' in one)] as const] : [],
  );
  for (const [uri, edits] of [...listed, ...Object.entries(edit.changes ?? {})]) {
    let moved = 0;
    for (const { range, newText } of [...edits].sort((a, b) => a.range.start.line - b.range.start.line)) {
      const at = newText.lastIndexOf(text);
      const above = newText.slice(0, Math.max(0, at)).split('\n');
      const line = range.start.line + moved + above.length - 1;
      const character = (above.length > 1 ? 0 : range.start.character) + (above.at(-1)?.length ?? 0);
      if (at >= 0) {
        return { uri, selection: { start: { line, character }, end: { line, character: character + text.length } } };
      }
      moved += newText.split('\n').length - 1 - (range.end.line - range.start.line);
    }
  }
  return null;
}
