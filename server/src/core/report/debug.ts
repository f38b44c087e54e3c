/** The middle of the engine made visible: a file's events with their lines, what each function and the program come to, what an expression may be. */
import { Composer } from '../composing/composer.ts';
import type { Event } from '../effects/events.ts';
import type { Reached, Summary } from '../effects/summary.ts';
import { STREAMS, type Stream } from '../knowledge/tables.ts';
import type { Workspace } from '../program/workspace.ts';
import { evaluatorOf } from '../python/evaluator.ts';
import type { PythonFile } from '../python/file.ts';
import type { Node } from '../syntax/parse.ts';
import { onOneLine } from '../text/excerpts.ts';

/** Fields that an event's line shows in another way, or that hold other events. */
const SHOWN = new Set(['kind', 'site', 'body', 'otherwise', 'handlers', 'finally']);

/** What a function or a program comes to, in one line; streams in their usual order, nothing for nothing. */
export function describeSummary(summary: Summary | null, at: (reached: Reached) => string = () => ''): string {
  if (!summary) return 'never returns';
  const parts = STREAMS.flatMap((stream) => streamParts(stream, summary, at));
  const flags = Object.entries(summary.flags).map(([name, { settings, must }]) => {
    const values = settings.map(({ value }) => (value === undefined ? '?' : JSON.stringify(value)));
    return `${must ? '' : 'maybe '}${name} = ${[...new Set(values)].join(' or ')}`;
  });
  return [...parts, ...flags].join('; ') || 'nothing';
}

function streamParts(stream: Stream, summary: Summary, at: (reached: Reached) => string): string[] {
  const { exposed, late, must, may, children } = summary;
  const [draw, early, sure, maybe, child] = [
    exposed[stream],
    late[stream],
    must[stream],
    may[stream],
    children[stream],
  ];
  return [
    draw ? `${draw.marked ? 'perhaps draws' : 'draws'} ${stream}${at(draw)}` : '',
    early ? `draws ${stream} before its seed${at(early.exposure)}` : '',
    sure ? `seeds ${stream}${at(sure)}` : maybe ? `may seed ${stream}${at(maybe)}` : '',
    child ? `starts a process that draws ${stream}${at(child)}` : '',
  ].filter((part) => part !== '');
}

/** All of it for one file of the workspace, which may be closed. */
export function debugOf(workspace: Workspace, file: PythonFile): string {
  const { path } = file;
  const effects = workspace.effects(path);
  if (!effects) return `${path} is not known.\n`;
  const lineAt = (offset: number): number => file.text.slice(0, offset).split('\n').length;
  const codeAt = (site: string): string => {
    const span = workspace.site(path, site);
    return span ? `line ${lineAt(span.start)}: ${onOneLine(file.read(span))}` : site;
  };
  const whereabouts = ({ site, via }: Reached): string => {
    const own = [...via, site].find((each) => each.path === path);
    return own ? ` (${codeAt(own.site)})` : ` (${site.path})`;
  };
  const lines = [`== ${path}`, ...eventLines(effects.module, codeAt, '  ')];
  for (const id of effects.functions.keys()) {
    const summary = new Composer(workspace.modules, path).call(id, path);
    lines.push(`${id}  ->  ${describeSummary(summary)}`);
    lines.push(...eventLines(effects.functions.get(id)?.events ?? [], codeAt, '  '));
  }
  lines.push(`program  ->  ${describeSummary(workspace.program(path).summary, whereabouts)}`);
  return `${lines.join('\n')}\n`;
}

function eventLines(events: readonly Event[], codeAt: (site: string) => string, indent: string): string[] {
  return events.flatMap((event) => {
    const details = Object.entries(event).filter(([key, value]) => !SHOWN.has(key) && value !== undefined);
    const words = details.map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(' ');
    const site = 'site' in event && event.site !== undefined ? `   # ${codeAt(event.site)}` : '';
    const inner = indent.concat('  ');
    const block = (name: string, body: readonly Event[]): string[] =>
      body.length > 0 ? [`${indent}${name}`, ...eventLines(body, codeAt, inner)] : [];
    return [
      `${indent}${event.kind}${words ? ` ${words}` : ''}${site}`,
      ...('body' in event ? eventLines(event.body, codeAt, inner) : []),
      ...('otherwise' in event ? block('otherwise', event.otherwise) : []),
      ...('handlers' in event ? event.handlers.flatMap((each) => block('except', each)) : []),
      ...('finally' in event ? block('finally', event.finally) : []),
    ];
  });
}

/** The expressions that one may stand for, as they are written where they were made; sorted, each once. */
export function originsOf(file: PythonFile, expression: Node): string[] {
  const evaluator = evaluatorOf(file);
  const { values, isComplete } = evaluator.origins(evaluator.value(expression));
  const texts = values.map(({ file: home, node, access, sure, ended }) => {
    const way = access.map((step) => (step.startsWith('.') || step.startsWith('[') ? step : `[${step}]`)).join('');
    return `${onOneLine(home.read(node))}${way}${sure ? '' : '?'}${ended ? ' (unknown)' : ''}`;
  });
  return [...new Set(texts)].sort().concat(isComplete ? [] : ['...']);
}

/** The innermost expression at an offset: what `seedwise debug FILE:LINE:COLUMN` explains. */
function expressionAt(file: PythonFile, offset: number): Node | null {
  let node: Node | null = null;
  for (let next: Node | undefined = file.syntax.root; next; ) {
    if (next !== file.syntax.root) node = next;
    next = next.children.find((child) => child.start <= offset && offset < child.end);
  }
  return node;
}

/** What is known of the expression at an offset: its qualified name, its value, where it comes from. */
export function explainExpression(file: PythonFile, offset: number): string {
  const node = expressionAt(file, offset);
  if (!node) return 'There is no expression there.\n';
  const value = file.constant(node);
  const lines = [
    `expression  ${onOneLine(file.read(node))}`,
    `name        ${file.qualify(node) ?? '(none)'}`,
    `value       ${value === undefined ? '(unknown)' : JSON.stringify(value)}`,
    ...originsOf(file, node).map((text, i) => `${i === 0 ? 'origins     ' : '            '}${text}`),
  ];
  return `${lines.join('\n')}\n`;
}
