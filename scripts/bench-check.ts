/**
 * Measures the command line over six packages, keystrokes and starts, and other linters beside, each row with its target:
 * processor time against a bare parse of the same files, in pairs. `--runs N` says how many pairs, `--part NAME` which
 * parts, and `--record` writes the ratios of this version and the chart of what was measured.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { version } from '../package.json';
import { helperTimes, hoverTimes, reportTimes } from './bench-editor.ts';
import { bareParser, median, quantile } from './bench-figures.ts';
import { measureGrowth } from './bench-growth.ts';
import { COMMAND_LINE, replay, starts, wallTimes } from './bench-keystrokes.ts';
import { download, FOLDER } from './bench-packages.ts';
import { deepProject, written } from './bench-projects.ts';
import { trainingScript } from './bench-trace.ts';
import '../test/engine.ts';

const HISTORY = fileURLToPath(new URL('../bench/history.json', import.meta.url));
const CHART = fileURLToPath(new URL('../docs/images/bench.svg', import.meta.url));
const PARSE_ONLY = '--parse-only';
const PARTS = {
  packages: measurePackages,
  deep: measureDeep,
  editor: measureEditor,
  growth: async () => measureGrowth(),
  peers: measurePeers,
} as const;
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    part: { type: 'string', multiple: true, default: Object.keys(PARTS) },
    record: { type: 'boolean', default: false },
    [PARSE_ONLY.slice(2)]: { type: 'boolean', default: false },
  },
});
const ROUNDS = Number(values.runs);

/** What a run of a command cost. */
interface Cost {
  /** Seconds of processor time, all threads together. */
  readonly cpu: number;
  readonly wall: number;
  /** The most memory it took, in MB; null where that is not known. */
  readonly memory: number | null;
}

const rows: Record<string, number> = {};
const BAR = { height: 22, gap: 10, left: 120, width: 480 };
/** Seconds of processor time per MB, by linter. */
const costs = new Map<string, number>();

if (process.argv.includes(PARSE_ONLY)) await parseOnly(process.argv.at(-1)!);
else if (!existsSync(COMMAND_LINE)) throw new Error(`${COMMAND_LINE} is not there: run \`npm run build\` first.`);
else if (download()) {
  console.log(`\n${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, median of ${ROUNDS} pairs`);
  for (const [name, measure] of Object.entries(PARTS)) if (values.part.includes(name)) await measure();
  if (values.record) record();
}

/** Parses every file below a folder and does nothing with the trees; what the process costs beside is taken off. */
async function parseOnly(folder: string): Promise<void> {
  const texts = pythonFiles(folder).map((path) => readFileSync(path, 'utf8'));
  const parser = await bareParser();
  const before = process.cpuUsage();
  for (const text of texts) parser.parse(text)?.delete();
  const { user, system } = process.cpuUsage(before);
  console.log(`parsed ${(user + system) / 1e6}`);
}

function pythonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py'))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function bareCost(folder: string): number {
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), PARSE_ONLY, folder], {
    encoding: 'utf8',
  });
  return Number(/^parsed (.*)$/m.exec(stdout)?.[1]);
}

/** Runs a command under the shell's own clock, which counts what its children cost. */
function costOf(command: string, ...args: readonly string[]): Cost {
  const peak = 'process.on("exit",()=>process._rawDebug("peak "+process.resourceUsage().maxRSS))';
  const isOurs = command === process.execPath;
  const own = isOurs ? ['--import', `data:text/javascript,${encodeURIComponent(peak)}`] : [];
  const { stderr } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="times %U %S %R"; time "$@"', 'bash', command, ...own, ...args],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  );
  const [user = NaN, system = NaN, wall = NaN] = (/^times (.*)$/m.exec(stderr)?.[1] ?? '').split(' ').map(Number);
  const kilobytes = [...stderr.matchAll(/^peak (\d+)$/gm)].map(([, each]) => Number(each));
  return { cpu: user + system, wall, memory: kilobytes.length > 0 ? Math.max(...kilobytes) / 1024 : null };
}

