/**
 * `evidence/harm.py` calls this twice. `programs` prints all programs there are: those written to be run, fixtures, examples
 * and samples. `graphs SEED` reads names of them, one a line, and prints what repairs make of each: every repair and rewrite
 * alone, in whichever of its files, all that are safe, the first ones one after the other, and sequences that the seed draws.
 * An edge leads from the texts of a program to what one step makes of them.
 */
import { readFileSync } from 'node:fs';
import { actionsAt, fixAll, insertSeedBlock } from '../server/src/core/analysis/actions.ts';
import { analyze } from '../server/src/core/analysis/analyze.ts';
import { applyEdits } from '../server/src/core/edits/edit-text.ts';
import { projectOf } from '../server/src/core/program/project.ts';
import { closeFile, openFile } from '../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../server/src/core/settings/settings.ts';
import type { Edit } from '../server/src/core/text/edit.ts';
import { filesBelow, readText, type Subject, subjects, workspaceOf } from '../test/corpus.ts';
import { Random, seedOf } from '../test/fuzz/random.ts';

interface Source {
  readonly path: string;
  readonly text: string;
}

/** The texts of a program: of its entry file, and of those beside it. */
interface Node {
  readonly text: string;
  readonly beside: readonly Source[];
  /** Several processes run it. */
  readonly ranked: boolean;
}

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly title: string;
}

/** What repairs make of a program; the first node is the program as it is. */
interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

interface Program extends Subject {
  /** Its other files. */
  readonly beside: readonly Source[];
  /** It was written to be run: that it does not run is a mistake. */
  readonly runs: boolean;
}

interface Step {
  readonly title: string;
  /** The files of the program behind the step, the entry file first. */
  readonly files: readonly Source[];
}

const MOST_STEPS = 25;
const LONGEST_SEQUENCE = 4;
const SEQUENCES = 2;

function programs(): Program[] {
  const own = filesBelow('test/harm', '.py').map((name): Program => {
    const [, ...parts] = readText(`test/harm/${name}`).split(/^#- (.+)\n/m);
    const whole = readText(`test/harm/${name}`);
    const files = parts.length === 0 ? [name, whole] : parts;
    const [path = name, text = '', ...rest] = files;
    const beside = rest.flatMap((each, i) => (i % 2 === 0 ? [{ path: each, text: rest[i + 1] ?? '' }] : []));
    return { name: `harm/${name}`, path, text, beside, runs: true };
  });
  const others = subjects().map((subject): Program => ({ ...subject, beside: [], runs: false }));
  return [...own, ...others];
}

function graphOf(program: Program, random: Random): Graph {
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  const known = new Map<string, { readonly at: number; readonly steps: Step[] }>();
  const visit = (files: readonly Source[]): { readonly at: number; readonly steps: Step[] } => {
    const key = JSON.stringify(files);
    const found = known.get(key);
    if (found) return found;
    const { steps, ranked } = stepsOf(files);
    const [entry, ...beside] = files;
    const visited = { at: nodes.push({ text: entry?.text ?? '', beside, ranked }) - 1, steps };
    known.set(key, visited);
    return visited;
  };
  const link = (from: number, { title, files }: Step): number => {
    const to = visit(files).at;
    if (to !== from && !edges.some((each) => each.from === from && each.to === to)) edges.push({ from, to, title });
    return to;
  };
  const { path, text, beside } = program;
  const written: readonly Source[] = [{ path, text }, ...beside];
  const first = visit(written);
  for (const step of first.steps) link(first.at, step);
  const follow = (choose: (steps: Step[]) => Step | undefined, most: number): void => {
    let files = written;
    for (let count = 0; count < most; count++) {
      const { at, steps } = visit(files);
      const step = choose(steps);
      if (!step) return;
      link(at, step);
      files = step.files;
    }
  };
  follow((steps) => steps.find(({ title }) => !/^(Insert|Make|Fix all)/.test(title)), MOST_STEPS);
  for (let i = 0; i < SEQUENCES; i++) {
    follow((steps) => (steps.length > 0 ? random.pick(steps) : undefined), LONGEST_SEQUENCE);
  }
  return { name: program.name, nodes, edges };
}

/** What the lightbulb and the palette offer anywhere in the files of a program, each with what it makes of them. */
function stepsOf(files: readonly Source[]): { steps: Step[]; ranked: boolean } {
  const steps = new Map<string, Step>();
  const add = (title: string, path: string, edits: readonly Edit[]): void => {
    if (edits.length === 0) return;
    const after = files.map((each) => {
      const own = edits.filter((edit) => (edit.path ?? path) === each.path);
      return { path: each.path, text: applyEdits(each.text, own) };
    });
    const key = JSON.stringify(after);
    if (key !== JSON.stringify(files) && !steps.has(key)) steps.set(key, { title, files: after });
  };
  const ranked = files.map((each, i) => stepsIn(each, files, i === 0, add));
  return { steps: [...steps.values()], ranked: ranked[0] === true };
}

/** The same of one file; whether several processes run it. */
function stepsIn(
  { path, text }: Source,
  files: readonly Source[],
  isEntry: boolean,
  add: (title: string, path: string, edits: readonly Edit[]) => void,
): boolean {
  const file = openFile(path, text);
  try {
    const project = projectOf(file, DEFAULT_SETTINGS, workspaceOf(files));
    const analysis = analyze(project, DEFAULT_SETTINGS);
    for (const { fixes } of analysis.findings) for (const fix of fixes ?? []) add(fix.title, path, fix.edits());
    for (const call of text.matchAll(/[A-Za-z_]\w*(?=\()|^import/gm)) {
      for (const action of actionsAt(file, project, analysis, { start: call.index, end: call.index }))
        if (action.kind === 'refactor.rewrite' && !action.command) add(action.title, path, action.edits());
    }
    for (const deterministic of isEntry ? [false, true] : []) {
      const block = insertSeedBlock(file, project, { deterministic });
      if ('edits' in block) add(`Insert \`${block.shown}\``, path, block.edits);
    }
    add('Fix all that is safe', path, fixAll(analysis));
    return project.hasRanks && /\binit_process_group\b/.test(text);
  } finally {
    closeFile(file);
  }
}

const [task, seed = '0'] = process.argv.slice(2);
if (task === 'programs') console.log(JSON.stringify(programs()));
if (task === 'graphs') {
  const names = new Set(readFileSync(0, 'utf8').split('\n'));
  const chosen = programs().filter(({ name }) => names.has(name));
  const graphs = chosen.map((program) => graphOf(program, new Random(seedOf(Number(seed), program.name, 0))));
  console.log(JSON.stringify(graphs));
}
