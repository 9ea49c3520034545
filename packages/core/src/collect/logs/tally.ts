import { isDeepStrictEqual } from 'node:util';
import type { LogCounts } from '@tallyman/sdk';
import type { LogRecord } from '../../decode/log.ts';
import { LogLines } from '../../decode/log-columns.ts';
import type { Records } from '../../decode/records.ts';
import type { LogSettings } from '../../settings.ts';

/** What was read of a log since the agent follows it. */
export type LogTotals = Pick<LogCounts, 'lines' | 'bytes' | 'stderrLines'>;

/** Counts what the agent itself reads from a container's log, between two stats samples and in all. */
export class LogTally {
  #patterns: LogSettings['count'];
  #lines = 0;
  #bytes = 0;
  #stderrLines = 0;
  #matches: Record<string, number> | undefined;
  #taken: LogTotals = { lines: 0, bytes: 0, stderrLines: 0 };

  constructor(patterns: LogSettings['count']) {
    this.#patterns = patterns;
    this.#reset();
  }

  /** Counts the matches of these patterns from now on; where they are others, those of before are told no more. */
  match(patterns: LogSettings['count']): void {
    if (isDeepStrictEqual(patterns, this.#patterns)) return;
    this.#patterns = patterns;
    this.#matches = this.#noMatches();
  }

  add(records: Records<LogRecord>): void {
    this.#lines += records.length;
    if (records instanceof LogLines) this.#addLines(records);
    else
      for (const record of records) this.#count(record.messageLength, record.stream === 'stderr');
    if (this.#matches !== undefined)
      for (const { message } of records) this.#match(message, this.#matches);
  }

  /** The counts since the last call. */
  take(): LogCounts {
    const counts = { lines: this.#lines, bytes: this.#bytes, stderrLines: this.#stderrLines };
    const matches = this.#matches;
    this.#taken = this.totals();
    this.#reset();
    return matches === undefined ? counts : { ...counts, matches };
  }

  /** All counts, also those that were taken. */
  totals(): LogTotals {
    const { lines, bytes, stderrLines } = this.#taken;
    return {
      lines: lines + this.#lines,
      bytes: bytes + this.#bytes,
      stderrLines: stderrLines + this.#stderrLines,
    };
  }

  /** Without a record for each. */
  #addLines(lines: LogLines): void {
    for (let index = 0; index < lines.length; index++)
      this.#count(lines.lengthAt(index), lines.isStderrAt(index));
  }

  #count(bytes: number, isStderr: boolean): void {
    this.#bytes += bytes;
    if (isStderr) this.#stderrLines++;
  }

  #match(message: string, matches: Record<string, number>): void {
    for (const { name, pattern } of this.#patterns)
      if (pattern.test(message)) matches[name] = (matches[name] ?? 0) + 1;
  }

  #reset(): void {
    [this.#lines, this.#bytes, this.#stderrLines] = [0, 0, 0];
    this.#matches = this.#noMatches();
  }

  #noMatches(): Record<string, number> | undefined {
    if (this.#patterns.length === 0) return undefined;
    return Object.fromEntries(this.#patterns.map(({ name }) => [name, 0]));
  }
}
