/**
 * The reproducibility report, line by line. `test/reports` holds programs (several files in one text, as in the fixtures)
 * and beside each the text of its reports; every line of them was checked against the program by eye.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderHtml } from '../../server/src/core/report/html.ts';
import { renderMarkdown } from '../../server/src/core/report/markdown.ts';
import { programsOf, reportOf } from '../../server/src/core/report/report.ts';
import { type Page, pageOf } from '../../server/src/core/report/sections.ts';
import type { StreamReport } from '../../server/src/core/report/streams.ts';
import { renderText } from '../../server/src/core/report/text.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { asIs } from '../../server/src/core/text/language.ts';
import { filesBelow, fixtures, readText, workspaceOf } from '../corpus.ts';
import { parseMarks } from '../marks.ts';
import { sampleOf } from '../sample.ts';

const nameOf = (path: string): string => path;

/** The pages of all files of a text with `#- path` lines: programs first. */
function pagesOf(text: string, name: string): Page[] {
  const files = parseMarks(text, name);
  const workspace = workspaceOf(files);
  const programs = programsOf(workspace);
  const others = [...workspace.paths].filter((path) => !programs.includes(path)).sort();
  return [...programs, ...others].map((path) => pageOf(reportOf(workspace, path, DEFAULT_SETTINGS), nameOf));
}

const subjects = [
  ...filesBelow('examples', '.py').map((name) => ({ name, text: readText(`examples/${name}`) })),
  ...filesBelow('test/reports', '.py').map((name) => ({ name, text: readText(`test/reports/${name}`) })),
];

for (const { name, text } of subjects) {
  test(`the report of ${name}`, () => {
    const expected = readText(`test/reports/${name.replace(/\.py$/, '.txt')}`);
    const actual = pagesOf(text, name).map((page) => renderText(page, { width: 120, nameOf }));
    assert.equal(actual.join('\n'), expected);
  });
}

/** Everything a user may have written that means something in Markdown or HTML. */
const NASTY = `import torch

torch.manual_seed(int("7") if "a|b" < '<i>&' else 0)
if "\`" in __file__:
    torch.backends.cudnn.deterministic = "](x)" == "|"
torch.zeros(3).index_add_(0, torch.zeros(3, dtype=int), torch.rand(3))
`;

function nastyPage(): Page {
  const [page] = pagesOf(`#- <b>|x.py\n${NASTY}`, '');
  assert.ok(page);
  return page;
}

/** The cells of each table row: bars end a cell unless they are escaped. */
const cellsOf = (row: string): string[] => row.split(/(?<!\\)\|/).slice(1, -1);

test('Markdown: what users write ends no cell, link or span of code', () => {
  const markdown = renderMarkdown(nastyPage(), nameOf);
  const lines = markdown.split('\n');
  assert.equal(lines[0], '# Reproducibility of `<b>\\|x.py`');
  assert.ok(
    lines.includes(
      '| `torch` | seeded | `torch.manual_seed(int("7") if "a\\|b" < \'<i>&\' else 0)` [\\<b\\>\\|x.py:3](%3Cb%3E%7Cx.py#L3) |' +
        ' `torch.rand` [\\<b\\>\\|x.py:6](%3Cb%3E%7Cx.py#L6) |',
    ),
    markdown,
  );
  assert.ok(markdown.includes('if ``"`" in __file__``'), markdown);
});

test('Markdown: all rows of a table have as many cells as its head', () => {
  const pages = [...subjects.flatMap(({ name, text }) => pagesOf(text, name)), nastyPage()];
  let rows = 0;
  for (const page of pages) {
    const blocks = renderMarkdown(page, nameOf).trimEnd().split('\n\n');
    for (const table of blocks.filter((block) => block.startsWith('|'))) {
      const [head = '', ...others] = table.split('\n');
      assert.match(others[0] ?? '', /^\|( --- \|)+$/);
      for (const row of others) assert.equal(cellsOf(row).length, cellsOf(head).length, row);
      rows += others.length - 1;
    }
  }
  assert.ok(rows > 50, 'the programs have enough to say');
});

const html = (page: Page): string =>
  renderHtml(page, {
    nameOf,
    placeHref: ({ path, line, column }) => `place:${path}:${line}:${column}`,
    ruleHref: (rule) => `rule:${rule}`,
    repairHref: ({ place }) => `repair:${place.line}`,
    actions: [{ title: asIs('Copy & go'), href: 'command:copy' }],
  });

