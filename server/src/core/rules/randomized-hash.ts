/** Python salts the hashes of strings anew in every process. */

import type { Rule } from '../contract/rule.ts';
import { replace } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator, Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isBytes, isText } from '../python/kinds.ts';
import type { Value } from '../python/value.ts';
import { isTakenAsSeed } from '../seeding/varying-seeds.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

const HASH = nameFor('hash');
const KEEPS_HASH = namesFor('keeps-hash');
const STARTS_AGAIN = namesFor('starts-again');
const CHECKSUM = nameFor('checksum');

export const randomizedHash: Rule = {
  name: 'randomized-hash',
  severity: { none: 'information', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.2.0',
  shows: ['entropy'],
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
    const calls = file.calls(HASH);
    if (calls.length === 0 || !project.reachesMl || startsAgain(file)) return;
    for (const call of calls) {
      const value = file.argument(call, 'object', 0);
      const kind = typeof value === 'string' ? null : textKind(value, project.values);
      if (typeof value === 'string' || !kind || !decides(call.node, project.values)) continue;
      yield {
        start: call.callee.start,
        end: call.callee.end,
        message: t`\`${file.read(call.node)}\` is another number in every run: Python salts the hashes of strings.`,
        fixes: [repair(file, call, value, kind)],
      };
    }
  },
};

type TextKind = 'text' | 'bytes' | 'several';

/** What is known to be str or bytes, or a tuple that holds some. */
function textKind(value: Node, values: Evaluator): TextKind | null {
  const asked = values.value(value);
  if (values.always(isText, asked)) return 'text';
  if (values.always(isBytes, asked)) return 'bytes';
  return values.always(holdsText, asked) ? 'several' : null;
}

const holdsText: Fact = (value, values) => {
  if (value.node.type !== 'tuple' || value.access.length > 0) return undefined;
  const items = value.node.children.map((node): Value => ({ ...value, node }));
  return items.some((each) => [isText, isBytes, holdsText].some((fact) => values.always(fact, each)));
};

const SPEAKS = /^(print|debug|info|warning|error|log|write)$/;
/** By its name it seeds something, wherever that may be. */
const SEED = /(^|[._])(seed|random_state)$/i;

/** The number goes into a bucket, a seed or the name of a file. */
const decides = (hash: Node, values: Evaluator): boolean => values.findUse(isDecided, values.value(hash)) !== null;

function isDecided(value: Value): boolean | readonly Value[] | undefined {
  const { file, node } = value;
  const { parent } = node;
  if (!parent || value.access.length > 0) return undefined;
  if (isTakenAsSeed(node, file)) return true;
  const around: Value[] = [{ ...value, node: parent }];
  switch (parent.type) {
    case 'binary_operator': {
      if (!/^(%|&|>>|\/\/)$/.test(parent.get('operator')?.type ?? '')) return around;
      const shown = parent.enclosing('interpolation');
      return node.field === 'left' && (!shown || namesFile(shown, file));
    }
    case 'unary_operator':
      return around;
    case 'keyword_argument':
    case 'assignment': {
      const name = parent.get('left') ?? parent.get('name');
      return (node.field !== 'left' && name && SEED.test(file.read(name))) || undefined;
    }
    case 'interpolation':
      return namesFile(parent, file);
    case 'argument_list': {
      const call = parent.parent ? file.call(parent.parent) : null;
      return call && KEEPS_HASH.has(call.name) ? [{ ...value, node: call.node }] : undefined;
    }
    default:
      return undefined;
  }
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
  file.text.includes('PYTHONHASHSEED') && file.allCalls.some(({ name }) => STARTS_AGAIN.has(name));

function repair(file: PythonFile, call: Call, value: Node, kind: TextKind): Fix {
  return {
    title: t`Use \`zlib.crc32\``,
    safe: false,
    edits: () => {
      const { text, edits } = spell(file, CHECKSUM, call.node.start);
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
