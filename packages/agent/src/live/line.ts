import { cut, visible, widthOf } from './cells.ts';

/** How a piece of a line looks. What it says is said by its text, too: colours may be off. */
export type Style = 'plain' | 'dim' | 'heading' | 'good' | 'warning' | 'bad';

/** A piece of a line in one style. Made by {@link span} and {@link filled}, whose text is safe to print. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line of a terminal. */
export type Line = readonly Span[];

/** A piece of a line. The text may come from anywhere. */
export function span(text: string, style: Style = 'plain'): Span {
  return { text: visible(text), style };
}

/** How many columns the line takes. */
export function widthOfLine(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** As much of a line as fits into the columns. */
export function cutLine(line: Line, columns: number): Line {
  const kept: Span[] = [];
  let left = columns;
  for (const { text, style } of line) {
    if (left <= 0) break;
    const shown = cut(text, left);
    kept.push({ text: shown, style });
    left -= widthOf(shown);
    if (shown !== text) break;
  }
  return kept;
}

/** The pieces with two spaces between them. */
export function spaced(spans: readonly Span[]): Line {
  return spans.flatMap((one, index) => (index === 0 ? [one] : [span('  '), one]));
}

/** Without escape codes, and without spaces at its end. */
export function plainText(line: Line): string {
  return line
    .map(({ text }) => text)
    .join('')
    .trimEnd();
}

// ECMA-48 SGR. The sixteen colours only: the terminal's own palette sees to it that they can be read.
const codes: Readonly<Record<Style, readonly [on: string, off: string]>> = {
  plain: ['', ''],
  dim: ['\x1b[2m', '\x1b[22m'],
  heading: ['\x1b[1m', '\x1b[22m'],
  good: ['\x1b[32m', '\x1b[39m'],
  warning: ['\x1b[33m', '\x1b[39m'],
  bad: ['\x1b[31m', '\x1b[39m'],
};

/** With escape codes for its styles. */
export function styledText(line: Line): string {
  return line.map(({ text, style }) => `${codes[style][0]}${text}${codes[style][1]}`).join('');
}
