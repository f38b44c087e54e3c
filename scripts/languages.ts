/**
 * The texts for people, found where they are written in English, and what is made of their translations: the folder
 * `languages` has a file for each language, which a translator fills in, and everything else is derived from it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { englishOf } from '../server/src/core/contract/rule-texts.ts';
import { RULES } from '../server/src/core/rules/index.ts';
import { SETTINGS } from '../server/src/core/settings/settings.ts';

const ROOT = new URL('..', import.meta.url);
const CLIENT = 'client/src/';
const SERVER = 'server/src/';
const TRACER = 'python/seedwise_trace/';
const RULE_FOLDER = 'server/src/core/rules/';
const MANIFEST = 'package.json';
const GENERATOR = 'scripts/generate.ts';

/** English to translation; an empty one is still to be written. */
type Texts = Readonly<Record<string, string>>;

/** A language as its file has it: texts by the file they are written in. */
export type Language = Readonly<Record<string, Texts>>;

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** The tags of the languages beside English: the names of the files in `languages`. */
export const LANGUAGE_TAGS: readonly string[] = existsSync(new URL('languages', ROOT))
  ? readdirSync(new URL('languages', ROOT))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort()
  : [];

export const languagePath = (tag: string): string => `languages/${tag}.json`;

export const readLanguage = (tag: string): Language => JSON.parse(read(languagePath(tag)));

/** All texts by the file they are written in, each where it comes first. */
export function englishTexts(): ReadonlyMap<string, readonly string[]> {
  const seen = new Set<string>();
  const byFile = new Map<string, string[]>();
  const add = (path: string, texts: readonly string[]): void => {
    const own = texts.filter((text) => text !== '' && !seen.has(text) && seen.add(text));
    if (own.length > 0) byFile.set(path, [...(byFile.get(path) ?? []), ...own]);
  };
  const rules = new Map(RULES.map((rule) => [`${RULE_FOLDER}${rule.name}.ts`, rule]));
  for (const path of sourcesBelow(SERVER)) {
    const rule = rules.get(path);
    if (rule) add(path, englishOf(rule));
    add(path, taggedTexts(path));
    if (path.endsWith('settings/settings.ts'))
      add(
        path,
        SETTINGS.map(({ text }) => text),
      );
  }
  for (const path of tracerFiles()) add(path, tracerTexts(path));
  for (const [path, texts] of tableTexts()) add(path, texts);
  add(GENERATOR, taggedTexts(GENERATOR));
  for (const path of sourcesBelow(CLIENT)) add(path, clientTexts(path));
  add(SNIPPETS, snippetTexts());
  add(MANIFEST, manifestTexts(JSON.parse(read(MANIFEST))));
  return byFile;
}

/** The file of a language as it should be: every text once, in the order of the code, and none that is no longer said. */
export function normalized(language: Language, english = englishTexts()): Language {
  const known = new Map(Object.values(language).flatMap((texts) => Object.entries(texts)));
  return Object.fromEntries(
    [...english].map(([path, texts]) => [path, Object.fromEntries(texts.map((text) => [text, known.get(text) ?? '']))]),
  );
}

/** What is not translated, a sentence for each file, that says what to write where. */
export function untranslated(tag: string): string[] {
  return Object.entries(normalized(readLanguage(tag))).flatMap(([path, texts]) => {
    const missing = Object.entries(texts).flatMap(([english, text]) => (text === '' ? [english] : []));
    if (missing.length === 0) return [];
    const list = missing.map((english) => `\n  ${JSON.stringify(english)}`).join('');
    return [`${languagePath(tag)} lacks texts of ${path}; run \`npm run generate\` and fill in:${list}`];
  });
}

const tracerFiles = (): string[] =>
  readdirSync(new URL(TRACER, ROOT))
    .filter((name) => name.endsWith('.py'))
    .sort()
    .map((name) => TRACER + name);

