/** Everything the lightbulb and the palette offer: repairs, ignores and refactorings. Hosts only translate. */

import type { Project } from '../contract/project.ts';
import type { Finding, Variable } from '../contract/rule.ts';
import { compatibleEdits } from '../edits/edit-text.ts';
import { freeName } from '../edits/imports.ts';
import { makeDeterministic } from '../loading/deterministic-loader.ts';
import { seedWorker, workerFunction } from '../loading/worker-functions.ts';
import { findDraw } from '../lowering/draws.ts';
import { DATA_LOADER } from '../lowering/loader-arguments.ts';
import { indexingFix } from '../operations/equivalents.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { cellAt } from '../python/notebook.ts';
import { unusedIgnore } from '../rules/unused-ignore.ts';
import { alreadyDone, seedBlock, startsElsewhere } from '../seeding/seed-block.ts';
import { LAUNCH_FILE } from '../switches/environment.ts';
import { contains, type Edit, type Fix, type Rewrite, type Span } from '../text/edit.ts';
import { type Message, type Phrase, phrase, t, translate } from '../text/language.ts';
import { type Analysis, staysInCells } from './analyze.ts';
import { ignoreFile, ignoreLine } from './suppress.ts';

export interface Action {
  readonly title: Message;
  readonly kind: 'quickfix' | 'refactor.rewrite' | 'source.fixAll.seedwise' | 'notebook.source.fixAll.seedwise';
  /** The finding it repairs. */
  readonly finding?: Finding;
  readonly preferred: boolean;
  /** What the client does instead of, or after, the edits. */
  readonly command?: {
    readonly name: 'explain' | 'turnOff' | 'turnOffInFolder' | 'changeSeverity' | 'fixInWorkspace';
    readonly rule: string;
  };
  /** What the host writes to its launch configuration instead of edits. */
  readonly startWith?: Variable;
  /** The command of the palette that does the same. */
  readonly rewrite?: Rewrite;
  edits(): readonly Edit[];
}

const noEdits = (): readonly Edit[] => [];

/** What can be done at a span, the repairs of its findings first. */
export function actionsAt(file: PythonFile, project: Project, analysis: Analysis, span: Span): Action[] {
  const here = analysis.findings.filter((finding) => finding.start <= span.end && span.start <= finding.end);
  const repairs = here.flatMap((finding) => [
    ...(finding.fixes ?? []).map((fix, i) => repair(finding, fix, i === 0)),
    ...(finding.startWith && !file.notebook ? [launch(finding, finding.startWith)] : []),
  ]);
  const all = [
    ...repairs,
    ...here.flatMap((finding) => generic(file, analysis, finding)),
    ...refactorings(file, project, span, repairs),
  ];
  return all.filter((action) => fits(file, action.edits));
}

/** The same, and at last what can be done to the whole file when it is saved. */
export const actionsOf = (
  { file, project, analysis }: { readonly file: PythonFile; readonly project: Project; readonly analysis: Analysis },
  span: Span,
): Action[] => [...actionsAt(file, project, analysis, span), ...safeFixes(file, analysis, span)];

/** What has to be at the cursor for a rewrite that the palette offers. */
const WANTED: Readonly<Record<Rewrite, Phrase>> = {
  insertSeedWorker: phrase`Put the cursor on a \`DataLoader(...)\` that has no \`worker_init_fn\`.`,
  makeDeterministic: phrase`Put the cursor on a \`DataLoader(...)\` that is not deterministic yet.`,
  replaceIndexSelect: phrase`Put the cursor on a call of \`index_select\`.`,
};

/** One of them at a span, or why there is none. */
export function rewriteAt(
  { file, project, analysis }: { readonly file: PythonFile; readonly project: Project; readonly analysis: Analysis },
  span: Span,
  name: Rewrite,
): Action | { readonly message: Message } {
  const found = actionsAt(file, project, analysis, span).find(({ rewrite }) => rewrite === name);
  return found ?? { message: translate(WANTED[name]) };
}

