/**
 * Writes an environment variable to `.vscode/launch.json`, where an editor keeps how it starts programs. Every other
 * byte of the file stays; a file that is not there is created.
 */
import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { type CodeAction, type CreateFile, MessageType, type TextDocumentEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Action } from '../core/analysis/actions.ts';
import type { Variable } from '../core/contract/rule.ts';
import { EDITOR_FOLDER, LAUNCH_FILE } from '../core/switches/environment.ts';
import type { Edit } from '../core/text/edit.ts';
import { type Message, t } from '../core/text/language.ts';
import { addressIn, type FileAccess } from '../host/folders.ts';
import { type clientOf, isInWorkspace, rangeOf } from './client.ts';
import { pathOf, type WorkspaceIndex } from './workspace-index.ts';

interface Surroundings {
  readonly index: WorkspaceIndex;
  client(): ReturnType<typeof clientOf>;
  files(): FileAccess;
  tell(type: MessageType, message: Message): void;
}

/** Offers the action where it can be done, and computes its edit when it is chosen. */
export function launcher({ index, client, files, tell }: Surroundings) {
  const folderOf = (uri: string): string | undefined =>
    isInWorkspace(uri) ? index.folderOf(pathOf(uri))?.replace(/\/+$/, '') : undefined;

  return {
    offers: ({ startWith }: Action, uri: string): boolean =>
      !startWith || (client().resolvesEdits && client().createsFiles && folderOf(uri) !== undefined),

    /** The action with its edit; without one, and a message, where the file cannot be read or has it already. */
    async resolve(action: CodeAction, variable: Variable, uri: string): Promise<CodeAction> {
      const folder = folderOf(uri) ?? '';
      const address = addressIn(folder, LAUNCH_FILE);
      const [text] = await files().read([address]);
      if (text === undefined && !(await isMissing(folder))) {
        tell(MessageType.Warning, t`\`${LAUNCH_FILE}\` cannot be read.`);
        return action;
      }
      const edits = launchEdits(text ?? '', variable);
      if (!edits) tell(MessageType.Warning, t`\`${LAUNCH_FILE}\` is not changed: it cannot be understood.`);
      else if (edits.length === 0)
        tell(MessageType.Info, t`\`${LAUNCH_FILE}\` sets \`${variable.name}\` to ${variable.value} already.`);
      if (!edits?.length) return action;
      const document = TextDocument.create(address, 'jsonc', 0, text ?? '');
      const create: CreateFile = { kind: 'create', uri: address };
      const change: TextDocumentEdit = {
        textDocument: { uri: address, version: null },
        edits: edits.map((edit) => ({ range: rangeOf(edit, document), newText: edit.text })),
      };
      const documentChanges = text === undefined ? [create, change] : [change];
      // The title says which file is written, so it is not asked for again.
      return { ...action, edit: { documentChanges } };
    },
  };

  /** True where the folder can be listed and the file is not in it. */
  async function isMissing(folder: string): Promise<boolean> {
    const [entries, inEditors] = await files().list([folder, addressIn(folder, EDITOR_FOLDER)]);
    return entries !== undefined && !inEditors?.some(({ name }) => LAUNCH_FILE.endsWith(`/${name}`));
  }
}

/** What debuggers of Python call themselves. */
const PYTHON = new Set(['debugpy', 'python']);

