/** The formats of findings for other programs, held against their own rules. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Found } from '../../server/src/cli/findings.ts';
import { FORMATS } from '../../server/src/cli/formats/index.ts';
import type { Results } from '../../server/src/cli/formats/results.ts';
import { sarifValidator } from '../sarif.ts';
import { shell } from '../shell.ts';

const TRAIN = `import torch
import numpy as np
from seeds import seed_all

seed_all(0)
torch.use_deterministic_algorithms(True)
torch.backends.cudnn.benchmark = True
print(np.random.rand(3))
`;
const FILES = {
  '.git/HEAD': '',
  'a b/train #1.py': TRAIN,
  'a b/seeds.py':
    'import torch\n\n\ndef seed_all(seed):\n    torch.manual_seed(seed)\n    torch.cuda.manual_seed_all(seed)\n',
  'nb.ipynb': JSON.stringify({
    cells: [
      { cell_type: 'markdown', source: 'x' },
      { cell_type: 'code', source: 'import torch\ntorch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)\ntorch.rand(1)' },
    ],
    metadata: {},
  }),
  'broken.py': 'def (:\n',
};

test('SARIF is valid, with rules, help, related places, fixes and prints', (t) => {
  const { run } = shell(t, FILES);
  const { stdout } = run('check', '--format', 'sarif');
  // biome-ignore lint/suspicious/noExplicitAny: the schema says what it is.
  const log: any = JSON.parse(stdout);
  const validate = sarifValidator();
  assert.ok(validate(log), JSON.stringify(validate.errors, null, 2));
  assert.ok(!validate({ ...log, runs: [{ ...log.runs[0], results: [{}] }] }), 'the schema refuses something');
  const [{ tool, results, invocations }] = log.runs;
  const ruleIds = results.map(({ ruleId }: { ruleId: string }) => ruleId);
  assert.deepEqual([...new Set(ruleIds)].sort(), ['cudnn-benchmark', 'incomplete-seeding', 'redundant-cuda-seed']);
  for (const { ruleId, ruleIndex, level, locations, partialFingerprints } of results) {
    assert.equal(tool.driver.rules[ruleIndex].id, ruleId);
    assert.match(level, /^(warning|note)$/);
    assert.match(partialFingerprints.primaryLocationLineHash, /^[0-9a-f]{16}(#\d+)?:1$/);
    assert.equal(locations[0].physicalLocation.artifactLocation.uriBaseId, 'SRCROOT');
  }
  for (const rule of tool.driver.rules) assert.ok(rule.help.markdown && rule.helpUri && rule.shortDescription.text);
  const numpy = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'incomplete-seeding');
  assert.equal(numpy.locations[0].physicalLocation.artifactLocation.uri, 'a%20b/train%20%231.py');
  assert.equal(numpy.relatedLocations[0].physicalLocation.artifactLocation.uri, 'a%20b/seeds.py');
  assert.equal(numpy.fixes[0].artifactChanges[0].artifactLocation.uri, 'a%20b/seeds.py');
  const cell = results.find(
    (each: { locations: { logicalLocations?: unknown }[] }) => each.locations[0]?.logicalLocations,
  );
  assert.equal(cell.locations[0].logicalLocations[0].name, 'cell 2');
  assert.match(cell.message.text, /^cell 2, line 3: /);
  assert.equal(invocations[0].executionSuccessful, false);
  assert.match(invocations[0].toolExecutionNotifications[0].message.text, /^broken\.py:1 is not valid Python/);
});

test('a print stays when lines move, and differs for what is new', (t) => {
  const { cwd, run } = shell(t, FILES);
  const prints = (): string[] =>
    JSON.parse(run('check', 'a b', '--format', 'sarif').stdout).runs[0].results.map(
      (each: { partialFingerprints: Record<string, string> }) => each.partialFingerprints.primaryLocationLineHash,
    );
  const before = prints();
  assert.equal(new Set(before).size, before.length);
  writeFileSync(
    join(cwd, 'a b/train #1.py'),
    `# moved\n\n${TRAIN.replace('torch.backends', 'if True:\n    torch.backends')}`,
  );
  assert.deepEqual(prints(), before);
});

const found = (i: number, more: Partial<Found> = {}): Found => ({
  path: '/project/train.py',
  cell: null,
  start: { row: i + 1, column: 1 },
  end: { row: i + 1, column: 2 },
  rule: 'late-seed',
  subject: null,
  severity: i % 2 ? 'warning' : 'hint',
  message: 'x',
  unnecessary: false,
  line: 'x',
  related: [],
  fixes: [],
  fingerprint: `${i}`,
  ...more,
});

function render(format: string, all: readonly Found[]): { text: string; said: string[] } {
  const said: string[] = [];
  const results: Results = {
    found: all,
    files: ['/project/train.py'],
    problems: [],
    fails: (severity) => severity === 'error' || severity === 'warning',
    base: '/project',
    version: '0.0.0',
    isQuiet: false,
    paint: (_, text) => text,
    cut: (text) => said.push(text),
  };
  return { text: FORMATS[format]!.render(results), said };
}

test('SARIF stays within what GitHub takes, and says what it left out', () => {
  const many = render(
    'sarif',
    Array.from({ length: 25_010 }, (_, i) => found(i)),
  );
  const { results } = JSON.parse(many.text).runs[0];
  assert.equal(results.length, 25_000);
  assert.equal(results.filter(({ level }: { level: string }) => level === 'warning').length, 12_505, 'the worst stay');
  assert.deepEqual(many.said, ['10 findings of the least weight left out, since GitHub would not take the file.']);
  const some = render(
    'sarif',
    Array.from({ length: 5_001 }, (_, i) => found(i)),
  );
  assert.deepEqual(some.said, ['GitHub shows 5000 of these 5001 findings.']);
  // What does not pack makes a file of a few findings too large.
  const noise = (i: number): string =>
    createHash('shake256', { outputLength: 300_000 }).update(String(i)).digest('base64');
  const large = render(
    'sarif',
    Array.from({ length: 60 }, (_, i) => found(i, { message: noise(i) })),
  );
  const kept = JSON.parse(large.text).runs[0].results.length;
  assert.ok(kept < 60 && large.said.length === 1, `${kept} of 60`);
});

test('GitHub’s commands name file, line and columns, escaped', () => {
  const { text } = render('github', [
    found(0, { path: '/project/a,b:c%.py', message: '100 % x\r\n::error::y' }),
    found(1, { end: { row: 5, column: 2 } }),
    found(2, { path: '/project/n.ipynb', cell: 1 }),
  ]);
  const url = 'https://github.com/seedwise/seedwise/blob/main/docs/rules/late-seed.md';
  assert.deepEqual(text.split('\n'), [
    `::notice title=Seedwise (late-seed),file=a%2Cb%3Ac%25.py,line=1,endLine=1,col=1,endColumn=2::100 %25 x\\r\\n::error::y ${url}`,
    `::warning title=Seedwise (late-seed),file=train.py,line=2,endLine=5::x ${url}`,
    `::notice title=Seedwise (late-seed),file=n.ipynb,line=1,endLine=1::cell 2, line 3: x ${url}`,
    '',
  ]);
});

test('GitLab’s report has what its schema wants', () => {
  const rows = JSON.parse(render('gitlab', [found(0), found(1), found(1, { path: '/project/b.py' })]).text);
  const prints = new Set(rows.map(({ fingerprint }: { fingerprint: string }) => fingerprint));
  assert.equal(prints.size, 3);
  for (const { fingerprint, ...row } of rows.slice(0, 1)) {
    assert.match(fingerprint, /^[0-9a-f]{40}$/);
    assert.deepEqual(row, {
      description: 'x',
      check_name: 'late-seed',
      severity: 'info',
      location: { path: 'train.py', lines: { begin: 1, end: 1 } },
    });
  }
  assert.deepEqual(JSON.parse(render('gitlab', []).text), []);
});

test('JUnit fails what fails the check, and counts', () => {
  const { text } = render('junit', [found(0), found(1, { message: '<a> & "b"\n\u0000' })]);
  assert.equal(
    text,
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="seedwise" tests="2" failures="1" errors="0">
  <testsuite name="train.py" tests="2" failures="1" errors="0">
    <testcase name="late-seed (line 1, column 1)" classname="train.py" file="train.py" line="1"><system-out>line 1, column 1: x</system-out></testcase>
    <testcase name="late-seed (line 2, column 1)" classname="train.py" file="train.py" line="2"><failure type="warning" message="&lt;a&gt; &amp; &quot;b&quot;\\n\\x00">line 2, column 1: &lt;a&gt; &amp; &quot;b&quot;\\n\\x00</failure></testcase>
  </testsuite>
</testsuites>
`,
  );
  assert.match(render('junit', []).text, /<testcase name="seedwise" classname="train\.py" file="train\.py"\/>/);
});

test('Markdown is a table in which nothing but our own links is Markdown', () => {
  const { text } = render('markdown', [found(1, { message: '`a|b` draws <img> [x](y) @me `` ` ``' })]);
  assert.match(text, /^\*\*Seedwise\*\* found 1 problem \(1 warning\) in 1 file\.\n\n\| Place /);
  const row = text.trim().split('\n').at(-1)!;
  assert.ok(row.includes('`a\\|b` draws \\<img\\> \\[x\\](y) \\@me'), row);
  const many = render(
    'markdown',
    Array.from({ length: 2001 }, (_, i) => found(i)),
  );
  assert.deepEqual(many.said, ['1 findings more than a summary takes.']);
});
