/** Laws of every repair, over every Python text there is: it compiles, removes its finding, ends, and brings no new one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Action, actionsAt, fixAll, insertSeedBlock } from '../../server/src/core/analysis/actions.ts';
import type { Finding } from '../../server/src/core/contract/rule.ts';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import type { Edit } from '../../server/src/core/text/edit.ts';
import { compileErrors, subjects, type Understood, understand } from '../corpus.ts';
import { sampleOf } from '../sample.ts';
import { layoutProblems, type Variant, variantsOf } from '../variants.ts';

/** Findings as far as they survive an edit: which, not where. */
type Tally = ReadonlyMap<string, number>;

interface Output {
  readonly variant: Variant;
  readonly title: string;
  readonly text: string;
}

const { chosen: variants, about } = sampleOf(subjects().flatMap(variantsOf), 150);
const outputs: Output[] = [];

for (const variant of variants) {
  const isPlain = variant.kind === 'plain';
  test(`repairs of ${variant.name}`, () => {
    understand(variant.path, variant.text, (understood) => {
      for (const finding of understood.analysis.findings) checkFinding(variant, understood, finding);
      checkFixAll(variant, understood);
      checkSeedBlocks(variant, understood);
      checkRefactorings(variant, understood);
    });
    if (isPlain) checkConvergence(variant);
  });
}

test(`CPython compiles what repairs write (${about})`, () => {
  const bases = compileErrors(variants.map((variant) => variant.text));
  const compiles = new Set(variants.filter((_, index) => bases[index] === null));
  const checked = outputs.filter((output) => compiles.has(output.variant));
  const errors = compileErrors(checked.map((output) => output.text));
  for (const [index, { variant, title, text }] of checked.entries()) {
    assert.equal(errors[index], null, `${variant.name}: "${title}" writes what does not compile:\n${text}`);
  }
});

function checkFinding(variant: Variant, understood: Understood, finding: Finding): void {
  const { file, project, analysis } = understood;
  const before = tally(analysis.findings);
  const repairs = (finding.fixes ?? []).map((fix) => ({ title: fix.title, edits: fix.edits() }));
  const actions = actionsAt(file, project, analysis, finding).filter((action) => concerns(action, finding));
  for (const action of actions) {
    if (!repairs.some(({ title }) => title === action.title))
      repairs.push({ title: action.title, edits: action.edits() });
  }
  for (const { title, edits } of repairs) {
    const key = keyOf(finding);
    if (isIgnore(title)) {
      checkIgnored(variant, understood, finding, title, edits);
      continue;
    }
    const after = checkEdits(variant, understood, title, edits);
    // Fix all leaves out what overlaps, which may be this very finding; the others are gone then.
    const isLess = title.startsWith('Fix all')
      ? ofRule(after, finding.rule) < ofRule(before, finding.rule)
      : (after.get(key) ?? 0) < (before.get(key) ?? 0);
    assert.ok(isLess, `${variant.name}: "${title}" leaves its finding ${key}:\n${applyEdits(variant.text, edits)}`);
  }
}

const isIgnore = (title: string): boolean => title.startsWith('Ignore');

/** Another draw of the stream may be shown then; the one that is ignored is not. */
function checkIgnored(
  variant: Variant,
  understood: Understood,
  finding: Finding,
  title: string,
  edits: readonly Edit[],
) {
  checkEdits(variant, understood, title, edits);
  const moved = edits
    .filter(({ end }) => end <= finding.start)
    .reduce((sum, { start, end, text }) => sum + text.length - (end - start), 0);
  const text = applyEdits(variant.text, edits);
  const left = understand(variant.path, text, ({ analysis }) =>
    analysis.findings.filter((each) => keyOf(each) === keyOf(finding) && each.start === finding.start + moved),
  );
  assert.deepEqual(left, [], `${variant.name}: "${title}" leaves its finding:\n${text}`);
}

const concerns = (action: Action, finding: Finding): boolean =>
  action.kind === 'quickfix' &&
  action.command === undefined &&
  // What the host writes down is no edit of this text, and leaves the finding.
  action.startWith === undefined &&
  action.finding !== undefined &&
  keyOf(action.finding) === keyOf(finding) &&
  action.finding.start === finding.start;

function checkFixAll(variant: Variant, understood: Understood): void {
  const edits = fixAll(understood.analysis);
  if (edits.length === 0) return;
  const after = checkEdits(variant, understood, 'fix all', edits);
  assert.ok(total(after) < total(tally(understood.analysis.findings)), `${variant.name}: fix all removes nothing`);
}

function checkSeedBlocks(variant: Variant, understood: Understood): void {
  for (const deterministic of [false, true]) {
    const title = `insert seed block${deterministic ? ', deterministic' : ''}`;
    const block = insertSeedBlock(understood.file, understood.project, { deterministic });
    if ('message' in block) {
      assert.match(block.message, /\.$/, 'a message to the user is a sentence');
      continue;
    }
    const after = checkBringsNothing(variant, understood, title, block.edits);
    const output = applyEdits(variant.text, block.edits);
    for (const rule of ['incomplete-seeding', 'late-seed']) {
      assert.equal(ofRule(after, rule), 0, `${variant.name}: "${title}" leaves ${rule}:\n${output}`);
    }
  }
}

