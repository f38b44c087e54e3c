/** Findings as JSON rows: a form that other programs read, and that stays as it is. */
import type { Severity } from '../../core/contract/severity.ts';
import { printableJson } from '../../host/printable.ts';
import type { Found, RowColumn } from '../findings.ts';

interface Row {
  readonly filename: string;
  /** For notebooks, whose rows count within a cell: its index among all cells, from 0. */
  readonly cell: number | null;
  readonly code: string;
  readonly subject: string | null;
  readonly severity: Severity;
  readonly message: string;
  readonly location: RowColumn;
  readonly end_location: RowColumn;
}

const rowOf = ({ path, cell, rule, subject, severity, message, start, end }: Found): Row => ({
  filename: path,
  cell,
  code: rule,
  subject,
  severity,
  message,
  location: start,
  end_location: end,
});

export const json = (found: readonly Found[]): string => asJson(found.map(rowOf));

/** Any value as the command line prints JSON. */
export const asJson = (value: unknown): string => `${printableJson(JSON.stringify(value, null, 2))}\n`;
