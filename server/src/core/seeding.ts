/** Repairs around seeds: which value to seed with, where, and the helpers Seedwise writes, made for the file they go into. */

import { indentUnit, insertAfter, insertBefore, statementOf } from './fix.ts';
import { freeName, headStatements, insertHelper, spellAll } from './imports.ts';
import { type Stream, seederOf } from './knowledge.ts';
import type { Call, PythonFile } from './model.ts';
import type { Location, Project } from './project.ts';
import type { Edit, Fix, Related } from './rule.ts';
import { lookUp } from './scope.ts';
import type { Exposure } from './summary.ts';
import { type Node, walk } from './syntax.ts';
import { varyingPart } from './varying.ts';

/** What seeds a stream's global generator. */
export const SEED_FUNCTION: Readonly<Record<Stream, string>> = {
  python: 'random.seed',
  numpy: 'numpy.random.seed',
  torch: 'torch.manual_seed',
};
/** In the order the lines are written. */
export const ALL_STREAMS: readonly Stream[] = ['python', 'numpy', 'torch'];
/** Written only where a program has no seed of its own. */
const FALLBACK_SEED = '42';

/** The innermost node that starts and ends at a location of this file. */
export function nodeAt(file: PythonFile, location: { start: number; end: number }): Node {
  let found = file.syntax.root;
  walk(file.syntax.root, (node) => {
    if (node.start > location.start || node.end < location.end) return false;
    found = node;
    return true;
  });
  return found;
}

/** The expression a seed call gets its seed from. */
function seedArgument(call: Call, file: PythonFile): Node | null {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (!seeder?.argument || seeder.varying) return null;
  const given = file.argument(call, seeder.argument.name, seeder.argument.position);
  return typeof given === 'string' || given.type === 'none' ? null : given;
}

/** The seed the program already has, as it can be written at a node; a constant if there is none. */
export function seedValueAt(file: PythonFile, place: Node): string {
  const candidates: Node[] = [];
  for (const call of file.allCalls) {
    const direct = seedArgument(call, file);
    if (direct) candidates.push(direct);
    // `set_seed(args.seed)`: what a helper of this file passes on to a seed.
    const helper = file.functionOf(call.name);
    const first = helper && seedsInside(helper.node, file) ? call.node.get('arguments')?.children[0] : undefined;
    const passed = first?.type === 'keyword_argument' ? first.get('value') : first;
    if (passed) candidates.push(passed);
  }
  for (const candidate of candidates) {
    // A seed that is new in every run is none to write once more.
    if (varyingPart(candidate, file)) continue;
    if (isVisible(candidate, file, place) && isPlain(candidate)) return file.read(candidate);
    const constant = file.constant(candidate);
    if (typeof constant === 'number') return String(constant);
  }
  return namedSeed(file, place) ?? FALLBACK_SEED;
}

/** `SEED = 1234` at module level, that nobody seeds with yet. */
function namedSeed(file: PythonFile, place: Node): string | null {
  for (const [name, definitions] of file.scopes.module.names) {
    const [only, ...others] = definitions;
    if (!/^(\w+_)?seed$/i.test(name) || only?.kind !== 'assignment' || others.length > 0) continue;
    if (typeof file.constant(only.value) === 'number' && only.node.start < place.start) return name;
  }
  return null;
}

const seedsInside = (definition: Node, file: PythonFile): boolean =>
  file.allCalls.some(
    (call) =>
      call.node.start > definition.start && call.node.end <= definition.end && seedArgument(call, file) !== null,
  );

/** Names, attributes and numbers can be written twice; a call might not give the same value again. */
export function isPlain(expression: Node): boolean {
  let plain = true;
  walk(expression, (node) => {
    if (
      !/^(identifier|attribute|integer|unary_operator|binary_operator|subscript|string\w*|parenthesized_expression|[-+*%])$/.test(
        node.type,
      )
    )
      plain = false;
    return plain;
  });
  return plain;
}

/** Every name in the expression means the same at the place, and is bound by then. */
export function isVisible(expression: Node, file: PythonFile, place: Node): boolean {
  const scope = file.scope(place);
  let visible = true;
  walk(expression, (node) => {
    if (node.type !== 'identifier' || (node.field === 'attribute' && node.parent?.type === 'attribute')) return true;
    const definitions = file.definitions(node);
    const there = lookUp(file.read(node), scope);
    if (definitions.length === 0 || there !== definitions) visible = false;
    else if (!there.some((each) => each.node.start < place.start)) visible = false;
    return visible;
  });
  return visible;
}

