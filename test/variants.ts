/** The same program as other people write it: with CRLF, with tabs, under a header that edits must stay below. */
import type { Subject } from './corpus.ts';

export interface Variant extends Subject {
  readonly kind: 'plain' | 'crlf' | 'tabs' | 'header';
}

const HEADER = '#!/usr/bin/env python3\n"""Trains."""\nfrom __future__ import annotations\n\n';

const withTabs = (text: string): string =>
  text.replace(/^ +/gm, (indent) => '\t'.repeat(Math.floor(indent.length / 4)) + ' '.repeat(indent.length % 4));

export function variantsOf(subject: Subject): Variant[] {
  const { name, path, text } = subject;
  const variant = (kind: Variant['kind'], changed: string): Variant => ({
    name: kind === 'plain' ? name : `${name} (${kind})`,
    path,
    text: changed,
    kind,
  });
  const variants = [variant('plain', text)];
  // A text without a line end has none to keep.
  if (text.includes('\n') && !text.includes('\r')) variants.push(variant('crlf', text.replaceAll('\n', '\r\n')));
  if (withTabs(text) !== text) variants.push(variant('tabs', withTabs(text)));
  if (!/^(#!|"""|'''|r?"|from __future__)/m.test(text)) variants.push(variant('header', HEADER + text));
  return variants;
}

/** What is wrong with how an edited variant is laid out; empty when all is well. */
export function layoutProblems(variant: Variant, output: string): string[] {
  const problems: string[] = [];
  if (variant.kind === 'crlf' && /(?<!\r)\n/.test(output)) problems.push('a line ends in LF in a CRLF file');
  if (variant.kind !== 'crlf' && !variant.text.includes('\r') && output.includes('\r')) problems.push('a CR came in');
  if (variant.kind === 'tabs' && !/^ {4}/m.test(variant.text) && /^ {4}/m.test(output)) {
    problems.push('a line is indented by spaces in a file indented by tabs');
  }
  if (variant.kind === 'header') {
    const code = output.replace(/^#(?!!).*\n/gm, '').replace(/\n{2,}/g, '\n');
    if (!code.startsWith(HEADER.trimEnd()))
      problems.push('something is above the shebang, docstring or `from __future__`');
  }
  return problems;
}
