/** In which projects a file may have findings at all, worked out from the file alone: most files need not be looked at again. */
import type { Project, ProjectVersions } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { answersAlike } from '../program/answers.ts';
import type { FileFacts } from '../program/facts.ts';
import { type Asked, type AskedWay, UnseenProject } from '../program/unseen-project.ts';
import type { Workspace } from '../program/workspace.ts';
import type { PythonFile } from '../python/file.ts';
import { mentionsIgnores } from '../python/ignores.ts';
import { RULES } from '../rules/index.ts';
import { ruleLevel, type Settings } from '../settings/settings.ts';
import { severityOf } from './analyze.ts';

/** The answers of a project with which a rule speaks, or may speak; null where only a look at the file tells. */
export type Silence = readonly AskedWay[] | null;

/** A rule that asks more than a few questions is left to a look at the file. */
const MOST_WAYS = 12;

/** Then the file's names mean something else than they were taken for. */
const HANDED_NAMES: Asked = { question: 'isHandedNames', about: [], answer: true };

/** Tries the rules on the file with nothing but what it shows itself, and all that its project may answer. */
export function silenceOf(
  file: PythonFile,
  facts: FileFacts,
  settings: Settings,
  versionOf: ProjectVersions['versionOf'],
): Silence {
  if (mentionsIgnores(file)) return null;
  const speaking: AskedWay[] = [[HANDED_NAMES]];
  for (const rule of RULES) {
    if (ruleLevel(settings, rule.name) === 'off') continue;
    const open: AskedWay[] = [[]];
    for (let tried = 0; open.length > 0; tried++) {
      const project = new UnseenProject(file, facts, versionOf, open.pop()!);
      if (tried === MOST_WAYS) return null;
      if (speaks(rule, project, settings)) {
        if (project.asked.length === 0) return null;
        speaking.push(project.asked);
      }
      open.push(...project.others);
      speaking.push(...project.closed);
    }
  }
  const own = new Map(speaking.map((way) => [JSON.stringify(way), way]));
  return [...own.values()];
}

/** A rule that fails, or asks what only other files can answer, may speak: whoever looks at the file again will tell. */
function speaks(rule: Rule, project: Project, settings: Settings): boolean {
  try {
    for (const report of rule.check(project.file, project)) {
      if (severityOf(rule, report, project, settings) !== null) return true;
    }
    return false;
  } catch {
    return true;
  }
}

/** Whether nothing can be said of such a file in a workspace that knows all its files. */
export function staysSilent(silence: Silence, path: string, settings: Settings, workspace: Workspace): boolean {
  return silence !== null && !silence.some(answersAlike(path, settings, workspace));
}
