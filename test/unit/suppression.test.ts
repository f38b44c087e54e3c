/** An ignore silences exactly its rule at its place: all else stays as it was, and none of it is called unused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionsAt } from '../../server/src/core/analysis/actions.ts';
import type { Finding } from '../../server/src/core/contract/rule.ts';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { lineStart } from '../../server/src/core/text/lines.ts';
import { subjects, understand } from '../corpus.ts';
import { sampleOf } from '../sample.ts';

const { chosen, about } = sampleOf(
  subjects().filter(({ text }) => !/seedwise:/.test(text)),
  120,
);

const said = ({ rule, subject, message }: Finding): string => `${rule} ${subject ?? ''}: ${message}`;

test(`ignores of ${about} texts`, () => {
  for (const { name, path, text } of chosen) {
    understand(path, text, ({ file, project, analysis }) => {
      const { findings } = analysis;
      for (const finding of findings) {
        const line = lineStart(text, finding.start);
        const isSilenced = ({ rule, start }: Finding): boolean =>
          rule === finding.rule && lineStart(text, start) === line;
        for (const [start, silenced] of [
          [`Ignore \`${finding.rule}\` on this line`, isSilenced],
          [`Ignore \`${finding.rule}\` in this file`, ({ rule }: Finding) => rule === finding.rule],
        ] as const) {
          const action = actionsAt(file, project, analysis, finding).find(({ title }) => title === start);
          // A comment for a whole file has no place in a notebook's cells.
          if (!action && file.scopes.cells.length > 0) continue;
          assert.ok(action, `${name}: "${start}"`);
          const output = applyEdits(text, action.edits());
          understand(path, output, (after) => {
            const others = findings.filter((each) => !silenced(each));
            const now = after.analysis.findings.map(said);
            // Of a stream the first draw is named that nothing ignores: the next one is, from now on.
            const next = after.analysis.findings.filter(
              (each) =>
                silenced === isSilenced &&
                each.rule === finding.rule &&
                findings.some((other) => silenced(other) && other.subject === each.subject) &&
                !isSilenced(each) &&
                !others.some((other) => said(other) === said(each)),
            );
            // One place gets one finding: where the next one speaks, others do not.
            const moved = ({ start: at }: Finding): number =>
              at > finding.start ? at + output.length - text.length : at;
            const isSuperseded = (each: Finding): boolean =>
              next.some((other) => other.start === moved(each)) && !now.includes(said(each));
            const kept = others.filter((each) => !isSuperseded(each)).map(said);
            assert.deepEqual(now.sort(), [...kept, ...next.map(said)].sort(), `${name}: "${start}"\n${output}`);
          });
        }
      }
    });
  }
});
