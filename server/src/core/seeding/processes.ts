/** Repairs for processes that are started: their target has to seed for itself. */

import type { Project } from '../contract/project.ts';
import { insertBefore } from '../edits/edit-text.ts';
import { spellAll } from '../edits/imports.ts';
import type { Child } from '../effects/summary.ts';
import { streamRow } from '../knowledge/streams.ts';
import type { Stream } from '../knowledge/tables.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';
import { nodeAt, seedValueAt } from './seeds.ts';

/** Seeds at the top of the target, where it is a function of this file and the seed can be written in it. */
export function seedTarget(file: PythonFile, project: Project, child: Child, stream: Stream): Fix[] {
  const target = targetOf(file, child, project);
  const statement = target?.get('body')?.children[0];
  if (!target || !statement) return [];
  const value = handedOn(file, project, child, target) ?? seedValueAt(file, statement);
  const name = file.read(target.get('name') ?? target);
  return [
    {
      title: t`Seed \`${streamRow(stream).seed}\` at the top of \`${name}\``,
      safe: false,
      edits: () => {
        const { texts, edits } = spellAll(file, [streamRow(stream).seed], statement.start);
        return [...edits, insertBefore(file, statement, [`${texts[0]}(${value})`])];
      },
    },
  ];
}

/** `args.seed` means the same in a target that gets `args`. */
function handedOn(file: PythonFile, project: Project, child: Child, target: Node): string | null {
  const seed = child.seed && project.locate(child.seed.site);
  const call = seed?.path === file.path ? nodeAt(file, seed).enclosing('call') : null;
  const value = call?.get('arguments')?.children[0];
  const text = value && file.read(value);
  const root = text ? /^(\w+)(\.\w+)*$/.exec(text)?.[1] : undefined;
  const owner = file.scopes.byNode.get(target)?.owner;
  const names = owner && 'parameters' in owner ? owner.parameters.map((parameter) => parameter.name) : [];
  return text && root && names.includes(root) ? text : null;
}

/** The function of this file that the process runs. */
export function targetOf(file: PythonFile, child: Child, project: Project): Node | undefined {
  const callee = nodeAt(file, project.locate(child.site));
  const node = callee.type === 'call' ? callee : callee.enclosing('call');
  const passed = node?.get('arguments')?.children ?? [];
  for (const argument of passed) {
    const target = file.functionOf(file.qualify(argument.get('value') ?? argument));
    if (target) return target.node;
  }
  return undefined;
}
