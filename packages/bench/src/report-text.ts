import { verdictRows } from './budgets.ts';
import { tableOf } from './figures.ts';
import type { Report } from './report.ts';

/** A report for a terminal. */
export function reportText({ tables, verdicts = [], notes = [], failures = [] }: Report): string {
  const parts = [
    ...tables.map(({ title, rows }) => `${title}\n${tableOf(rows)}`),
    ...(verdicts.length > 0 ? [tableOf(verdictRows(verdicts))] : []),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    ...(failures.length > 0 ? [`FAILED\n${failures.join('\n')}`] : []),
  ];
  return `\n${parts.join('\n\n')}\n`;
}
