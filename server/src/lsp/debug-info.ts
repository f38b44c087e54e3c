/** What the log and a report of a fault say of a session: what runs where, which torch it judges by, which settings differ, what was slow. */
import type { NamedVersion, SetVersion } from '../core/contract/project.ts';
import { releasesOf } from '../core/knowledge/tables.ts';
import type { Manifests } from '../core/manifests/manifests.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings/settings.ts';
import { type Message, t } from '../core/text/language.ts';
import { pathOf } from './workspace-index.ts';

/** The version of torch that the files of a folder run with, by what says so; null where nothing does. */
export function torchIn(folder: string, manifests: Manifests, user: Settings): NamedVersion | SetVersion | null {
  // As a file that stands in it.
  const path = `${pathOf(folder).replace(/\/$/, '')}/_.py`;
  const { torchVersion } = manifests.settingsOf(path, user);
  return torchVersion === '' ? manifests.versionOf('torch', path) : { version: torchVersion, setting: 'torchVersion' };
}

type Source = ReturnType<typeof torchIn>;

const newest = (): string => releasesOf('torch').at(-1) ?? '';

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A line of the log: by which version of torch files are judged, and whence it is known. */
export function torchLine(source: Source): Message {
  if (!source) return t`torch ${newest()}, the newest known: no file names a version.`;
  const { version } = source;
  if ('setting' in source) return t`torch ${version}, from the settings.`;
  const name = nameOf(source.path);
  return source.isExact ? t`torch ${version}, from ${name}.` : t`torch ${version}, the newest that ${name} allows.`;
}

/** A line of the log: the settings that are not the usual ones. */
export function settingsLine(settings: Settings): Message {
  const own = differing(settings);
  return own === '' ? t`Settings: the usual ones.` : t`Settings that differ: ${own}.`;
}

function differing(settings: Settings): string {
  const own = Object.entries(settings).filter(([name, value]) => !isDefault(name, value));
  return own.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join('; ');
}

const isDefault = (name: string, value: unknown): boolean =>
  JSON.stringify((DEFAULT_SETTINGS as unknown as Record<string, unknown>)[name]) === JSON.stringify(value);

/** What a report of a fault is told of a session; what is not known yet is null. */
export interface DebugFacts {
  readonly version: string;
  readonly platform: string | undefined;
  readonly client: string | undefined;
  /** One for each folder. */
  readonly torch: readonly Source[];
  readonly files: number;
  readonly readMs: number | null;
  readonly documents: number;
  readonly notebooks: number;
  readonly settings: Settings;
  /** Files that took long, each with its time. */
  readonly slow: readonly string[];
}

/** In English, for whoever reads the report: versions, settings, sizes and times; no code, and no names but those of manifests and of slow files. */
export function debugText(known: DebugFacts): string {
  const { version, platform, client, torch, files, readMs, documents, notebooks, settings, slow } = known;
  const sources = torch.map((source) => {
    if (!source) return `${newest()} (the newest known)`;
    if ('setting' in source) return `${source.version} (from the settings)`;
    const name = nameOf(source.path);
    return `${source.version} (${source.isExact ? `from ${name}` : `the newest that ${name} allows`})`;
  });
  return [
    `Seedwise ${version} on ${platform ?? 'an unknown platform'}`,
    `Client: ${client ?? 'not said'}`,
    `Folders: ${torch.length}; files of Python: ${files}; read in ${readMs ?? '(not done)'} ms`,
    `torch: ${sources.length === 0 ? `${newest()} (the newest known)` : sources.join('; ')}`,
    `Open documents: ${documents}; notebooks: ${notebooks}`,
    `Settings that differ: ${differing(settings) || 'none'}`,
    `Slow files: ${slow.join('; ') || 'none'}`,
  ].join('\n');
}