function checkRefactorings(variant: Variant, understood: Understood): void {
  const { file, project, analysis } = understood;
  const done = new Set<string>();
  const places =
    variant.kind === 'plain' ? /[A-Za-z_]\w*(?=\()|^import/gm : /(DataLoader|index_select)(?=\()|^import/gm;
  for (const call of variant.text.matchAll(places)) {
    const span = { start: call.index, end: call.index };
    for (const action of actionsAt(file, project, analysis, span)) {
      if (action.kind !== 'refactor.rewrite' || action.command !== undefined) continue;
      const edits = action.edits();
      const key = JSON.stringify([action.title, edits]);
      if (done.has(key)) continue;
      done.add(key);
      checkBringsNothing(variant, understood, action.title, edits);
    }
  }
}

/**
 * A refactoring of ours may show a promise the program did not make, bring torch into a file without it, or make a program
 * of a module, so the findings under every promise, with torch, and of a program count as there.
 */
function checkBringsNothing(variant: Variant, understood: Understood, title: string, edits: readonly Edit[]): Tally {
  const after = checkEdits(variant, understood, title, edits);
  for (const [key, count] of after) {
    if (key.startsWith('unused-ignore')) continue; // An ignore whose fault is repaired is rightly unused.
    // Whoever asks for the switch is told what raises under it; also of what cannot differ, where torch raises all the same.
    if (key.startsWith('throws-when-deterministic') && title.endsWith(', deterministic')) continue;
    // What differs between runs raises once determinism is switched on: the same fault by its other name.
    const former = key.replace('throws-when-deterministic', 'nondeterministic-op');
    // A draw of an unseeded program is said once: that it is a split besides shows once the program is seeded.
    const said = (before: Tally): number =>
      key === 'unseeded-split' ? (before.get('incomplete-seeding torch') ?? 0) : 0;
    const most = Math.max(
      ...talliesOfLevels(variant).map((before) => Math.max(...faults(before, [key, former])) + said(before)),
    );
    const output = applyEdits(variant.text, edits);
    assert.ok(
      count <= most || count <= (tallyAsProgram(variant).get(key) ?? 0),
      `${variant.name}: "${title}" brings the finding ${key}:\n${output}`,
    );
  }
  return after;
}

const faults = (tally: Tally, keys: readonly string[]): number[] => keys.map((key) => tally.get(key) ?? 0);

const levels = new Map<Variant, Tally[]>();

function talliesOfLevels(variant: Variant): Tally[] {
  const known = levels.get(variant);
  if (known) return known;
  const texts = variant.text.includes('torch') ? [variant.text] : [variant.text, `${variant.text}\nimport torch\n`];
  const tallies = texts.flatMap((text) =>
    (['auto', 'seeded', 'deterministic'] as const).map((level) =>
      understand(variant.path, text, ({ analysis }) => tally(analysis.findings), { ...DEFAULT_SETTINGS, level }),
    ),
  );
  levels.set(variant, tallies);
  return tallies;
}

/** What holds for all edits; gives the findings of the text they make. */
function checkEdits(variant: Variant, understood: Understood, title: string, edits: readonly Edit[]): Tally {
  const where = `${variant.name}: "${title}"`;
  assert.ok(edits.length > 0, `${where} has no edits`);
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  for (const [index, edit] of sorted.entries()) {
    assert.ok(
      0 <= edit.start && edit.start <= edit.end && edit.end <= variant.text.length,
      `${where} edits out of range`,
    );
    const next = sorted[index + 1];
    assert.ok(next === undefined || edit.end <= next.start, `${where} has edits that overlap`);
  }
  const text = applyEdits(variant.text, edits);
  assert.notEqual(text, variant.text, `${where} changes nothing`);
  assert.deepEqual(layoutProblems(variant, text), [], `${where}:\n${text}`);
  outputs.push({ variant, title, text });
  return understand(variant.path, text, ({ file, analysis }) => {
    const isBroken = file.hasSyntaxErrors && !understood.file.hasSyntaxErrors;
    assert.ok(!isBroken, `${where} makes a syntax error:\n${text}`);
    return tally(analysis.findings);
  });
}

/** Taking the same kind of fix again and again comes to an end, and so does fix all. */
function checkConvergence(variant: Variant): void {
  const kinds = understand(variant.path, variant.text, ({ analysis }) =>
    analysis.findings.flatMap(({ rule, fixes }) => (fixes ?? []).map((_, index) => ({ rule, index }))),
  );
  const distinct = new Map(kinds.map((kind) => [`${kind.rule} ${kind.index}`, kind]));
  const steps = [...distinct.values()].map(({ rule, index }) => ({
    title: `fix ${index + 1} of ${rule}`,
    step: ({ analysis }: Understood): readonly Edit[] | undefined =>
      analysis.findings.find((finding) => finding.rule === rule && finding.fixes?.[index])?.fixes?.[index]?.edits(),
  }));
  steps.push({ title: 'fix all', step: ({ analysis }) => fixAll(analysis) });
  for (const { title, step } of steps) {
    let text = variant.text;
    let rounds = kinds.length + 3;
    for (let edits: readonly Edit[] | undefined; rounds > 0; rounds--) {
      edits = understand(variant.path, text, step);
      if (!edits?.length) break;
      text = applyEdits(text, edits);
    }
    assert.ok(rounds > 0, `${variant.name}: ${title} does not come to an end:\n${text}`);
  }
}

/** The findings of a module that somebody has made a program by a switch at its end. */
function tallyAsProgram(variant: Variant): Tally {
  const text = `${variant.text}\nimport torch\ntorch.use_deterministic_algorithms(True)\n`;
  return understand(variant.path, text, ({ analysis }) => tally(analysis.findings));
}

const keyOf = (finding: Finding): string => `${finding.rule} ${finding.subject ?? ''}`.trimEnd();

function tally(findings: readonly Finding[]): Tally {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(keyOf(finding), (counts.get(keyOf(finding)) ?? 0) + 1);
  return counts;
}

const total = (counts: Tally): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

const ofRule = (counts: Tally, rule: string): number =>
  total(new Map([...counts].filter(([key]) => key.split(' ')[0] === rule)));
