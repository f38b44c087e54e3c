/** The formats of findings by name: a new one is an entry here. */
import { github, gitlab, junit } from './ci.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';
import type { Formatter } from './results.ts';
import { sarif } from './sarif.ts';
import { concise, full } from './text.ts';

export const FORMATS: Readonly<Record<string, Formatter>> = {
  full: { text: 'with the code, related places and repairs', render: full },
  concise: { text: 'one line each', render: concise },
  json: { text: 'rows for other programs', render: ({ found }) => json(found) },
  sarif: { text: 'SARIF 2.1.0, as GitHub takes it', wantsReplacements: true, render: sarif },
  github: { text: 'annotations of GitHub Actions', render: github },
  gitlab: { text: 'GitLab’s code quality report', render: gitlab },
  junit: { text: 'JUnit’s XML', render: junit },
  markdown: { text: 'a table for the summary of a build', render: markdown },
  // What `concise` was called before there were others.
  text: { text: 'another name for `concise`', render: concise },
};
