/** What is wrong with settings beyond their form: names that no rule has, and a version that is not wanted. */

import { parseRange } from '../manifests/ranges.ts';
import { RULES } from '../rules/index.ts';
import { type ProjectConfig, TABLE, tomlKey } from '../settings/pyproject.ts';
import type { SettingProblem, Settings } from '../settings/settings.ts';
import { onOneLine } from '../text/excerpts.ts';
import { type Message, t } from '../text/language.ts';
import { matchesPattern } from '../text/patterns.ts';
import { didYouMean } from '../text/spelling.ts';

const NAMES = RULES.map(({ name }) => name);

/** One sentence for each name or pattern of a rule that means none, with the keys that lead to it. */
export function unknownRules(settings: Partial<Settings>): SettingProblem[] {
  const { rules = {}, select = [], ignore = [], perFileIgnores = {} } = settings;
  const given: readonly (readonly [name: string, holders: readonly string[]])[] = [
    ...Object.keys(rules).map((name) => [name, ['rules']] as const),
    ...select.map((name) => [name, ['select']] as const),
    ...ignore.map((name) => [name, ['ignore']] as const),
    ...Object.entries(perFileIgnores).flatMap(([files, names]) =>
      names.map((name) => [name, [tomlKey('perFileIgnores'), files]] as const),
    ),
  ];
  const seen = new Set<string>();
  return given.flatMap(([name, holders]) => {
    if (seen.has(name) || NAMES.some((rule) => matchesPattern(name, rule))) return [];
    seen.add(name);
    const shown = `\`${onOneLine(name)}\``;
    const message = name.includes('*')
      ? t`${shown} matches no rule.`
      : t`${shown} is no rule${didYouMean(name, NAMES)}`;
    return [{ message, keys: [...holders, name] }];
  });
}

/** A sentence where the settings of a project want another version of Seedwise than this one. */
export function unmetVersion({ requiredVersion = '' }: Partial<Settings>, version: string): Message | null {
  if (requiredVersion === '') return null;
  const wanted = /^\s*\d/.test(requiredVersion) ? `==${requiredVersion.trim()}` : requiredVersion;
  const range = parseRange(wanted, 'pep440');
  if (!range) return t`\`tool.seedwise.required-version\` must be a range such as ">=0.4,<0.5".`;
  return range.allows(version) ? null : t`It wants Seedwise ${onOneLine(requiredVersion)}, and this is ${version}.`;
}

/** All that is wrong with the settings of a project, one sentence each. */
export function configProblems({ settings, problems }: ProjectConfig, version: string): SettingProblem[] {
  const unmet = unmetVersion(settings, version);
  return [
    ...problems,
    ...unknownRules(settings).map((each) => ({ ...each, keys: [...TABLE, ...each.keys] })),
    ...(unmet === null ? [] : [{ message: unmet, keys: [...TABLE, tomlKey('requiredVersion')] }]),
  ];
}
