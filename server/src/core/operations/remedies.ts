/** The repairs of an operation, as its row, its version and the program's switches allow them. */

import type { Project } from '../contract/project.ts';
import { addArguments, insertAfter, insertBefore, replace, statementOf } from '../edits/edit-text.ts';
import { helperOffset, insertStatement, spell } from '../edits/imports.ts';
import { ALGORITHMS, OLD_ALGORITHMS } from '../knowledge/calls.ts';
import { nameFor } from '../knowledge/names.ts';
import { compareVersions } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { Node } from '../syntax/parse.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';
import { indexingFix, indexingHelperFix, indexPutFix } from './equivalents.ts';
import { flashFix, nearestFix } from './other-arguments.ts';
import type { OpUse } from './verdicts.ts';

const INDEX_SELECT = nameFor('index-select');
const INTERPOLATE = nameFor('interpolate');

/** For an operation that is free to differ: the switch where it helps, then what computes the same. */
export function remediesOf(use: OpUse, file: PythonFile, project: Project): Fix[] {
  const isSwitched = use.behaviours.every((each) => each.flag === 'deterministic');
  // A program that switches it off somewhere knows of the switch, and one more would not last.
  const isUnset = project.switches.deterministicAlgorithms === 'off' && !project.summary?.flags[ALGORITHMS];
  const canSwitch = isSwitched && project.isProgram && isUnset;
  return [...(canSwitch ? [switchOn(file, project)] : []), ...equivalents(use, file, project)];
}

/** For an operation that raises: what computes the same, then ways around the switch. */
export function waysOut(use: OpUse, file: PythonFile, project: Project): Fix[] {
  const off = use.op.pass === 'forward' ? switchOffAround(use, file, project) : null;
  const warn = warnOnly(file, project);
  return [...equivalents(use, file, project), ...(off ? [off] : []), ...(warn ? [warn] : [])];
}

function equivalents({ op, call, spelling, token }: OpUse, file: PythonFile, project: Project): Fix[] {
  // A partial's arguments are not the operation's.
  if (token !== call.callee && token.parent !== call.callee) return [];
  const fixes = [indexPutFix(file, call)];
  if (op.api === INDEX_SELECT) fixes.push(indexingFix(file, call), indexingHelperFix(file, call));
  // A library and its data are other people's: only a program changes what it computes.
  if (op.api === INTERPOLATE && project.isProgram && !project.isImported)
    fixes.push(nearestFix(file, call, spelling.positions?.mode));
  if (op.package === 'flash_attn') fixes.push(flashFix(file, call));
  return fixes.filter((fix) => fix !== null);
}

/** Whether the project's torch is at least this version; the newest where nothing says. */
function isAtLeast(project: Project, version: string): boolean {
  const known = project.versions.versionOf('torch');
  return known === null || compareVersions(known, version) >= 0;
}

const flagOf = (project: Project): string => (isAtLeast(project, '1.8') ? ALGORITHMS : OLD_ALGORITHMS);

/** Switches deterministic algorithms on where the program starts. */
function switchOn(file: PythonFile, project: Project): Fix {
  const flag = flagOf(project);
  return {
    title: t`Add \`${flag}(True)\``,
    safe: false,
    edits: () => {
      const { text, edits } = spell(file, flag, helperOffset(file));
      return [...edits, insertStatement(file, `${text}(True)`)];
    },
  };
}

/** Switches them off around the call; null where a statement cannot stand behind it. */
function switchOffAround({ call, written }: OpUse, file: PythonFile, project: Project): Fix | null {
  const statement = statementOf(call.node);
  const isPlain = statement.type === 'expression_statement' && !call.node.enclosing('lambda');
  const isOwn = call.node.enclosing('function_definition', 'class_definition', 'block', 'module') === statement.parent;
  if (!isPlain || !isOwn) return null;
  return {
    title: t`Switch determinism off around \`${written}\`, which then differs between runs`,
    safe: false,
    edits: () => {
      const { text, edits } = spell(file, flagOf(project));
      const before = insertBefore(file, statement, [`${text}(False)`]);
      return [...edits, before, insertAfter(file, statement, [`${text}(True)`])];
    },
  };
}

/** Lets the switch warn where it now raises. */
function warnOnly(file: PythonFile, project: Project): Fix | null {
  const site = project.switches.determinismSwitch;
  if (!site || !isAtLeast(project, '1.11')) return null;
  // Whatever switches on behind the first would make it raise again.
  const find = (home: PythonFile): Call[] => home.calls(ALGORITHMS).filter((call) => isStrict(home, call));
  const isHere = site.path === file.path;
  if (isHere && find(file).length === 0) return null;
  return {
    title: t`Let the switch warn instead (\`warn_only=True\`); the operation then differs between runs`,
    safe: false,
    edits: () => {
      const home = isHere ? file : project.places.fileAt(site.path);
      const edits = home ? find(home).flatMap((call) => warning(home, call)) : [];
      return isHere ? edits : edits.map((edit) => ({ ...edit, path: site.path }));
    },
  };
}

function isStrict(file: PythonFile, call: Call): boolean {
  const [mode, warns] = [file.argument(call, 'mode', 0), file.argument(call, 'warn_only')];
  const isOn = typeof mode === 'object' && file.constant(mode) !== false;
  return isOn && (warns === 'absent' || (typeof warns === 'object' && file.constant(warns) !== true));
}

function warning(file: PythonFile, call: Call) {
  const given: Node | string = file.argument(call, 'warn_only');
  return typeof given === 'string' ? addArguments(file, call, ['warn_only=True']) : [replace(given, 'True')];
}
