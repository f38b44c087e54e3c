/**
 * `npm run evidence` first calls this: it writes the samples as Seedwise repairs them, one first fix after the other, to the
 * folder it is given. What is left then has no repair. Beside them goes `equivalents.json`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { analyze } from '../server/src/core/analysis/analyze.ts';
import { applyEdits } from '../server/src/core/edits/edit-text.ts';
import { projectOf } from '../server/src/core/program/project.ts';
import { closeFile, openFile } from '../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../server/src/core/settings/settings.ts';
import { equivalents } from './equivalents.ts';
import '../test/engine.ts';

const EXAMPLES = path.resolve(import.meta.dirname, '../examples');
const MOST_FIXES = 100;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Which folder?');
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(EXAMPLES).filter((file) => file.endsWith('.py'))) {
  writeFileSync(path.join(folder, name), repair(name, readFileSync(path.join(EXAMPLES, name), 'utf8')));
}
writeFileSync(path.join(folder, 'equivalents.json'), `${JSON.stringify(equivalents(), null, 2)}\n`);

function repair(name: string, text: string): string {
  let repaired = text;
  for (let count = 0; count < MOST_FIXES; count++) {
    const file = openFile(name, repaired);
    const { findings } = analyze(projectOf(file, DEFAULT_SETTINGS), DEFAULT_SETTINGS);
    const edits = findings.find(({ fixes }) => fixes?.length)?.fixes?.[0]?.edits();
    closeFile(file);
    if (edits === undefined) return repaired;
    repaired = applyEdits(repaired, edits);
  }
  throw new Error(`${name}: ${MOST_FIXES} fixes, and still no end`);
}
