// `npm run package`: the .vsix. Its tool takes no manifest with a list of files, which npm's package has, so the extension
// is put together in a folder of its own; `.vscodeignore` says what of it goes into the package.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withNames } from './languages.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** What VS Code takes for the texts of the manifest, in each language. */
const NLS = readdirSync(ROOT).filter((name) => /^package\.nls\..*json$/.test(name));
const STAGE = path.join(ROOT, 'out/vsix');
const PARTS =
  '.vscodeignore README.md CHANGELOG.md LICENSE icon.png seedwise.schema.json dist docs l10n snippets media python'.split(
    ' ',
  );

rmSync(STAGE, { recursive: true, force: true });
mkdirSync(STAGE, { recursive: true });
for (const part of [...PARTS, ...NLS]) cpSync(path.join(ROOT, part), path.join(STAGE, part), { recursive: true });
const {
  files: _files,
  scripts: _scripts,
  ...manifest
} = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
writeFileSync(path.join(STAGE, 'package.json'), `${JSON.stringify(withNames(manifest), null, 2)}\n`);
// The extension's page lies in no folder: its links lead to the repository, and so do its pictures. (Its tool would take code
// such as `tables[name](...)` for a link.)
const MARKDOWN = /`{3}[\s\S]*?`{3}|`[^`\n]*`|(!?)(\[[^\]]*\])\((?![a-z]+:|#)([^)\s]+)\)/g;
for (const page of ['README.md', 'CHANGELOG.md']) {
  const text = readFileSync(path.join(STAGE, page), 'utf8').replaceAll(MARKDOWN, (whole, sign, title, target) =>
    target === undefined ? whole : `${sign}${title}(${manifest.homepage}/${sign ? 'raw' : 'blob'}/main/${target})`,
  );
  writeFileSync(path.join(STAGE, page), text);
}
const options = ['--no-dependencies', '--no-rewrite-relative-links'];
const vsce = path.join(ROOT, 'node_modules/@vscode/vsce/vsce');
const { status } = spawnSync(
  process.execPath,
  [vsce, 'package', ...options, '--out', path.join(ROOT, 'seedwise.vsix')],
  { cwd: STAGE, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
