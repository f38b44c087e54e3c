/** The settings a project has for all who work on it: the table `[tool.seedwise]` of its `pyproject.toml`. */
import { at, isTable, parseToml } from '../text/tables.ts';
import { SETTINGS, type Settings } from './settings.ts';

export interface ProjectConfig {
  readonly path: string;
  readonly settings: Partial<Settings>;
  /** One sentence for each value that cannot be taken, and for each key that is none. */
  readonly problems: readonly string[];
}

/** The name a setting has in TOML, where words are joined by hyphens. */
export const keyOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Null for a text without the table. A value that cannot be taken is left out, and the others hold. */
export function readConfig(path: string, text: string): ProjectConfig | null {
  if (!/\bseedwise\b/.test(text)) return null;
  const parsed = parseToml(text);
  if ('brokenAt' in parsed) {
    // Somebody else's table may be broken, but then ours is not read either, which its author should know.
    const isOurs = /^\s*\[\s*tool\s*\.\s*seedwise\b/m.test(text);
    return isOurs ? { path, settings: {}, problems: [`It is not valid TOML (line ${parsed.brokenAt}).`] } : null;
  }
  const given = at(parsed.root, 'tool', 'seedwise');
  if (given === undefined) return null;
  if (!isTable(given)) return { path, settings: {}, problems: ['`tool.seedwise` must be a table.'] };
  const settings: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    const setting = SETTINGS.find((each) => keyOf(each.name) === key);
    if (setting?.accepts(value)) settings[setting.name] = value;
    else if (setting)
      problems.push(`\`tool.seedwise.${key}\` must be ${setting.expected.replace('an object', 'a table')}.`);
    else problems.push(unknownKey(key));
  }
  return { path, settings: settings as Partial<Settings>, problems };
}

function unknownKey(key: string): string {
  const meant = SETTINGS.map(({ name }) => keyOf(name)).find((name) => name === keyOf(key).replaceAll('_', '-'));
  return meant === undefined
    ? `\`tool.seedwise.${key}\` is not a setting.`
    : `\`tool.seedwise.${key}\` must be spelled \`${meant}\`.`;
}