/** What would reach from one cell of a notebook into another, or write over a magic, is not offered. */
const fits = (file: PythonFile, edits: () => readonly Edit[]): boolean => staysInCells(file, edits());

function repair(finding: Finding, fix: Fix, preferred: boolean): Action {
  const rewrite = fix.rewrite ? { rewrite: fix.rewrite } : {};
  return { title: fix.title, kind: 'quickfix', finding, preferred, ...rewrite, edits: () => fix.edits() };
}

/** A kernel is started by no launch configuration, so notebooks are not offered this. */
const launch = (finding: Finding, startWith: Variable): Action => ({
  title: t`Set \`${startWith.name}\` in \`${LAUNCH_FILE}\``,
  kind: 'quickfix',
  finding,
  preferred: false,
  startWith,
  edits: noEdits,
});

/** The actions that every finding has. */
function generic(file: PythonFile, analysis: Analysis, finding: Finding): Action[] {
  const { rule } = finding;
  const same = analysis.findings.filter((each) => each.rule === rule && each.fixes?.[0]);
  const action = (title: Message, edits: Action['edits'], command?: Action['command']): Action => ({
    title,
    kind: 'quickfix',
    finding,
    preferred: false,
    edits,
    ...(command ? { command } : {}),
  });
  const cell = file.notebook && cellAt(file.notebook, finding.start);
  const beside = cell ? same.filter(({ start }) => cell.start <= start && start <= cell.end) : [];
  const all = (title: Message, findings: readonly Finding[]): Action[] =>
    findings.length > 1 && finding.fixes?.[0]
      ? [action(title, () => compatibleEdits(findings.flatMap((each) => each.fixes?.[0] ?? [])).edits)]
      : [];
  const everywhere = action(t`Fix all of \`${rule}\` in the workspace`, noEdits, { name: 'fixInWorkspace', rule });
  const ignores = [
    action(t`Ignore \`${rule}\` on this line`, () => ignoreLine(file, finding)),
    action(file.notebook ? t`Ignore \`${rule}\` in this notebook` : t`Ignore \`${rule}\` in this file`, () =>
      ignoreFile(file, rule),
    ),
  ];
  return [
    ...(beside.length < same.length ? all(t`Fix all of \`${rule}\` in this cell`, beside) : []),
    ...all(file.notebook ? t`Fix all of \`${rule}\` in this notebook` : t`Fix all of \`${rule}\` in this file`, same),
    ...(finding.fixes?.[0] && !finding.fixes[0].byHand ? [everywhere] : []),
    // An ignore is not ignored; it is removed.
    ...(rule === unusedIgnore.name ? [] : ignores),
    action(t`Change the severity of \`${rule}\` …`, noEdits, { name: 'changeSeverity', rule }),
    action(t`Turn \`${rule}\` off in the settings`, noEdits, { name: 'turnOff', rule }),
    action(t`Turn \`${rule}\` off in this folder`, noEdits, { name: 'turnOffInFolder', rule }),
    action(t`Explain \`${rule}\``, noEdits, { name: 'explain', rule }),
  ];
}

/** Rewrites that need no finding. */
function refactorings(file: PythonFile, project: Project, span: Span, offered: readonly Action[]): Action[] {
  const actions: Action[] = [];
  const add = (title: Message, edits: Action['edits'], rewrite?: Rewrite): void => {
    if (!offered.some((each) => each.title === title))
      actions.push({ title, kind: 'refactor.rewrite', preferred: false, ...(rewrite && { rewrite }), edits });
  };
  const call = callAt(file, span);
  if (call?.name === DATA_LOADER) {
    const whole = makeDeterministic(file, call, project);
    if (whole) add(t`Make this DataLoader deterministic`, whole, 'makeDeterministic');
    if (!file.notebook && !workerFunction(file, call.node))
      add(t`Insert \`seed_worker\``, () => seedWorker(file, freeName(file, ['seed_worker'])), 'insertSeedWorker');
  }
  const indexing = call && indexingFix(file, call);
  if (indexing) add(indexing.title, indexing.edits, indexing.rewrite);
  const statement = file.syntax.root.children.find((node) => contains(node, span));
  if (statement && /^import/.test(statement.type) && project.isProgram) {
    const block = insertSeedBlock(file, project, { deterministic: false });
    if ('edits' in block) add(t`Insert seed block`, () => block.edits);
  }
  return actions;
}

