import type { LogCounts } from '@tallyman/sdk';
import type { LogRecord } from '../../decode/log.ts';
import type { LogSettings } from '../../settings.ts';

/** What was read of a log since the agent follows it. */
export type LogTotals = Pick<LogCounts, 'lines' | 'bytes' | 'stderrLines'>;

/** Counts what the agent itself reads from a container's log, between two stats samples and in all. */
export class LogTally {
  readonly #patterns: LogSettings['count'];
  #lines = 0;
  #bytes = 0;
  #stderrLines = 0;
  #matches: Record<string, number> | undefined;
  #taken: LogTotals = { lines: 0, bytes: 0, stderrLines: 0 };

  constructor(patterns: LogSettings['count']) {
    this.#patterns = patterns;
    this.#reset();
  }

  add(records: readonly LogRecord[]): void {
    this.#lines += records.length;
    for (const record of records) {
      this.#bytes += record.messageLength;
      if (record.stream === 'stderr') this.#stderrLines++;
      if (this.#matches !== undefined) this.#match(record.message, this.#matches);
    }
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

  #match(message: string, matches: Record<string, number>): void {
    for (const { name, pattern } of this.#patterns)
      if (pattern.test(message)) matches[name] = (matches[name] ?? 0) + 1;
  }

  #reset(): void {
    [this.#lines, this.#bytes, this.#stderrLines] = [0, 0, 0];
    this.#matches =
      this.#patterns.length === 0
        ? undefined
        : Object.fromEntries(this.#patterns.map(({ name }) => [name, 0]));
  }
}
