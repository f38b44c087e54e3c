/** The formats of findings by name: a new one is an entry here. */

import { phrase } from '../../core/text/language.ts';
import { github, gitlab, junit } from './ci.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';
import type { Formatter } from './results.ts';
import { sarif } from './sarif.ts';
import { concise, full } from './text.ts';

export const FORMATS: Readonly<Record<string, Formatter>> = {
  full: { text: phrase`with the code, related places and repairs`, render: full },
  concise: { text: phrase`one line each`, render: concise },
  json: { text: phrase`rows for other programs`, render: ({ found }) => json(found) },
  sarif: { text: phrase`SARIF 2.1.0, as GitHub takes it`, wantsReplacements: true, render: sarif },
  github: { text: phrase`annotations of GitHub Actions`, render: github },
  gitlab: { text: phrase`GitLab’s code quality report`, render: gitlab },
  junit: { text: phrase`JUnit’s XML`, render: junit },
  markdown: { text: phrase`a table for the summary of a build`, render: markdown },
  // What `concise` was called before there were others.
  text: { text: phrase`another name for \`concise\``, render: concise },
};
