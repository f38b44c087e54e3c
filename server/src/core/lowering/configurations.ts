/** YAML files whose tags call functions while they are loaded: which ones, in the order of the text. */

import type { Event } from '../effects/events.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { type Seeder, type Stream, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import { evaluatorOf } from '../python/evaluator.ts';
import type { PythonFile } from '../python/file.ts';
import type { Node } from '../syntax/parse.ts';

const JOINS = namesFor('joins-path-parts');
const OPEN = nameFor('opens-file');

/** A function that a file has called, by its dotted name. */
export interface Applied {
  readonly name: string;
  /** Something is passed; what it is is not read. */
  readonly isGiven: boolean;
}

/** Tags by which such a file is told from any other. */
const TAG = /!(apply|new|name|ref|include|copy|applyref)\b/;
const APPLY = /!apply:([\w.]+)[ \t]*([^\n]*)(?:\n([ \t]*)(\S?))?/g;

export const isConfiguration = (path: string): boolean => /\.ya?ml$/i.test(path);

/** True for a text with tags of such a file. */
export const hasTags = (text: string): boolean => TAG.test(text);

/** What a text has called while it is loaded; tags in comments are none. Any text will do. */
export function appliedBy(text: string): readonly Applied[] {
  if (!text.includes('!apply:')) return [];
  return [...text.matchAll(APPLY)].flatMap(({ index, 1: name = '', 2: rest = '', 3: indent = '', 4: next = '' }) => {
    const line = text.slice(text.lastIndexOf('\n', index) + 1, index);
    if (/(^|\s)#/.test(line)) return [];
    const inline = rest.replace(/(^|\s)#.*/, '').trim();
    // Arguments stand behind the name, or as a block below it: a list, or deeper than the key.
    const depth = line.length - line.trimStart().length;
    const isBlock = next !== '' && (indent.length > depth || (indent.length === depth && next === '-'));
    const isGiven = inline === '' ? isBlock : !/^(\[\s*\]|\{\s*\})$/.test(inline);
    return [{ name, isGiven }];
  });
}

/** What a call does that loads such a file. */
export function configureEvent(seeder: Seeder, call: Call, file: PythonFile, site: string): Event {
  const { name, position } = seeder.argument ?? { name: '' };
  const given = file.argument(call, name, position);
  return { kind: 'configure', file: typeof given === 'string' ? null : openedFile(given, file), site };
}

/**
 * The path of what is open: of `open(path)`, `path.open()`, or of the text that was read from it. A stream that is `past`
 * already is made of itself, as code can be that is being typed.
 */
function openedFile(stream: Node, file: PythonFile, past: ReadonlySet<Node> = new Set()): string | null {
  if (past.has(stream)) return null;
  const { values, isComplete } = evaluatorOf(file).origins(evaluatorOf(file).value(stream));
  const [only, ...others] = values;
  return only && others.length === 0 && isComplete && only.access.length === 0
    ? pathOf(only.node, file, new Set([...past, stream]))
    : null;
}

function pathOf(node: Node, file: PythonFile, past: ReadonlySet<Node>): string | null {
  const constant = file.constant(node);
  if (typeof constant === 'string') return constant;
  // `Path(__file__).parent / 'train.yaml'`: the end tells it from other files.
  const last = node.type === 'binary_operator' && node.get('operator')?.type === '/' ? node.get('right') : undefined;
  if (last) return pathOf(last, file, past);
  if (node.type !== 'call') return null;
  const call = file.call(node);
  const object = call.callee.get('object');
  if (JOINS.has(call.name)) return pathOf(node.get('arguments')?.children.at(-1) ?? node, file, past);
  const isMethod = call.method !== null && /^(open|read|read_text)$/.test(call.method) && call.name !== OPEN;
  const from = isMethod && object ? object : node.get('arguments')?.children[0];
  return from ? openedFile(from, file, past) : null;
}

/** The streams that a function of the table seeds where it is applied; null for one that the table does not know. */
export function streamsApplied({ name, isGiven }: Applied): readonly Stream[] | null {
  const seeder = seederOf(name);
  if (!seeder) return null;
  const isVain = seeder.device === 'cuda' || seeder.varying || seeder.restores || seeder.state;
  return isVain || (!isGiven && seeder.none === 'entropy') ? [] : seeder.streams;
}
