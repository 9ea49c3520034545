import { isDeepStrictEqual } from 'node:util';
import type { LogCounts } from '@tallyman/sdk';
import type { LogRecord } from '../../decode/log.ts';
import type { LogSettings } from '../../settings.ts';

/** Counts what the agent itself reads from a container's log, between two stats samples. */
export class LogTally {
  #patterns: LogSettings['count'];
  #lines = 0;
  #bytes = 0;
  #stderrLines = 0;
  #matches: Record<string, number> | undefined;

  constructor(patterns: LogSettings['count']) {
    this.#patterns = patterns;
    this.#reset();
  }

  /** Counts the matches of these patterns from now on; where they are others, those of before are told no more. */
  count(patterns: LogSettings['count']): void {
    if (isDeepStrictEqual(patterns, this.#patterns)) return;
    this.#patterns = patterns;
    this.#matches = this.#noMatches();
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
    this.#reset();
    return matches === undefined ? counts : { ...counts, matches };
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
