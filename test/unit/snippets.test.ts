/** What the snippets write, with their placeholders as they stand, compiles and has no finding. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { compileErrors, ROOT, readText, understand } from '../corpus.ts';
import { renderMarks } from '../marks.ts';

const PATH = 'snippets/python.json';
const skip = !existsSync(new URL(PATH, ROOT)) && 'no snippets yet';

interface Snippet {
  readonly prefix: string | readonly string[];
  readonly body: string | readonly string[];
  readonly description: string;
}

test('snippets are clean', { skip }, () => {
  const snippets = Object.entries(JSON.parse(readText(PATH)) as Record<string, Snippet>);
  const texts = snippets.map(([, { body }]) => expand(typeof body === 'string' ? body : body.join('\n')));
  for (const [index, error] of compileErrors(texts).entries()) {
    const [name, { description }] = snippets[index]!;
    const text = texts[index]!;
    assert.match(description, /\.$/, `${name}: the description is a sentence`);
    assert.equal(error, null, `${name} does not compile:\n${text}`);
    understand('snippet.py', text, ({ analysis }) => {
      assert.equal(renderMarks(text, analysis.findings), text, `${name} has findings`);
    });
  }
});

/** The text of a snippet with each placeholder replaced by its default, as when Tab is pressed to the end. */
function expand(body: string): string {
  const defaults = new Map<string, string>();
  const withDefaults = body.replace(/\$\{(\d+):((?:[^{}$\\]|\\.)*)\}|\$\{(\d+)\|([^,|]*)[^}]*\|\}/g, (...groups) => {
    const [, tab, text, choiceTab, choice] = groups as (string | undefined)[];
    defaults.set(tab ?? choiceTab ?? '', text ?? choice ?? '');
    return text ?? choice ?? '';
  });
  return withDefaults
    .replace(/\$\{?(\d+)\}?/g, (_, tab: string) => defaults.get(tab) ?? '')
    .replace(/\\([\\$}])/g, '$1');
}
