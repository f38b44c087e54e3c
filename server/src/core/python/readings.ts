/** What a note of something read says in a version of a file, as text that does not know where it stands. */

import type { Node } from '../syntax/parse.ts';
import { contains } from '../text/edit.ts';
import type { PythonFile } from './file.ts';
import { heldText } from './holds.ts';
import { ignoresText } from './ignores.ts';
import { linksOf } from './links.ts';
import type { Note, NoteKind } from './notes.ts';
import type { ClassInfo, Definition, FunctionInfo } from './scope.ts';

/** Two versions of a file in which it is the same say the same to whoever has read what the note names. */
export function readingOf(note: Note, file: PythonFile): string {
  const space = note.indexOf(' ');
  if (space < 0) return (file.scopes.module.names.get(note) ?? []).map((each) => definitionText(each, file)).join(NEXT);
  return READINGS[note.slice(0, space) as NoteKind](note.slice(space + 1), file);
}

/** Stands in no text. */
const NEXT = '\0';

const READINGS: Readonly<Record<NoteKind, (key: string, file: PythonFile) => string>> = {
  head: (id, file) => headText(file.scopes.functions.get(id), file),
  function: (id, file) => textOf(file.scopes.functions.get(id)?.node, file),
  members: (id, file) => membersText(file.scopes.classes.get(id), file),
  class: (id, file) => textOf(file.scopes.classes.get(id)?.node, file),
  heads: (_, file) => [...file.scopes.functions.values()].map((each) => headText(each, file)).join(NEXT),
  classes: (_, file) => [...file.scopes.classes.values()].map((each) => membersText(each, file)).join(NEXT),
  calls: (name, file) => placesOf(file.calls(name), file),
  methods: (name, file) => placesOf(file.methodCalls(name), file),
  callers: (id, file) => {
    const info = file.functionOf(id);
    return info ? placesOf(linksOf(file).callsOf(info), file) : '';
  },
  puts: (name, file) => placesOf(linksOf(file).putsIntoNamed(name), file),
  kept: (name, file) => placesOf(linksOf(file).putsIntoAttribute(name), file),
  decorates: (id, file) => {
    const info = file.functionOf(id);
    const below = info ? linksOf(file).decoratedBy(info) : [];
    return below.map((each) => headText(each, file)).join(NEXT);
  },
  reads: (name, file) => placesText(linksOf(file).reads.of(name), file),
  imports: (_, file) => file.scopes.imports.map((each) => file.read(each)).join(NEXT),
  stars: (_, file) => file.scopes.stars.join(NEXT),
  ignores: (_, file) => ignoresText(file),
  holds: heldText,
  text: (_, file) => file.text,
};

const textOf = (node: Node | undefined, file: PythonFile): string => (node ? file.read(node) : '');

const placesOf = (
  found: readonly ({ readonly node: Node } | { readonly container: Node })[],
  file: PythonFile,
): string =>
  placesText(
    found.map((each) => ('node' in each ? each.node : each.container)),
    file,
  );

/** Of places in one function, which are read one after the other, its text is enough once. */
function placesText(nodes: readonly Node[], file: PythonFile): string {
  const texts: string[] = [];
  let home: Node | null = null;
  for (const node of nodes) {
    if (home && contains(home, node)) continue;
    home = outermost(node);
    texts.push(home ? file.read(home) : marginText(node, file));
  }
  return texts.join(NEXT);
}

/** The outermost function around a node; null at the margin. */
function outermost(node: Node): Node | null {
  let home: Node | null = null;
  for (let at = node.parent; at; at = at.parent) if (at.type === 'function_definition') home = at;
  return home;
}

/** A parse reuses the nodes of what an edit left alone: they say what they said. */
const said = new WeakMap<Node, string>();

function once(node: Node, read: () => string): string {
  const known = said.get(node) ?? read();
  said.set(node, known);
  return known;
}

function headText(info: FunctionInfo | undefined, file: PythonFile): string {
  if (!info) return '';
  const { node } = info;
  const decorators = info.decorators.map((each) => file.read(each)).join(NEXT);
  return `${info.id}${NEXT}${decorators}${NEXT}${once(node, () => beforeBlock(node, file))}`;
}

const membersText = (info: ClassInfo | undefined, file: PythonFile): string =>
  info ? info.id + NEXT + once(info.node, () => writtenMembers(info, file)) : '';

function writtenMembers(info: ClassInfo, file: PythonFile): string {
  const methods = [...info.methods].map(([name, method]) => name + headText(method, file));
  const attributes = [...info.attributes].map(
    ([name, values]) => name + values.map((each) => file.read(each.enclosing('assignment') ?? each)).join(NEXT),
  );
  return [...info.bases.map((each) => file.read(each)), ...methods, ...attributes].join(NEXT);
}

function definitionText(definition: Definition, file: PythonFile): string {
  switch (definition.kind) {
    case 'import':
      return definition.qualified;
    case 'function':
      return headText(definition.function, file);
    case 'class':
      return membersText(definition.class, file);
    default:
      return placeText(definition.node, file);
  }
}

/** The function that a node stands in; at the margin its statement, below the heads of those around it. */
function placeText(node: Node, file: PythonFile): string {
  const home = outermost(node);
  return home ? file.read(home) : marginText(node, file);
}

function marginText(node: Node, file: PythonFile): string {
  const heads: string[] = [];
  for (let at = node; at.parent; at = at.parent) {
    if (at.type === 'block') heads.push(beforeBlock(at.parent, file));
    else if (/^(block|module)$/.test(at.parent.type) && heads.length === 0) heads.push(file.read(at));
  }
  return heads.join(NEXT);
}

/** A compound statement up to its first block, all of any other. */
function beforeBlock(node: Node, file: PythonFile): string {
  const block = node.children.find(({ type }) => type === 'block');
  return file.read(block ? { start: node.start, end: block.start } : node);
}