/** The texts of the tracer, which its `say` takes as literals. */
const tracerTexts = (path: string): string[] =>
  [...read(path).matchAll(/(?<![.\w])say\(\s*("(?:[^"\\]|\\.)*")/g)].map(
    ([, literal]) => JSON.parse(literal!) as string,
  );

/** One map of all texts of a language. */
export const flat = (language: Language): ReadonlyMap<string, string> =>
  new Map(Object.values(language).flatMap((texts) => Object.entries(texts).filter(([, text]) => text !== '')));

/** What VS Code reads for the client: English to translation. */
export function clientBundle(language: Language): Texts {
  const all = flat(language);
  // The client says what the tracer has found.
  const own = [...sourcesBelow(CLIENT).flatMap(clientTexts), ...tracerFiles().flatMap(tracerTexts)];
  return Object.fromEntries([...new Set(own)].map((text) => [text, all.get(text) ?? text]));
}

/** What VS Code reads for the manifest: the names that packaging gives its texts and files, with those of a language. */
export function manifestBundle(language: Language = {}, tag = 'en'): Texts {
  const all = flat(language);
  const bundle: Record<string, string> = {};
  const keep = (name: string, value: string): string => {
    bundle[name] = value;
    return value;
  };
  visitManifest(
    JSON.parse(read(MANIFEST)),
    (name, text) => keep(name, all.get(text) ?? text),
    (name, path) => keep(name, fileIn(tag, path)),
  );
  return bundle;
}

function manifestTexts(manifest: object): string[] {
  const texts: string[] = [];
  visitManifest(manifest, (_, text) => {
    texts.push(text);
    return text;
  });
  return texts;
}

/** A manifest with names in percent signs in place of its texts and of files with texts, as VS Code replaces them. */
export function withNames(manifest: object): object {
  const named = (name: string): string => `%${name}%`;
  return visitManifest(manifest, named, named) as object;
}

/** The same file in a language: snippets are written for each, and pictures are there or not. */
function fileIn(tag: string, path: string): string {
  const own = path.endsWith('.json')
    ? path.replace(/\.json$/, `.${tag}.json`)
    : `docs/images/${tag}/${path.slice(path.lastIndexOf('/') + 1)}`;
  return tag !== 'en' && (path.endsWith('.json') || existsSync(new URL(own, ROOT))) ? own : path;
}

/** The snippets of a file, with what people read of them in a language. */
export function snippetsIn(language: Language): object {
  const all = flat(language);
  const said = (text: string): string => all.get(text) ?? text;
  const snippets: Snippets = JSON.parse(read(SNIPPETS));
  return Object.fromEntries(
    Object.entries(snippets).map(([name, snippet]) => [
      said(name),
      { ...snippet, description: said(snippet.description) },
    ]),
  );
}

const SNIPPETS = 'snippets/python.json';

type Snippets = Readonly<Record<string, { readonly description: string }>>;

const snippetTexts = (): string[] =>
  Object.entries(JSON.parse(read(SNIPPETS)) as Snippets).flatMap(([name, { description }]) => [name, description]);

/** Fields of a manifest that people read. */
const READ = /^(title|category|label|description|markdownDescription|displayName|altText|shortTitle)$/;

/** What stands in the manifest in place of a text, or of the path of a file with texts. */
type Replacement = (name: string, value: string) => string;

const same: Replacement = (_, value) => value;

/** The manifest with replacements; names say where a text or a path stands. */
function visitManifest(manifest: object, text: Replacement, file = same): unknown {
  const visit = (value: unknown, name: string, field: string): unknown => {
    if (typeof value === 'string') {
      const isRead = READ.test(field) || (field === 'name' && name.startsWith('contributes.views'));
      if (isRead && /\p{L}/u.test(value)) return text(name, value);
      const isFile =
        (field === 'image' && name.startsWith('contributes.walkthroughs')) ||
        (field === 'path' && name.startsWith('contributes.snippets'));
      return isFile ? file(name, value) : value;
    }
    if (Array.isArray(value)) return value.map((each, i) => visit(each, `${name}.${nameIn(each) ?? i}`, field));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, visit(each, name === '' ? key : `${name}.${key}`, key)]),
    );
  };
  return visit(manifest, '', '');
}

