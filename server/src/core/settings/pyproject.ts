/** The settings a project has for all who work on it: the table `[tool.seedwise]` of its `pyproject.toml`. */

import { onOneLine } from '../text/excerpts.ts';
import { type Message, t } from '../text/language.ts';
import { didYouMean } from '../text/spelling.ts';
import { at, isTable, parseToml } from '../text/tables.ts';
import { SETTINGS, type SettingProblem, type Settings, takeValue } from './settings.ts';

export interface ProjectConfig {
  readonly path: string;
  readonly settings: Partial<Settings>;
  /** One sentence for each value that cannot be taken, and for each key that is none. */
  readonly problems: readonly SettingProblem[];
}

/** The name a setting has in TOML, where words are joined by hyphens. */
export const tomlKey = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The table of the file that is ours. */
export const TABLE = ['tool', 'seedwise'] as const;

const KEYS = SETTINGS.map(({ name }) => tomlKey(name));

/** Null for a text without the table. A value that cannot be taken is left out, and the others hold. */
export function readConfig(path: string, text: string): ProjectConfig | null {
  if (!/\bseedwise\b/.test(text)) return null;
  const parsed = parseToml(text);
  if ('brokenAt' in parsed) {
    // Somebody else's table may be broken, but then ours is not read either, which its author should know.
    const isOurs = /^\s*\[\s*tool\s*\.\s*seedwise\b/m.test(text);
    const { brokenAt: line } = parsed;
    const problem = { message: t`It is not valid TOML (line ${line}).`, keys: [], line };
    return isOurs ? { path, settings: {}, problems: [problem] } : null;
  }
  const given = at(parsed.root, ...TABLE);
  if (given === undefined) return null;
  if (!isTable(given))
    return { path, settings: {}, problems: [{ message: t`\`tool.seedwise\` must be a table.`, keys: [...TABLE] }] };
  const settings: Partial<Record<keyof Settings, unknown>> = {};
  const problems: SettingProblem[] = [];
  for (const [key, value] of Object.entries(given)) {
    const setting = SETTINGS.find((each) => tomlKey(each.name) === key);
    if (!setting) {
      problems.push({ message: unknownKey(key), keys: [...TABLE, key] });
      continue;
    }
    const taken = takeValue(setting, value, `tool.seedwise.${key}`, t`a table`);
    if (taken.value !== undefined) settings[setting.name] = taken.value;
    problems.push(...taken.problems.map((each) => ({ ...each, keys: [...TABLE, key, ...each.keys] })));
  }
  return { path, settings: settings as Partial<Settings>, problems };
}

function unknownKey(key: string): Message {
  const spelled = `\`tool.seedwise.${onOneLine(key)}\``;
  const meant = KEYS.find((name) => name === tomlKey(key).replaceAll('_', '-'));
  return meant === undefined
    ? t`${spelled} is not a setting${didYouMean(key, KEYS)}`
    : t`${spelled} must be spelled \`${meant}\`.`;
}
