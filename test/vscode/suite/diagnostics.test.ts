/** Which documents get squiggles in VS Code, where exactly, and which never do. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { FAULT, FAULTY, QUIET, TRAIN } from '../expectations.ts';
import {
  closeAll,
  findings,
  installed,
  inWorkspace,
  replaceAll,
  ruleOf,
  show,
  showUntitled,
  waitForFaults,
  waitForServer,
  write,
} from './editor.ts';

suite('diagnostics', () => {
  teardown(closeAll);

  test('a Python file activates the installed extension', async () => {
    assert.ok(!installed().extensionPath.includes('test'), 'the package is tested, not the source tree');
    await waitForFaults(await show(inWorkspace(TRAIN)));
    assert.ok(installed().isActive);
  });

  test('a finding has the exact range, rule, source, severity and a page', async () => {
    const document = await show(inWorkspace(TRAIN));
    const [diagnostic] = await waitForFaults(document);
    assert.ok(diagnostic);
    const start = document.getText().lastIndexOf(FAULT.token);
    assert.deepEqual(
      [document.offsetAt(diagnostic.range.start), document.getText(diagnostic.range)],
      [start, FAULT.token],
    );
    assert.equal(ruleOf(diagnostic), FAULT.rule);
    assert.equal(diagnostic.source?.toLowerCase(), FAULT.source);
    assert.equal(vscode.DiagnosticSeverity[diagnostic.severity].toLowerCase(), FAULT.severity);
    assert.ok(diagnostic.message.length > 0 && !diagnostic.message.includes('\n'));
    assert.ok(typeof diagnostic.code === 'object' && diagnostic.code.target.path.includes(FAULT.rule));
  });

  test('diagnostics follow the typing', async () => {
    const document = await showUntitled(FAULTY);
    await waitForFaults(document);
    await replaceAll(document, FAULTY.replace(FAULT.line, FAULT.repaired));
    await waitForFaults(document, 0);
    await replaceAll(document, `# \u{1F331} 种子\n${FAULTY}`);
    const [diagnostic] = await waitForFaults(document);
    assert.equal(diagnostic && document.getText(diagnostic.range), FAULT.token);
  });

  test('a file with nothing to say stays silent', async () => {
    const document = await show(inWorkspace(QUIET));
    await waitForServer();
    assert.deepEqual(findings(document), []);
  });

  test('other languages are left alone', async () => {
    const document = await show(await vscode.workspace.openTextDocument({ language: 'plaintext', content: FAULTY }));
    await waitForServer();
    assert.deepEqual(findings(document), []);
  });

  test('old versions of a file are not linted', async () => {
    const content = vscode.workspace.registerTextDocumentContentProvider('git-seedwise', {
      provideTextDocumentContent: () => FAULTY,
    });
    const document = await show(vscode.Uri.parse('git-seedwise:/old/train.py'));
    assert.deepEqual([document.languageId, document.getText()], ['python', FAULTY]);
    await waitForServer();
    assert.deepEqual(findings(document), []);
    content.dispose();
  });
});

suite('documents that are no good', () => {
  teardown(closeAll);

  const texts: Record<string, string | Uint8Array> = {
    'empty.py': '',
    'broken.py': 'import torch\n\ndef train(:\n    for in (((\n  torch.backends.cudnn.benchmark = \n"""\n',
    'huge.py': `import torch\n${'x = 1  # as machines write them\n'.repeat(160_000)}`,
    'binary.py': Uint8Array.from({ length: 4096 }, (_, i) => (i * 97) % 256),
    'one-line.py': `x = [${'1, '.repeat(50_000)}]\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    test(`${name}: the others keep their diagnostics`, async () => {
      const uri = await write(name, text);
      // VS Code itself refuses to open a binary as text.
      await show(uri).then(undefined, (error) => assert.match(String(error), /binary/i));
      await waitForServer();
    });
  }

  test('a file that breaks and recovers has its finding again', async () => {
    const document = await showUntitled(FAULTY);
    await waitForFaults(document);
    await replaceAll(document, 'def (((\n');
    await waitForFaults(document, 0);
    await replaceAll(document, FAULTY);
    await waitForFaults(document);
  });

  test('a file that vanishes while it is open', async () => {
    const uri = await write('vanishing.py', FAULTY);
    const document = await show(uri);
    await waitForFaults(document);
    await vscode.workspace.fs.delete(uri);
    await waitForServer();
  });
});