/** Seeds one more stream behind a seed that comes before the draw, with the same value; null if that cannot be written. */
export function seedBeside(project: Project, exposure: Exposure, stream: Stream): Fix | null {
  const seeds = exposure.after.map((seed) => project.locate(seed.site));
  const here = seeds.filter((seed) => seed.path === project.file.path).sort((a, b) => a.start - b.start);
  const seed = here.at(-1) ?? seeds.at(-1);
  const file = seed && project.fileAt(seed.path);
  if (!seed || !file) return null;
  const callee = nodeAt(file, seed);
  const node = callee.type === 'call' ? callee : callee.enclosing('call');
  const value = node && seedArgument(file.call(node), file);
  if (!node || !value || !isPlain(value)) return null;
  const statement = statementOf(node);
  if (statement.type !== 'expression_statement' && statement.type !== 'assignment') return null;
  const { texts, edits } = spellAll(file, [SEED_FUNCTION[stream]]);
  const line = `${texts[0]}(${file.read(value)})`;
  const helper = node.enclosing('function_definition');
  const name = helper && file.read(helper.get('name') ?? helper);
  const isHelper = name && seedsInside(helper, file) && name !== 'main';
  const elsewhere = file === project.file ? '' : ` in ${seed.path.slice(seed.path.lastIndexOf('/') + 1)}`;
  return {
    title: isHelper
      ? `Seed \`${streamName(stream)}\` in \`${name}\`${elsewhere && ` (${elsewhere.slice(4)})`}`
      : `Add \`${line}\`${elsewhere}`,
    safe: false,
    edits: () => {
      const all = [...edits, insertAfter(file, statement, [line])];
      return file === project.file ? all : all.map((edit) => ({ ...edit, path: seed.path }));
    },
  };
}

/** What messages call the generator behind a stream. */
export const GENERATOR: Readonly<Record<Stream, string>> = {
  python: 'Python’s `random`',
  numpy: 'numpy’s global generator',
  torch: 'torch’s global generator',
};

/** The calls that lead to the draw, the draw itself where it is elsewhere, and the seeds that leave its stream out. */
export function explain(exposure: Exposure, project: Project): Related[] {
  const shown = project.anchor(exposure);
  const calls = exposure.via.map((site) => ({ ...project.locate(site), message: 'The draw is reached by this call.' }));
  const draw = { ...project.locate(exposure.site), message: 'It is drawn here.' };
  const seeds = exposure.after.map((seed) => ({ ...project.locate(seed.site), message: 'This seeds another stream.' }));
  const isSame = (a: Location, b: Location): boolean => a.path === b.path && a.start === b.start;
  const all = [...calls, draw, ...seeds].filter((each) => !isSame(each, shown));
  return all.filter((each, i) => all.findIndex((other) => isSame(each, other)) === i);
}

/** What messages call a stream. */
export function streamName(stream: Stream): string {
  return { python: 'random', numpy: 'numpy', torch: 'torch' }[stream];
}

export interface SeedBlock {
  /** `make_deterministic(42)`, as it is called. */
  readonly call: string;
  edits(): Edit[];
}

/** A `make_deterministic` made for this file, called first in the program. */
export function seedBlock(file: PythonFile, project: Project, deterministic: boolean): SeedBlock {
  const streams = streamsToSeed(file, project);
  const name = freeName(file, ['make_deterministic', 'seed_everything']);
  const entry = entryPoint(file, project);
  const place = entry.statement ?? file.syntax.root;
  const value = entry.seed ?? seedValueAt(file, place);
  const call = `${name}(${value})`;
  return {
    call,
    edits() {
      const unit = indentUnit(file);
      const functions = streams.map((stream) => SEED_FUNCTION[stream]);
      const switches = deterministic ? ['torch.use_deterministic_algorithms', 'torch.backends.cudnn.benchmark'] : [];
      const { texts, edits } = spellAll(file, [...functions, ...switches]);
      const lines = texts.map((text, i) => {
        if (i < functions.length) return `${unit}${text}(seed)`;
        return i === functions.length ? `${unit}${text}(True)` : `${unit}${text} = False`;
      });
      const helper = [`def ${name}(seed):`, ...lines];
      if (entry.kind === 'none') return insertHelper(file, edits, helper);
      if (entry.kind === 'head') return insertHelper(file, edits, [...helper, '', '', call]);
      if (!entry.statement) return [];
      const insert = entry.kind === 'after' ? insertAfter : insertBefore;
      return [...insertHelper(file, edits, helper), insert(file, entry.statement, [call])];
    },
  };
}

