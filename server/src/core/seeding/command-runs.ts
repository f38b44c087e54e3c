/**
 * How a comparison runs a function that a library has made the command of a program: it is called as that library says, with
 * the seed as one of its options, and with what the comparison itself was started with.
 */

import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { t } from '../text/language.ts';
import { optionOf, type Refusal, type Run } from './comparison-seeds.ts';

const COMMAND_LINE = nameFor('command-line');
const COMMAND = namesFor('command-decorators');
const GROUP = namesFor('command-groups');
const OPTION = namesFor('command-options');
const CONFIGURED = namesFor('configured-mains');
const COMPOSE = nameFor('compose-configuration');
const INITIALIZE = nameFor('initialize-configuration');
const OF_CONFIGURED_RUN = namesFor('of-configured-runs');

/** The run of a command; null for a function that is none. `given` is what the main guard passes. */
export function commandRun(
  main: FunctionInfo,
  seeds: readonly Node[],
  given: readonly Node[],
  file: PythonFile,
): Run | Refusal | null {
  const decorators = main.decorators.flatMap((each) => {
    const made = each.children[0];
    const call = made?.type === 'call' ? file.call(made) : null;
    return [{ name: call ? call.name : made ? file.qualify(made) : null, call }];
  });
  const named = (name: string | null) => decorators.find((each) => each.name === name);
  const kind = decorators
    .map(({ name }) => name)
    .find((name) => COMMAND.has(name) || CONFIGURED.has(name) || GROUP.has(name));
  if (kind === undefined) return null;
  if (GROUP.has(kind))
    return { message: t`\`${main.name}\` runs one of several commands; put the training into a function of the seed.` };
  const texts = new Set(seeds.map((each) => file.read(each)));
  const [seed] = seeds;
  if (!seed || texts.size !== 1 || given.length > 0)
    return { message: t`\`${main.name}\` is a command that no option seeds; let one do so, and try again.` };
  const options = decorators.flatMap(({ name, call }) => (call && OPTION.has(name) ? [call] : []));
  const run = COMMAND.has(kind)
    ? fromOptions(main, file.read(seed), options, file)
    : fromConfiguration(main, seed, named(kind)?.call ?? null, file);
  return run ?? { message: t`\`${main.name}\` is a command that no option seeds; let one do so, and try again.` };
}

const ofModule = (qualified: string): string => qualified.slice(0, qualified.lastIndexOf('.'));

/** A command with options, which gives back what its function returns when it is not the whole program. */
function fromOptions(main: FunctionInfo, seed: string, options: readonly Call[], file: PythonFile): Run | null {
  const isOwn = main.parameters.some(({ name }) => name === seed);
  const option = isOwn ? optionOf(seed, file, options) : null;
  if (option === null) return null;
  return {
    setup: [],
    before: [],
    call: `${main.name}([*${COMMAND_LINE}[1:], '${option}', str(seed)], standalone_mode=False)`,
    imports: [main.name],
    modules: [`import ${ofModule(COMMAND_LINE)}`],
    edits: [],
  };
}

/** A function that is given a configuration, composed of files and of what is typed. */
function fromConfiguration(main: FunctionInfo, seed: Node, decorator: Call | null, file: PythonFile): Run | null {
  const [configuration, ...others] = main.parameters;
  if (!configuration || others.length > 0 || file.allCalls.some(({ name }) => OF_CONFIGURED_RUN.has(name))) return null;
  const key = keyOf(seed, configuration.name, file);
  const read = (name: string, position?: number): string | null | undefined => {
    const node = decorator ? file.argument(decorator, name, position) : undefined;
    return typeof node === 'object' && node !== null ? (isPlain(node) ? file.read(node) : undefined) : null;
  };
  const [path, name, version] = [read('config_path', 0), read('config_name', 1), read('version_base')];
  if (key === null || !name || path === undefined || version === undefined) return null;
  const initialized = [
    ...(version === null ? [] : [`version_base=${version}`]),
    ...(path === null ? [] : [`config_path=${path}`]),
  ].join(', ');
  const [initialize = '', compose = ''] = [INITIALIZE, COMPOSE].map((each) => each.slice(each.lastIndexOf('.') + 1));
  return {
    setup: [],
    before: [
      `with ${initialize}(${initialized}):`,
      `    ${configuration.name} = ${compose}(config_name=${name}, overrides=[*${COMMAND_LINE}[1:], f'${key}={seed}'])`,
    ],
    call: `${main.name}(${configuration.name})`,
    imports: [main.name],
    modules: [
      `import ${ofModule(COMMAND_LINE)}`,
      `from ${ofModule(COMPOSE)} import ${[compose, initialize].sort().join(', ')}`,
    ],
    edits: [],
  };
}

const isPlain = (node: Node): boolean => node.type === 'none' || node.type === 'string';

/** Where the seed stands in the configuration: `train.seed` of `cfg.train.seed`. */
function keyOf(seed: Node, root: string, file: PythonFile): string | null {
  const isAttribute = seed.type === 'attribute';
  const entry = seed.type === 'subscript' ? file.constant(seed.get('subscript') ?? seed) : undefined;
  const inner = isAttribute ? seed.get('object') : seed.get('value');
  const step = isAttribute ? file.read(seed.get('attribute') ?? seed) : entry;
  if (!inner || typeof step !== 'string' || !/^\w+$/.test(step)) return null;
  if (inner.type === 'identifier') return file.read(inner) === root ? step : null;
  const above = keyOf(inner, root, file);
  return above === null ? null : `${above}.${step}`;
}
