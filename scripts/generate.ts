/**
 * Writes what can be derived: the rule pages, the tables of README, ARCHITECTURE and of the page on settings, the manifest's
 * settings, the names of the streams and the types of the tables' rows.
 * `--check` writes nothing, names the stale files and fails.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { CLI_COMMANDS, labelOf, OPTIONS } from '../server/src/cli/options.ts';
import { analyze } from '../server/src/core/analysis/analyze.ts';
import type { Example, Rule } from '../server/src/core/contract/rule.ts';
import { nameOfSeverity, textsOf } from '../server/src/core/contract/rule-texts.ts';
import type { ProgramPromise as Level } from '../server/src/core/contract/severity.ts';
import { STREAMS } from '../server/src/core/knowledge/streams.ts';
import { indexFile } from '../server/src/core/program/indexed-file.ts';
import { projectOf } from '../server/src/core/program/project.ts';
import { Workspace } from '../server/src/core/program/workspace.ts';
import { closeFile, openFile } from '../server/src/core/python/file.ts';
import { debugOf } from '../server/src/core/report/debug.ts';
import { RULES } from '../server/src/core/rules/index.ts';
import { tomlKey } from '../server/src/core/settings/pyproject.ts';
import { DEFAULT_SETTINGS, SETTINGS } from '../server/src/core/settings/settings.ts';
import { englishPhrase, type Phrase, phrase, speak, t, translate } from '../server/src/core/text/language.ts';
import { parseMarks } from '../test/marks.ts';
import '../test/engine.ts';
import {
  clientBundle,
  flat,
  LANGUAGE_TAGS,
  languagePath,
  manifestBundle,
  normalized,
  readLanguage,
  snippetsIn,
} from './languages.ts';
import { CORE, ROOMS } from './rooms.ts';
import { rowTypes } from './row-types.ts';

const ROOT = new URL('..', import.meta.url);
const PAGES = 'docs/rules/';
const NOTICE = '<!-- Written by `npm run generate`; change the rule, not this page. -->';

interface Generated {
  readonly path: string;
  /** The whole text the file should have; null where the file should not be there. */
  readonly text: string | null;
}

const COLUMNS: readonly (readonly [level: Level, program: Phrase, does: Phrase])[] = [
  ['none', phrase`The program never seeds`, phrase`never seeds`],
  ['seeded', phrase`The program seeds`, phrase`seeds`],
  ['deterministic', phrase`The program shows determinism intent`, phrase`shows determinism intent`],
];

/** What is made of something that is made itself is right in the next round. */
const ROUNDS = 2;

const rules = [...RULES].sort((a, b) => (a.name < b.name ? -1 : 1));

const ROW_TYPES = await rowTypes();

/** Paths of the files that are not as they would be generated; those of other languages have a test of their own. */
export const staleFiles = (): string[] => staleAmong(generated());

/** The same of what is made of one language. */
export const staleIn = (tag: string): string[] => staleAmong(inLanguage(tag));

const staleAmong = (files: readonly Generated[]): string[] =>
  files.filter(({ path, text }) => text !== read(path)).map(({ path }) => path);

function generated(): Generated[] {
  return [
    ...pagesOf(PAGES),
    readme(),
    { path: CI_PAGE, text: ofThisVersion(read(CI_PAGE) ?? '') },
    settingsPage(),
    architecture(),
    walk(),
    nodeTypes(),
    manifest(),
    streamNames(),
    { path: `${CORE}knowledge/rows.ts`, text: ROW_TYPES },
    schemaFile(),
    languageFiles(),
    json('package.nls.json', manifestBundle()),
  ];
}

/** The pages of the rules, and those in their folder that are none any more. */
function pagesOf(base: string): Generated[] {
  const pages = rules.map((rule) => ({ path: `${base}${rule.name}.md`, text: rulePage(rule) }));
  const wanted = new Set([`${base}README.md`, ...pages.map(({ path }) => path)]);
  const folder = new URL(base, ROOT);
  const found = existsSync(folder) ? readdirSync(folder).map((name) => base + name) : [];
  const orphans = found
    .filter((path) => path.endsWith('.md') && !wanted.has(path))
    .map((path) => ({ path, text: null }));
  return [{ path: `${base}README.md`, text: indexPage() }, ...pages, ...orphans];
}

