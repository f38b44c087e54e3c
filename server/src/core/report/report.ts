/**
 * The reproducibility report of a program: its streams, switches, free operations, loaders and findings as one plain
 * value. It is read off what the rules go by, so that it never says anything else than they do.
 */

import { analyze } from '../analysis/analyze.ts';
import { Composer } from '../composing/composer.ts';
import { Trace, type TraceStep } from '../composing/trace.ts';
import type { Project } from '../contract/project.ts';
import type { Finding } from '../contract/rule.ts';
import { namesFor } from '../knowledge/names.ts';
import { loaderArgument } from '../lowering/loader-arguments.ts';
import { compilingNodes } from '../lowering/transforms.ts';
import { DATA_LOADERS } from '../lowering/values.ts';
import { opUses } from '../operations/verdicts.ts';
import { isProgram, projectAround } from '../program/project.ts';
import type { Workspace } from '../program/workspace.ts';
import type { Argument, Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { RULES, ruleNamed } from '../rules/index.ts';
import type { Settings } from '../settings/settings.ts';
import { isTooDeep } from '../text/depth.ts';
import { onOneLine } from '../text/excerpts.ts';
import { translate } from '../text/language.ts';
import { linesOf } from './marks.ts';
import type {
  FindingReport,
  LoaderReport,
  NoProgram,
  OperationReport,
  ProgramReport,
  RepeatabilityReport,
} from './model.ts';
import { markOf, type PairOfRuns } from './run.ts';
import { type Mention, SourceFiles } from './source.ts';
import { reportStreams } from './streams.ts';
import { switchesOf } from './switches.ts';
import { verdictOf } from './verdict.ts';

const TORCH = namesFor('torch');

/** The entry points of the workspace, sorted. */
export function programsOf(workspace: Workspace): string[] {
  return [...workspace.paths].filter((path) => isProgram(workspace, path)).sort();
}

/**
 * The report of a file. Files are read through the workspace; those it cannot open count as not there. `run` is the last
 * pair of runs of this program, where nothing has changed since.
 */
export function reportOf(workspace: Workspace, path: string, user: Settings, run?: PairOfRuns): RepeatabilityReport {
  const settings = workspace.manifests.settingsOf(path, user);
  const source = new SourceFiles(workspace);
  const file = source.file(path);
  const none = (reason: NoProgram['reason'], programs: readonly string[] = []): NoProgram => {
    return { kind: 'none', path, reason, programs };
  };
  if (!file || !workspace.facts(path)) return none('unreadable');
  if (!isProgram(workspace, path)) {
    const importing = new Set(workspace.programsReaching(path));
    const programs = programsOf(workspace).filter(
      (each) => importing.has(each) || workspace.program(each).reached.has(path),
    );
    const isLibrary = programs.length > 0 || workspace.importers(path).size > 0;
    const facts = workspace.facts(path);
    if (facts?.isTest) return none('test');
    return none(isLibrary ? 'library' : facts?.reachesMl ? 'idle' : 'unrelated', programs);
  }
  const project = projectAround(file, settings, workspace);
  const steps = stepsOf(workspace, path);
  const others = [...workspace.program(path).reached].filter((each) => each !== path).sort();
  const parts = [path, ...others].flatMap((each): Part[] => {
    const found = source.file(each);
    return found ? [partOf(found, projectAround(found, settings, workspace), settings)] : [];
  });
  const files = parts.map((part) => part.file);
  const streams = reportStreams(project, steps, source, (call) => parts.some((part) => varies(part, call, source)));
  const switches = switchesOf(steps, files, source);
  const operations = parts.flatMap((part) => operationsOf(part, source));
  const findings = parts.flatMap(({ file, findings }) => findings.map((each) => findingOf(each, file, source, run)));
  return {
    kind: 'program',
    path,
    verdict: verdictOf({ project, streams, operations, findings }),
    promise: project.promise,
    determinism: project.switches.deterministicAlgorithms,
    torch: torchOf(project),
    files: files.map((each) => each.path),
    streams,
    switches,
    operations,
    isCut: project.isCut,
    compiled: files.flatMap((each) => compilingNodes(each).map((node) => source.mention(each, node))),
    loaders: files.flatMap((each) => loadersOf(each, source)),
    findings,
    run: run ? told(run) : null,
  };
}

const told = ({ result, operations, draws, batches, cause, place }: PairOfRuns): ProgramReport['run'] => ({
  result,
  operations,
  draws,
  batches,
  cause,
  place,
});

/** What the program does on its way; nothing where it cannot be followed. */
function stepsOf(workspace: Workspace, path: string): readonly TraceStep[] {
  const trace = new Trace();
  try {
    new Composer(workspace, path, { trace }).program(workspace.commands(path));
  } catch (error) {
    if (!isTooDeep(error)) throw error;
    return [];
  }
  return trace.steps;
}

/** One file of the program. */
interface Part {
  readonly file: PythonFile;
  readonly project: Project;
  readonly findings: readonly Finding[];
}

const partOf = (file: PythonFile, project: Project, settings: Settings): Part => ({
  file,
  project,
  findings: analyze(project, settings).findings,
});

/** Whether a rule found that the seed of this call is another one in every run. */
function varies({ file, findings }: Part, call: Mention, source: SourceFiles): boolean {
  if (file.path !== call.place.path) return false;
  return findings.some(({ rule, start }) => {
    const { cell, line } = source.place(file, start);
    return rule === 'varying-seed' && line === call.place.line && cell === call.place.cell;
  });
}

const FREE = RULES.filter((rule) => /^(nondeterministic-op|throws-when-deterministic)$/.test(rule.name));

/** What the rules about operations see, ignored or not. */
function operationsOf({ file, project }: Part, source: SourceFiles): OperationReport[] {
  const found = FREE.flatMap((rule) => [...rule.check(file, project)]);
  const rows = opUses(file, project);
  const seen = new Set<number>();
  return found
    .sort((a, b) => a.start - b.start)
    .flatMap(({ start, end, subject }) => {
      const row = rows.find(({ op, span }) => span.start === start && op.api === subject);
      if (!row || seen.has(start)) return [];
      seen.add(start);
      return {
        ...source.mention(file, { start, end }),
        api: row.op.api,
        pass: row.op.pass,
        reason: translate(row.op.reason),
        flag: row.behaviours[0]?.flag ?? null,
      };
    });
}

function loadersOf(file: PythonFile, source: SourceFiles): LoaderReport[] {
  const written = (argument: Argument): string | null =>
    argument === 'absent' ? null : argument === 'unknown' ? '?' : onOneLine(file.read(argument));
  const isTorchs = (call: Call): boolean => TORCH.has(call.name);
  const argument = (call: Call, name: Parameters<typeof loaderArgument>[2]): string | null =>
    written(isTorchs(call) ? loaderArgument(file, call, name) : file.argument(call, name));
  return file.allCalls
    .filter((call) => call.name !== null && DATA_LOADERS.has(call.name))
    .map((call) => ({
      ...source.mention(file, call.callee),
      shuffle: argument(call, 'shuffle'),
      sampler: argument(call, 'sampler') ?? argument(call, 'batch_sampler'),
      generator: argument(call, 'generator'),
      workers: argument(call, 'num_workers'),
      batchSize: argument(call, 'batch_size') ?? argument(call, 'batch_sampler'),
      workerInit: argument(call, 'worker_init_fn'),
    }));
}

const findingOf = (finding: Finding, file: PythonFile, source: SourceFiles, run?: PairOfRuns): FindingReport => ({
  rule: finding.rule,
  severity: finding.severity,
  message: finding.message,
  subject: finding.subject ?? null,
  repair: finding.fixes?.find((fix) => !fix.byHand)?.title ?? null,
  place: source.place(file, finding.start),
  run: run ? markOf(run, ruleNamed(finding.rule), finding, linesOf(finding, file, source)) : null,
});

function torchOf(project: Project): ProgramReport['torch'] {
  const source = project.versions.versionSource('torch');
  return { version: source?.version ?? null, manifest: source && 'path' in source ? source.path : null };
}
