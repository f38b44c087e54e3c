/** Python salts the hashes of strings anew in every process. */

import type { Rule } from '../contract/rule.ts';
import { replace } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { looksLikeSeeder } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { identifiers } from '../seeding/varying-seeds.ts';
import type { Fix } from '../text/edit.ts';

export const randomizedHash: Rule = {
  name: 'randomized-hash',
  severity: { none: 'information', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.2.0',
  summary: 'The `hash()` of a string decides a split, a bucket, a seed or a file name.',
  why: `Python salts \`hash()\` of \`str\` and \`bytes\` with a number it draws when it starts, unless \`PYTHONHASHSEED\` is set
before. A split, a bucket, a seed or a file name made from it is another one in every run.

\`zlib.crc32\` and the functions of \`hashlib\` give the same number everywhere. Hashes of numbers are not salted.`,
  never: [
    'Hashes of numbers, and of what may be a number.',
    'A hash that is only compared, used as a key or returned from `__hash__`.',
    'A hash that is printed or logged.',
    'A function of the file’s own that is called `hash`, and `hashlib`.',
    'A program that starts itself again with `PYTHONHASHSEED`.',
    'Files that do not reach a machine-learning library.',
  ],
  references: [
    'https://docs.python.org/3/reference/datamodel.html#object.__hash__',
    'https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED',
  ],
  examples: [
    {
      title: 'A split by name',
      bad: `import torch


def is_validation(name: str) -> bool:
    return hash(name) % 10 == 0
    #      ^^^^ randomized-hash information: every run
`,
      good: `import zlib

import torch


def is_validation(name: str) -> bool:
    return zlib.crc32(name.encode()) % 10 == 0
`,
    },
  ],
  *check(file, project) {
    const calls = file.calls('builtins.hash');
    if (calls.length === 0 || !project.reachesMl || startsAgain(file)) return;
    for (const call of calls) {
      const value = file.argument(call, 'object', 0);
      const kind = typeof value === 'string' ? null : textKind(value, file);
      if (typeof value === 'string' || !kind || !decides(call.node, file)) continue;
      yield {
        start: call.callee.start,
        end: call.callee.end,
        message: `\`${file.read(call.node)}\` is another number in every run: Python salts the hashes of strings.`,
        fixes: [repair(file, call, value, kind)],
      };
    }
  },
};

type TextKind = 'text' | 'bytes' | 'several';

const TEXT_METHODS =
  /^(lower|upper|strip|lstrip|rstrip|title|casefold|format|join|decode|zfill|removeprefix|removesuffix|hexdigest|isoformat|as_posix)$/;
const TEXT_CALLS =
  /^(builtins\.(str|repr|input)|json\.dumps|os\.path\.(basename|join|abspath|dirname|realpath)|os\.fspath)$/;

/** What is known to be str or bytes, or a tuple that holds some. */
function textKind(node: Node, file: PythonFile, depth = 0): TextKind | null {
  switch (node.type) {
    case 'string':
    case 'concatenated_string':
      return /^[a-z]*b/i.test(file.read(node).slice(0, 2)) ? 'bytes' : 'text';
    case 'tuple':
      return node.children.some((child) => textKind(child, file, depth)) ? 'several' : null;
    case 'parenthesized_expression':
      return node.children[0] ? textKind(node.children[0], file, depth) : null;
    case 'binary_operator': {
      const left = node.get('left');
      return left && /^[+%]$/.test(node.get('operator')?.type ?? '') ? textKind(left, file, depth) : null;
    }
    case 'call': {
      const { name, method } = file.call(node);
      if (name !== null && TEXT_CALLS.test(name)) return 'text';
      if (method === 'encode' || method === 'tobytes' || name === 'pickle.dumps') return 'bytes';
      return name === null && method !== null && TEXT_METHODS.test(method) ? 'text' : null;
    }
    case 'identifier': {
      const [only, ...others] = file.definitions(node);
      if (others.length > 0 || depth > 3) return null;
      if (only?.kind === 'assignment') return textKind(only.value, file, depth + 1);
      if (only?.kind === 'opaque') return isOneOfTexts(only.node, file, depth + 1) ? 'text' : null;
      return only?.kind === 'parameter' ? annotatedKind(only.node, file) : null;
    }
    default:
      return null;
  }
}

const LISTS_TEXTS = /^(os\.listdir|glob\.i?glob)$/;

/** `for name in os.listdir(folder)`, `for word in line.split()`, `for name in ['a', 'b']`: what runs through texts. */
function isOneOfTexts(name: Node, file: PythonFile, depth: number): boolean {
  const loop = name.enclosing('for_statement', 'for_in_clause');
  if (loop?.get('left') !== name) return false;
  let iterated = loop.get('right');
  const [only, ...others] = iterated?.type === 'identifier' ? file.definitions(iterated) : [];
  if (only?.kind === 'assignment' && others.length === 0) iterated = only.value;
  if (iterated?.type === 'call' && /^builtins\.(sorted|set|list)$/.test(file.call(iterated).name ?? ''))
    iterated = iterated.get('arguments')?.children[0];
  if (iterated && /^(list|tuple|set)$/.test(iterated.type))
    return iterated.children.length > 0 && iterated.children.every((each) => textKind(each, file, depth) === 'text');
  const call = iterated?.type === 'call' ? file.call(iterated) : null;
  if (!call) return false;
  if (call.name !== null) return LISTS_TEXTS.test(call.name);
  // Tensors have a `split` too, by numbers.
  const by = call.node.get('arguments')?.children[0];
  return /^(r?split|splitlines)$/.test(call.method ?? '') && (!by || textKind(by, file, depth) === 'text');
}

function annotatedKind(parameter: Node, file: PythonFile): TextKind | null {
  const holder = parameter.get('type') ? parameter : parameter.parent;
  const type = holder && /parameter$/.test(holder.type) ? holder.get('type') : undefined;
  const text = type ? file.read(type) : '';
  return text === 'str' ? 'text' : text === 'bytes' ? 'bytes' : null;
}

const SPEAKS = /^(print|debug|info|warning|error|log|write)$/;

/** The number goes into a bucket, a seed or the name of a file. */
function decides(hash: Node, file: PythonFile): boolean {
  for (let node = hash; node.parent; node = node.parent) {
    const parent = node.parent;
    switch (parent.type) {
      case 'binary_operator':
        if (/^(%|&|>>|\/\/)$/.test(parent.get('operator')?.type ?? '')) {
          const shown = parent.enclosing('interpolation');
          return node.field === 'left' && (!shown || namesFile(shown, file));
        }
        break;
      case 'keyword_argument':
        return /seed|random_state/i.test(file.read(parent.get('name') ?? parent));
      case 'assignment': {
        const left = node.field === 'right' ? parent.get('left') : undefined;
        return left !== undefined && (/(^|[._])seed$/i.test(file.read(left)) || isDividedLater(left, file));
      }
      case 'interpolation':
        return namesFile(parent, file);
      case 'call': {
        const { name, callee, method } = file.call(parent);
        if (/^builtins\.(abs|int|str|hex)$/.test(name ?? '')) break;
        return looksLikeSeeder(method ?? file.read(callee));
      }
      case 'argument_list':
      case 'parenthesized_expression':
      case 'unary_operator':
        break;
      default:
        return false;
    }
  }
  return false;
}

/** `h = hash(name)`, then `h % 4`. */
function isDividedLater(name: Node, file: PythonFile): boolean {
  if (name.type !== 'identifier' || file.definitions(name).length !== 1) return false;
  return identifiers(file.syntax.root).some((each) => {
    const operator = each.parent?.type === 'binary_operator' ? each.parent.get('operator')?.type : undefined;
    const isDivided = each.field === 'left' && (operator === '%' || operator === '&');
    return isDivided && file.read(each) === file.read(name) && file.definitions(each) === file.definitions(name);
  });
}

/** `f"cache/{hash(name)}.pt"`: a path or an ending, which nobody only prints. */
function namesFile(interpolation: Node, file: PythonFile): boolean {
  const string = interpolation.parent;
  if (!string) return false;
  const consumer = string.enclosing('call');
  const isSpoken =
    consumer && SPEAKS.test(consumer ? (file.call(consumer).method ?? file.read(file.call(consumer).callee)) : '');
  return !isSpoken && /[/\\]|\.\w{1,5}["']+$/.test(file.read(string).replace(/\{[^}]*\}/g, ''));
}

/** `PYTHONHASHSEED` is set for a new start of the program. */
const startsAgain = (file: PythonFile): boolean =>
  file.text.includes('PYTHONHASHSEED') && file.allCalls.some(({ name }) => name?.startsWith('os.exec') === true);

function repair(file: PythonFile, call: Call, value: Node, kind: TextKind): Fix {
  return {
    title: 'Use `zlib.crc32`',
    safe: false,
    edits: () => {
      const { text, edits } = spell(file, 'zlib.crc32', call.node.start);
      const read = file.read(value);
      const isAtom = /^(identifier|attribute|call|subscript|string|parenthesized_expression)$/.test(value.type);
      const bytes =
        kind === 'bytes'
          ? read
          : kind === 'several'
            ? `repr(${read}).encode()`
            : `${isAtom ? read : `(${read})`}.encode()`;
      return [...edits, replace(call.node, `${text}(${bytes})`)];
    },
  };
}
