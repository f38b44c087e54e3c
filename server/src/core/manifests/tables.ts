/** Manifests that people write as tables: TOML, INI and YAML. A text that cannot be parsed says nothing. */

import { escapeRegExp } from '../text/patterns.ts';
import { at, isTable, parseToml, parseYaml, type Table } from '../text/tables.ts';
import { ANY_VERSION, eitherRange, exactly, parseRange, type Range } from './ranges.ts';
import {
  condaName,
  condaRange,
  type Manifest,
  merged,
  NO_REQUIREMENTS,
  normalName,
  parseCondaSpec,
  parseRequirement,
  type Requirement,
  readRequirements,
  wheelOf,
} from './requirements.ts';

const table = (value: unknown, ...path: readonly string[]): Table => {
  const found = at(value, ...path);
  return isTable(found) ? found : {};
};

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

const tomlOf = (text: string): Table | null => {
  const parsed = parseToml(text);
  return 'root' in parsed ? parsed.root : null;
};

/** Where a text is quoted, else where the word first stands in it. */
function find(text: string, quoted: string, word = quoted): number {
  const place = text.search(new RegExp(`["']${escapeRegExp(quoted)}["']`));
  return place >= 0 ? place + 1 : Math.max(0, text.search(new RegExp(`(^|[^\\w-])${escapeRegExp(word)}\\b`, 'm')));
}

const fromStrings = (strings: readonly string[], text: string): Requirement[] =>
  strings.flatMap((each) => parseRequirement(each, find(text, each)) ?? []);

/** What a table from names to versions says: `torch = "^2.1"`, `torch = { version = "2.1.0" }`, or a list of such. */
function fromTable(
  given: Table,
  text: string,
  read: (version: string) => Range | null,
  name = normalName,
): Requirement[] {
  return Object.entries(given).flatMap(([key, value]) => {
    const range = rangeOf(value, read);
    const start = Math.max(0, text.search(new RegExp(`^\\s*["']?${escapeRegExp(key)}\\b`, 'm')));
    return range ? [{ name: name(key), range, start: start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0) }] : [];
  });
}

function rangeOf(value: unknown, read: (version: string) => Range | null): Range | null {
  if (typeof value === 'string') return read(value);
  if (Array.isArray(value)) {
    const ranges = value.flatMap((each) => rangeOf(each, read) ?? []);
    return ranges.length > 0 ? ranges.reduce(eitherRange) : null;
  }
  const { version, url, path, git } = isTable(value) ? value : {};
  if (typeof version === 'string') return read(version);
  const address = typeof url === 'string' ? url : typeof path === 'string' ? path : undefined;
  if (address !== undefined) return wheelOf(address)?.range ?? null;
  return git === undefined && isTable(value) ? ANY_VERSION : null;
}

const poetry = (version: string): Range | null => parseRange(version, 'poetry');
const pep440 = (version: string): Range | null =>
  /^\d[\w.]*$/.test(version) ? exactly(version) : parseRange(version, 'pep440');

/**
 * `pyproject.toml`: PEP 621, dependency groups, and the tables of Poetry, PDM, Hatch, uv, Rye and Pixi. What the
 * project depends on comes first; extras and groups count only for packages that it does not name.
 */
export function readPyproject(text: string): Manifest {
  const root = tomlOf(text);
  if (!root) return NO_REQUIREMENTS;
  const tool = table(root, 'tool');
  const lists = (tables: Table): string[] => Object.values(tables).flatMap(texts);
  const environments = Object.values(table(tool, 'hatch', 'envs'));
  const groups = Object.values(table(tool, 'poetry', 'group'));
  const main = [
    ...fromStrings([...texts(at(root, 'project', 'dependencies'))], text),
    ...fromTable(table(tool, 'poetry', 'dependencies'), text, poetry),
    ...readPixi(table(tool, 'pixi'), text),
  ];
  const others = [
    ...fromStrings(
      [
        ...texts(at(tool, 'uv', 'constraint-dependencies')),
        ...lists(table(root, 'project', 'optional-dependencies')),
        ...lists(table(root, 'dependency-groups')),
        ...lists(table(tool, 'pdm', 'dev-dependencies')),
        ...texts(at(tool, 'uv', 'dev-dependencies')),
        ...texts(at(tool, 'rye', 'dev-dependencies')),
        ...environments.flatMap((each) => [
          ...texts(at(each, 'dependencies')),
          ...texts(at(each, 'extra-dependencies')),
        ]),
      ],
      text,
    ),
    ...[...groups.map((group) => table(group, 'dependencies')), table(tool, 'poetry', 'dev-dependencies')].flatMap(
      (each) => fromTable(each, text, poetry),
    ),
  ];
  return mainFirst(main, others);
}

