/** Programs across files in VS Code: what a helper that nobody opened does, before and after it changes. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { actionsFor, closeAll, findings, inWorkspace, ruleOf, show, until, write } from './editor.ts';

const HELPER = `import torch


def set_seed(seed):
    torch.manual_seed(seed)
`;
const PROGRAM = `import numpy as np
import torch
from lib.seeding import set_seed

set_seed(3)
print(np.random.rand(2), torch.rand(2))
`;
const FINDING = '6: incomplete-seeding';

const found = (document: vscode.TextDocument): string[] =>
  findings(document).map((diagnostic) => `${diagnostic.range.start.line + 1}: ${ruleOf(diagnostic)}`);

async function waitFor(document: vscode.TextDocument, expected: readonly string[]): Promise<void> {
  await until(() => found(document).join() === expected.join());
  assert.deepEqual(found(document), expected);
}

suite('programs across files', () => {
  teardown(async () => {
    await closeAll();
    await vscode.workspace.fs
      .delete(inWorkspace('lib'), { recursive: true, useTrash: false })
      .then(undefined, () => {});
  });

  test('a helper counts as it is on disk, changes and goes', async () => {
    await write('lib/seeding.py', HELPER);
    const document = await show(await write('program.py', PROGRAM));
    await waitFor(document, [FINDING]);
    await write('lib/seeding.py', `import numpy as np\n${HELPER}    np.random.seed(seed)\n`);
    await waitFor(document, []);
    await write('lib/seeding.py', HELPER);
    await waitFor(document, [FINDING]);
    // Nobody can read the helper now, and its name says that it seeds.
    await vscode.workspace.fs.delete(inWorkspace('lib'), { recursive: true, useTrash: false });
    await waitFor(document, []);
  });

  test('the place in the helper is shown, and the repair is made there', async () => {
    await write('lib/seeding.py', HELPER);
    const document = await show(await write('program.py', PROGRAM));
    await waitFor(document, [FINDING]);
    const [diagnostic] = findings(document);
    assert.ok(diagnostic);
    const places = diagnostic.relatedInformation?.map(({ location: { uri, range } }) => [
      uri.path.split('/').at(-1),
      range.start.line + 1,
    ]);
    assert.deepEqual(places, [['seeding.py', 5]]);
    const [first] = await actionsFor(document, diagnostic);
    assert.equal(first?.title, 'Seed `numpy` in `set_seed` (seeding.py)');
    assert.ok(first?.edit && (await vscode.workspace.applyEdit(first.edit)));
    const helper = await vscode.workspace.openTextDocument(inWorkspace('lib/seeding.py'));
    assert.equal(helper.getText(), `import numpy as np\n${HELPER}    np.random.seed(seed)\n`);
    await helper.save();
    await waitFor(document, []);
  });
});
