import { defaultBatch } from '@tallyman/core';
import type { SinkDefinition } from '@tallyman/sdk';
import type { SinkEntry } from './grammar.ts';
import type { SinkConfig } from './model.ts';
import { under } from './pointer.ts';
import type { Report } from './report.ts';
import { isMapping } from './typed.ts';
import { durationMs, durationText, sizeText } from './units.ts';

interface Circumstances {
  /** The entry as the file has it, without defaults. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly definition: SinkDefinition;
  readonly pointer: string;
  readonly report: Report;
}

/**
 * Batch, queue and retry of one sink. Their bounds lie one within the other; a default gives way to what the
 * file says, and where the file contradicts itself, that is reported.
 */
export function limitsOf(
  { batch, queue, retry }: SinkEntry,
  { written, definition, pointer, report }: Circumstances,
): Pick<SinkConfig, 'batch' | 'queue' | 'retry'> {
  const says = (section: string, key: string) => {
    const value = written[section];
    return isMapping(value) && value[key] !== undefined;
  };
  const within = (amount: number, bound: number, isWritten: boolean) =>
    isWritten ? amount : Math.min(amount, bound);
  const mustFit = (path: readonly string[], amount: number, bound: number, outer: string) => {
    if (amount > bound)
      report.atValue(
        under(pointer, ...path),
        'contradiction',
        `is more than ${outer}; lower it, or raise the other`,
      );
  };

  const inFlightBytes = within(queue.in_flight, queue.memory, says('queue', 'in_flight'));
  const maxBytes = within(batch.max_bytes, inFlightBytes, says('batch', 'max_bytes'));
  const firstDelayMs = within(retry.first_delay, retry.max_delay, says('retry', 'first_delay'));
  mustFit(
    ['queue', 'in_flight'],
    inFlightBytes,
    queue.memory,
    `queue.memory (${sizeText(queue.memory)})`,
  );
  mustFit(
    ['batch', 'max_bytes'],
    maxBytes,
    inFlightBytes,
    `queue.in_flight (${sizeText(inFlightBytes)})`,
  );
  mustFit(
    ['retry', 'first_delay'],
    firstDelayMs,
    retry.max_delay,
    `retry.max_delay (${durationText(retry.max_delay)})`,
  );

  const giveUpAfterMs = durationMs(retry.give_up_after);
  return {
    batch: { maxRecords: batch.max_records, maxBytes, maxWaitMs: batch.max_wait },
    queue: {
      memoryBytes: queue.memory,
      inFlightBytes,
      diskBytes: queue.disk,
      whenFull: queue.when_full,
      concurrency: queue.concurrency,
      ordered: definition.defaults?.ordered ?? defaultBatch.ordered,
    },
    retry: {
      firstDelayMs,
      maxDelayMs: retry.max_delay,
      attemptTimeoutMs: retry.attempt_timeout,
      ...(giveUpAfterMs === undefined ? {} : { giveUpAfterMs }),
    },
  };
}
