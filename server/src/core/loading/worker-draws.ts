/** What a DataLoader's workers draw from although nothing seeds it for them, as its dataset and transforms show. */

import type { Location, Project } from '../contract/project.ts';
import { compareVersions, type Pipelines, pipelinesOf } from '../knowledge/tables.ts';
import { randomPipeline } from '../lowering/augmentation.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { everyValue } from '../python/names.ts';

/** A source of randomness that every worker gets the same copy of. */
export interface WorkerDraw {
  /** Numpy's global generator, or those of an augmentation pipeline. */
  readonly from: 'numpy' | 'pipeline';
  /** The library of the pipeline. */
  readonly library?: string;
  /** The class, function or pipeline, as the file names it. */
  readonly name: string;
  /** Where it draws, or where the pipeline stands. */
  readonly site: Location;
  /** The dataset's attribute that keeps the pipeline, and the method that seeds it; null where nobody can tell. */
  readonly reseed: { readonly attribute: string; readonly method: string } | null;
}

/** Something that takes part in making a sample. */
interface Ingredient {
  readonly node: Node;
  /** The construction it stands for. */
  readonly made: Call | null;
  /** The construction it is handed to. */
  readonly holder: Call | null;
}

/** Workers seed numpy's global generator from here on. */
const SEEDS_NUMPY_SINCE = '1.9';
const PER_SAMPLE = ['__getitem__', '__getitems__', '__iter__', '__call__', 'forward'];
const DEEPEST = 6;

/** The project's torch does not seed numpy's global generator in workers. */
export function leavesNumpy(project: Project): boolean {
  const torch = project.versions.versionOf('torch');
  return torch !== null && compareVersions(torch, SEEDS_NUMPY_SINCE) < 0;
}

/** The first thing that the workers of a loader draw from unseeded; null where all is seeded or nobody can tell. */
export function unseededDraw(loader: Call, file: PythonFile, project: Project): WorkerDraw | null {
  const given = [file.argument(loader, 'dataset', 0), file.argument(loader, 'collate_fn', 7)];
  const all = given.flatMap((each) => (typeof each === 'string' ? [] : [...ingredients(each, null, file)]));
  const leaves = leavesNumpy(project);
  for (const each of all) {
    const draw = (leaves ? numpyDraw(each, file, project) : null) ?? pipelineDraw(each, file, project);
    if (draw) return draw;
  }
  return null;
}

/** What an expression brings into a sample, itself first, through variables, arguments and collections. */
function* ingredients(node: Node, holder: Call | null, file: PythonFile, depth = 0): Iterable<Ingredient> {
  if (depth > DEEPEST) return;
  const made = file.constructionOf(node);
  yield { node, made, holder };
  const parts = made ? (made.node.get('arguments')?.children ?? []) : partsOf(node, file);
  for (const part of parts) yield* ingredients(part.get('value') ?? part, made ?? holder, file, depth + 1);
}

function partsOf(node: Node, file: PythonFile): readonly Node[] {
  switch (node.type) {
    case 'identifier':
      return everyValue(node, file);
    case 'conditional_expression':
      return node.children.filter((_, i) => i !== 1);
    case 'list':
    case 'tuple':
    case 'parenthesized_expression':
    case 'dictionary':
      return node.children;
    default:
      return [];
  }
}

function numpyDraw({ node, made }: Ingredient, file: PythonFile, project: Project): WorkerDraw | null {
  const name = made ? made.name : /^(identifier|attribute)$/.test(node.type) ? file.qualify(node) : null;
  if (name === null) return null;
  for (const called of made ? PER_SAMPLE.map((method) => `${name}.${method}`) : [name]) {
    const exposure = project.callOf(called)?.exposed.numpy;
    if (!exposure || exposure.marked) continue;
    return {
      from: 'numpy',
      name: file.read(made?.callee ?? node),
      site: project.places.locate(exposure.site),
      reseed: null,
    };
  }
  return null;
}

/** A pipeline that is handed to the dataset, or that the dataset's class makes for itself. */
function pipelineDraw(each: Ingredient, file: PythonFile, project: Project): WorkerDraw | null {
  const { node, made, holder } = each;
  const shown = made?.callee ?? node.get('function') ?? node;
  const draw = (library: Pipelines | null, attribute: string | null): WorkerDraw | null =>
    library && keepsGenerators(library, project)
      ? {
          from: 'pipeline',
          library: library.package,
          name: file.read(shown),
          site: { path: file.path, start: shown.start, end: shown.end },
          reseed: attribute === null ? null : { attribute, method: library.reseed },
        }
      : null;
  const own = made?.name && !holder ? project.classes.keptPipeline(made.name) : null;
  if (own) return draw(pipelinesOf(own.library) ?? null, own.attribute);
  const called = node.type === 'call' ? file.call(node).name : null;
  const returned = called === null ? null : project.classes.returnedPipeline(called);
  const library = returned === null ? randomPipeline(node, file) : (pipelinesOf(returned) ?? null);
  return library && holder ? draw(library, keeperOf(node, holder, file, project)) : null;
}

function keepsGenerators(library: Pipelines, project: Project): boolean {
  const version = project.versions.versionOf(library.package.split('.')[0] ?? library.package);
  return version === null || compareVersions(version, library.since) >= 0;
}

/** The attribute in which the dataset keeps an argument of its constructor. */
function keeperOf(argument: Node, holder: Call, file: PythonFile, project: Project): string | null {
  const known = holder.name === null ? null : project.classes.constructorOf(holder.name);
  for (const [position, parameter] of (known?.parameters ?? []).entries()) {
    const given = file.argument(holder, parameter, position);
    if (typeof given !== 'string' && given === argument) return known?.keepers[parameter] ?? null;
  }
  return null;
}