function check(folder: string, ...args: readonly string[]): Cost {
  return costOf(process.execPath, COMMAND_LINE, 'check', '--isolated', '--format', 'concise', ...args, folder);
}

async function measurePackages(): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), 'seedwise-bench-cache-'));
  const bare: number[] = [];
  const runs = { cold: [] as Cost[], threads: [] as Cost[], cached: [] as Cost[] };
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(bareCost(FOLDER));
    runs.cold.push(check(FOLDER, '--no-cache', '--threads', '1'));
    runs.threads.push(check(FOLDER, '--no-cache', '--threads', '2'));
    if (round === 0) check(FOLDER, '--cache', cache);
    runs.cached.push(check(FOLDER, '--cache', cache));
  }
  rmSync(cache, { recursive: true });
  const against = (costs: readonly Cost[]): number => median(costs.map(({ cpu }, i) => cpu / bare[i]!));
  console.log(`\n${pythonFiles(FOLDER).length} files of six packages; a bare parse takes ${median(bare).toFixed(2)} s`);
  row('check, cold, one thread', against(runs.cold), 2, 'x bare parse');
  row('its memory', median(runs.cold.map(({ memory }) => memory ?? Number.NaN)), 300, 'MB');
  row('two threads, wall clock', median(runs.threads.map(({ wall }, i) => wall / runs.cold[i]!.wall)), 0.6, 'x one');
  if (availableParallelism() < 2) console.log('    (one processor: two threads have nothing to gain here)');
  row('the same again, cached', against(runs.cached), 0.25, 'x bare parse');
}

/** Many programs over one deep package cost no more for their size than the packages do. */
async function measureDeep(): Promise<void> {
  const folder = written(deepProject(150, 120));
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const parse = bareCost(folder);
    ratios.push(check(folder, '--no-cache', '--threads', '1').cpu / parse);
  }
  rmSync(folder, { recursive: true });
  const packages =
    rows['check, cold, one thread'] ?? median([check(FOLDER, '--no-cache', '--threads', '1').cpu / bareCost(FOLDER)]);
  row('150 programs over a deep package', median(ratios) / packages, 1.5, 'x the row of the packages');
}

/** A keystroke, to the diagnostics of the text; a start, to the first ones. */
async function measureEditor(): Promise<void> {
  console.log('\nin the editor, milliseconds on the clock');
  for (const [lines, half, most] of [
    [600, 8, 20],
    [2000, 16, 40],
  ] as const) {
    const { server, bare } = await replay(trainingScript(lines));
    row(`keystroke in ${lines} lines, p50`, median(server), half, 'ms');
    row(`keystroke in ${lines} lines, p95`, quantile(server, 0.95), most, 'ms');
    if (lines === 600) row('the same against its parse', median(server) / median(bare), 6, 'x incremental parse');
  }
  row('hover in 2000 lines, p95', quantile(await hoverTimes(trainingScript(2000), 60), 0.95), 50, 'ms');
  row('helper of 200 programs, p50', median(await helperTimes(200)), 30, 'ms');
  const { first, known } = await reportTimes(3000);
  row('report among 3000 files, first', first / 1000, 4, 's');
  row('report among 3000 files, known', median(known) / 1000, 1, 's');
  const text = trainingScript(600);
  row('start to first diagnostics', median(await starts(text, ROUNDS)), 300, 'ms');
  const folder = written({ 'train.py': text });
  const path = join(folder, 'train.py');
  const own = median(wallTimes(process.execPath, [COMMAND_LINE, 'check', '--no-cache', path], ROUNDS));
  const bare = median(wallTimes(process.execPath, [fileURLToPath(import.meta.url), PARSE_ONLY, folder], ROUNDS));
  rmSync(folder, { recursive: true });
  row('command line on one file', own / bare, 2, 'x a bare start');
}

