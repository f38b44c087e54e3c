/**
 * A language pack for VS Code that names a language and translates nothing: enough for VS Code to run in it, with its own
 * texts in English and those of extensions as they bring them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Profile } from './vscode.ts';

/** Puts the pack where the server of a profile looks for packs; `tag` is a language as VS Code calls it, such as `zh-cn`. */
export function addLanguage(profile: Profile, tag: string): void {
  const data = path.join(profile.userData, 'data');
  const translations = path.join(data, `${tag}.i18n.json`);
  mkdirSync(data, { recursive: true });
  writeFileSync(translations, JSON.stringify({ version: '1.0.0', contents: {} }));
  const id = `seedwise.language-pack-${tag}`;
  const pack = {
    hash: 'empty',
    label: tag,
    extensions: [{ extensionIdentifier: { id }, version: '0.0.1' }],
    translations: { vscode: translations },
  };
  writeFileSync(path.join(data, 'languagepacks.json'), JSON.stringify({ [tag]: pack }));
}
