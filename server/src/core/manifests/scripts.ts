/**
 * Commands that a project installs: `train = "pkg.cli:main"` in a manifest makes that function an entry point.
 * What cannot be read says nothing.
 */
import { at, isTable, parseToml } from '../text/tables.ts';

/** Targets as manifests write them: `pkg.cli:main`. */
export function readScripts(path: string, text: string): readonly string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const read = READERS[name];
  return read ? [...new Set(read(text.replaceAll('\r\n', '\n')).flatMap((each) => TARGET.exec(each)?.[1] ?? []))] : [];
}

/** Extras in brackets may follow. */
const TARGET = /^\s*([A-Za-z_][\w.]*:[A-Za-z_][\w.]*)\s*(?:\[[^\]]*\])?\s*$/;

const READERS: Readonly<Record<string, (text: string) => string[]>> = {
  'pyproject.toml': readPyproject,
  'setup.cfg': (text) => readIni(text, '[options.entry_points]'),
  'setup.py': readSetupPy,
};

/** PEP 621, Poetry and Flit. */
function readPyproject(text: string): string[] {
  if (!/scripts/.test(text)) return [];
  const parsed = parseToml(text);
  const root = 'root' in parsed ? parsed.root : {};
  const tables = [
    at(root, 'project', 'scripts'),
    at(root, 'project', 'gui-scripts'),
    at(root, 'tool', 'poetry', 'scripts'),
    at(root, 'tool', 'flit', 'scripts'),
  ];
  return tables.flatMap((table) =>
    Object.values(isTable(table) ? table : {}).flatMap((value) => {
      // Poetry has two longer forms; a `file` is no function.
      const target = isTable(value) ? (value.callable ?? (value.type === 'file' ? undefined : value.reference)) : value;
      return typeof target === 'string' ? [target] : [];
    }),
  );
}

const SCRIPTS = /^(?:console|gui)_scripts$/;

/** `console_scripts =` of a section, one command a line. */
function readIni(text: string, section: string): string[] {
  const found: string[] = [];
  let isInSection = false;
  let isInKey = false;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/^\s*[#;].*$/, '').trimEnd();
    if (line.startsWith('[')) isInSection = line === section;
    if (/^\S/.test(line)) isInKey = isInSection && SCRIPTS.test(line.split('=')[0]!.trim());
    else if (isInKey) found.push(line.slice(line.indexOf('=') + 1));
  }
  return found;
}

/** What stands between brackets: texts and comments. */
const LIST = /["'](?:console|gui)_scripts["']\s*:\s*\[((?:#[^\n]*|"[^"\n]*"|'[^'\n]*'|[^\]"'#])*)\]/g;
/** The same as one text, laid out like the file it becomes. */
const SECTION = /^[ \t]*\[(?:console|gui)_scripts\][ \t]*\n((?:[ \t]*[\w.-]+[ \t]*=[^\n'"]*\n|[ \t]*\n)*)/gm;

function readSetupPy(text: string): string[] {
  const lists = [...text.matchAll(LIST)].flatMap((list) => {
    const tokens = list[1]!.matchAll(/#[^\n]*|(["'])((?:(?!\1)[^\n])*)\1/g);
    return [...tokens].map((each) => each[2] ?? '');
  });
  const sections = [...text.matchAll(SECTION)].flatMap((section) => section[1]!.split('\n'));
  return [...lists, ...sections].flatMap((line) => (line.includes('=') ? [line.slice(line.indexOf('=') + 1)] : []));
}