/** The streams the program draws from, and those whose module the file imports. */
function streamsToSeed(file: PythonFile, project: Project): Stream[] {
  const drawn = project.summary?.exposed ?? {};
  const isImported = (module: string): boolean =>
    [...file.scopes.byNode.values()].some((scope) =>
      [...scope.names.values()].some((definitions) =>
        definitions.some(
          (each) =>
            each.kind === 'import' &&
            (each.qualified === module || each.qualified.startsWith(`${module}.`)) &&
            !isForTypesOnly(each.statement, file),
        ),
      ),
    );
  const module: Readonly<Record<Stream, string>> = { python: 'random', numpy: 'numpy', torch: 'torch' };
  const streams = ALL_STREAMS.filter((stream) => stream in drawn || isImported(module[stream]));
  // A program that draws nothing we know still trains with torch.
  return streams.length > 0 && (streams.includes('torch') || Object.keys(drawn).length > 0)
    ? streams
    : [...streams, 'torch'];
}

function isForTypesOnly(statement: Node, file: PythonFile): boolean {
  const guard = statement.enclosing('if_statement')?.get('condition');
  return guard !== undefined && file.read(guard).includes('TYPE_CHECKING');
}

type Entry =
  | { readonly kind: 'none' | 'head'; readonly statement?: undefined; readonly seed?: undefined }
  | { readonly kind: 'before' | 'after'; readonly statement: Node; readonly seed?: string };

/** Where a program's first statement goes: behind its parsed `--seed`, in its main guard, or at the top. */
function entryPoint(file: PythonFile, project: Project): Entry {
  const head = headStatements(file);
  const guard = file.syntax.root.children.find(
    (node) => node.type === 'if_statement' && file.read(node.get('condition') ?? node).includes('__name__'),
  );
  const firstDraw = Math.min(...drawnAtModuleLevel(file, project));
  const parsed = parsedSeed(file);
  if (parsed && parsed.statement.end < firstDraw) return parsed;
  const inGuard = guard?.get('consequence')?.children[0];
  if (guard && inGuard && guard.start < firstDraw) return { kind: 'before', statement: inGuard };
  const body = file.syntax.root.children.slice(head.length);
  const isScript = project.isProgram || !body.some((node) => /definition$/.test(node.type));
  return { kind: isScript ? 'head' : 'none' };
}

/** Starts of the module-level statements that reach a draw. */
function drawnAtModuleLevel(file: PythonFile, project: Project): number[] {
  const starts = Object.values(project.summary?.exposed ?? {}).map((exposure) => {
    const first = project.locate(exposure.via[0] ?? exposure.site);
    let node = nodeAt(file, first);
    while (node.parent && node.parent.type !== 'module') node = node.parent;
    return node.type === 'if_statement' && file.read(node.get('condition') ?? node).includes('__name__')
      ? Number.POSITIVE_INFINITY
      : node.start;
  });
  return [...starts, Number.POSITIVE_INFINITY];
}

/** `args = parser.parse_args()` of a parser that knows `--seed`: the user's seed exists from there on. */
function parsedSeed(file: PythonFile): { kind: 'after'; statement: Node; seed: string } | null {
  const option = file.methodCalls('add_argument').find((call) => {
    const first = file.argument(call, 'name', 0);
    return typeof first !== 'string' && /^--seed$/.test(String(file.constant(first)));
  });
  if (!option) return null;
  for (const call of file.methodCalls('parse_args')) {
    const assignment = call.node.parent;
    const target = assignment?.type === 'assignment' ? assignment.get('left') : undefined;
    const owner = call.node.enclosing('function_definition');
    const name = owner && file.read(owner.get('name') ?? owner);
    if (assignment && target?.type === 'identifier' && (!owner || name === 'main')) {
      return { kind: 'after', statement: statementOf(assignment), seed: `${file.read(target)}.seed` };
    }
  }
  return null;
}
