/**
 * Which versions a requirement allows, in the three dialects people write: PEP 440 (pip, uv, PDM), Poetry's, and conda's.
 * Pre-releases and local suffixes such as `+cu118` do not count.
 */
import { compareVersions, releasesOf } from '../knowledge/tables.ts';

export type Dialect = 'pep440' | 'poetry' | 'conda';

export interface Range {
  /** The one version it names; null where it leaves a choice. */
  readonly exact: string | null;
  allows(version: string): boolean;
}

/** Allows everything, and so says nothing. */
export const ANY_VERSION: Range = { exact: null, allows: () => true };

export const exactly = (version: string): Range => {
  const exact = withoutLocal(version);
  return { exact, allows: (other) => compareVersions(other, exact) === 0 };
};

/** Either of two: what a file says twice, under two conditions that we do not judge. */
export function eitherRange(a: Range, b: Range): Range {
  if (a.exact !== null && b.exact !== null) return compareVersions(a.exact, b.exact) < 0 ? b : a;
  return { exact: null, allows: (version) => a.allows(version) || b.allows(version) };
}

/** Both at once. */
export const both = (a: Range, b: Range): Range => ({
  exact: a.exact ?? b.exact,
  allows: (version) => a.allows(version) && b.allows(version),
});

/**
 * The newest known release that a range allows. Null where it allows the newest there is, where it allows none, and for
 * packages whose releases we do not know.
 */
export function newestIn(range: Range, packageName: string): string | null {
  const releases = releasesOf(packageName);
  const newest = releases.findLast((release) => range.allows(release));
  return newest === undefined || newest === releases.at(-1) ? null : newest;
}

/** What a text such as `>=1.7,<2` or `^2.1 || 1.13.*` allows; null for one that is no range of its dialect. */
export function parseRange(text: string, dialect: Dialect): Range | null {
  const parts = dialect === 'pep440' ? [text] : text.split(/\|+/);
  const alternatives = parts.map((part) => parseClauses(part, dialect));
  if (alternatives.includes(null)) return null;
  return (alternatives as Range[]).reduce(eitherRange);
}

function parseClauses(text: string, dialect: Dialect): Range | null {
  const parts = text
    .trim()
    .replace(/([<>=~!^])\s+/g, '$1')
    .split(/\s*,\s*|\s+(?=[<>=~!^])/);
  const clauses = parts.filter((part) => part !== '').map((part) => parseClause(part, dialect));
  if (clauses.includes(null)) return null;
  return (clauses as Range[]).reduce(both, ANY_VERSION);
}

const VERSION = String.raw`v?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|post|dev|r)[-_.]?\d*)*(?:\+[\w.]+)?`;
const CLAUSE = new RegExp(`^(===|==|!=|~=|<=|>=|<|>|=|\\^|~)?(${VERSION})(\\.?\\*)?$`, 'i');

function parseClause(text: string, dialect: Dialect): Range | null {
  if (text === '*') return ANY_VERSION;
  const [, operator = '', given = '', star] = CLAUSE.exec(text) ?? [];
  if (given === '') return null;
  const version = withoutLocal(given.replace(/^v/i, ''));
  const release = /^\d+(\.\d+)*/.exec(version)?.[0].split('.').map(Number) ?? [0];
  const compare = (other: string): number => compareVersions(other, version);
  // conda's `=2.1` is any 2.1, but whoever writes three numbers means that version.
  const isFuzzy = dialect === 'conda' && /^=?$/.test(operator) && release.length < 3;
  const isPrefix = star !== undefined || isFuzzy;
  switch (operator) {
    case '':
      if (dialect === 'pep440' && star === undefined) return null;
      return isPrefix ? startsWith(release) : exactly(version);
    case '=':
      if (dialect === 'pep440') return null;
      return isPrefix ? startsWith(release) : exactly(version);
    case '===':
    case '==':
      return isPrefix ? startsWith(release) : exactly(version);
    case '!=': {
      const excluded = isPrefix ? startsWith(release) : exactly(version);
      return { exact: null, allows: (other) => !excluded.allows(other) };
    }
    case '>=':
      return { exact: null, allows: (other) => compare(other) >= 0 };
    case '>':
      return { exact: null, allows: (other) => compare(other) > 0 };
    case '<=':
      return { exact: null, allows: (other) => compare(other) <= 0 };
    case '<':
      return { exact: null, allows: (other) => compare(other) < 0 };
    case '~=':
      return between(version, raised(release, release.length - 2));
    case '~':
      return between(version, raised(release, Math.min(1, release.length - 1)));
    case '^': {
      const leading = release.findIndex((part) => part !== 0);
      return between(version, raised(release, leading < 0 ? release.length - 1 : leading));
    }
    default:
      return null;
  }
}

const between = (low: string, high: string): Range => ({
  exact: null,
  allows: (version) => compareVersions(version, low) >= 0 && compareVersions(version, high) < 0,
});

const startsWith = (release: readonly number[]): Range =>
  between(release.join('.'), raised(release, release.length - 1));

/** `2.1.3` raised at 1 is `2.2`: the first version that no longer begins like this one up to there. */
const raised = (release: readonly number[], at: number): string => {
  const index = Math.max(0, at);
  return [...release.slice(0, index), (release[index] ?? 0) + 1].join('.');
};

const withoutLocal = (version: string): string => version.replace(/\+.*$/, '');
