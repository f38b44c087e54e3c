/** The options of the command line that are settings, and what is wrong with the settings of projects. */
import { relative, sep } from 'node:path';
import type { Manifests } from '../core/manifests/manifests.ts';
import { parseSettings, SETTINGS, type Settings } from '../core/settings/settings.ts';

/** The options that are settings, as `parseArgs` takes them. */
export const SETTING_OPTIONS = { level: { type: 'string' }, 'torch-version': { type: 'string' } } as const;

/** What the options say; a sentence where one cannot be taken. */
export function readSettingOptions(values: Readonly<Record<string, unknown>>): {
  settings: Settings;
  problem?: string;
} {
  const given = { level: values.level, torchVersion: values['torch-version'] };
  for (const { name, accepts, expected } of SETTINGS) {
    const value = given[name as keyof typeof given];
    if (value === undefined || (accepts(value) && value !== '')) continue;
    const option = name === 'torchVersion' ? 'torch-version' : name;
    return { settings: parseSettings({}).settings, problem: `--${option} must be ${expected}, not '${value}'` };
  }
  return { settings: parseSettings(given).settings };
}

/** What cannot be taken of the projects' settings, one line for each. */
export const projectProblems = (manifests: Manifests): string[] =>
  manifests.configs.flatMap(({ path, problems }) =>
    problems.map((problem) => `${relative('.', path).split(sep).join('/')}: ${problem}`),
  );