/** Edits that set the variable wherever Python is launched; null where the text cannot be understood. */
export function launchEdits(text: string, { name, value }: Variable): Edit[] | null {
  const setting = `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  const configuration = [
    '{',
    '\t"name": "Python: Current File",',
    '\t"type": "debugpy",',
    '\t"request": "launch",',
    // The editor puts the open file here.
    `\t"program": "\${file}",`,
    '\t"console": "integratedTerminal",',
    `\t"env": { ${setting} }`,
    '}',
  ];
  const list = ['"configurations": [', ...configuration.map((line) => `\t${line}`), ']'];
  if (text.trim() === '') {
    const lines = ['{', '\t"version": "0.2.0",', ...list.map((line) => `\t${line}`), '}', ''];
    return [{ start: 0, end: text.length, text: lines.join('\n').replaceAll('\t', '    ') }];
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || root?.type !== 'object') return null;
  const configurations = findNodeAtLocation(root, ['configurations']);
  if (!configurations) return [insertItem(text, root, list)].flat();
  if (configurations.type !== 'array') return null;
  const launches = (configurations.children ?? []).filter(
    (each) => PYTHON.has(memberOf(each, 'type')?.value) && memberOf(each, 'request')?.value === 'launch',
  );
  if (launches.length === 0) return insertItem(text, configurations, configuration);
  const environments = launches.map((each) => memberOf(each, 'env'));
  if (environments.some((env) => env && env.type !== 'object')) return null;
  return launches.flatMap((each, i) => {
    const env = environments[i];
    if (!env)
      return insertItem(
        text,
        each,
        isOnLines(text, each) ? ['"env": {', `\t${setting}`, '}'] : [`"env": { ${setting} }`],
      );
    const given = memberOf(env, name);
    if (!given) return insertItem(text, env, [setting]);
    return given.value === value ? [] : [{ start: given.offset, end: endOf(given), text: JSON.stringify(value) }];
  });
}

const memberOf = (object: Node, name: string): Node | undefined =>
  object.type === 'object' ? findNodeAtLocation(object, [name]) : undefined;

const endOf = ({ offset, length }: Node): number => offset + length;

/** Behind the last item of an object or array, in its layout; tabs stand for one level. */
function insertItem(text: string, container: Node, lines: readonly string[]): Edit[] {
  const last = container.children?.at(-1);
  const close = endOf(container) - 1;
  const insert = (start: number, added: string): Edit => ({ start, end: start, text: added });
  if (!isOnLines(text, container)) {
    const item = lines.map((line) => line.trim()).join(' ');
    if (!last)
      return [insert(container.offset + 1, text.slice(container.offset + 1, close) === '' ? ` ${item} ` : ` ${item}`)];
    const comma = commaBehind(text, endOf(last), close);
    return [comma < 0 ? insert(endOf(last), `, ${item}`) : insert(comma + 1, ` ${item},`)];
  }
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const outer = indentAt(text, container.offset);
  const unit = unitOf(text);
  const indent = last ? indentAt(text, last.offset) : outer + unit;
  const item = lines.map((line) => eol + indent + line.replace(/^\t+/, (tabs) => unit.repeat(tabs.length))).join('');
  if (!last) return [insert(container.offset + 1, item)];
  const comma = commaBehind(text, endOf(last), close);
  const end = endOfLine(text, comma < 0 ? endOf(last) : comma + 1);
  if (comma >= 0) return [insert(end, `${item},`)];
  return end === endOf(last) ? [insert(end, `,${item}`)] : [insert(endOf(last), ','), insert(end, item)];
}

/** What is in the brackets stands on lines of its own. */
function isOnLines(text: string, container: Node): boolean {
  const first = container.children?.[0];
  return /[\r\n]/.test(text.slice(container.offset + 1, first ? first.offset : endOf(container)));
}

/** The offset of a comma between two places, comments aside; -1 where there is none. */
function commaBehind(text: string, from: number, to: number): number {
  const comma = text
    .slice(from, to)
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (each) => ' '.repeat(each.length))
    .indexOf(',');
  return comma < 0 ? comma : from + comma;
}

/** Behind the comments that follow on the same line. */
function endOfLine(text: string, from: number): number {
  const [rest = ''] = /^(?:[ \t]*\/\*[^\r\n]*?\*\/)*(?:[ \t]*\/\/[^\r\n]*)?/.exec(text.slice(from)) ?? [];
  return from + rest.length;
}

const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';

/** One level, as the first indented line has it. */
const unitOf = (text: string): string => /^([ \t]+)"/m.exec(text)?.[1] ?? '    ';
