/** What a hover says: about operations, seeds, switches, loaders and environment variables, and about nothing else. */

import type { Project } from '../contract/project.ts';
import { ALGORITHMS, CUDNN_BENCHMARK, CUDNN_DETERMINISTIC, OLD_ALGORITHMS } from '../knowledge/calls.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { compareVersions } from '../knowledge/tables.ts';
import { noteOn } from '../knowledge/transforms.ts';
import { DATA_LOADER, isLeftOut, loaderArgument } from '../loading/loaders.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { Span } from '../text/edit.ts';
import { describeOps } from './operations.ts';
import { describeSeed } from './seeds.ts';

const DEBUG_MODE = nameFor('algorithms-debug-mode');
const ENVIRONMENT = nameFor('environment');
const SETS_VARIABLE = namesFor('sets-variable');

/** A few lines of Markdown about the token at a span of UTF-16 offsets. */
export interface Hover extends Span {
  readonly markdown: string;
}

const FLAG_PAGE = 'https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html';
const NOTES_PAGE = 'https://docs.pytorch.org/docs/stable/notes/randomness.html';
/** From this version on torch does not ask for the variable any more. */
const CUBLAS_UNTIL = '2.10';
/** The first version whose workers seed numpy. */
const NUMPY_WORKERS_SINCE = '1.9';

/** About the token at an offset; null where there is nothing to say. Broken Python is no error. */
export function hoverAt(file: PythonFile, project: Project, offset: number): Hover | null {
  const token = tokenAt(file.syntax.root, offset);
  const markdown = token && describe(token, file, project);
  return markdown ? { start: token.start, end: token.end, markdown } : null;
}

function tokenAt(root: Node, offset: number): Node | null {
  let found: Node | null = null;
  for (let at: Node | undefined = root; at; ) {
    if (/^(identifier|string)$/.test(at.type)) found = at;
    if (at.type === 'string') break;
    // Where two nodes touch, the first one is meant: the end of `f` in `f(x)`.
    at = at.children.find((child) => child.start <= offset && offset <= child.end);
  }
  return found;
}

function describe(token: Node, file: PythonFile, project: Project): string | null {
  if (token.type === 'string') return describeVariable(token, file, project);
  // A name in the middle of a dotted one is somebody else's business.
  const isLast = token.parent?.type === 'attribute' && token.field === 'attribute';
  const expression = isLast ? token.parent : token;
  if (!expression || (expression === token && token.field === 'name')) return null;
  const flag = describeSwitch(file.qualify(expression), project);
  if (flag) return flag;
  const note = noteOn(file.qualify(expression) ?? '');
  if (note && (expression.field === 'function' || expression.parent?.type === 'decorator'))
    return `${note.note}\n\n[Source](${note.source})`;
  const node = expression.field === 'function' ? expression.parent : null;
  if (node?.type !== 'call') return null;
  const call = file.call(node);
  const written = file.read(token);
  if (call.name === DATA_LOADER) return describeLoader(call, file, project);
  return describeSeed(call, written, project) ?? describeOps(call, written, file, project);
}

/** The switches of determinism, wherever they are named. */
function describeSwitch(name: string | null, project: Project): string | null {
  switch (name) {
    case ALGORITHMS:
    case OLD_ALGORITHMS:
    case DEBUG_MODE: {
      const version = project.versionOf('torch');
      const isOld = version !== null && compareVersions(version, CUBLAS_UNTIL) < 0;
      return [
        '**Deterministic algorithms**: operations that have a deterministic kernel use it, those that have none raise a `RuntimeError`, or warn with `warn_only=True`.',
        'It covers convolutions. It does not cover cuDNN’s RNNs, `cudnn.benchmark`, CUDA extensions and libraries beside torch. It seeds nothing.',
        ...(isOld
          ? [`On CUDA, torch ${version} also wants \`CUBLAS_WORKSPACE_CONFIG=:4096:8\` in the environment.`]
          : []),
        'With `warn_only=True` the backward of flash and memory-efficient attention stays free to differ.',
        `[torch.use_deterministic_algorithms](${FLAG_PAGE})`,
      ].join('\n\n');
    }
    case CUDNN_DETERMINISTIC:
      return [
        '**`cudnn.deterministic`** lets cuDNN use deterministic algorithms only. It reaches cuDNN and nothing else: `torch.use_deterministic_algorithms(True)` covers its convolutions and every other operation too.',
        `[Reproducibility](${NOTES_PAGE}#cuda-convolution-determinism)`,
      ].join('\n\n');
    case CUDNN_BENCHMARK:
      return [
        '**`cudnn.benchmark`** has cuDNN time its algorithms for each new shape of input and take the fastest. The timing may choose another one in another run, deterministic algorithms or not. `False` is the default.',
        `[Reproducibility](${NOTES_PAGE}#cuda-convolution-benchmarking)`,
      ].join('\n\n');
    default:
      return null;
  }
}