test('HTML: what users write is text', () => {
  const text = html(nastyPage());
  assert.ok(
    text.startsWith(
      '<header><h1>&lt;b&gt;|x.py</h1><nav><a class="action" href="command:copy">Copy &amp; go</a></nav></header>\n',
    ),
  );
  assert.ok(
    text.includes(
      '<code>torch.manual_seed(int(&quot;7&quot;) if &quot;a|b&quot; &lt; &#39;&lt;i&gt;&amp;&#39; else 0)</code>',
    ),
  );
  assert.ok(text.includes('<a class="place" href="place:&lt;b&gt;|x.py:3:1">line 3</a>'));
  assert.ok(!/<(b|i)>/.test(text));
});

test('HTML: every element is closed, none is a script or a style', () => {
  for (const page of [...subjects.flatMap(({ name, text }) => pagesOf(text, name)), nastyPage()]) {
    const open: string[] = [];
    for (const [, slash, name = ''] of html(page).matchAll(/<(\/?)([a-z0-9]+)[^<>]*>/g)) {
      assert.match(name, /^(header|main|nav|h1|h2|p|a|code|section|table|thead|tbody|tr|th|td|div)$/);
      if (slash === '') open.push(name);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  }
});

test('narrow terminals: no line is longer than the terminal, but for words that are', () => {
  for (const { name, text } of subjects) {
    for (const width of [40, 60, 80]) {
      const lines = pagesOf(text, name).flatMap((page) => renderText(page, { width, nameOf }).split('\n'));
      const long = lines.filter((line) => line.length > width && line.trim().split(/\s{2,}/).length > 1);
      assert.deepEqual(
        long.filter((line) => !isOneWord(line)),
        [],
        `${name} at ${width}`,
      );
    }
  }
});

/** Behind the name of a column, a single word. */
const isOneWord = (line: string): boolean => !/^\s*(\S+\s?)+\s{2,}\S+\s+\S/.test(line);

// Of those there are fixtures of the rules with such findings, too few in a sample of all.
const seeding = fixtures().filter(({ name }) => /^(incomplete-seeding|late-seed)\//.test(name));
const sampled = sampleOf(
  fixtures().filter((each) => !seeding.includes(each)),
  100,
);

test(`the report agrees with the rules, over fixtures (${sampled.about} besides those of the rules)`, () => {
  const states = { 'incomplete-seeding': 'unseeded', 'late-seed': 'late' } as const;
  let count = 0;
  for (const { files, name } of [...seeding, ...sampled.chosen]) {
    const workspace = workspaceOf(files);
    for (const path of programsOf(workspace)) {
      const report = reportOf(workspace, path, DEFAULT_SETTINGS);
      assert.equal(report.kind, 'program');
      if (report.kind !== 'program') continue;
      for (const { rule, subject, place } of report.findings) {
        if (place.path !== path || (rule !== 'incomplete-seeding' && rule !== 'late-seed')) continue;
        const found: StreamReport | undefined = report.streams.find((each) => each.stream === subject);
        assert.equal(found?.state, states[rule], `${name} ${path}: ${rule} about ${subject}`);
        assert.equal(report.verdict.level, 'differs');
        count++;
      }
    }
  }
  assert.ok(count > 40, `the fixtures have enough such findings, not ${count}`);
});

test('a library is told apart from the programs that reach it', () => {
  const files = parseMarks(readText('test/reports/across-files.py'), '');
  const workspace = workspaceOf(files);
  assert.deepEqual(programsOf(workspace), ['scripts/show.py', 'scripts/train.py']);
  assert.deepEqual(reportOf(workspace, 'lib/net.py', DEFAULT_SETTINGS), {
    kind: 'none',
    path: 'lib/net.py',
    reason: 'library',
    programs: ['scripts/show.py', 'scripts/train.py'],
  });
  assert.equal(reportOf(workspace, 'gone.py', DEFAULT_SETTINGS).kind, 'none');
  const train = reportOf(workspace, 'scripts/train.py', DEFAULT_SETTINGS);
  assert.equal(train.kind === 'program' && train.torch.version, '2.3.1');
});

test('what workers draw counts: it is told beside what the process draws, and is not nothing', () => {
  const dataset = `import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return np.random.rand()


torch.manual_seed(0)
`;
  const loop = 'for batch in DataLoader(Noise(), num_workers=2):\n    print(batch)\n';
  const text = (program: string): string => {
    const [page] = pagesOf(program, 'train.py');
    return renderText(page!, { width: 120, nameOf });
  };
  assert.match(text(dataset + loop), /^train\.py\nThe random numbers repeat/);
  assert.match(text(dataset + loop), /numpy +drawn in workers only .*np\.random\.rand {2}train\.py:11:16/);
  const both = text(`${dataset}np.random.seed(0)\nx = np.random.rand()\n${loop}`);
  assert.match(
    both,
    /numpy +seeded .*np\.random\.rand {2}train\.py:16:5\n.*np\.random\.rand {2}train\.py:11:16\n.*\n +in workers/,
  );
});