function mainFirst(main: readonly Requirement[], others: readonly Requirement[]): Manifest {
  const named = new Set(main.map(({ name }) => name));
  const requirements = [...merged(main), ...merged(others.filter(({ name }) => !named.has(name)))];
  return { requirements, includes: [] };
}

/** `pixi.toml`: packages of conda and of PyPI, for all platforms or some, in features or not. */
export function readPixiToml(text: string): Manifest {
  const root = tomlOf(text);
  return root ? { requirements: merged(readPixi(root, text)), includes: [] } : NO_REQUIREMENTS;
}

function readPixi(root: Table, text: string): Requirement[] {
  const features = Object.values(table(root, 'feature'));
  const targets = [root, ...features].flatMap((each) => Object.values(table(each, 'target')));
  return [root, ...features, ...targets].flatMap((each) => [
    ...fromTable(table(each, 'dependencies'), text, condaRange, condaName),
    ...fromTable(table(each, 'pypi-dependencies'), text, pep440),
  ]);
}

export function readPipfile(text: string): Manifest {
  const root = tomlOf(text);
  if (!root) return NO_REQUIREMENTS;
  const read = (key: string): Requirement[] =>
    fromTable(table(root, key), text, (version) => parseRange(version, 'poetry'));
  return mainFirst(read('packages'), read('dev-packages'));
}

/** A conda environment; its `pip:` list is one of requirements. */
export function readEnvironment(text: string): Manifest {
  const dependencies = at(parseYaml(text), 'dependencies');
  if (!Array.isArray(dependencies)) return NO_REQUIREMENTS;
  const fromPip = readRequirements(dependencies.flatMap((each) => texts(at(each, 'pip'))).join('\n'));
  const requirements = [
    ...texts(dependencies).flatMap((each) => parseCondaSpec(each, placeOf(text, each)) ?? []),
    ...fromPip.requirements.map((each) => ({ ...each, start: placeOf(text, each.name) })),
  ];
  return { requirements: merged(requirements), includes: fromPip.includes };
}

const placeOf = (text: string, item: string): number => {
  const place = text.search(new RegExp(`^\\s*-\\s*["']?${escapeRegExp(item)}`, 'm'));
  return place < 0 ? 0 : place + (/^[\s-]*["']?/.exec(text.slice(place))?.[0].length ?? 0);
};

/** `setup.cfg`: lists of requirements, one a line. */
export function readSetupCfg(text: string): Manifest {
  return mainFirst(
    iniRequirements(text, /^install_requires\s*=/),
    iniRequirements(text, /^\w[\w-]*\s*=/, 'options.extras_require'),
  );
}

function iniRequirements(text: string, key: RegExp, section = 'options'): Requirement[] {
  const found: Requirement[] = [];
  let isInSection = false;
  let isInKey = false;
  let offset = 0;
  for (const raw of text.split('\n')) {
    const start = offset;
    offset += raw.length + 1;
    const line = raw.replace(/^\s*[#;].*$|\s#.*$/, '').trimEnd();
    if (/^\[/.test(line)) isInSection = line === `[${section}]`;
    if (/^\S/.test(line)) isInKey = isInSection && key.test(line);
    const item = /^\S/.test(line) ? line.replace(/^[^=]*=/, '') : line;
    const requirement = isInKey ? parseRequirement(item.trim(), start + raw.indexOf(item.trim())) : null;
    if (requirement) found.push(requirement);
  }
  return found;
}

/** What may stand between the brackets of a list of texts. */
const ITEMS = String.raw`(?:#[^\n]*|"[^"\n]*"|'[^'\n]*'|[^\]"'#])*`;

/** `setup.py`, as far as it is a list of texts: `install_requires=[...]`, or a variable that is one. */
export function readSetupPy(text: string): Manifest {
  const [, variable] = /\binstall_requires\s*=\s*([A-Za-z_]\w*)\b(?!\s*[([.])/.exec(text) ?? [];
  const key = variable === undefined ? 'install_requires' : `(?:install_requires|${variable})`;
  const list = new RegExp(`\\b${key}\\s*(?::[^=\\n]*)?=\\s*\\[(${ITEMS})`).exec(text);
  if (!list) return NO_REQUIREMENTS;
  const start = list.index + list[0].length - list[1]!.length;
  const code = list[1]!.replace(/#.*$/gm, (comment) => ' '.repeat(comment.length));
  const requirements = [...code.matchAll(/(["'])((?:(?!\1)[^\n])*)\1/g)].flatMap(
    (each) => parseRequirement(each[2]!, start + each.index + 1) ?? [],
  );
  return { requirements: merged(requirements), includes: [] };
}
