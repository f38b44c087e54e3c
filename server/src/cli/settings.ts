/** The options of the command line that are settings. */
import { parseSettings, SETTINGS, type Settings } from '../core/settings/settings.ts';
import { type Message, t } from '../core/text/language.ts';
import type { Values } from './options.ts';

/** Setting to option. */
const OPTION_OF: Readonly<Partial<Record<keyof Settings, string>>> = {
  level: 'level',
  torchVersion: 'torch-version',
  select: 'select',
  ignore: 'ignore',
  preview: 'preview',
};

/** What the options say; a sentence where one cannot be taken. */
export function readSettingOptions(values: Values): { settings: Settings; problem?: Message } {
  const given: Record<string, unknown> = {};
  for (const { name, accepts, expected } of SETTINGS) {
    const option = OPTION_OF[name];
    const value = option === undefined ? undefined : values[option];
    if (value === undefined) continue;
    if (!accepts(value) || value === '' || (Array.isArray(value) && value.length === 0)) {
      const shown = Array.isArray(value) ? value.join(',') : String(value);
      return {
        settings: parseSettings({}).settings,
        problem: t`--${option ?? name} must be ${expected(t`an object`)}, not '${shown}'`,
      };
    }
    given[name] = value;
  }
  return { settings: parseSettings(given).settings };
}
