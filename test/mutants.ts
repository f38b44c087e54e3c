/**
 * Programs that seed, broken on purpose: what a seed line seeds and what the program draws is written in the fixture by
 * hand, so that what must be found is known without asking the engine.
 *
 *   `# draws torch: why`   at the head: the program draws from torch's generator
 *   `# seeds: numpy`       after a statement: nothing else seeds numpy before its first draw
 *   `# draws: torch`       after a statement: it draws from torch
 */
import type { Stream } from '../server/src/core/knowledge/tables.ts';
import type { MarkedFile } from './marks.ts';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Mutant {
  /** Unique: the kind of change and the line it was made in. */
  readonly name: string;
  readonly kind: string;
  readonly files: readonly SourceFile[];
  /** The streams that the program now draws without a seed. */
  readonly lost: readonly Stream[];
}

/** A statement of one line, or with a block below it. */
interface Statement {
  readonly first: number;
  /** Past the last line. */
  readonly end: number;
  readonly indent: number;
  readonly seeds: readonly Stream[];
  readonly draws: readonly Stream[];
}

const NOTE = /# (seeds|draws): ([a-z ]+)$/;
const HEAD = /^# draws (python|numpy|torch): ./gm;

/** Every way to spoil one seed of the project; the first `# draws` lines of its first file say what it draws. */
export function mutantsOf(files: readonly MarkedFile[]): Mutant[] {
  const drawn = new Set([...(files[0]?.text.matchAll(HEAD) ?? [])].map((match) => match[1]));
  return files.flatMap((file) => {
    const lines = file.text.split('\n');
    const statements = annotated(lines);
    return statements
      .filter((each) => each.seeds.length > 0)
      .flatMap((seed) => changesOf(seed, statements, lines))
      .map(({ kind, text, lost, line }) => ({
        name: `${kind} ${file.path}:${line + 1}`,
        kind,
        files: files.map((each) => ({ path: each.path, text: each === file ? text : each.text })),
        lost: lost.filter((stream) => drawn.has(stream)),
      }))
      .filter(({ lost }) => lost.length > 0);
  });
}

interface Change {
  readonly kind: string;
  readonly line: number;
  readonly text: string;
  readonly lost: readonly Stream[];
}

function changesOf(seed: Statement, statements: readonly Statement[], lines: readonly string[]): Change[] {
  const { first, end, indent, seeds } = seed;
  const pass = `${' '.repeat(indent)}pass`;
  const change = (kind: string, changed: readonly string[], lost: readonly Stream[] = seeds): Change => ({
    kind,
    line: first,
    text: changed.join('\n'),
    lost,
  });
  const replaced = (...by: string[]): string[] => [...lines.slice(0, first), ...by, ...lines.slice(end)];
  const changes = [change('deleted', replaced(pass))];

  const line = lines[first] ?? '';
  for (const [kind, from, to] of RESPELLINGS) {
    if (seeds.length === 1 && from.test(line)) changes.push(change(kind, replaced(line.replace(from, to))));
  }

  const importLine = lines.findIndex((each) => importsOnly(each, line));
  if (importLine >= 0) {
    const without = replaced(pass);
    const importIndent = /^ */.exec(lines[importLine] ?? '')?.[0] ?? '';
    without[importLine] = `${importIndent}pass`;
    changes.push(change('helper gone', without));
  }

  // Moved behind the next draws of its own block, one by one.
  const lost = new Set<Stream>();
  for (const draw of statements.filter((each) => each.first >= end && each.draws.length > 0)) {
    const between = lines.slice(end, draw.first).filter((each) => each.trim() !== '');
    if (draw.indent !== indent || between.some((each) => indentOf(each) < indent)) break;
    const fresh = draw.draws.filter((stream) => seeds.includes(stream) && !lost.has(stream));
    if (fresh.length === 0) continue;
    for (const stream of fresh) lost.add(stream);
    const moved = [...lines.slice(0, first), ...lines.slice(end, draw.end), ...lines.slice(first, end)];
    changes.push(change(`late (${[...lost].join(' ')})`, [...moved, ...lines.slice(draw.end)], [...lost]));
  }
  return changes;
}

/** Ways in which a call that looks like a seed is none. */
const RESPELLINGS: readonly (readonly [string, RegExp, string])[] = [
  ['None', /\b(random|np\.random|numpy\.random)\.seed\((.*)\)(?=\s*#)/, '$1.seed(None)'],
  ['no argument', /\b(random|np\.random|numpy\.random)\.seed\((.*)\)(?=\s*#)/, '$1.seed()'],
  ['entropy', /\btorch(?:\.random)?\.manual_seed\((.*)\)(?=\s*#)/, 'torch.seed()'],
  ['only CUDA', /\btorch(?:\.random)?\.manual_seed\((.*)\)(?=\s*#)/, 'torch.cuda.manual_seed_all($1)'],
  ['own generator', /\btorch(?:\.random)?\.manual_seed\((.*)\)(?=\s*#)/, 'torch.Generator().manual_seed($1)'],
  ['own generator', /\b(np|numpy)\.random\.seed\((.*)\)(?=\s*#)/, 'own = $1.random.default_rng($2)'],
  ['own generator', /(?<!\.)\brandom\.seed\((.*)\)(?=\s*#)/, 'own = random.Random($1)'],
  ['not called', /(?<=^ *)([\w.]+)\((.*)\)(?=\s*#)/, '$1'],
];

/** `from a import f`, where the line calls `f`. */
function importsOnly(importLine: string, line: string): boolean {
  const name = /^\s*from [\w.]+ import (\w+)$/.exec(importLine)?.[1];
  return name !== undefined && new RegExp(`\\b${name}\\(`).test(line);
}

function annotated(lines: readonly string[]): Statement[] {
  return lines.flatMap((line, first): Statement[] => {
    const note = NOTE.exec(line);
    if (!note || line.startsWith('#')) return [];
    const indent = indentOf(line);
    let end = first + 1;
    while (end < lines.length && (indentOf(lines[end]!) > indent || lines[end] === '')) end++;
    while (lines[end - 1] === '') end--;
    const streams = note[2]!.trim().split(/\s+/) as Stream[];
    const seeds = note[1] === 'seeds' ? streams : [];
    return [{ first, end, indent, seeds, draws: note[1] === 'draws' ? streams : [] }];
  });
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
