/** One line above each program: whether it repeats, or what is missing, with the repair and the report beside it. */
import type { CodeLens, Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { glanceOf } from '../core/analysis/glance.ts';
import { asIs, type Message, t } from '../core/text/language.ts';
import { COMMANDS, VERIFY } from '../protocol.ts';
import { placeOf } from './notebooks.ts';
import type { Python, Session } from './session.ts';

/** Registers the request; only for clients that run the commands themselves. */
export function serveLenses(session: Session): void {
  session.connection.onCodeLens(({ textDocument: { uri } }) =>
    session.speaker.guarded<CodeLens[]>([], () =>
      session.withPython(uri, [], (python, { document }) =>
        lensesOf(uri, python, document, session.client.commands.has(VERIFY)),
      ),
    ),
  );
}

function lensesOf(
  uri: string,
  { file, project, analysis }: Python,
  document: TextDocument,
  canVerify: boolean,
): CodeLens[] {
  const glance = glanceOf(file, project, analysis);
  const place = glance && placeOf(glance.place, document);
  // A notebook is asked once for each cell.
  if (!glance || place?.uri !== uri) return [];
  const range: Range = { start: place.range.start, end: place.range.start };
  const lens = (title: Message, command: string, ...args: unknown[]): CodeLens => ({
    range,
    command: { title, command, arguments: args },
  });
  return [
    lens(asIs(`Seedwise: ${glance.text}`), COMMANDS.report, uri),
    ...(glance.unseeded.length > 0 ? [lens(t`seed it`, COMMANDS.insertSeedBlock, uri)] : []),
    lens(t`report`, COMMANDS.report, uri),
    ...(canVerify ? [lens(t`run it twice`, VERIFY, uri)] : []),
  ];
}
