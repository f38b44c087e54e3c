/** Does to a text what an action of the lightbulb or the palette would do. */
import assert from 'node:assert/strict';
import './engine.ts';
import { actionsAt, insertSeedBlock } from '../server/src/core/analysis/actions.ts';
import { analyze } from '../server/src/core/analysis/analyze.ts';
import { applyEdits } from '../server/src/core/edits/edit-text.ts';
import { projectOf } from '../server/src/core/program/project.ts';
import { closeFile, openFile } from '../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../server/src/core/settings/settings.ts';
import { workspaceOf } from './corpus.ts';

/** Another file of the same project. */
export interface Beside {
  readonly path: string;
  readonly text: string;
}

/** The text after the action whose title starts so, taken at the first place the needle stands. */
export const act = (text: string, needle: string, title: string, beside: readonly Beside[] = []): string =>
  actElsewhere(text, needle, title, beside, 'train.py');

/** The text that the same action makes of the file at a path, which may be another one than the place stands in. */
export function actElsewhere(
  text: string,
  needle: string,
  title: string,
  beside: readonly Beside[],
  path: string,
): string {
  const file = openFile('train.py', text);
  const project = projectOf(file, DEFAULT_SETTINGS, workspaceOf([{ path: 'train.py', text }, ...beside]));
  const analysis = analyze(project, DEFAULT_SETTINGS);
  const at = text.indexOf(needle);
  const actions = actionsAt(file, project, analysis, { start: at, end: at });
  const action = actions.find((each) => each.title.startsWith(title));
  assert.ok(action, `no "${title}" among: ${actions.map((each) => each.title).join(', ')}`);
  const before = path === 'train.py' ? text : beside.find((each) => each.path === path)?.text;
  assert.ok(before !== undefined, path);
  const result = applyEdits(
    before,
    action.edits().filter((edit) => (edit.path ?? 'train.py') === path),
  );
  closeFile(file);
  return result;
}

/** What is offered there. */
export function titles(text: string, needle: string, beside: readonly Beside[] = []): string[] {
  const file = openFile('train.py', text);
  const around = beside.length > 0 ? workspaceOf([{ path: 'train.py', text }, ...beside]) : undefined;
  const project = projectOf(file, DEFAULT_SETTINGS, around);
  const at = text.indexOf(needle);
  const found = actionsAt(file, project, analyze(project, DEFAULT_SETTINGS), { start: at, end: at });
  closeFile(file);
  return found.map((each) => each.title);
}

/** The text with a seed block, made for a version of torch, or why there is none. */
export function block(text: string, deterministic = false, torchVersion = ''): string {
  const file = openFile('train.py', text);
  const answer = insertSeedBlock(file, projectOf(file, { ...DEFAULT_SETTINGS, torchVersion }), { deterministic });
  closeFile(file);
  return 'edits' in answer ? applyEdits(text, answer.edits) : answer.message;
}