/** Which languages there are, for those who speak them. */
function languageFiles(): Generated {
  const lines = LANGUAGE_TAGS.map((tag) => `  '${tag}': () => import('../../../${languagePath(tag)}'),\n`);
  const path = 'server/src/host/language-files.ts';
  const text = read(path) ?? '';
  const start = text.indexOf('= {') + 3;
  return { path, text: `${text.slice(0, start)}${lines.length > 0 ? `\n${lines.join('')}` : ''}};\n` };
}

/** What is made of one language: its own file in order, what VS Code reads of it, and the pages of the rules. */
function inLanguage(tag: string): Generated[] {
  const language = readLanguage(tag);
  const pages = `${PAGES}${tag}/`;
  speak(flat(language), tag);
  const spoken = [...pagesOf(pages), readme(`README.${tag}.md`, pages)];
  speak(new Map(), 'en');
  return [
    json(languagePath(tag), normalized(language)),
    json(`l10n/bundle.l10n.${tag}.json`, clientBundle(language)),
    json(`package.nls.${tag}.json`, manifestBundle(language, tag)),
    json(`snippets/python.${tag}.json`, snippetsIn(language)),
    ...spoken,
  ];
}

const json = (path: string, value: object): Generated => ({ path, text: `${JSON.stringify(value, null, 2)}\n` });

/** A misspelt stream does not compile. */
function streamNames(): Generated {
  const names = STREAMS.map((stream) => `'${stream}'`).join(' | ');
  const head = '/** The names of the streams, written by `npm run generate` from `server/data/streams.json`. */';
  return {
    path: 'server/src/core/knowledge/stream-names.ts',
    text: `${head}\n\n/** A stream by its name in the table. */\nexport type Stream =${wrapped(names, ' | ')};\n`,
  };
}

/** In one line, or one item a line where that is too long for the formatter. */
const wrapped = (names: string, separator: string): string =>
  names.length < 95 ? ` ${names}` : `\n  | ${names.replaceAll(separator, '\n  | ')}`;

function rulePage(rule: Rule): string {
  const { summary, why, never } = textsOf(rule);
  const scope = rule.inLibraries
    ? t`Library modules that no program reaches are judged too, like a program that never seeds.`
    : t`Library modules that no program reaches get nothing.`;
  return sections(
    `${NOTICE}\n\n# ${rule.name}`,
    summary,
    severityTable(rule),
    t`Since ${rule.since}. ${scope}`,
    `## ${t`Why`}\n\n${why}`,
    `## ${rule.examples.length > 1 ? t`Examples` : t`Example`}`,
    ...rule.examples.map((example, i) => exampleText(example, textsOf(rule).titles[i] ?? '')),
    fixesText(rule),
    `## ${t`Stays silent on`}\n\n${list(never)}`,
    `## ${t`References`}\n\n${list(rule.references.map((url) => `<${url}>`))}`,
    [
      `## ${t`Silence it`}`,
      t`On a line, in a file (in its head), or everywhere (in the settings):`,
      code(
        'python',
        `# seedwise: ignore[${rule.name}] ${t`the reason`}\n# seedwise: ignore-file[${rule.name}] ${t`the reason`}`,
      ),
      code('json', `"seedwise.rules": { "${rule.name}": "off" }`),
    ].join('\n\n'),
  );
}

const severityTable = (rule: Rule): string =>
  table(
    COLUMNS.map(([, program]) => translate(program)),
    [COLUMNS.map(([level]) => nameOfSeverity(rule.severity[level]))],
  );

function exampleText({ bad, good, torch }: Example, title: string): string {
  const heading = `### ${title}${torch === undefined ? '' : `\n\n${t`In a project with \`torch==${torch}\`:`}`}`;
  const before = code('python', bad);
  if (good === undefined) return [heading, before].join('\n\n');
  return [heading, before, t`The first fix makes it`, code('python', good)].join('\n\n');
}

