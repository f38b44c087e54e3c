/** A word behind each call that draws: the stream it takes its numbers from. */

import type { Project } from '../contract/project.ts';
import { streamRow } from '../knowledge/streams.ts';
import type { PythonFile } from '../python/file.ts';
import type { Span } from '../text/edit.ts';
import { asIs, type Message } from '../text/language.ts';
import { describeDraw, streamsDrawn } from './draws.ts';

export interface Hint {
  /** Where it stands, in UTF-16 units: behind the call. */
  readonly offset: number;
  readonly label: Message;
  /** Markdown. */
  readonly tooltip: Message;
}

/** Those within a span, in the order of the text; none in files that reach no machine learning. */
export function hintsIn(file: PythonFile, project: Project, { start, end }: Span): readonly Hint[] {
  if (!project.reachesMl) return [];
  const hints = file.allCalls.flatMap((call): Hint[] => {
    const { node, callee } = call;
    const streams = start <= node.end && node.end <= end ? streamsDrawn(call, file) : [];
    const written = file.read(callee.get('attribute') ?? callee);
    const tooltip = streams.length > 0 ? describeDraw(call, written, file, project) : null;
    const label = asIs(streams.map((each) => streamRow(each).module).join(', '));
    return tooltip ? [{ offset: node.end, label, tooltip }] : [];
  });
  return hints.sort((a, b) => a.offset - b.offset);
}
