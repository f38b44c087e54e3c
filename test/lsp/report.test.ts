/** The reproducibility report over the real protocol: Markdown for any editor, a page for the one that asks for it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ReportPage } from '../../server/src/protocol.ts';
import { applyTo, until, withServer } from './server.ts';

const HELPER = `import torch


def set_seed(seed):
    torch.manual_seed(seed)
`;
const TRAIN = `import torch
from utils.seed import set_seed

set_seed(3)
print(torch.rand(2))
`;
const REPORT = 'seedwise.report';

/** A folder with a training script whose seed is in another file. */
function project(t: TestContext) {
  const root = mkdtempSync(path.join(tmpdir(), 'seedwise-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(path.join(root, 'utils'));
  writeFileSync(path.join(root, 'utils/seed.py'), HELPER);
  writeFileSync(path.join(root, 'train.py'), TRAIN);
  const uri = (name: string): string => pathToFileURL(path.join(root, name)).href;
  return { rootUri: pathToFileURL(root).href, train: uri('train.py'), helper: uri('utils/seed.py') };
}

test('the report of an open program is Markdown, with names relative to the workspace', (t) => {
  const { rootUri, train } = project(t);
  return withServer({ rootUri }, async (server) => {
    await server.open(train, TRAIN);
    const markdown: string = await server.execute(REPORT, train);
    const lines = markdown.split('\n');
    assert.deepEqual(lines.slice(0, 3), [
      '# Reproducibility of `train.py`',
      '',
      '**The random numbers repeat, as far as the code shows; on CUDA the bits may differ: deterministic algorithms are off.**',
    ]);
    assert.ok(
      lines.includes(
        '| `torch` | seeded | `torch.manual_seed(seed)` [utils/seed.py:5](utils/seed.py#L5)<br>`seed` is `3`<br>' +
          'by `set_seed(3)` [train.py:4](train.py#L4) | `torch.rand` [train.py:5](train.py#L5) |',
      ),
      markdown,
    );
  });
});

test('what is typed counts, saved or not, here and in the files that are imported', (t) => {
  const { rootUri, train, helper } = project(t);
  return withServer({ rootUri }, async (server) => {
    await server.open(train, TRAIN);
    await server.open(helper, HELPER);
    await server.change(helper, 2, { text: HELPER.replace('torch.manual_seed(seed)', 'pass') });
    await server.pull(helper);
    assert.match(await server.execute(REPORT, train), /\*\*Not repeatable: `torch` is never seeded\.\*\*/);
    await server.change(train, 2, { text: TRAIN.replace('print(torch.rand(2))', 'print(3)') });
    assert.match(await server.execute(REPORT, train), /`train.py` is no program: it neither seeds nor draws/);
  });
});

test('a page has links that are commands, and a library names its programs', (t) => {
  const { rootUri, train, helper } = project(t);
  return withServer({ rootUri }, async (server) => {
    const page: ReportPage = await server.execute(REPORT, train, { page: true });
    assert.deepEqual([page.name, page.isProgram, page.programs], ['train.py', true, []]);
    const place = encodeURIComponent(JSON.stringify([helper, 5, 5]));
    assert.ok(page.html.includes(`<a class="place" href="command:seedwise.openPlace?${place}">utils/seed.py:5</a>`));
    assert.ok(page.html.includes('<a class="action" href="command:seedwise.copyReport">Copy as Markdown</a>'));
    assert.equal(page.markdown, await server.execute(REPORT, train));

    const library: ReportPage = await server.execute(REPORT, helper, { page: true });
    assert.equal(library.isProgram, false);
    assert.equal(library.summary, '`utils/seed.py` is a library: `train.py` reaches it.');
    assert.deepEqual(library.programs, [{ name: 'train.py', uri: train }]);
  });
});

test('without a document the reports of all programs come, and an untitled one is judged alone', (t) => {
  const { rootUri } = project(t);
  return withServer({ rootUri }, async (server) => {
    const all: string = await server.execute(REPORT);
    assert.deepEqual(all.match(/^# .*$/gm), ['# Reproducibility of `train.py`']);
    await server.open('untitled:Untitled-1', 'import torch\nprint(torch.rand(1))\n');
    const page: ReportPage = await server.execute(REPORT, 'untitled:Untitled-1', { page: true });
    assert.equal(page.summary, 'Not repeatable: `torch` is never seeded.');
    assert.ok(page.html.includes(encodeURIComponent(JSON.stringify(['untitled:Untitled-1', 2, 7]))));
  });
});

test('a finding that a pair of runs confirmed or refuted says so, as long as the client says that the runs hold', (t) => {
  const { rootUri, train } = project(t);
  const text = 'import random\n\nimport torch\n\ntorch.manual_seed(0)\nprint(torch.rand(2), random.random())\n';
  const place = { file: 'train.py', line: 6 };
  const counts = { operations: 2, draws: 2, batches: 0 };
  const parted = { result: 'parted', ...counts, cause: 'unseeded-stream', stream: 'python', confirmed: true, place };
  const seen = [{ what: 'draw', stream: 'python', differs: false, place }];
  return withServer({ rootUri }, async (server) => {
    await server.open(train, text);
    const squiggle = async (): Promise<string> => {
      const report = await server.pull(train);
      return report.kind === 'full' ? report.items.map(({ message }) => message).join() : 'unchanged';
    };
    assert.doesNotMatch(await squiggle(), /A run/);
    const told = async (verdict: unknown): Promise<string> => {
      await server.ran({ uri: train, folder: rootUri, verdict });
      return await server.execute(REPORT, train);
    };
    const confirmed = await told(parted);
    assert.match(
      await squiggle(),
      /^`random\.random` draws.* never seeds\. A run confirmed it: two runs part for this\.$/,
    );
    await until(() => server.said.refreshes > 0);
    assert.match(confirmed, /part at `train\.py:6`: `unseeded-stream`/);
    assert.match(confirmed, /incomplete-seeding.*A run confirmed it/);
    assert.match(await told({ ...parted, cause: 'time', stream: null }), /part at(?!.*A run)/s);
    const refuted = await told({ result: 'identical', ...counts, seen });
    assert.match(refuted, /identical over 2 operations, 2 draws and 0 batches/);
    assert.match(refuted, /incomplete-seeding.*A run refuted it under its conditions/);
    assert.match(await squiggle(), /\. A run refuted it under its conditions: nothing differed here\.$/);
    assert.doesNotMatch(await told({ result: 'identical', ...counts, seen: [] }), /A run/);
    assert.doesNotMatch(await squiggle(), /A run/);
    assert.doesNotMatch(await told(null), /last two runs/);
  });
});

test('where two runs part, the repairs of what they confirmed are offered, also those of another open file', (t) => {
  const { rootUri, train, helper } = project(t);
  const draws = 'import random\n\n\ndef noise():\n    return random.random()\n';
  const text = 'import torch\nfrom utils.seed import noise\n\ntorch.manual_seed(0)\nprint(torch.rand(2), noise())\n';
  const place = { file: 'utils/seed.py', line: 5 };
  const verdict = {
    ...{ result: 'parted', operations: 2, draws: 2, batches: 0 },
    ...{ cause: 'unseeded-stream', stream: 'python', confirmed: true, place },
  };
  return withServer({ rootUri }, async (server) => {
    await server.open(helper, draws);
    await server.open(train, text);
    const offered = async (line: number) => {
      const range = { start: { line, character: 0 }, end: { line, character: 100 } };
      const actions = await server.codeActions(helper, range, ['quickfix']);
      return actions.filter(({ diagnostics }) => diagnostics?.[0]?.code === 'incomplete-seeding');
    };
    assert.deepEqual(await offered(4), []);
    await server.ran({ uri: train, folder: rootUri, verdict });
    const [first] = await offered(4);
    assert.ok(first);
    const { edit } = await server.resolve(first);
    const repaired = applyTo(text, edit);
    assert.match(repaired, /^random\.seed\(0\)$/m);
    assert.deepEqual(await offered(3), [], 'at the line alone');
    await server.ran({ uri: train, folder: rootUri, verdict: { ...verdict, confirmed: false } });
    assert.deepEqual(await offered(4), [], 'what is not confirmed has no repair of its own');
    await server.ran({ uri: train, folder: rootUri, verdict: null });
    assert.deepEqual(await offered(4), []);
  });
});
