/** The settings of the command line: its own options, and below them what each project says for itself. */
import { relative, sep } from 'node:path';
import type { Manifests } from './core/manifests.ts';
import { mergeSettings, parseSettings, SETTINGS, type Settings } from './core/settings.ts';
import { type Vocabulary, vocabularyOf } from './core/vocabulary.ts';

/** The options that are settings, as `parseArgs` takes them. */
export const SETTING_OPTIONS = { level: { type: 'string' }, 'torch-version': { type: 'string' } } as const;

/** What the options say; one sentence where one cannot be taken. */
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

/** The settings of each file, by its path with forward slashes. */
export class CommandLineSettings {
  readonly #options: Settings;
  readonly #manifests: Manifests;
  readonly #merged = new Map<object | null, Settings>();

  constructor(options: Settings, manifests: Manifests) {
    this.#options = options;
    this.#manifests = manifests;
  }

  of(path: string): Settings {
    const config = this.#manifests.configOf(path);
    let settings = this.#merged.get(config);
    if (!settings) {
      settings = mergeSettings(config?.settings ?? {}, this.#options);
      this.#merged.set(config, settings);
    }
    return settings;
  }

  vocabularyOf(path: string): Vocabulary {
    return vocabularyOf(this.of(path));
  }

  /** What is wrong with the projects' settings, one line for each. */
  get problems(): string[] {
    return this.#manifests.configs.flatMap(({ path, problems }) =>
      problems.map((problem) => `${relative('.', path).split(sep).join('/')}: ${problem}`),
    );
  }
}