/** What an item of a list is called, so that its texts keep their names when others come and go. */
function nameIn(item: unknown): string | undefined {
  const { command, id, when } = (item ?? {}) as Readonly<Record<string, unknown>>;
  const name = id ?? (when === undefined ? command : undefined);
  return typeof name === 'string' ? name : undefined;
}

/** Prose in the tables of knowledge. */
function tableTexts(): [path: string, texts: string[]][] {
  const table = (name: string): unknown => JSON.parse(read(`server/data/${name}.json`));
  return [
    ['server/data/streams.json', fieldsIn(table('streams'), ['generator'])],
    ['server/data/transforms.json', fieldsIn((table('transforms') as { notes: unknown }).notes, ['note'])],
    ['server/data/seeders.json', fieldsIn(table('seeders'), ['says'])],
    ['server/data/ops.json', fieldsIn(table('ops'), ['reason', 'remedy', 'data'])],
  ];
}

/** The texts that stand under some keys, wherever they are. */
function fieldsIn(value: unknown, keys: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    typeof each === 'string' ? (keys.includes(key) ? [each] : []) : fieldsIn(each, keys),
  );
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .map((name) => folder + name.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort();
}

interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Every node of a file, in the order of the source. */
function* nodesOf(path: string): Generator<SyntaxNode> {
  const { program, errors } = parseSync(path, read(path));
  if (errors.length > 0) throw new Error(`${path} cannot be parsed.`);
  function* walk(value: unknown): Generator<SyntaxNode> {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value) && typeof (value as SyntaxNode).type === 'string') yield value as SyntaxNode;
    for (const each of Object.values(value)) yield* walk(each);
  }
  yield* walk(program);
}

/** What stands behind the tags `t` and `phrase`, with `{0}` for what is put in first. */
function taggedTexts(path: string): string[] {
  return [...nodesOf(path)].flatMap((node) => {
    if (node.type !== 'TaggedTemplateExpression') return [];
    const { tag, quasi } = node as unknown as {
      tag: { name?: string };
      quasi: { quasis: readonly { value: { cooked: string } }[] };
    };
    if (tag.name !== 't' && tag.name !== 'phrase') return [];
    const [first = '', ...rest] = quasi.quasis.map(({ value }) => value.cooked);
    return [rest.reduce((text, part, i) => `${text}{${i}}${part}`, first)];
  });
}

/** Prose of the client that no translation reaches: two words beside each other in a string that `l10n.t` is not asked for. */
export const unreachedProse = (): string[] =>
  sourcesBelow(CLIENT).flatMap((path) => {
    const reached = new Set(clientTexts(path));
    return [...nodesOf(path)].flatMap((node) => {
      const { value } = node as unknown as { value: unknown };
      const text = node.type === 'TemplateElement' ? (value as { cooked: string }).cooked : value;
      const isText = node.type === 'TemplateElement' || node.type === 'Literal';
      if (!isText || typeof text !== 'string' || reached.has(text) || /<\w/.test(text)) return [];
      return /\p{L}{2,} \p{Ll}{2,}/u.test(text) ? [`${path}: ${text}`] : [];
    });
  });

/** What the client asks VS Code to translate: the first argument of `l10n.t`. */
function clientTexts(path: string): string[] {
  return [...nodesOf(path)].flatMap((node) => {
    if (node.type !== 'CallExpression') return [];
    const { callee, arguments: given } = node as unknown as {
      callee: { object?: { name?: string }; property?: { name?: string } };
      arguments: readonly { type: string; value?: unknown }[];
    };
    if (callee.object?.name !== 'l10n' || callee.property?.name !== 't') return [];
    const [text] = given;
    if (typeof text?.value !== 'string') throw new Error(`${path} asks for a translation of what is no plain string.`);
    return [text.value];
  });
}
