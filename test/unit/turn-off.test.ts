/** A rule is turned off in `pyproject.toml` where its author would, and nothing else changes there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { readConfig } from '../../server/src/core/settings/pyproject.ts';
import { turnOffEdits } from '../../server/src/core/settings/turn-off.ts';

const TABLE = '[tool.seedwise.rules]\nset-order = "off"\n';

const CASES: readonly (readonly [name: string, before: string, after: string])[] = [
  ['an empty file', '', TABLE],
  ['no table of ours', '[project]\nname = "x"\n', `[project]\nname = "x"\n\n${TABLE}`],
  ['no line end at the end', '[project]\nname = "x"', `[project]\nname = "x"\n\n${TABLE}`],
  [
    'a table of ours without rules',
    '[tool.seedwise]\nlevel = "seeded"\n\n# Of others.\n[tool.ruff]\nline-length = 100\n',
    `[tool.seedwise]\nlevel = "seeded"\n\n${TABLE}\n# Of others.\n[tool.ruff]\nline-length = 100\n`,
  ],
  [
    'a table of rules',
    '[tool.seedwise.rules]\n"*-seed" = "error" # why\n\n\n[tool.x]\n',
    '[tool.seedwise.rules]\n"*-seed" = "error" # why\nset-order = "off"\n\n\n[tool.x]\n',
  ],
  [
    'an empty table of rules with a comment',
    '[ tool . seedwise . "rules" ] # ours\n',
    '[ tool . seedwise . "rules" ] # ours\nset-order = "off"\n',
  ],
  [
    'another value',
    "[tool.other]\nset-order = \"x\"\n[tool.seedwise.rules]\n'set-order' = 'hint'\n",
    '[tool.other]\nset-order = "x"\n[tool.seedwise.rules]\n\'set-order\' = "off"\n',
  ],
  [
    'braces',
    '[tool.seedwise]\nrules = { late-seed = "off" }\n',
    '[tool.seedwise]\nrules = { late-seed = "off", set-order = "off" }\n',
  ],
  ['empty braces', '[tool.seedwise]\nrules = {}\n', '[tool.seedwise]\nrules = { set-order = "off" }\n'],
  [
    'dotted keys',
    '[tool.seedwise]\nrules.late-seed = "off"\n',
    '[tool.seedwise]\nrules.late-seed = "off"\nrules.set-order = "off"\n',
  ],
  [
    'CRLF',
    '[tool.seedwise.rules]\r\nlate-seed = "off"\r\n',
    '[tool.seedwise.rules]\r\nlate-seed = "off"\r\nset-order = "off"\r\n',
  ],
  [
    'a text that looks like a table',
    'x = """\n[tool.seedwise.rules]\n"""\n',
    `x = """\n[tool.seedwise.rules]\n"""\n\n${TABLE}`,
  ],
];

for (const [name, before, after] of CASES) {
  test(`a rule is turned off: ${name}`, () => {
    const edits = turnOffEdits(before, 'set-order');
    assert.ok(edits);
    assert.equal(applyEdits(before, edits), after);
    assert.deepEqual(readConfig('pyproject.toml', after)?.settings.rules?.['set-order'], 'off');
    assert.deepEqual(turnOffEdits(after, 'set-order'), [], 'once is enough');
  });
}

test('what cannot be understood, or leaves no room, is left alone', () => {
  for (const text of ['[tool', 'tool = 1\n', '[tool]\nseedwise = { level = "seeded" }\n'])
    assert.equal(turnOffEdits(text, 'set-order'), null, text);
});
