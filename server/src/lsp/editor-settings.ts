/** What is wrong with settings of ours in an editor's own file of settings, where it stands. */
import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { unknownRules } from '../core/analysis/config-problems.ts';
import type { Span } from '../core/text/edit.ts';
import type { Message } from '../core/text/language.ts';

/** Where VS Code keeps settings: of a user, a machine or a folder, and of a workspace of several folders. */
export const isEditorSettings = ({ uri, languageId }: TextDocument): boolean =>
  /^jsonc?$/.test(languageId) && /(\/settings\.json|\.code-workspace)$/.test(uri);

/**
 * A sentence for each pattern in `seedwise.rules` that matches no rule, with the span of its key. A name that no rule has
 * is marked by the editor itself, which knows the names from the manifest; of a text that is broken, what can be read counts.
 */
export function editorSettingProblems(text: string): readonly { readonly message: Message; readonly span: Span }[] {
  const root = parseTree(text);
  const tables = [['seedwise.rules'], ['settings', 'seedwise.rules']].map(
    (path) => root && findNodeAtLocation(root, path),
  );
  const keys = tables.flatMap((table) => (table?.type === 'object' ? (table.children ?? []).flatMap(keyOf) : []));
  const rules = Object.fromEntries(keys.map(({ value }) => [value, 'default'] as const));
  return unknownRules({ rules }).flatMap(({ message, keys: [, pattern = ''] }) =>
    pattern.includes('*')
      ? keys
          .filter(({ value }) => value === pattern)
          .map(({ offset, length }) => ({ message, span: { start: offset, end: offset + length } }))
      : [],
  );
}

const keyOf = ({ children: [key] = [] }: Node): Node[] => (key ? [key] : []);
