import { writeSync } from 'node:fs';
import { printable, printableJson } from '@tallyman/sink-stdout';

/** Prints lines of a command's answer. What containers and files say is escaped: it may steer a terminal. */
export function printLines(lines: readonly string[]): void {
  write(1, lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Prints a value as JSON, indented. Nothing in it acts on a terminal. */
export function printJson(value: unknown): void {
  const lines = JSON.stringify(value, undefined, 2).split('\n');
  write(1, lines.map((line) => `${printableJson(line)}\n`).join(''));
}

/** Prints text that is ready, e.g. a schema. */
export function printText(text: string): void {
  write(1, text);
}

/** Prints lines to standard error, one mistake each. */
export function complain(lines: readonly string[]): void {
  write(2, lines.map((line) => `${printable(line)}\n`).join(''));
}

/** Writes to a descriptor without making a stream of it: that would change how its pipe behaves for others. */
export function write(fd: 1 | 2, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error && error.code;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}

/** Columns padded to equal width, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