/** The fixes are those the engine offers for the rule's own examples, so that the page cannot promise others. */
function fixesText(rule: Rule): string {
  const fixes = fixesOf(rule);
  if (fixes.size === 0) return `## ${t`Fixes`}\n\n${t`None: what to do depends on what the program is for.`}`;
  const lines = [...fixes].map(([title, safe]) => (safe ? t`${title} (safe)` : t`${title} (unsafe)`));
  const unsafe = [...fixes.values()].includes(false);
  const note = unsafe
    ? t`An unsafe fix changes what the program computes or how fast; it is offered, and never part of *fix all*.`
    : t`A safe fix keeps what the program computes, and is part of *fix all*.`;
  return [`## ${t`Fixes`}`, list(lines), note].join('\n\n');
}

function fixesOf(rule: Rule): Map<string, boolean> {
  const fixes = new Map<string, boolean>();
  for (const { bad, torch: torchVersion = '' } of rule.examples) {
    const settings = { ...DEFAULT_SETTINGS, torchVersion };
    for (const { path, text } of parseMarks(bad)) {
      const file = openFile(path, text);
      const { findings } = analyze(projectOf(file, settings), settings);
      for (const finding of findings) {
        if (finding.rule !== rule.name) continue;
        for (const fix of finding.fixes ?? []) fixes.set(fix.title, fix.safe);
      }
      closeFile(file);
    }
  }
  return fixes;
}

function indexPage(): string {
  return sections(
    `${NOTICE}\n\n# ${t`Rules`}`,
    t`A rule is judged by what the program promises itself: nothing (it *never seeds*), the same random numbers (it *seeds*), or the same bits on a GPU too (it *shows determinism intent*, by a switch such as \`torch.use_deterministic_algorithms(True)\`).`,
    ruleTable(''),
  );
}

const ruleTable = (base: string): string =>
  table(
    [t`Rule`, t`What it finds`, ...COLUMNS.map(([, , does]) => translate(does))],
    rules.map((rule) => [
      `[${rule.name}](${base}${rule.name}.md)`,
      textsOf(rule).summary,
      ...COLUMNS.map(([level]) => nameOfSeverity(rule.severity[level])),
    ]),
  );

function settingsTable(): string {
  const row = (name: string, key: string, value: unknown, text: string): string[] => [
    name && `\`${name}\``,
    key && `\`${key}\``,
    `\`${JSON.stringify(value)}\``,
    translate(englishPhrase(text)),
  ];
  const editorOnly = Object.entries(configuration().properties).filter(
    ([name]) => !SETTINGS.some((each) => name === `seedwise.${each.name}`),
  );
  return table(
    [t`Setting`, t`In \`pyproject.toml\``, t`Default`, t`Meaning`],
    [
      ...SETTINGS.map(({ name, scope, default: value, text }) =>
        row(scope === 'project' ? '' : `seedwise.${name}`, tomlKey(name), value, text),
      ),
      ...editorOnly.map(([name, { default: value, markdownDescription }]) => row(name, '', value, markdownDescription)),
    ],
  );
}

/** The commands and options of the command line, from the table its parser has. */
function optionsTable(): string {
  const usages = CLI_COMMANDS.map(({ name, usage, text }) => [`\`seedwise ${name} ${usage}\``, translate(text)]);
  const rows = OPTIONS.map((option) => [
    `\`${labelOf(option)}\``,
    (option.of ?? []).join(', '),
    translate(option.text),
  ]);
  return `${table([t`Command`, t`What it does`], usages)}\n\n${table([t`Option`, t`Of`, t`What it does`], rows)}`;
}

function readme(path = 'README.md', pages = PAGES): Generated {
  const parts = { rules: ruleTable(pages), settings: settingsTable(), options: optionsTable() };
  const text = Object.entries(parts).reduce(
    (sum, [name, content]) => between(sum, name, content),
    read(path) ?? '<!-- rules -->\n<!-- /rules -->\n',
  );
  return { path, text: ofThisVersion(text) };
}

const CI_PAGE = 'docs/ci.md';

/** Recipes that name a tag of ours name this version's. */
function ofThisVersion(text: string): string {
  const { version } = JSON.parse(read('package.json') ?? '');
  return text.replace(/(seedwise@v|rev: v)\d+\.\d+\.\d+/g, `$1${version}`);
}

function settingsPage(): Generated {
  const path = 'docs/settings.md';
  return { path, text: between(read(path) ?? '', 'settings', settingsTable()) };
}

