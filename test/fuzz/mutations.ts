/** Ways to spoil a text: as typing does, as merging does, and by cutting parts out of valid code. */
import { type Node, parse, walk } from '../../server/src/core/syntax/parse.ts';
import type { Random } from './random.ts';

const SCRAPS = [
  ...[
    '\n',
    '    ',
    '"',
    "'''",
    '(',
    ')',
    '[',
    '{',
    ':',
    ': int',
    '# ',
    '\\',
    '@',
    '*',
    '**',
    ',',
    ' = ',
    'lambda: ',
    '\r',
    '\t',
  ],
  ...[
    'torch.manual_seed(0)\n',
    'import random\n',
    'from x import *\n',
    'async ',
    'await ',
    'yield ',
    'return ',
    'global x\n',
  ],
  ...[
    'raise\n',
    'with a as b:\n',
    'for i in x:\n',
    'if x:\n',
    'else:\n',
    'try:\n',
    'except:\n',
    'class A(A):\n',
    '%cd x\n',
    '\0',
    'é',
    '🎲',
  ],
];

/** Fields whose filling is cut out of valid code. */
const CUT = [
  'right',
  'body',
  'left',
  'operator',
  'arguments',
  'value',
  'object',
  'function',
  'name',
  'subscript',
  'condition',
];

export type Mutation = (text: string, random: Random, other: string) => string;

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a part of valid code is cut out': (text, random) => {
    const nodes = nodesOf(text, (node) => node.field !== null && CUT.includes(node.field));
    const node = nodes.length > 0 ? random.pick(nodes) : undefined;
    return node ? text.slice(0, node.start) + text.slice(node.end) : text;
  },
  'a part of valid code takes the place of another': (text, random) => {
    const nodes = nodesOf(text, () => true);
    if (nodes.length < 2) return text;
    const [to, from] = [random.pick(nodes), random.pick(nodes)];
    return text.slice(0, to.start) + text.slice(from.start, from.end) + text.slice(to.end);
  },
  'a bracket goes': (text, random) => {
    const places = [...text.matchAll(/[()[\]{}]/g)].map(({ index }) => index);
    const at = places.length > 0 ? random.pick(places) : 0;
    return text.slice(0, at) + text.slice(at + 1);
  },
  'something is typed': (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.pick(SCRAPS) + text.slice(at);
  },
  'something is deleted': (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + text.slice(at + 1 + random.below(40));
  },
  'the text ends here': (text, random) => text.slice(0, random.below(text.length + 1)),
  'lines are said again': (text, random) => {
    const lines = linesOf(text);
    const first = random.below(lines.length);
    const some = lines.slice(first, first + 1 + random.below(6));
    const at = random.below(lines.length + 1);
    return [...lines.slice(0, at), ...some, ...lines.slice(at)].join('');
  },
  'lines change places': (text, random) => {
    const lines = linesOf(text);
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return lines.join('');
  },
  'the indentation shifts': (text, random) => {
    const lines = linesOf(text);
    const at = random.below(lines.length);
    lines[at] = random.chance(0.5) ? `    ${lines[at]}` : (lines[at] ?? '').replace(/^ {1,4}/, '');
    return lines.join('');
  },
  'two texts become one': (text, random, other) => {
    const [mine, theirs] = [linesOf(text), linesOf(other)];
    return [...mine.slice(0, random.below(mine.length + 1)), ...theirs.slice(random.below(theirs.length))].join('');
  },
};

/** The text after one to four mutations. */
export function mutate(text: string, random: Random, other: string): string {
  let result = text;
  for (let count = 1 + random.below(4); count > 0; count--) {
    result = random.pick(Object.values(MUTATIONS))(result, random, other);
  }
  return result;
}

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [''];

function nodesOf(text: string, wanted: (node: Node) => boolean): Node[] {
  const found: Node[] = [];
  const syntax = parse(text);
  walk(syntax.root, (node) => {
    if (wanted(node) && node.parent) found.push(node);
    return true;
  });
  syntax.free();
  return found;
}
