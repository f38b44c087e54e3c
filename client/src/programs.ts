/** The view *Programs*: each program of the workspace with what it promises, its streams and its findings. */
import {
  commands,
  type Disposable,
  EventEmitter,
  l10n,
  Position,
  Range,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
} from 'vscode';
import { type BaseLanguageClient, State } from 'vscode-languageclient';
import { COMMANDS, PROGRAMS, type ProgramEntry, STATUS } from '../../server/src/protocol.ts';

type Item = {
  readonly program: ProgramEntry;
  readonly finding?: ProgramEntry['findings'][number];
  readonly text?: string;
};

const PROMISES: Readonly<Record<ProgramEntry['promise'], string>> = {
  none: l10n.t('promises nothing'),
  seeded: l10n.t('seeds: the same random numbers'),
  deterministic: l10n.t('deterministic: the same bits'),
};

const SEVERITIES: Readonly<Record<ProgramEntry['findings'][number]['severity'], string>> = {
  error: l10n.t('error'),
  warning: l10n.t('warning'),
  information: l10n.t('information'),
  hint: l10n.t('hint'),
};

const ICONS: Readonly<Record<string, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'info',
  hint: 'lightbulb',
};

/** Milliseconds after the last news before the list is asked for again. */
const REFRESH_DELAY_MS = 1000;

/** Registers the view and its commands; it is asked for only while it is shown. */
export function registerPrograms(client: BaseLanguageClient): Disposable[] {
  const changed = new EventEmitter<undefined>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => changed.fire(undefined), REFRESH_DELAY_MS);
  };
  const provider: TreeDataProvider<Item> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: itemOf,
    async getChildren(item) {
      if (item) return item.finding || item.text ? [] : childrenOf(item.program);
      if (client.state !== State.Running) return [];
      const programs = await client.sendRequest<ProgramEntry[]>(PROGRAMS, {}).catch(() => []);
      return programs.map((program) => ({ program }));
    },
  };
  return [
    window.createTreeView('seedwise.programs', { treeDataProvider: provider, showCollapseAll: true }),
    commands.registerCommand('seedwise.refreshPrograms', () => changed.fire(undefined)),
    commands.registerCommand('seedwise.reportOfProgram', ({ program }: Item) =>
      commands.executeCommand(COMMANDS.report, program.uri),
    ),
    client.onNotification(STATUS.changed, refresh),
    client.onDidChangeState(({ newState }) => newState === State.Running && refresh()),
    { dispose: () => clearTimeout(timer) },
    changed,
  ];
}

function childrenOf(program: ProgramEntry): Item[] {
  const streams =
    program.streams.length > 0
      ? l10n.t('seeds {0}', program.streams.join(', '))
      : l10n.t('seeds nothing on every path');
  return [
    { program, text: PROMISES[program.promise] },
    { program, text: streams },
    ...program.findings.map((finding) => ({ program, finding })),
  ];
}

function itemOf({ program, finding, text }: Item): TreeItem {
  const uri = Uri.parse(program.uri);
  if (text !== undefined) return new TreeItem(text);
  if (finding) {
    const item = new TreeItem(`${finding.line}: ${finding.message}`);
    item.iconPath = new ThemeIcon(ICONS[finding.severity] ?? 'info');
    item.tooltip = finding.rule;
    // The icon alone says how much it weighs, and the tooltip would be read in place of the message.
    item.accessibilityInformation = {
      label: l10n.t('{0}, line {1}: {2}', SEVERITIES[finding.severity], finding.line, finding.message),
    };
    item.command = openAt(uri, finding.line - 1);
    return item;
  }
  const item = new TreeItem(program.name, TreeItemCollapsibleState.Collapsed);
  item.description = program.text;
  item.accessibilityInformation = { label: `${program.name}: ${program.text}` };
  item.resourceUri = uri;
  item.contextValue = 'program';
  item.iconPath = ThemeIcon.File;
  item.command = openAt(uri, 0);
  return item;
}

function openAt(uri: Uri, line: number) {
  const position = new Position(line, 0);
  return {
    title: l10n.t('Open'),
    command: 'vscode.open',
    arguments: [uri, { selection: new Range(position, position) }],
  };
}
