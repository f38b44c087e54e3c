/**
 * `evidence/harm.py` calls this twice. `programs` prints all programs there are: those written to be run, fixtures, examples
 * and samples. `graphs SEED` reads names of them, one a line, and prints what repairs make of each: every repair and rewrite
 * alone, all that are safe, the first ones one after the other, and sequences that the seed draws. An edge leads from a text
 * to what one step makes of it.
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

/** A text of a program's entry file. */
interface Node {
  readonly text: string;
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
  readonly beside: readonly { readonly path: string; readonly text: string }[];
  /** It was written to be run: that it does not run is a mistake. */
  readonly runs: boolean;
}

interface Step {
  readonly title: string;
  readonly text: string;
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
  const visit = (text: string): { readonly at: number; readonly steps: Step[] } => {
    const found = known.get(text);
    if (found) return found;
    const { steps, ranked } = stepsOf(program, text);
    const visited = { at: nodes.push({ text, ranked }) - 1, steps };
    known.set(text, visited);
    return visited;
  };
  const link = (from: number, { title, text }: Step): number => {
    const to = visit(text).at;
    if (to !== from && !edges.some((each) => each.from === from && each.to === to)) edges.push({ from, to, title });
    return to;
  };
  const first = visit(program.text);
  for (const step of first.steps) link(first.at, step);
  const follow = (choose: (steps: Step[]) => Step | undefined, most: number): void => {
    let text = program.text;
    for (let count = 0; count < most; count++) {
      const { at, steps } = visit(text);
      const step = choose(steps);
      if (!step) return;
      link(at, step);
      text = step.text;
    }
  };
  follow((steps) => steps.find(({ title }) => !/^(Insert|Make|Fix all)/.test(title)), MOST_STEPS);
  for (let i = 0; i < SEQUENCES; i++) {
    follow((steps) => (steps.length > 0 ? random.pick(steps) : undefined), LONGEST_SEQUENCE);
  }
  return { name: program.name, nodes, edges };
}

/** What the lightbulb and the palette offer anywhere in a text, each with what it makes of it. */
function stepsOf({ path, beside }: Program, text: string): { steps: Step[]; ranked: boolean } {
  const file = openFile(path, text);
  try {
    const project = projectOf(file, DEFAULT_SETTINGS, workspaceOf([{ path, text }, ...beside]));
    const analysis = analyze(project, DEFAULT_SETTINGS);
    const steps = new Map<string, Step>();
    const add = (title: string, edits: readonly Edit[]): void => {
      if (edits.length === 0 || edits.some((edit) => edit.path !== undefined && edit.path !== path)) return;
      const after = applyEdits(text, edits);
      if (after !== text && !steps.has(after)) steps.set(after, { title, text: after });
    };
    for (const { fixes } of analysis.findings) for (const fix of fixes ?? []) add(fix.title, fix.edits());
    for (const call of text.matchAll(/[A-Za-z_]\w*(?=\()|^import/gm)) {
      for (const action of actionsAt(file, project, analysis, { start: call.index, end: call.index }))
        if (action.kind === 'refactor.rewrite' && !action.command) add(action.title, action.edits());
    }
    for (const deterministic of [false, true]) {
      const block = insertSeedBlock(file, project, { deterministic });
      if ('edits' in block) add(`Insert \`${block.shown}\``, block.edits);
    }
    add('Fix all that is safe', fixAll(analysis));
    return { steps: [...steps.values()], ranked: project.hasRanks && /\binit_process_group\b/.test(text) };
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
