/** What a hover says: about draws, generators, operations, seeds, switches, loaders, listings, hashes and environment variables, and about nothing else. */

import type { Project } from '../contract/project.ts';
import { ALGORITHMS, CUDNN_BENCHMARK, CUDNN_DETERMINISTIC, OLD_ALGORITHMS } from '../knowledge/calls.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { compareVersions } from '../knowledge/tables.ts';
import { noteOn } from '../knowledge/transforms.ts';
import { DATA_LOADER, isLeftOut, loaderArgument } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { Span } from '../text/edit.ts';
import { asIs, type Message, t, translate } from '../text/language.ts';
import { describeDraw } from './draws.ts';
import { link, paragraphs } from './markdown.ts';
import { describeOps } from './operations.ts';
import { describeSeed } from './seeds.ts';

const DEBUG_MODE = nameFor('algorithms-debug-mode');
const ENVIRONMENT = nameFor('environment');
const SETS_VARIABLE = namesFor('sets-variable');

/** A few lines of Markdown about the token at a span of UTF-16 offsets. */
export interface Hover extends Span {
  readonly markdown: Message;
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

function describe(token: Node, file: PythonFile, project: Project): Message | null {
  if (token.type === 'string') return describeVariable(token, file, project);
  // A name in the middle of a dotted one is somebody else's business.
  const isLast = token.parent?.type === 'attribute' && token.field === 'attribute';
  const expression = isLast ? token.parent : token;
  if (!expression || (expression === token && token.field === 'name')) return null;
  const flag = describeSwitch(file.qualify(expression), project);
  if (flag) return flag;
  const note = noteOn(file.qualify(expression) ?? '');
  const loader = expression.field === 'function' && expression.parent ? file.call(expression.parent) : null;
  if (note && loader && loaderRow(loader.name))
    return paragraphs(translate(note.note), link(t`Source`, note.source), describeLoader(loader, file, project));
  if (note && (expression.field === 'function' || expression.parent?.type === 'decorator'))
    return paragraphs(translate(note.note), link(t`Source`, note.source));
  const node = expression.field === 'function' ? expression.parent : null;
  if (node?.type !== 'call') return null;
  const call = file.call(node);
  const written = file.read(token);
  if (call.name === DATA_LOADER) return describeLoader(call, file, project);
  const seed = describeSeed(call, written, project);
  if (seed) return seed;
  const parts = [describeDraw(call, written, file, project), describeOps(call, written, file, project)];
  return parts.some((part) => part !== null) ? paragraphs(...parts) : null;
}

/** The switches of determinism, wherever they are named. */
function describeSwitch(name: string | null, project: Project): Message | null {
  switch (name) {
    case ALGORITHMS:
    case OLD_ALGORITHMS:
    case DEBUG_MODE: {
      const version = project.versions.versionOf('torch');
      const isOld = version !== null && compareVersions(version, CUBLAS_UNTIL) < 0;
      return paragraphs(
        t`**Deterministic algorithms**: operations that have a deterministic kernel use it, those that have none raise a \`RuntimeError\`, or warn with \`warn_only=True\`.`,
        t`It covers convolutions. It does not cover cuDNN’s RNNs, \`cudnn.benchmark\`, CUDA extensions and libraries beside torch. It seeds nothing.`,
        isOld ? t`On CUDA, torch ${version} also wants \`CUBLAS_WORKSPACE_CONFIG=:4096:8\` in the environment.` : null,
        t`With \`warn_only=True\` the backward of flash and memory-efficient attention stays free to differ.`,
        link(asIs(ALGORITHMS), FLAG_PAGE),
      );
    }
    case CUDNN_DETERMINISTIC:
      return paragraphs(
        t`**\`cudnn.deterministic\`** lets cuDNN use deterministic algorithms only. It reaches cuDNN and nothing else: \`torch.use_deterministic_algorithms(True)\` covers its convolutions and every other operation too.`,
        link(t`Reproducibility`, `${NOTES_PAGE}#cuda-convolution-determinism`),
      );
    case CUDNN_BENCHMARK:
      return paragraphs(
        t`**\`cudnn.benchmark\`** has cuDNN time its algorithms for each new shape of input and take the fastest. The timing may choose another one in another run, deterministic algorithms or not. \`False\` is the default.`,
        link(t`Reproducibility`, `${NOTES_PAGE}#cuda-convolution-benchmarking`),
      );
    default:
      return null;
  }
}

/** What decides a loader's order, and what its workers are seeded with. */
function describeLoader(call: Call, file: PythonFile, project: Project): Message {
  const init = loaderArgument(file, call, 'worker_init_fn');
  const written = !isLeftOut(init) && typeof init !== 'string' ? file.read(init) : null;
  const name = written !== null && !/^[\w.]+$/.test(written) ? 'worker_init_fn' : written;
  const page = 'https://docs.pytorch.org/docs/stable/data.html#randomness-in-multi-process-data-loading';
  return paragraphs(
    asIs(`**\`${call.name?.slice(call.name.lastIndexOf('.') + 1)}\`**`),
    t`Order: ${orderOf(call, file)}.`,
    t`Workers: ${workersOf(call, file, project)}.`,
    name === null ? null : t`After that \`${name}\` runs in each worker.`,
    call.name === DATA_LOADER && project.states.resumes
      ? t`Saved states bring its order back between two epochs, not within one.`
      : null,
    link(t`Randomness in multi-process data loading`, page),
  );
}

function orderOf(call: Call, file: PythonFile): Message {
  if (!isLeftOut(loaderArgument(file, call, 'batch_sampler'))) return t`its \`batch_sampler\` decides`;
  const sampler = loaderArgument(file, call, 'sampler');
  if (!isLeftOut(sampler)) return t`its \`sampler\` decides, and takes nothing from the loader’s \`generator\``;
  const shuffle = loaderArgument(file, call, 'shuffle');
  const value = shuffle === 'absent' ? false : typeof shuffle === 'string' ? undefined : file.constant(shuffle);
  if (value === false || value === null) return t`that of the dataset`;
  if (isOwn(call, file))
    return value === true
      ? t`shuffled by its own generator, anew in each epoch`
      : t`if it is shuffled, then by its own generator, anew in each epoch`;
  return value === true
    ? t`shuffled with a number from torch’s global generator, so whatever draws from it before moves the order`
    : t`if it is shuffled, then with a number from torch’s global generator, so whatever draws from it before moves the order`;
}

const isOwn = (call: Call, file: PythonFile): boolean => !isLeftOut(loaderArgument(file, call, 'generator'));

function workersOf(call: Call, file: PythonFile, project: Project): Message {
  const workers = loaderArgument(file, call, 'num_workers');
  const count = workers === 'absent' ? 0 : typeof workers === 'string' ? undefined : file.constant(workers);
  if (count === 0) return t`none, so samples draw from this process’s generators`;
  const version = project.versions.versionOf('torch');
  const isOld = version !== null && compareVersions(version, NUMPY_WORKERS_SINCE) < 0;
  const source = isOwn(call, file) ? t`the loader’s generator` : t`torch’s global generator`;
  return isOld
    ? t`each has \`random\` and torch, not numpy, seeded from ${source} and its number; other generators are copies, alike in all of them`
    : t`each has \`random\`, numpy and torch seeded from ${source} and its number; other generators are copies, alike in all of them`;
}

const VARIABLES: Readonly<Record<string, (project: Project) => Message>> = {
  PYTHONHASHSEED: () =>
    paragraphs(
      t`**\`PYTHONHASHSEED\`** is read when Python starts. Set here it reaches processes that are started later; \`hash()\` of this one stays random. It seeds no generator.`,
      link(asIs('PYTHONHASHSEED'), 'https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED'),
    ),
  CUBLAS_WORKSPACE_CONFIG: (project) => {
    const version = project.versions.versionOf('torch');
    const isNew = version === null || compareVersions(version, CUBLAS_UNTIL) >= 0;
    const demand = !isNew
      ? t`Under \`torch.use_deterministic_algorithms(True)\`, torch ${version} wants exactly \`:4096:8\` or \`:16:8\`, set before the first work on CUDA.`
      : version === null
        ? t`Up to torch 2.9 \`torch.use_deterministic_algorithms(True)\` wants it; newer versions do without.`
        : t`Up to torch 2.9 \`torch.use_deterministic_algorithms(True)\` wants it; torch ${version} does without.`;
    return paragraphs(
      t`**\`CUBLAS_WORKSPACE_CONFIG\`** gives cuBLAS workspaces of a fixed size, so that it repeats its choice of algorithm. ${demand}`,
      link(t`Reproducibility`, NOTES_PAGE),
    );
  },
};

/** `os.environ['NAME'] = value`, `os.environ.setdefault('NAME', value)`, `os.putenv('NAME', value)` */
function describeVariable(token: Node, file: PythonFile, project: Project): Message | null {
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
