/** The commands and options of the command line: one table that parser, help and documentation are made from. */
import { parseArgs } from 'node:util';
import { type Phrase, phrase, t, translate } from '../core/text/language.ts';
import { didYouMean } from '../core/text/spelling.ts';
import { UsageError } from './say.ts';

export interface Command {
  readonly name: string;
  /** What follows the name. */
  readonly usage: string;
  readonly text: Phrase;
  /** It reads its arguments itself. */
  readonly isRaw?: true;
}

export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What its value is called; an option without one is a switch. */
  readonly value?: string;
  /** It may be given several times, and its value is a list with commas. */
  readonly isList?: true;
  /** To complete the option's name in a table. */
  readonly text: Phrase;
  /** The commands that take it; undefined for all. */
  readonly of?: readonly string[];
}

export const CLI_COMMANDS: readonly Command[] = [
  {
    name: 'check',
    usage: '[options] [path ...]',
    text: phrase`check files, globs, and the *.py and *.ipynb files in folders (default: .); \`-\` is standard input`,
  },
  {
    name: 'report',
    usage: '[options] [path ...]',
    text: phrase`say what each program seeds, draws and switches (default: .)`,
  },
  {
    name: 'debug',
    usage: '[options] file | file:line:column',
    text: phrase`show what the engine makes of a file: events, summaries, or what an expression may be`,
  },
  { name: 'rule', usage: '[options] name', text: phrase`explain a rule` },
  { name: 'rules', usage: '[options]', text: phrase`list the rules` },
  {
    name: 'verify',
    usage: '[options] program',
    text: phrase`run a program twice and say where the runs part; it asks first`,
    isRaw: true,
  },
  { name: 'server', usage: '[--stdio]', text: phrase`serve the language server protocol to an editor`, isRaw: true },
];

const CHECK = ['check'];
const JUDGING = ['check', 'report'];

export const OPTIONS: readonly Option[] = [
  {
    name: 'format',
    value: 'FORMAT',
    text: phrase`how to print: \`full\`, \`concise\`, \`json\`, \`sarif\`, \`github\`, \`gitlab\`, \`junit\` or \`markdown\` (default: \`full\`); a report as \`text\`, \`markdown\` or \`json\`; rules as \`text\` or \`json\``,
    of: ['check', 'report', 'rule', 'rules'],
  },
  { name: 'output', short: 'o', value: 'FILE', text: phrase`write what is printed to a file`, of: JUDGING },
  {
    name: 'fail-on',
    value: 'SEVERITY',
    text: phrase`the lowest severity that fails the check: \`error\`, \`warning\`, \`information\` or \`hint\` (default: \`warning\`)`,
    of: CHECK,
  },
  { name: 'exit-zero', text: phrase`exit with 0 although findings fail the check`, of: CHECK },
  {
    name: 'select',
    value: 'RULES',
    isList: true,
    text: phrase`the only rules that speak, with commas between; \`*\` stands for any text`,
    of: CHECK,
  },
  { name: 'ignore', value: 'RULES', isList: true, text: phrase`rules that are silent`, of: CHECK },
  { name: 'fix', text: phrase`repair what can be repaired without changing what a program computes`, of: CHECK },
  {
    name: 'unsafe-fixes',
    text: phrase`with \`--fix\` or \`--diff\`: also repair what may change it; look at the result`,
    of: CHECK,
  },
  { name: 'diff', text: phrase`show what \`--fix\` would change, and change nothing`, of: CHECK },
  { name: 'add-ignores', text: phrase`write a comment that ignores it to each finding`, of: CHECK },
  {
    name: 'baseline',
    value: 'FILE',
    text: phrase`compare with the findings in a file, and show new ones only; where there is no such file, write it`,
    of: CHECK,
  },
  { name: 'update-baseline', text: phrase`with \`--baseline\`: write the file anew`, of: CHECK },
  { name: 'statistics', text: phrase`count the findings of each rule instead of showing them`, of: CHECK },
  { name: 'show-files', text: phrase`list the files that would be checked`, of: CHECK },
  { name: 'watch', short: 'w', text: phrase`check again whenever a file changes`, of: CHECK },
  {
    name: 'exclude',
    value: 'PATTERNS',
    isList: true,
    text: phrase`files and folders to leave out, instead of those in the settings`,
    of: JUDGING,
  },
  { name: 'extend-exclude', value: 'PATTERNS', isList: true, text: phrase`more of them`, of: JUDGING },
  { name: 'force-exclude', text: phrase`leave out also what is named, as for a pre-commit hook`, of: JUDGING },
  { name: 'no-gitignore', text: phrase`check also what \`.gitignore\` files leave out`, of: JUDGING },
  {
    name: 'stdin-filename',
    value: 'FILE',
    text: phrase`the file that standard input is judged as, in its project`,
    of: CHECK,
  },
  {
    name: 'config',
    value: 'FILE',
    text: phrase`a TOML file whose \`[tool.seedwise]\` holds instead of the projects’`,
    of: JUDGING,
  },
  { name: 'isolated', text: phrase`ignore the settings of projects`, of: JUDGING },
  {
    name: 'preview',
    text: phrase`let rules that are new in this minor version weigh what they will in the next`,
    of: CHECK,
  },
  {
    name: 'torch-version',
    value: 'VERSION',
    text: phrase`the version of PyTorch the programs run with, such as \`2.3\``,
    of: JUDGING,
  },
  {
    name: 'level',
    value: 'LEVEL',
    text: phrase`what the programs promise: \`auto\`, \`seeded\` or \`deterministic\` (default: \`auto\`, which reads it from the code)`,
    of: JUDGING,
  },
  { name: 'color', value: 'WHEN', text: phrase`colours: \`auto\`, \`always\` or \`never\` (default: \`auto\`)` },
  {
    name: 'threads',
    value: 'N',
    text: phrase`how many threads check (default: one for each processor, at most 8)`,
    of: CHECK,
  },
  {
    name: 'cache',
    value: 'DIR',
    text: phrase`the folder in which findings are remembered as long as nothing changes (default: in the user’s cache folder)`,
    of: CHECK,
  },
  { name: 'no-cache', text: phrase`remember nothing, and use nothing that is remembered`, of: CHECK },
  { name: 'quiet', short: 'q', text: phrase`print findings and errors only`, of: JUDGING },
  {
    name: 'lang',
    value: 'LANGUAGE',
    text: phrase`the language of what is said, such as \`en\` or \`zh-cn\` (default: that of the environment)`,
  },
  { name: 'help', short: 'h', text: phrase`print this help` },
  { name: 'version', short: 'V', text: phrase`print the version` },
];

