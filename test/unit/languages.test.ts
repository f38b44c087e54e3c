/** Every language says what English says, all of it, and a session in it has no English of ours left. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { staleIn } from '../../scripts/generate.ts';
import {
  flat,
  LANGUAGE_TAGS,
  type Language,
  readLanguage,
  unreachedProse,
  untranslated,
} from '../../scripts/languages.ts';
import { actionsOf } from '../../server/src/core/analysis/actions.ts';
import { glanceOf } from '../../server/src/core/analysis/glance.ts';
import { hoverAt } from '../../server/src/core/hover/hover.ts';
import { programsOf, reportOf } from '../../server/src/core/report/report.ts';
import { type Page, pageOf } from '../../server/src/core/report/sections.ts';
import { DEFAULT_SETTINGS, parseSettings } from '../../server/src/core/settings/settings.ts';
import { type Node, walk } from '../../server/src/core/syntax/parse.ts';
import { listed, speak, t } from '../../server/src/core/text/language.ts';
import { padTo, widthOf, wrapTo } from '../../server/src/core/text/width.ts';
import { languageFor } from '../../server/src/host/languages.ts';
import { filesBelow, fixtures, readText, type Understood, understand, workspaceOf } from '../corpus.ts';
import { parseMarks } from '../marks.ts';
import { sampleOf } from '../sample.ts';
import { shell } from '../shell.ts';

const WITHOUT_CODE = /```[\s\S]*?```|`[^`]*`|\]\([^)]*\)|https?:\S+/g;
/** Two words of English, which no name, unit or version is. */
const ENGLISH = /\b[A-Za-z]{2,}[’']?[a-z]* [a-z]{2,}\b/g;

const englishIn = (text: string): string[] => text.replace(WITHOUT_CODE, ' _ ').match(ENGLISH) ?? [];
const pieces = (text: string, pattern: RegExp): string[] => (text.match(pattern) ?? []).sort();

/** Names of two words, as translations have them. */
const namesIn = (language: Language): ReadonlySet<string> => new Set([...flat(language).values()].flatMap(englishIn));

for (const tag of LANGUAGE_TAGS) {
  const language = readLanguage(tag);
  const texts = flat(language);
  const names = namesIn(language);

  test(`${tag}: everything that is said is said in it, and what is made of it is up to date`, () => {
    assert.deepEqual(untranslated(tag), []);
    assert.deepEqual(staleIn(tag), [], 'run `npm run generate`');
  });

  test(`${tag}: what is put in and the code are those of the English`, () => {
    const wrong = [...texts].filter(([english, text]) => {
      const differ = (pattern: RegExp) => String(pieces(english, pattern)) !== String(pieces(text, pattern));
      return differ(/\{\d+\}/g) || differ(/`[^`]*`/g) || differ(/\]\([^)]*\)/g);
    });
    assert.deepEqual(wrong, []);
  });

  test(`${tag}: prose is translated`, () => {
    const same = [...texts].filter(([english, text]) => text === english && englishIn(english).length > 0);
    assert.deepEqual(same, []);
  });

  const sampled = sampleOf(fixtures(), 80);

  test(`${tag}: no English in findings, repairs, hovers and reports of fixtures (${sampled.about})`, () => {
    speak(texts, tag);
    const left = new Map<string, string>();
    const check = (where: string, text: string | undefined): void => {
      for (const words of englishIn(text ?? '')) if (!names.has(words)) left.set(words, `${where}: ${text}`);
    };
    try {
      for (const { name, files } of [...sampled.chosen, ...samples()]) {
        const workspace = workspaceOf(files);
        for (const file of files.filter(({ path }) => /\.(py|ipynb)$/.test(path)))
          understand(
            file.path,
            file.notebook ?? file.text,
            (understood) => {
              for (const text of said(understood)) check(name, text);
            },
            DEFAULT_SETTINGS,
            workspace,
          );
        for (const path of programsOf(workspace))
          for (const text of proseOf(pageOf(reportOf(workspace, path, DEFAULT_SETTINGS), () => '_'))) check(name, text);
      }
    } finally {
      speak(new Map(), 'en');
    }
    assert.deepEqual([...left], []);
  });
}

const samples = () =>
  ['examples', 'test/reports'].flatMap((folder) =>
    filesBelow(folder, '.py').map((name) => ({ name, files: parseMarks(readText(`${folder}/${name}`), name) })),
  );

/** All that an editor says about a file. */
function said(understood: Understood): string[] {
  const { file, project, analysis } = understood;
  const findings = analysis.findings.flatMap(({ message, related = [], start, end }) => [
    message,
    ...related.map((each) => each.message),
    ...actionsOf(understood, { start, end }).map(({ title }) => title),
  ]);
  const hovers: string[] = [];
  const seen = new Set<string>();
  walk(file.syntax.root, (node: Node) => {
    const isToken = /^(identifier|string)$/.test(node.type) && node.children.length === 0;
    const text = isToken ? file.read(node) : '';
    if (isToken && node.parent?.type !== 'module' && !seen.has(text)) {
      seen.add(text);
      hovers.push(hoverAt(file, project, node.end)?.markdown ?? '');
    }
    return true;
  });
  return [...findings, ...hovers, glanceOf(file, project, analysis)?.text ?? ''];
}

/** The words of a page that are not the user's. */
const proseOf = ({ verdict, facts, sections }: Page): string[] => [
  verdict,
  ...facts,
  ...sections.flatMap(({ title, columns, rows, note }) => [
    title,
    ...columns,
    note,
    ...rows.flatMap(({ cells }) =>
      cells.flatMap((cell) => cell.flatMap(({ parts }) => parts.filter((part) => typeof part === 'string'))),
    ),
  ]),
];

test('the client says nothing that it does not ask to be translated', () => {
  assert.deepEqual(unreachedProse(), []);
});

/** Texts of two words in the tracer that its `say` is not given; documentation, and the help that a host never shows, aside. */
const TRACER_PROSE = `
import ast, json, pathlib, re, sys
found = []
for path in sorted(pathlib.Path(sys.argv[1]).rglob('*.py')):
    said = set()
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        body = getattr(node, 'body', None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            said.add(body[0].value)
        called = getattr(node, 'func', None)
        name = getattr(called, 'attr', None)
        if getattr(called, 'id', None) == 'say':
            said.update(node.args[:1])
        if name == 'split':
            said.add(called.value)
        if name in ('add_argument', 'ArgumentParser'):
            said.update(each.value for each in node.keywords)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said:
            if re.search('[A-Za-z]{2,} [a-z]{2,}', node.value):
                found.append(node.value)
print(json.dumps(found))
`;

test('the tracer says nothing that no host can say in another language', () => {
  const folder = fileURLToPath(new URL('../../python/seedwise_trace', import.meta.url));
  const { stdout, stderr } = spawnSync(process.env.PYTHON ?? 'python3', ['-c', TRACER_PROSE, folder], {
    encoding: 'utf8',
  });
  assert.notEqual(stdout, '', stderr);
  // Names of operations and of what is done to a stream, which are no sentences, and a program.
  const names = ['compiled region', 'backward of a compiled region', 'made without a seed'];
  const found = (JSON.parse(stdout) as string[]).filter((text) => !text.trim().startsWith('import '));
  assert.deepEqual(found.sort(), names.sort());
});

test('a locale finds its language by what is spoken and how it is written', () => {
  for (const locale of ['zh', 'zh-CN', 'zh-cn', 'zh_CN.UTF-8', 'zh-Hans', 'zh-SG', 'zh_CN.GB18030@stroke'])
    assert.equal(languageFor(locale), 'zh-cn', locale);
  for (const locale of ['en', 'en-GB', 'en_US.UTF-8']) assert.equal(languageFor(locale), 'en', locale);
  for (const locale of ['zh-TW', 'zh-Hant', 'de', 'C', 'C.UTF-8', 'POSIX', '', 'no such thing'])
    assert.equal(languageFor(locale), undefined, locale);
});

test('what is put in stands where the translation has it, apart from Chinese characters', () => {
  speak(
    new Map([
      ['{0} seeds {1}', '{1}由{0}播种'],
      ['in a file', '在文件'],
    ]),
    'zh-cn',
  );
  assert.equal(t`${'torch'} seeds ${'`np`'}`, '`np` 由 torch 播种');
  assert.equal(t`${'种'} seeds ${'{0}'}`, '{0}由种播种');
  assert.equal(t`untranslated ${1}`, 'untranslated 1');
  speak(new Map(), 'en');
  assert.equal(t`\`${'训练'}.py\` in ${'x'}`, '`训练.py` in x');
  assert.equal(listed(['a', 'b', 'c']), 'a, b and c');
  assert.equal(listed([]), '');
});

test('wide characters take two columns, and lines break between them', () => {
  assert.equal(widthOf('随机 seed'), 9);
  assert.equal(padTo('随机', 6), '随机  ');
  assert.deepEqual(wrapTo('  设置随机种子，然后运行 train.py。', 14), [
    '  设置随机种',
    '  子，然后运行',
    '  train.py。',
  ]);
  assert.deepEqual(wrapTo('one two three', 7), ['one two', 'three']);
});

test('the command line speaks Chinese where the environment does', (context) => {
  const files = { 'train.py': 'import torch\n\nprint(torch.rand(3))\n' };
  const { run } = shell(context, files, { LC_ALL: '', LC_MESSAGES: '', LANG: 'zh_CN.GB18030' });
  assert.match(run('check').stdout, /信息 incomplete-seeding .*随机数生成器/);
  assert.match(run('check', '--lang', 'en').stdout, /information incomplete-seeding .* never seeds\./);
  const names = namesIn(readLanguage('zh-cn'));
  const spoken = ['report', 'rules', 'rule late-seed', '--help', 'check nothing.py', 'check --nothing'].map((line) =>
    run(...line.split(' ')),
  );
  const left = spoken.flatMap(({ stdout, stderr }) => {
    // A rule's examples are code, indented; a place is the user's; and arguments keep their names.
    const own = (stdout + stderr).replace(/^ {4}.*$|^ {2}seedwise .*? {2}|\S+\.py/gm, '');
    return englishIn(own).filter((words) => !names.has(words));
  });
  assert.deepEqual(left, []);
});

test('an environment that asks for no language of ours is spoken to in English', (context) => {
  const { run } = shell(context, {}, { LC_ALL: 'C', LANG: 'zh_CN.UTF-8' });
  assert.match(run('--help').stdout, /^Seedwise shows/);
});

test('settings are complained about in the language of the session', () => {
  speak(flat(readLanguage('zh-cn')), 'zh-cn');
  const { problems } = parseSettings({ level: 'none', rules: { 'late-seed': 'loud' } });
  speak(new Map(), 'en');
  assert.deepEqual(problems.map(String).flatMap(englishIn), []);
  assert.match(problems.join(' '), /seedwise\.level.*必须是/);
});