/** Other linters look for other things; their times only say what people are used to waiting. */
async function measurePeers(): Promise<void> {
  const few = join(FOLDER, 'accelerate');
  const peers: [string, string, string[]][] = [
    ['Ruff', 'ruff', ['check', '--no-cache', '--isolated', '--exit-zero', '--select', 'NPY,S311', FOLDER]],
    ['torchdetscan', 'torchdetscan', [few]],
    ['TorchFix', 'torchfix', ['--select=ALL', few]],
    ['pylint', 'pylint', ['--disable=all', '--enable=eval-used', '--jobs=1', few]],
  ];
  console.log('\nother linters (all but Ruff over one of the packages, for patience), processor time per MB');
  const perMegabyte = (cpu: number, folder: string): number => {
    const bytes = pythonFiles(folder).reduce((sum, path) => sum + statSync(path).size, 0);
    return cpu / (bytes / 1e6);
  };
  const own = perMegabyte(check(FOLDER, '--no-cache', '--threads', '1').cpu, FOLDER);
  costs.set('Seedwise', own);
  console.log(`    ${'Seedwise'.padEnd(34)}${own.toFixed(3)} s`);
  for (const [name, command, args] of peers) {
    const asked = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (asked.error) {
      console.log(`    ${name.padEnd(34)}skipped: not installed`);
      continue;
    }
    const cost = perMegabyte(costOf(command, ...args).cpu, args.at(-1)!);
    costs.set(name, cost);
    const named = `${name} ${/\d+(\.\d+)+/.exec(asked.stdout)?.[0] ?? ''}`;
    console.log(`    ${named.padEnd(34)}${cost.toFixed(3)} s  x ${(cost / own).toFixed(2)} of Seedwise`);
    rows[`${name}, time per MB against Seedwise`] = Number((cost / own).toPrecision(3));
  }
}

function row(name: string, value: number, target: number, unit: string): void {
  rows[name] = Number(value.toPrecision(3));
  const verdict = value <= target ? 'met' : 'missed';
  console.log(`    ${name.padEnd(34)}${value.toPrecision(3).padStart(8)} ${unit} (target ${target}: ${verdict})`);
}

/** This version's ratios beside those of the releases before it, and the chart of the README. */
function record(): void {
  const history = existsSync(HISTORY) ? JSON.parse(readFileSync(HISTORY, 'utf8')) : {};
  history[version] = { ...history[version], ...rows };
  mkdirSync(dirname(HISTORY), { recursive: true });
  writeFileSync(HISTORY, `${JSON.stringify(history, null, 2)}\n`);
  if (costs.size > 1) writeFileSync(CHART, chartOf([...costs].sort((a, b) => a[1] - b[1])));
}

/** One bar for each linter: seconds of processor time per MB of Python. */
function chartOf(costs: readonly (readonly [string, number])[]): string {
  const most = Math.max(...costs.map(([, cost]) => cost));
  const bars = costs.map(([name, cost], i) => {
    const y = i * (BAR.height + BAR.gap) + BAR.gap;
    const width = Math.max(2, (cost / most) * BAR.width);
    const middle = y + BAR.height * 0.7;
    const colour = name === 'Seedwise' ? '#2f9e6e' : '#9aa4ad';
    return (
      `  <text x="${BAR.left - 8}" y="${middle}" text-anchor="end">${name}</text>\n` +
      `  <rect x="${BAR.left}" y="${y}" width="${width.toFixed(1)}" height="${BAR.height}" rx="3" fill="${colour}"/>\n` +
      `  <text x="${(BAR.left + width + 6).toFixed(1)}" y="${middle}">${cost.toFixed(2)} s</text>\n`
    );
  });
  const height = costs.length * (BAR.height + BAR.gap) + BAR.gap;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${BAR.left + BAR.width + 80}" height="${height}" ` +
    `font-family="sans-serif" font-size="13" fill="#57606a">\n` +
    `  <title>Processor time per MB of Python, shorter is better</title>\n${bars.join('')}</svg>\n`
  );
}
