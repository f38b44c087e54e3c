/** In which projects a file may have findings at all, worked out from the file alone: most files need not be looked at again. */
import type { Project } from '../contract/project.ts';
import type { FileFacts } from '../program/facts.ts';
import { holds } from '../program/project.ts';
import { type Assumption, UnseenProject } from '../program/unseen-project.ts';
import type { Workspace } from '../program/workspace.ts';
import type { PythonFile } from '../python/file.ts';
import { RULES } from '../rules/index.ts';
import { ruleLevel, type Settings } from '../settings/settings.ts';
import { mentionsIgnores } from './suppress.ts';

/** What has to hold of a file for nothing to be said of it; null where only a look at it tells. */
export type Silence = ReadonlySet<Assumption> | null;

/** Tries the rules on the file with nothing but what it shows itself. */
export function silenceOf(
  file: PythonFile,
  facts: FileFacts,
  settings: Settings,
  versionOf: Project['versionOf'],
): Silence {
  const project = new UnseenProject(file, facts, versionOf);
  if (mentionsIgnores(file)) return null;
  try {
    for (const rule of RULES) {
      if (ruleLevel(settings, rule.name) === 'off') continue;
      const [report] = rule.check(file, project);
      if (report) return null;
    }
  } catch {
    // Only other files can answer; or the rule fails, which whoever looks at the file again will tell.
    return null;
  }
  return project.assumes;
}

/** Whether nothing can be said of such a file in a workspace that knows all its files. */
export const staysSilent = (silence: Silence, path: string, workspace: Workspace): boolean =>
  silence !== null && [...silence].every((each) => holds(each, path, workspace));