/** The innermost call whose callee or argument list begins on the span. */
function callAt(file: PythonFile, span: Span): Call | null {
  let found: Call | null = null;
  for (const call of file.allCalls) {
    if (contains(call.node, span)) found = call;
  }
  return found;
}

/** The safe fixes of all findings, leaving out what overlaps. */
export const fixAll = (analysis: Analysis): readonly Edit[] => firstFixes(analysis, false).edits;

/** The first fixes of all findings, leaving out what overlaps; and how many they are. */
export function firstFixes(analysis: Analysis, unsafe: boolean): { edits: readonly Edit[]; count: number } {
  const first = analysis.findings.flatMap((finding) => (finding.fixes ?? []).slice(0, 1));
  return compatibleEdits(first.filter((fix) => !fix.byHand && (unsafe || fix.safe)));
}

/**
 * The action that applies them when a file is saved; none where there is nothing safe to fix. Notebooks are asked once
 * for each cell, and once as a whole: the span tells the cell.
 */
function safeFixes(file: PythonFile, analysis: Analysis, span: Span): Action[] {
  const cell = file.notebook && cellAt(file.notebook, span.start);
  const edits = fixAll(analysis);
  const own = cell ? edits.filter((edit) => contains(cell, edit)) : edits;
  const action = (kind: Action['kind'], title: Message, edits: readonly Edit[]): Action[] =>
    edits.length > 0 ? [{ title, kind, preferred: false, edits: () => edits }] : [];
  const title = t`Fix all Seedwise problems that are safe to fix`;
  return [
    ...action('source.fixAll.seedwise', title, own),
    ...(file.notebook
      ? action(
          'notebook.source.fixAll.seedwise',
          t`Fix all Seedwise problems in this notebook that are safe to fix`,
          edits,
        )
      : []),
  ];
}

/** What a command inserts, and what of that it shows. */
export interface Inserted {
  readonly edits: readonly Edit[];
  readonly shown: string;
}

/** A seed block made for this file, or why there is none to insert. */
export function insertSeedBlock(
  file: PythonFile,
  project: Project,
  options: { readonly deterministic: boolean },
): Inserted | { readonly message: Message } {
  if (!drawsAnything(file, project))
    return { message: t`Nothing here draws random numbers: there is nothing to seed.` };
  const { seeded, isDone } = alreadyDone(file, project, options.deterministic);
  if (isDone) {
    const message = options.deterministic
      ? t`This program is deterministic and seeds ${seeded} already.`
      : t`This program seeds ${seeded} already.`;
    return { message };
  }
  if (options.deterministic && startsElsewhere(file, project))
    return { message: t`A process of this program begins in another file, which has to set the switches itself.` };
  const block = seedBlock(file, project, options.deterministic);
  if (!block)
    return { message: t`Each process of this program needs a seed of its own, and no rank is known where it begins.` };
  if (!fits(file, block.edits)) return { message: t`No cell of this notebook has room for a seed block.` };
  const edits = block.edits();
  if (edits.length === 0) return { message: t`\`${block.call}\` seeds all of it already.` };
  return { edits, shown: block.call };
}

/** A program that draws or seeds, or a module with a call that draws. */
const drawsAnything = (file: PythonFile, project: Project): boolean =>
  project.streams.size > 0 || file.allCalls.some((call) => findDraw(call, file) !== undefined);