export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Given {
  readonly command: string | undefined;
  readonly values: Values;
  /** What is no option, without the command. */
  readonly rest: readonly string[];
}

/** Reads the arguments; throws a `UsageError` for what is not in the table. */
export function readArguments(argv: readonly string[]): Given {
  const { tokens } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      OPTIONS.map(({ name, short, value }) => [name, { type: value ? 'string' : 'boolean', ...(short && { short }) }]),
    ),
  });
  const positionals = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const [command, ...rest] = positionals;
  if (command !== undefined && !CLI_COMMANDS.some(({ name }) => name === command)) {
    const names = CLI_COMMANDS.map(({ name }) => name);
    throw new UsageError(t`there is no command '${command}'${didYouMean(command, names, "'")}`);
  }
  const values: Record<string, string | boolean | readonly string[]> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = optionOf(token.name, token.rawName, command);
    if (option.value === undefined && token.value !== undefined)
      throw new UsageError(t`'${token.rawName}' takes no value.`);
    // A value that looks like an option is one, and the value is missing.
    const isMissing = token.value === undefined || (!token.inlineValue && /^-./.test(token.value));
    if (option.value !== undefined && isMissing) throw new UsageError(t`'${token.rawName}' needs a value.`);
    values[option.name] = valueWith(option, token.value, values[option.name]);
  }
  return { command, values, rest };
}

function valueWith(option: Option, given: string | undefined, before: unknown): string | boolean | readonly string[] {
  if (given === undefined) return true;
  if (!option.isList) return given;
  const parts = given.split(',').map((part) => part.trim());
  return [...(Array.isArray(before) ? before : []), ...parts.filter((part) => part !== '')];
}

function optionOf(name: string, rawName: string, command: string | undefined): Option {
  const option = OPTIONS.find((each) => each.name === name);
  const all = OPTIONS.filter(({ of }) => of === undefined || command === undefined || of.includes(command));
  if (!option) {
    const names = all.map((each) => `--${each.name}`);
    throw new UsageError(t`there is no option '${rawName}'${didYouMean(rawName, names, "'")}`);
  }
  if (!all.includes(option)) throw new UsageError(t`'${command ?? ''}' has no option '${rawName}'.`);
  return option;
}

const LABEL_WIDTH = 28;

/** The help, of one command or of all. */
export function help(command?: string): string {
  const commands = CLI_COMMANDS.filter(({ name }) => command === undefined || name === command);
  const options = OPTIONS.filter(({ of }) => command === undefined || of === undefined || of.includes(command));
  const rows = (pairs: readonly (readonly [string, Phrase])[], width: number): string =>
    pairs.map(([label, text]) => `  ${label.padEnd(width)}  ${translate(text).replaceAll('`', '')}\n`).join('');
  const usages = commands.map(({ name, usage, text }) => [`seedwise ${name} ${usage}`, text] as const);
  const labels = options.map((each) => [labelOf(each), each.text] as const);
  return [
    `${t`Seedwise shows where a PyTorch program stops being repeatable.`}\n`,
    rows(usages, Math.max(...usages.map(([label]) => label.length))),
    rows(labels, LABEL_WIDTH),
    `${t`Settings are read from [tool.seedwise] in the nearest pyproject.toml; options go before them.`}\n`,
    `${t`Exits with 0 if all is well, 1 if a finding fails the check, 2 if the check could not be made in full.`}\n`,
  ].join('\n');
}

/** `-o, --output FILE` */
export const labelOf = ({ name, short, value }: Option): string =>
  `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
