/**
 * The rooms of the engine, from the bottom up: a file imports from its own room and from those before it, types included.
 * The check of imports and the tables of ARCHITECTURE.md come from here.
 */

export interface Room {
  /** The folder in `server/src/core`. */
  readonly name: string;
  /** What it is for, as ARCHITECTURE.md says it. */
  readonly holds: string;
}

export const ROOMS: readonly Room[] = [
  { name: 'text', holds: 'Spans, edits, paths, patterns, excerpts; TOML and YAML as tables.' },
  { name: 'knowledge', holds: 'Typed look-ups over `server/data`.' },
  { name: 'syntax', holds: 'Text to tree.' },
  { name: 'python', holds: 'One file understood: names, scopes, calls, arguments, constants, where values go.' },
  { name: 'edits', holds: 'Text surgery and imports.' },
  { name: 'effects', holds: 'Events, and the algebra of summaries.' },
  { name: 'contract', holds: 'Rule, Finding, Severity, and the interface Project.' },
  { name: 'settings', holds: 'Settings and their files.' },
  { name: 'lowering', holds: 'A file to its events.' },
  { name: 'composing', holds: 'Events to summaries, through every call that can be followed.' },
  { name: 'manifests', holds: 'Which versions a project runs with, and which commands it installs.' },
  { name: 'switches', holds: 'A subject: determinism switches and the environment.' },
  { name: 'tensors', holds: 'A subject: which expressions are tensors, with which type, rank and device.' },
  { name: 'operations', holds: 'A subject: operations of the table, their conditions, verdicts and repairs.' },
  { name: 'seeding', holds: 'A subject: seeds, their repairs, processes, checkpoints.' },
  { name: 'loading', holds: 'A subject: loaders, workers, splits, ranks.' },
  { name: 'ordering', holds: 'A subject: listings, sets, and what becomes of their order.' },
  { name: 'program', holds: 'Files as parts of programs: the workspace, and who answers for a project.' },
  { name: 'rules', holds: 'One rule a file.' },
  { name: 'analysis', holds: 'File, project and settings to findings and actions.' },
  { name: 'hover', holds: 'What a hover says.' },
  { name: 'report', holds: 'The reproducibility report.' },
];

export const CORE = 'server/src/core/';

/** The room of a file of the engine, by its path from the repository's root; undefined for one that stands in none. */
export function roomOf(path: string): string | undefined {
  return path.startsWith(CORE) && path.slice(CORE.length).includes('/')
    ? path.slice(CORE.length).split('/')[0]
    : undefined;
}