/** The program that the page on how a finding comes to be follows. */
const FOLLOWED = `import torch
from torch import nn


def seed(value=None):
    if value is not None:
        torch.manual_seed(value)


def build():
    return nn.Linear(8, 2)


model = build()
seed(0)
print(model(torch.rand(1, 8)))
`;

function walk(): Generated {
  const path = 'docs/how-a-finding-comes-to-be.md';
  const file = openFile('train.py', FOLLOWED);
  const workspace = new Workspace();
  workspace.set(file.path, indexFile(file));
  const lineOf = (offset: number): number => file.text.slice(0, offset).split('\n').length;
  const findings = analyze(projectOf(file, DEFAULT_SETTINGS, workspace), DEFAULT_SETTINGS).findings.flatMap(
    ({ start, severity, rule, message, related = [] }) => [
      `train.py:${lineOf(start)}: ${severity}: ${message} (${rule})`,
      ...related.map((each) => `    train.py:${lineOf(each.start)}: ${each.message}`),
    ],
  );
  let text = read(path) ?? '';
  text = between(text, 'program', code('python', FOLLOWED));
  text = between(text, 'events', code('text', debugOf(workspace, file)));
  text = between(text, 'findings', code('text', findings.join('\n')));
  closeFile(file);
  return { path, text };
}

interface GrammarNode {
  readonly type: string;
  readonly fields?: Readonly<Record<string, { readonly types: readonly GrammarNode[] }>>;
  /** Of a kind that is a choice of others, and no node itself. */
  readonly subtypes?: unknown;
}

/** The kinds of nodes and fields that the grammar of Python knows, so that the compiler finds comparisons with others. */
function nodeTypes(): Generated {
  const file = read('node_modules/tree-sitter-python/src/node-types.json') ?? '[]';
  const grammar: readonly GrammarNode[] = JSON.parse(file);
  const choices = new Set(grammar.flatMap(({ type, subtypes }) => (subtypes === undefined ? [] : [type])));
  const fields = grammar.flatMap((node) => Object.entries(node.fields ?? {}));
  // A kind that only stands in a field has no entry of its own.
  const kinds = [...grammar, ...fields.flatMap(([, { types }]) => types)].map(({ type }) => type);
  const union = (name: string, texts: readonly string[]): string => {
    const members = [...new Set(texts)].sort().map((text) => `  | '${text.replaceAll(/['\\]/g, '\\$&')}'`);
    return `export type ${name} =\n${members.join('\n')};\n`;
  };
  const text = [
    '/** The kinds of nodes and fields of the grammar of Python. Written by `npm run generate` from its `node-types.json`. */\n',
    union('NodeType', ['ERROR', ...kinds.filter((type) => !choices.has(type))]),
    union(
      'FieldName',
      fields.map(([name]) => name),
    ),
  ].join('\n');
  return { path: `${CORE}syntax/node-types.ts`, text };
}

/** The engine's files by rooms, each with the sentence it begins with. */
function architecture(): Generated {
  const path = 'ARCHITECTURE.md';
  const rows = ROOMS.flatMap(({ name, holds }) => {
    const files = readdirSync(new URL(CORE + name, ROOT))
      .filter((file) => file.endsWith('.ts'))
      .sort();
    // Rules have a table of their own in the README.
    const shown = name === 'rules' ? [] : files;
    return [[`**${name}**`, holds], ...shown.map((file) => [`\`${file}\``, firstSentence(`${CORE}${name}/${file}`)])];
  });
  return { path, text: between(read(path) ?? '', 'rooms', table(['Room or file', 'What it holds'], rows)) };
}

