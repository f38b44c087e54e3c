/** Repairs of draws in transformed code: the draw moves to where the function is called, and its number is handed in. */

import { insertAt, removeStatement, replace, statementOf } from '../edits/edit-text.ts';
import { freeName } from '../edits/imports.ts';
import { appliedTransform, transformationOf } from '../lowering/transforms.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { belongsTo, isBoundOnce, isSameVariable } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { type Node, walk } from '../syntax/parse.ts';
import type { Edit, Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

/** A call that ends up in the function: the arguments it passes by position, and where another one goes. */
interface Caller {
  readonly passed: readonly Node[];
  readonly end: number;
}

/** Draws at each call of the function instead of in it; null where that would draw otherwise, or a caller is out of sight. */
export function drawOutside(draw: Call, file: PythonFile): Fix | null {
  const home = draw.node.enclosing('function_definition', 'lambda', 'class_definition');
  const info = home?.type === 'function_definition' ? file.functionAt(home) : null;
  if (!info || info.class || !runsOnce(draw.node, info.node)) return null;
  if (info.parameters.some(({ star, keywordOnly, default: usual }) => star !== '' || keywordOnly || usual !== null))
    return null;
  const callers = callersOf(info, file);
  if (!callers || callers.some(({ passed }) => passed.length !== info.parameters.length)) return null;
  const written = callers.map((caller) => writtenFor(draw.node, info, caller, file));
  if (written.includes(null)) return null;
  return {
    title: t`Draw it outside of \`${info.name}\`, and hand it in`,
    safe: false,
    edits: () => {
      const { name, removed } = parameterFor(draw, file);
      const last = info.node.get('parameters')?.children.at(-1);
      const open = (info.node.get('parameters')?.end ?? 1) - 1;
      const parameter = last ? insertAt(last.end, `, ${name}`) : insertAt(open, name);
      return [
        parameter,
        removed ?? replace(draw.node, name),
        ...callers.map((each, i) => handIn(each, written[i] ?? '')),
      ];
    },
  };
}

const handIn = ({ passed, end }: Caller, text: string): Edit =>
  insertAt(passed.at(-1)?.end ?? end, passed.length > 0 ? `, ${text}` : text);

/** Its statement always runs, and the draw in it, once for each call. */
function runsOnce(node: Node, home: Node): boolean {
  const statement = statementOf(node);
  if (statement.parent !== home.get('body')) return false;
  if (!/^(expression_statement|return_statement)$/.test(statement.type)) return false;
  for (let at = node; at !== statement && at.parent; at = at.parent) {
    if (/^(conditional_expression|boolean_operator|lambda|.*_comprehension|generator_expression)$/.test(at.parent.type))
      return false;
  }
  return true;
}

/** The name of the new parameter; `mask = draw()` gives it its own, and goes. */
function parameterFor(draw: Call, file: PythonFile): { readonly name: string; readonly removed: Edit | null } {
  const assignment = draw.node.field === 'right' ? draw.node.parent : null;
  const target = assignment?.type === 'assignment' ? assignment.get('left') : undefined;
  const isOnly = target?.type === 'identifier' && isBoundOnce(target, file);
  const removed = assignment && isOnly ? removeStatement(file, statementOf(assignment)) : null;
  return removed && target
    ? { name: file.read(target), removed }
    : { name: freeName(file, ['drawn', 'drawn_number']), removed: null };
}

/** Every call that leads to the function, by its name or one that a transform of it has; null where it may go elsewhere. */
function callersOf(info: FunctionInfo, file: PythonFile): Caller[] | null {
  const found: Caller[] = [];
  const how = transformationOf(info, file);
  const isTransformed = how !== null && how !== 'untouched';
  const names = [info.node.get('name')];
  for (const name of names) {
    if (!name) return null;
    for (const mention of mentionsOf(name, file)) {
      const { parent } = mention;
      const isCalled = parent?.type === 'call' && mention.field === 'function';
      // Who calls the function as it is written may itself be transformed, and draws no better.
      if (isCalled && name === names[0] && !isTransformed) return null;
      const led = isCalled ? callerOf(file.call(parent), 0) : transformedBy(mention, file);
      if (!led) return null;
      if ('passed' in led) found.push(led);
      else names.push(led);
    }
  }
  return found.length > 0 ? found : null;
}

/** What a transform of the function leads to: a caller, or another name for it; null where it may go elsewhere. */
function transformedBy(mention: Node, file: PythonFile): Caller | Node | null {
  const { parent } = mention;
  const call = parent?.type === 'argument_list' && parent.parent ? file.call(parent.parent) : null;
  const applied = call && appliedTransform(call, file);
  if (!call || applied?.function !== mention) return null;
  const { passes } = applied.transform;
  const caller = passes === 'arguments' ? callerOf(call, 1) : null;
  if (caller) return caller;
  const target = passes === undefined && call.node.field === 'right' ? call.node.parent?.get('left') : null;
  return target?.type === 'identifier' && isBoundOnce(target, file) ? target : null;
}

/** Null where arguments are passed that nobody sees, or by keyword. */
function callerOf(call: Call, skip: number): Caller | null {
  const list = call.node.get('arguments');
  if (list?.type !== 'argument_list') return null;
  const positional = list.children.filter((each) => each.type !== 'keyword_argument');
  const isPlain = positional.every((each) => !/splat/.test(each.type));
  if (!isPlain || (skip === 0 && positional.length < list.children.length)) return null;
  return { passed: positional.slice(skip), end: list.end - 1 };
}

function mentionsOf(name: Node, file: PythonFile): Node[] {
  const found: Node[] = [];
  walk(file.syntax.root, (node) => {
    if (node !== name && isSameVariable(node, name, file))
      if (!/^(name|attribute)$/.test(node.field ?? '') && node.field !== 'left') found.push(node);
    return undefined;
  });
  return found;
}

/** The draw as a caller writes it: parameters replaced by what it passes; null where it reads what only the function has. */
function writtenFor(draw: Node, info: FunctionInfo, caller: Caller, file: PythonFile): string | null {
  const edits: { readonly node: Node; readonly text: string }[] = [];
  let isOpen = true;
  walk(draw, (node) => {
    if (node.type !== 'identifier' || /^(name|attribute)$/.test(node.field ?? '')) return undefined;
    if (!belongsTo(node, info, file)) return undefined;
    const at = info.parameters.findIndex(({ name }) => name === file.read(node));
    const given = isBoundOnce(node, file) && at >= 0 ? caller.passed[at] : undefined;
    if (!given || !/^(identifier|attribute|integer|float)$/.test(given.type)) isOpen = false;
    else edits.push({ node, text: file.read(given) });
    return undefined;
  });
  if (!isOpen) return null;
  let text = file.read(draw);
  for (const { node, text: given } of edits.sort((a, b) => b.node.start - a.node.start)) {
    text = text.slice(0, node.start - draw.start) + given + text.slice(node.end - draw.start);
  }
  return text;
}