/** What decides a loader's order, and what its workers are seeded with. */
function describeLoader(call: Call, file: PythonFile, project: Project): string {
  const lines = [`Order: ${orderOf(call, file)}.`, `Workers: ${workersOf(call, file, project)}.`];
  const init = loaderArgument(file, call, 'worker_init_fn');
  if (!isLeftOut(init) && typeof init !== 'string') {
    const name = file.read(init);
    lines.push(`After that ${/^[\w.]+$/.test(name) ? `\`${name}\`` : 'its `worker_init_fn`'} runs in each worker.`);
  }
  const page = 'https://docs.pytorch.org/docs/stable/data.html#randomness-in-multi-process-data-loading';
  return ['**`DataLoader`**', ...lines, `[Randomness in multi-process data loading](${page})`].join('\n\n');
}

function orderOf(call: Call, file: PythonFile): string {
  if (!isLeftOut(loaderArgument(file, call, 'batch_sampler'))) return 'its `batch_sampler` decides';
  const sampler = loaderArgument(file, call, 'sampler');
  if (!isLeftOut(sampler)) return 'its `sampler` decides, and takes nothing from the loader’s `generator`';
  const shuffle = loaderArgument(file, call, 'shuffle');
  const value = shuffle === 'absent' ? false : typeof shuffle === 'string' ? undefined : file.constant(shuffle);
  if (value === false || value === null) return 'that of the dataset';
  const shuffled = value === true ? 'shuffled' : 'if it is shuffled, then';
  return isOwn(call, file)
    ? `${shuffled} by its own generator, anew in each epoch`
    : `${shuffled} with a number from torch’s global generator, so whatever draws from it before moves the order`;
}

const isOwn = (call: Call, file: PythonFile): boolean => !isLeftOut(loaderArgument(file, call, 'generator'));

function workersOf(call: Call, file: PythonFile, project: Project): string {
  const workers = loaderArgument(file, call, 'num_workers');
  const count = workers === 'absent' ? 0 : typeof workers === 'string' ? undefined : file.constant(workers);
  if (count === 0) return 'none, so samples draw from this process’s generators';
  const version = project.versionOf('torch');
  const isOld = version !== null && compareVersions(version, NUMPY_WORKERS_SINCE) < 0;
  const source = isOwn(call, file) ? 'the loader’s generator' : 'torch’s global generator';
  const seeded = isOld ? '`random` and torch, not numpy,' : '`random`, numpy and torch';
  return `each has ${seeded} seeded from ${source} and its number; other generators are copies, alike in all of them`;
}

const VARIABLES: Readonly<Record<string, (project: Project) => string>> = {
  PYTHONHASHSEED: () =>
    '**`PYTHONHASHSEED`** is read when Python starts. Set here it reaches processes that are started later; `hash()` of this one stays random. It seeds no generator.\n\n[PYTHONHASHSEED](https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED)',
  CUBLAS_WORKSPACE_CONFIG: (project) => {
    const version = project.versionOf('torch');
    const isNew = version === null || compareVersions(version, CUBLAS_UNTIL) >= 0;
    const demand = isNew
      ? `Up to torch 2.9 \`torch.use_deterministic_algorithms(True)\` wants it; ${version === null ? 'newer versions do' : `torch ${version} does`} without.`
      : `Under \`torch.use_deterministic_algorithms(True)\`, torch ${version} wants exactly \`:4096:8\` or \`:16:8\`, set before the first work on CUDA.`;
    return `**\`CUBLAS_WORKSPACE_CONFIG\`** gives cuBLAS workspaces of a fixed size, so that it repeats its choice of algorithm. ${demand}\n\n[Reproducibility](${NOTES_PAGE})`;
  },
};

/** `os.environ['NAME'] = value`, `os.environ.setdefault('NAME', value)`, `os.putenv('NAME', value)` */
function describeVariable(token: Node, file: PythonFile, project: Project): string | null {
  const text = VARIABLES[String(file.constant(token))];
  const holder = token.parent;
  if (!text || !holder) return null;
  const isEnvironment = (node: Node | undefined): boolean => node !== undefined && file.qualify(node) === ENVIRONMENT;
  const isKey = holder.type === 'subscript' && holder.field === 'left' && isEnvironment(holder.get('value'));
  if (isKey) return text(project);
  const call = holder.type === 'argument_list' && holder.parent ? file.call(holder.parent) : null;
  const isFirst = holder.children[0] === token;
  return call && isFirst && SETS_VARIABLE.has(call.name) ? text(project) : null;
}
