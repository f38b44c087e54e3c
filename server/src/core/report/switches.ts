/** The determinism switches of a program in its report: where each is set, to what, and under which conditions. */

import type { TraceStep } from '../composing/trace.ts';
import { ALGORITHMS, CUDNN_BENCHMARK, CUDNN_DETERMINISTIC } from '../knowledge/calls.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { environmentSettings } from '../switches/switches.ts';
import { lastValue } from '../syntax/parse.ts';
import { onOneLine } from '../text/excerpts.ts';
import { callOf, type Mention, type OpenCondition, type SourceFiles } from './source.ts';
import { leastConditional } from './streams.ts';

export interface SwitchSetting extends Mention {
  /** As written. */
  readonly value: string;
  readonly by: readonly Mention[];
  readonly conditions: readonly OpenCondition[];
}

export interface SwitchReport {
  /** As PyTorch or the environment spells it. */
  readonly name: string;
  /** In execution order; those of the environment as the files have them. Empty where nothing sets it. */
  readonly settings: readonly SwitchSetting[];
}

/** Those that every report names, set or not. */
const USUAL = [ALGORITHMS, CUDNN_DETERMINISTIC, CUDNN_BENCHMARK];
const VARIABLES = ['CUBLAS_WORKSPACE_CONFIG', 'PYTHONHASHSEED'];

export function switchesOf(
  steps: readonly TraceStep[],
  files: readonly PythonFile[],
  source: SourceFiles,
): SwitchReport[] {
  // Variables are listed below, as the files have them: also where nothing shows that the program comes by.
  const isSwitch = (step: TraceStep): boolean => step.kind === 'flag' && !VARIABLES.includes(step.flag ?? '');
  const flags = leastConditional(steps.filter(isSwitch));
  const names = [...new Set([...USUAL, ...flags.map((step) => step.flag ?? '')])];
  const set = names.map((name) => {
    const mine = flags.filter((step) => step.flag === name);
    const settings = mine.flatMap((step) => settingOf(step, source) ?? []);
    return { name, settings: name === ALGORITHMS ? [...settings, ...bareCalls(files, source)] : settings };
  });
  const variables = VARIABLES.map((name) => ({
    name,
    settings: files.flatMap((file) => [...environmentSettings(file, name)].map((each) => variable(file, each, source))),
  }));
  return [...set, ...variables];
}

function settingOf(step: TraceStep, source: SourceFiles): SwitchSetting | null {
  const found = source.at(step.site);
  const mention = source.call(step.site);
  if (!found || !mention) return null;
  const { file, node } = found;
  const call = callOf(node);
  const value = call
    ? argumentsOf(call, file)
    : file.read((node.parent?.type === 'assignment' && lastValue(node.parent)) || node);
  return {
    ...mention,
    value: onOneLine(value),
    by: source.callers(step),
    conditions: source.conditions(step.frames),
  };
}

const argumentsOf = (call: Node, file: PythonFile): string =>
  (call.get('arguments')?.children ?? []).map((argument) => file.read(argument)).join(', ');

/** `use_deterministic_algorithms()` sets nothing: it raises. */
function bareCalls(files: readonly PythonFile[], source: SourceFiles): SwitchSetting[] {
  return files.flatMap((file) =>
    file
      .calls(ALGORITHMS)
      .filter((call) => file.argument(call, 'mode', 0) === 'absent')
      .map((call) => ({
        ...source.mention(file, call.node),
        value: '',
        by: [],
        conditions: writtenConditions(call.node, file, source),
      })),
  );
}

function variable(
  file: PythonFile,
  { span, value }: { span: Node; value: Node | null },
  source: SourceFiles,
): SwitchSetting {
  return {
    ...source.mention(file, span),
    value: value ? onOneLine(file.read(value)) : '',
    by: [],
    conditions: writtenConditions(span, file, source),
  };
}

/** The conditions around a place within its function. */
function writtenConditions(place: Node, file: PythonFile, source: SourceFiles): OpenCondition[] {
  const found: OpenCondition[] = [];
  for (let node = place; node.parent && node.type !== 'function_definition'; node = node.parent) {
    const holds = node.field === 'consequence';
    const holder = holds ? node.parent : /^(else|elif)_clause$/.test(node.type) ? node.parent : null;
    const condition = holder?.get('condition');
    if (!condition || file.read(condition).includes('__name__')) continue;
    found.unshift({ ...source.mention(file, condition), holds });
  }
  return found;
}
