/** The lightbulb and the commands in VS Code: what is offered, in which order, and the text after it. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS, FAULT, FAULTY, TRAIN } from '../expectations.ts';
import {
  actionsFor,
  closeAll,
  findings,
  inWorkspace,
  replaceAll,
  show,
  showUntitled,
  until,
  waitForFaults,
  write,
} from './editor.ts';

suite('code actions', () => {
  teardown(closeAll);

  test('the repair comes first, is preferred, and gives the exact text', async () => {
    const document = await show(inWorkspace(TRAIN));
    const [diagnostic] = await waitForFaults(document);
    assert.ok(diagnostic);
    const [first, ...others] = await actionsFor(document, diagnostic);
    assert.ok(first);
    assert.equal(first.title, FAULT.fix);
    assert.ok(first.isPreferred);
    assert.ok(first.kind?.contains(vscode.CodeActionKind.QuickFix));
    assert.ok(others.every(({ isPreferred }) => !isPreferred));
    assert.ok(first.edit);
    assert.ok(await vscode.workspace.applyEdit(first.edit));
    assert.equal(document.getText(), FAULTY.replace(FAULT.line, FAULT.repaired));
    await waitForFaults(document, 0);
  });

  test('the repair keeps CRLF line ends', async () => {
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
    const document = await showUntitled('');
    await vscode.window.activeTextEditor?.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.CRLF));
    await replaceAll(document, crlf(FAULTY));
    const [diagnostic] = await waitForFaults(document);
    assert.ok(diagnostic);
    const [first] = await actionsFor(document, diagnostic);
    assert.ok(first?.edit && (await vscode.workspace.applyEdit(first.edit)));
    assert.equal(document.getText(), crlf(FAULTY.replace(FAULT.line, FAULT.repaired)));
  });

  test('nothing is offered where nothing is wrong', async () => {
    const document = await show(inWorkspace(TRAIN));
    await waitForFaults(document);
    const actions: vscode.CodeAction[] = await vscode.commands.executeCommand(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(0, 0, 0, 0),
    );
    assert.ok(actions.every(({ title }) => title !== FAULT.fix));
  });
});

suite('commands', () => {
  teardown(closeAll);

  test('all are there', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.values(COMMANDS).filter((command) => !known.has(command)),
      [],
    );
  });

  test('Insert Seed Block seeds the file, and what it inserts is free of findings', async () => {
    const document = await showUntitled('import torch\n\nprint(torch.rand(2))\n');
    const done = vscode.commands.executeCommand(COMMANDS.insertSeedBlock);
    // The command asks which block; the first choice is taken as soon as the picker is up.
    await until(() => {
      void vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return document.getText().includes('manual_seed');
    });
    await done;
    assert.match(document.getText(), /torch\.manual_seed\(/);
    await until(() => findings(document).length === 0);
    assert.deepEqual(findings(document), []);
  });

  test('after Restart Server the diagnostics come back', async () => {
    // A file of its own: VS Code gives the name of an untitled document to the next one, and may mix up what was said of them.
    const file = await write('restarted.py', FAULTY);
    const document = await show(file);
    await waitForFaults(document);
    await vscode.commands.executeCommand(COMMANDS.restartServer);
    await replaceAll(document, `${FAULTY}${FAULT.line}\n`);
    await waitForFaults(document, 2);
    await vscode.workspace.fs.delete(file);
  });

  test('Explain This Rule opens the page of the rule under the cursor', async () => {
    const document = await show(inWorkspace(TRAIN));
    const [diagnostic] = await waitForFaults(document);
    assert.ok(diagnostic && vscode.window.activeTextEditor);
    const { start } = diagnostic.range;
    vscode.window.activeTextEditor.selection = new vscode.Selection(start, start);
    await vscode.commands.executeCommand(COMMANDS.explainRule);
    const shown = (): string | undefined => vscode.window.tabGroups.activeTabGroup.activeTab?.label;
    await until(() => shown()?.includes(FAULT.rule) === true);
    assert.match(shown() ?? '', new RegExp(FAULT.rule));
    assert.equal(vscode.window.tabGroups.all.length, 2, 'the code stays beside it');
    assert.equal(vscode.window.visibleTextEditors[0]?.document, document);
  });

  test('Replace index_select by Indexing rewrites the call at the cursor', async () => {
    const file = await write(
      'rows.py',
      'import torch\n\nrow = torch.index_select(torch.ones(3), 0, torch.arange(2))\n',
    );
    const document = await show(file);
    assert.ok(vscode.window.activeTextEditor);
    vscode.window.activeTextEditor.selection = new vscode.Selection(2, 15, 2, 15);
    await vscode.commands.executeCommand(COMMANDS.replaceIndexSelect);
    assert.match(document.getText(), /row = torch\.ones\(3\)\[torch\.arange\(2\)\]/);
    await vscode.workspace.fs.delete(file);
  });

  test('Show Log shows the log', async () => {
    await vscode.commands.executeCommand(COMMANDS.showLog);
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });
});

suite('settings', () => {
  const configure = (value: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration('seedwise').update('rules', value, vscode.ConfigurationTarget.Workspace);

  teardown(async () => {
    await configure(undefined);
    await closeAll();
  });

  test('a rule is switched off and on while its file is open', async () => {
    const document = await show(inWorkspace(TRAIN));
    await waitForFaults(document);
    await configure({ [FAULT.rule]: 'off' });
    await waitForFaults(document, 0);
    await configure(undefined);
    await waitForFaults(document);
  });

  test('a severity of one’s own', async () => {
    const document = await show(inWorkspace(TRAIN));
    await waitForFaults(document);
    await configure({ 'cudnn-*': 'error' });
    await until(() => findings(document)[0]?.severity === vscode.DiagnosticSeverity.Error);
    assert.deepEqual(
      findings(document).map(({ severity }) => severity),
      [vscode.DiagnosticSeverity.Error],
    );
  });

  test('a setting that makes no sense leaves the rest working', async () => {
    await configure('nonsense');
    await waitForFaults(await showUntitled(FAULTY));
  });
});
