/**
 * How a program is run, as a person types it: as a file, as a module, by a launcher, as a command of its project, or as they
 * say themselves. What was chosen for a program is offered first the next time.
 */
import { l10n, type Memento, QuickPickItemKind, window } from 'vscode';

/** What the tracer is given for it. */
export interface RunWay {
  /** As it is typed. */
  readonly line: string;
  readonly isModule: boolean;
  readonly words: readonly string[];
}

/** Where a workspace keeps what was chosen last: by the path of the program, the line. */
const KEPT = 'seedwise.runWays';

/**
 * Asks how the program is run, by its name from the folder it is started in; nothing where nobody says. A notebook is run
 * in one way only.
 */
export async function chooseWay(
  name: string,
  commands: readonly string[],
  memory: Memento,
): Promise<RunWay | undefined> {
  const file = name.replaceAll('\\', '/');
  if (file.endsWith('.ipynb')) return { line: file, isModule: false, words: [file] };
  const kept = memory.get<Readonly<Record<string, string>>>(KEPT, {});
  const last = kept[file];
  const offered = waysOf(file, commands);
  const lines = [...new Set([...(last === undefined ? [] : [last]), ...offered.map(({ line }) => line)])];
  const own = l10n.t('Type how it is run…');
  const picks = [
    ...lines.map((line) => ({
      label: line,
      description: line === last ? l10n.t('as before') : (offered.find((each) => each.line === line)?.text ?? ''),
    })),
    { label: '', kind: QuickPickItemKind.Separator },
    { label: own },
  ];
  const title = l10n.t('How is {0} run?', file);
  const picked = await window.showQuickPick(picks, { title, ignoreFocusOut: true });
  const line =
    picked?.label === own
      ? await window.showInputBox({ title, value: lines[0] ?? '', ignoreFocusOut: true })
      : picked?.label;
  const way = line === undefined ? undefined : wayOf(line);
  if (way) await memory.update(KEPT, { ...kept, [file]: way.line }).then(undefined, () => {}); // It is asked again, then.
  return way;
}

/** The usual ways, each with what it is. */
function waysOf(
  file: string,
  commands: readonly string[],
): readonly { readonly line: string; readonly text: string }[] {
  const typed = /[\s"']/.test(file) ? `"${file}"` : file;
  const module = file.replace(/(\/__main__)?\.py$/, '').replaceAll('/', '.');
  const isOfPackage = file.includes('/') && /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(module);
  return [
    { line: `python ${typed}`, text: l10n.t('as a file') },
    ...(isOfPackage ? [{ line: `python -m ${module}`, text: l10n.t('as a module') }] : []),
    ...commands.map((line) => ({ line, text: l10n.t('as a command of the project') })),
    { line: `torchrun --nproc_per_node 2 ${typed}`, text: l10n.t('as two processes') },
    { line: ['accelerate', 'launch', typed].join(' '), text: l10n.t('by its launcher') },
  ];
}

/** The way that a line means, with its arguments; nothing for an empty one. */
function wayOf(line: string): RunWay | undefined {
  const typed = [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
  const words = /^python[\d.]*$/.test(typed[0] ?? '') ? typed.slice(1) : typed;
  const isModule = words[0] === '-m';
  const given = isModule ? words.slice(1) : words;
  return given.length === 0 ? undefined : { line: line.trim(), isModule, words: given };
}