/** The first sentence of the comment a file begins with. */
function firstSentence(path: string): string {
  const [, comment = ''] = /^(?:#!.*\n)?\/\*\*?([\s\S]*?)\*\//.exec(read(path) ?? '') ?? [];
  const words = comment
    .replace(/^\s*\* ?/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return /^.*?[.](?= |$)/.exec(words)?.[0] ?? words;
}

function between(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) return text;
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${text.slice(end)}`;
}

interface Property {
  readonly default: unknown;
  readonly markdownDescription: string;
  readonly scope: string;
  readonly [keyword: string]: unknown;
}

function configuration(): { title: string; properties: Record<string, Property> } {
  const properties: Record<string, Property> = {};
  for (const { name, default: value, text, schema, scope } of SETTINGS) {
    if (scope === 'project') continue; // It is about the files of a project, which its own file speaks for.
    const known = name === 'rules' ? knownRules(schema) : {};
    properties[`seedwise.${name}`] = {
      ...schema,
      ...known,
      default: value,
      markdownDescription: text,
      scope,
    };
  }
  properties['seedwise.codeLens'] = {
    type: 'boolean',
    default: true,
    markdownDescription:
      'Shows above each program, in one line, whether its random numbers repeat and what is missing. Only in VS Code.',
    scope: 'resource',
  };
  properties['seedwise.inlayHints'] = {
    type: 'boolean',
    default: false,
    markdownDescription: 'Shows behind each call that draws random numbers which stream it takes them from.',
    scope: 'resource',
  };
  properties['seedwise.trace.server'] = {
    type: 'string',
    enum: ['off', 'messages', 'verbose'],
    default: 'off',
    markdownDescription: 'What the log shows of the talk between VS Code and the language server.',
    scope: 'window',
  };
  return { title: 'Seedwise', properties };
}

/** The JSON schema of a `pyproject.toml` as far as it is ours, for editors that complete and check TOML by schemas. */
function schemaFile(): Generated {
  const properties = Object.fromEntries(
    SETTINGS.map(({ name, default: value, text, schema }) => {
      const known = name === 'rules' ? knownRules(schema) : {};
      return [tomlKey(name), { ...schema, ...known, default: value, description: text }];
    }),
  );
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://github.com/seedwise/seedwise/blob/main/seedwise.schema.json',
    title: 'Seedwise, as `[tool.seedwise]` of a pyproject.toml',
    type: 'object',
    properties: {
      tool: {
        type: 'object',
        properties: {
          seedwise: { type: 'object', additionalProperties: false, properties },
        },
      },
    },
  };
  return { path: 'seedwise.schema.json', text: `${JSON.stringify(schema, null, 2)}\n` };
}

/** Each rule by name, for completion in the settings editor, and patterns; another name is a mistake, which editors mark. */
const knownRules = ({ additionalProperties: level }: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  properties: Object.fromEntries(
    rules.map((rule) => [rule.name, { ...(level as Record<string, unknown>), markdownDescription: rule.summary }]),
  ),
  patternProperties: { '\\*': level },
  additionalProperties: false,
});

/** Other parts of the manifest are written by hand, so it is stale only if its settings are. */
function manifest(): Generated {
  const text = read('package.json')!;
  const parsed = JSON.parse(text);
  const wanted = JSON.parse(JSON.stringify(configuration()));
  if (isDeepStrictEqual(parsed.contributes?.configuration, wanted)) return { path: 'package.json', text };
  const contributes = { ...parsed.contributes, configuration: wanted };
  return { path: 'package.json', text: `${JSON.stringify({ ...parsed, contributes }, null, 2)}\n` };
}

const sections = (...parts: readonly string[]): string => `${parts.join('\n\n')}\n`;

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

const code = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function read(path: string): string | null {
  const url = new URL(path, ROOT);
  return existsSync(url) ? readFileSync(url, 'utf8') : null;
}

function write({ path, text }: Generated): void {
  const url = new URL(path, ROOT);
  if (text === null) rmSync(url);
  else {
    mkdirSync(new URL('.', url), { recursive: true });
    writeFileSync(url, text);
  }
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  const stale = staleFiles();
  if (process.argv.includes('--check')) {
    for (const path of stale) console.error(`${path} is stale: run \`npm run generate\``);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    const written = new Set<string>();
    // The texts of the manifest are made of the manifest, which is made first.
    for (let round = 0; round < ROUNDS; round++) {
      const all = [...generated(), ...LANGUAGE_TAGS.flatMap(inLanguage)];
      const wrong = staleAmong(all);
      for (const file of all) if (wrong.includes(file.path)) write(file);
      for (const path of wrong) written.add(path);
    }
    console.log(written.size > 0 ? `Wrote ${[...written].join(', ')}` : 'Nothing to do.');
  }
}
