/** What draws from a generator of its own that got no seed: objects of libraries, their methods, and environments. */

import type { Project } from '../contract/project.ts';
import type { Report } from '../contract/rule.ts';
import { addArguments, insertAfter, replace, statementOf } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import {
  ENVIRONMENTS,
  type Environments,
  FRESH_METHODS,
  GENERATORS,
  type GeneratorRow,
} from '../knowledge/generators.ts';
import { looksLikeSeeder } from '../knowledge/tables.ts';
import { isHarmlessDraw } from '../lowering/harmless-draws.ts';
import { type Maker, makerOf } from '../lowering/makers.ts';
import type { Argument, Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { Node } from '../syntax/parse.ts';
import type { Edit, Fix, Span } from '../text/edit.ts';
import { type Message, t } from '../text/language.ts';
import { orNone, seedFor } from './seed-values.ts';

/** Something that starts from entropy, as a rule reports it. */
export interface OwnDraw extends Span {
  readonly call: Call;
  readonly message: Message;
  readonly fixes: NonNullable<Report['fixes']>;
}

/** True where a seed is known not to be there. */
const isAbsent = (given: Argument, file: PythonFile): boolean =>
  given === 'absent' || (typeof given !== 'string' && file.constant(given) === null);

/** Samplers, studies, generators of quasi-random numbers, solvers: what draws from fresh entropy where it gets no seed. */
export function unseededObjects(file: PythonFile, project: Project): OwnDraw[] {
  return GENERATORS.filter((row) => row.kind !== 'generator' && row.unseeded === 'entropy').flatMap((row) =>
    file
      .calls(row.name)
      .filter((call) => isUnseeded(row, call, file) && meetsCondition(row, call, file) && !isHarmlessDraw(call, file))
      .map((call) => ({
        call,
        start: call.callee.start,
        end: call.callee.end,
        message: t`\`${file.read(call.callee)}\` draws from a generator of its own, which has no seed.`,
        fixes: () => passSeed(row, call, file, project),
      })),
  );
}

function isUnseeded(row: GeneratorRow, call: Call, file: PythonFile): boolean {
  const { seed, others = [] } = row;
  const given = [...(seed ? [seed] : []), ...others.map((argument) => ({ argument, position: undefined }))];
  return given.every(({ argument, position }) => isAbsent(file.argument(call, argument, position), file));
}

function meetsCondition({ when }: GeneratorRow, call: Call, file: PythonFile): boolean {
  if (!when) return true;
  const given = file.argument(call, when.argument, when.position);
  if (when.given) return typeof given !== 'string' && given.type !== 'none';
  const value = given === 'absent' ? when.default : typeof given === 'string' ? undefined : file.constant(given);
  return when.in?.includes(value) === true;
}

function passSeed({ seed, write, name }: GeneratorRow, call: Call, file: PythonFile, project: Project): Fix[] {
  if (!seed || (!write && !/seed/.test(seed.argument))) return [];
  const given = file.argument(call, seed.argument, seed.position);
  const pass = (text: string): Edit[] =>
    typeof given === 'string' ? addArguments(file, call, [`${seed.argument}=${text}`]) : [replace(given, text)];
  const title = (text: string): Message =>
    write
      ? t`Give \`${name.slice(name.lastIndexOf('.') + 1)}\` a seeded \`${seed.argument}\``
      : t`Pass \`${seed.argument}=${text}\``;
  return withSeed(call, file, project, title, (value) => {
    if (!write) return pass(value);
    const { text, edits } = spell(file, write, call.node.start);
    const isClass = /\.[A-Z]\w*$/.test(write);
    return [...edits, ...pass(`${text}(${isClass ? 'seed=' : ''}${value})`)];
  });
}

/** A repair that writes a seed at a call, unless it would make each round or process draw the same. */
function withSeed(
  call: Call,
  file: PythonFile,
  project: Project,
  title: (seed: string) => Message,
  edits: (seed: string) => readonly Edit[],
): Fix[] {
  const value = seedFor(file, project, call.node);
  if (!value) return [];
  const text = orNone(value, file);
  return [{ title: title(value.text), safe: false, edits: () => [...value.edits, ...edits(text)] }];
}

/** Generators that take the system's entropy whatever they are given, where what they draw decides data. */
export function systemDraws(file: PythonFile, project: Project): OwnDraw[] {
  return GENERATORS.filter((row) => row.unseeded === 'system').flatMap((row) =>
    file
      .calls(row.name)
      .filter((made) => decidesData(made, file))
      .map((call) => ({
        call,
        start: call.callee.start,
        end: call.callee.end,
        message: t`\`${file.read(call.callee)}\` takes the system’s entropy, which no seed repeats.`,
        fixes: () => (row.write ? seeded(call, row.write, file, project) : []),
      })),
  );
}

const seeded = (call: Call, name: string, file: PythonFile, project: Project): Fix[] =>
  withSeed(
    call,
    file,
    project,
    (seed) => t`Draw from a \`${name}(${seed})\``,
    (seed) => {
      const { text, edits } = spell(file, name, call.node.start);
      return [...edits, replace(call.node, `${text}(${seed})`)];
    },
  );

/** Something is shuffled or drawn from it that is no text, name or seed. */
function decidesData(made: Call, file: PythonFile): boolean {
  const outer = made.node.parent?.type === 'attribute' ? made.node.parent.parent : null;
  const assignment = made.node.parent?.type === 'assignment' ? made.node.parent.get('left') : undefined;
  const draws =
    outer?.type === 'call'
      ? [file.call(outer)]
      : file.allCalls.filter(({ callee }) => assignment && readsAs(callee.get('object'), assignment, file));
  return draws.some((call) => !isHarmlessDraw(call, file) && !makesText(call.node, file));
}

const readsAs = (object: Node | undefined, target: Node, file: PythonFile): boolean =>
  object !== undefined && object.type === target.type && file.read(object) === file.read(target);

/** `"".join(rng.choice(letters) for _ in range(8))`, or a choice out of a text: letters make names. */
function makesText(node: Node, file: PythonFile): boolean {
  const [first] = node.get('arguments')?.children ?? [];
  if (first && typeof file.constant(first) === 'string') return true;
  for (let at = node.parent; at && !/^(block|module)$/.test(at.type); at = at.parent) {
    const object = at.type === 'call' ? at.get('function')?.get('object') : undefined;
    if (object && file.call(at).method === 'join' && typeof file.constant(object) === 'string') return true;
  }
  return false;
}

/** `load_dataset(..., streaming=True).shuffle()`: a method that draws from a fresh generator. */
export function freshMethods(file: PythonFile, project: Project): OwnDraw[] {
  return FRESH_METHODS.flatMap((row) =>
    file.methodCalls(row.method).flatMap((call): OwnDraw[] => {
      const object = call.callee.get('object');
      const given = [row.seed, ...(row.others ?? []).map((argument) => ({ argument, position: undefined }))];
      const isSeeded = given.some((each) => each && !isAbsent(file.argument(call, each.argument, each.position), file));
      if (!object || isSeeded) return [];
      const maker = makerOf(object, file);
      if (maker?.library !== row.library || (row.with && !hasArgument(maker, row.with.argument))) return [];
      const attribute = call.callee.get('attribute') ?? call.callee;
      const argument = row.seed && /seed/.test(row.seed.argument) ? row.seed.argument : null;
      const pass = (seed: string): string => `${argument}=${seed}`;
      const fixes = (): Fix[] =>
        argument
          ? withSeed(
              call,
              file,
              project,
              (seed) => t`Pass \`${pass(seed)}\``,
              (seed) => addArguments(file, call, [pass(seed)]),
            )
          : [];
      return [
        {
          call,
          start: attribute.start,
          end: attribute.end,
          message: t`\`${file.read(attribute)}\` draws from a fresh generator, which has no seed.`,
          fixes,
        },
      ];
    }),
  );
}

function hasArgument({ call, file }: Maker, argument: string): boolean {
  const given = file.argument(call, argument);
  return typeof given !== 'string' && file.constant(given) === true;
}

/** Environments that are never reset with a seed, and spaces that nobody seeds, at their first draw. */
export function unseededEnvironments(file: PythonFile, project: Project): OwnDraw[] {
  return ENVIRONMENTS.flatMap((row) => [...neverReset(row, file, project), ...unseededSpaces(row, file, project)]);
}

const isOf = (object: Node | undefined, row: Environments, file: PythonFile): boolean =>
  object !== undefined && row.libraries.includes(makerOf(object, file)?.library ?? '');

/** The first reset of each environment that the file makes. */
function neverReset(row: Environments, file: PythonFile, project: Project): OwnDraw[] {
  const firsts = new Map<Node, Call>();
  for (const call of file.methodCalls(row.reset)) {
    const maker = makerOf(call.callee.get('object') ?? call.callee, file);
    if (maker && row.libraries.includes(maker.library) && !firsts.has(maker.call.node))
      firsts.set(maker.call.node, call);
  }
  if (firsts.size === 0 || file.allCalls.some((call) => maySeed(call, row, file))) return [];
  const pass = (seed: string): string => `${row.seed}=${seed}`;
  return [...firsts.values()].map((call) => ({
    call,
    start: call.callee.start,
    end: call.callee.end,
    message: t`\`${file.read(call.callee)}\` has no \`${row.seed}\`: the environment draws from a generator of its own.`,
    fixes: () =>
      withSeed(
        call,
        file,
        project,
        (seed) => t`Pass \`${pass(seed)}\` to the first \`${row.reset}\``,
        (seed) => addArguments(file, call, [pass(seed)]),
      ),
  }));
}

/**
 * A call that may seed an environment: its own `seed` and `reset`, what makes it, and what is handed both an environment and a
 * seed, as a trainer or a wrapper is. A function of this file shows by its body what it does; the seed of another generator
 * says nothing.
 */
function maySeed(call: Call, row: Environments, file: PythonFile): boolean {
  const isOwn = row.libraries.some((library) => call.name?.startsWith(`${library}.`));
  const isOfOthers = call.name !== null && !call.name.startsWith('#') && !isOwn;
  if (call.method === row.seed) return !isOfOthers;
  const isGiven = file.argument(call, row.seed) !== 'absent';
  if (isOwn || (call.method === row.reset && !isOfOthers)) return isGiven;
  const isKnown = file.functionOf(call.name) !== undefined || file.classOf(call.name) !== undefined;
  const seeds = isGiven || looksLikeSeeder(call.method ?? file.read(call.callee));
  return seeds && !isKnown && handed(call).some((each) => isOf(each, row, file));
}

const handed = (call: Call): readonly Node[] =>
  (call.node.get('arguments')?.children ?? []).map((each) => each.get('value') ?? each);

function unseededSpaces(row: Environments, file: PythonFile, project: Project): OwnDraw[] {
  const spaceOf = (call: Call): Node | undefined => {
    const object = call.callee.get('object');
    const name = object?.type === 'attribute' ? object.get('attribute') : undefined;
    return name && row.spaces.includes(file.read(name)) ? object : undefined;
  };
  const [first] = file.methodCalls(row.sample).filter((call) => isOf(spaceOf(call)?.get('object'), row, file));
  const space = first && spaceOf(first);
  if (!first || !space || file.methodCalls(row.seed).some((call) => spaceOf(call) !== undefined)) return [];
  const environment = space.get('object');
  const made = environment && file.constructionOf(environment) ? undefined : environment && makerOf(environment, file);
  const assignment = made?.file === file ? made.call.node.parent : undefined;
  const target = assignment?.type === 'assignment' ? assignment.get('left') : undefined;
  const isSame = target && environment && file.read(target) === file.read(environment);
  const line = (seed: string): string => `${file.read(space)}.${row.seed}(${seed})`;
  const fixes = (): Fix[] =>
    isSame && assignment && made
      ? withSeed(
          made.call,
          file,
          project,
          (seed) => t`Add \`${line(seed)}\``,
          (seed) => [insertAfter(file, statementOf(assignment), [line(seed)])],
        )
      : [];
  return [
    {
      call: first,
      start: first.callee.start,
      end: first.callee.end,
      message: t`\`${file.read(space)}\` draws from a generator of its own, which has no seed.`,
      fixes,
    },
  ];
}
