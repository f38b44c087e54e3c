/** Requirements as pip and conda write them, line by line; what a line does not say clearly is left out. */
import { ANY_VERSION, eitherRange, exactly, parseRange, type Range } from './ranges.ts';

/** What a file says of one package. */
export interface Requirement {
  /** As PyPI normalises it: `torch`, `flash-attn`. */
  readonly name: string;
  readonly range: Range;
  /** Where it says so: an offset in its text, in UTF-16 units. */
  readonly start: number;
}

/** What one manifest says, and which others it takes in, by paths relative to its folder. */
export interface Manifest {
  readonly requirements: readonly Requirement[];
  readonly includes: readonly string[];
}

export const NO_REQUIREMENTS: Manifest = { requirements: [], includes: [] };

export const normalName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

/** What one manifest says of a package in several places, under conditions we do not judge, is one range. */
export function merged(requirements: readonly Requirement[]): Requirement[] {
  const byName = new Map<string, Requirement>();
  for (const each of requirements) {
    const known = byName.get(each.name);
    const range = known ? eitherRange(known.range, each.range) : each.range;
    // The place is that of the version which counts.
    byName.set(each.name, known && range !== each.range ? { ...known, range } : { ...each, range });
  }
  return [...byName.values()];
}

const NAME = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
const WHEEL = new RegExp(
  `(?:^|[/\\\\])(${NAME})-(\\d[\\w.!]*(?:(?:\\+|%2B)[\\w.]+)?)(?:-[^/\\\\]*)?\\.(?:whl|tar\\.gz|zip)(?:[#?]|$)`,
  'i',
);
const REQUIREMENT = new RegExp(`^(${NAME})\\s*(?:\\[[^\\]]*\\])?\\s*(@.*|\\(?[^()]*\\)?)$`);

/** `torch[extra]>=2.1,<2.3 ; python_version < "3.9"`, or a wheel by its address; null for what names no package. */
export function parseRequirement(text: string, start: number): Requirement | null {
  const bare = text.replace(/\s--\S.*$/, '').trim();
  const [, name, rest = ''] = REQUIREMENT.exec(bare.split(/\s*;/)[0] ?? '') ?? [];
  const isAddress = /^(\.{0,2}[/\\]|[a-z]{2,}(\+[a-z]+)?:)/i.test(bare);
  if (name === undefined || isAddress || rest.startsWith('@')) {
    const wheel = wheelOf(bare);
    return wheel && (name === undefined || isAddress || normalName(name) === wheel.name) ? { ...wheel, start } : null;
  }
  const range = parseRange(rest.replace(/^\(|\)$/g, ''), 'pep440');
  return range && { name: normalName(name), range, start };
}

/** The package and version that a wheel's or archive's name says. */
export function wheelOf(address: string): { name: string; range: Range } | null {
  const [, name, version] = WHEEL.exec(address.split(/\s*;\s/)[0]!.trim()) ?? [];
  if (name === undefined || version === undefined) return null;
  return { name: normalName(name), range: exactly(version.replace(/%2B/i, '+')) };
}

/** A requirements or constraints file. */
export function readRequirements(text: string): Manifest {
  const requirements: Requirement[] = [];
  const includes: string[] = [];
  for (const { line, start } of logicalLines(text)) {
    const [, included] = /^(?:-r|-c|--requirement|--constraint)(?:\s+|=|(?=[\w./]))(\S+)/.exec(line) ?? [];
    if (included !== undefined && !included.includes('://')) includes.push(included);
    const requirement = line.startsWith('-') ? null : parseRequirement(line, start);
    if (requirement) requirements.push(requirement);
  }
  return { requirements: merged(requirements), includes };
}

/** Lines without comments; one that ends with a backslash goes on in the next. */
function* logicalLines(text: string): Generator<{ line: string; start: number }> {
  let offset = 0;
  let held = '';
  let heldAt = 0;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/(^|\s)#.*$/, '').trimEnd();
    if (held === '') heldAt = offset + (raw.length - raw.trimStart().length);
    offset += raw.length + 1;
    if (line.endsWith('\\')) {
      held += `${line.slice(0, -1)} `;
      continue;
    }
    const whole = (held + line).trim();
    held = '';
    if (whole !== '') yield { line: whole, start: heldAt };
  }
  if (held.trim() !== '') yield { line: held.trim(), start: heldAt };
}

/** Packages that conda has under another name. */
const CONDA_NAMES: Readonly<Record<string, string>> = {
  pytorch: 'torch',
  'pytorch-cpu': 'torch',
  'pytorch-gpu': 'torch',
  pyg: 'torch-geometric',
  'pytorch-geometric': 'torch-geometric',
  'pytorch-scatter': 'torch-scatter',
  'torchvision-cpu': 'torchvision',
};

export function condaName(name: string): string {
  const normal = normalName(name);
  return CONDA_NAMES[normal] ?? normal;
}

/** `pytorch=2.1`, `conda-forge::pytorch>=1.7,<2`, `pytorch=2.1.0=py3.10_cuda11.8*`, `pytorch 2.1.* cuda*`. */
export function parseCondaSpec(text: string, start: number): Requirement | null {
  const bare = text
    .replace(/^\S+::/, '')
    .replace(/\[.*\]$/, '')
    .replace(/#.*$/, '')
    .trim();
  const [, name, rest = ''] = /^([\w.-]+)\s*(.*)$/.exec(bare) ?? [];
  if (name === undefined) return null;
  const range = condaRange(rest);
  return range && { name: condaName(name), range, start };
}

/** The version of a conda spec, without the build that may follow it. */
export function condaRange(text: string): Range | null {
  const version = text.trim();
  const [, pinned] = /^==?\s*([^=\s,|]+)(?:=\S+|\s+\S+)$/.exec(version) ?? [];
  // With a build, the version before it is meant exactly.
  if (pinned !== undefined) return /\*$/.test(pinned) ? parseRange(pinned, 'conda') : exactly(pinned);
  const [, first = version] = /^(\d\S*)\s+[^\s<>=!~|,]\S*$/.exec(version) ?? [];
  return first === '' ? ANY_VERSION : parseRange(first, 'conda');
}
