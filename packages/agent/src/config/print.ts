import { stringify } from 'yaml';
import { entryGrammar } from './grammar.ts';
import type { SinkConfig } from './model.ts';
import { written } from './settle.ts';
import { durationText } from './units.ts';

/** What a sink's entry says of its lane, every default written out. */
export function printedLane(lane: Lane): string {
  return printedTree(written(entryGrammar, laneTree(lane)));
}

/** A tree of the file's own words as YAML. `${…}` in it stays what it is. */
export function printedTree(tree: unknown): string {
  return stringify(tree, { version: '1.2', lineWidth: 0, aliasDuplicateObjects: false });
}

type Lane = Pick<SinkConfig, 'batch' | 'queue' | 'retry'>;

/** What a sink's entry says of its lane, as a tree of the file's own words. */
export function laneTree({ batch, queue, retry }: Lane) {
  const giveUpAfter = retry.giveUpAfterMs;
  return {
    batch: {
      max_records: batch.maxRecords,
      max_bytes: batch.maxBytes,
      max_wait: batch.maxWaitMs,
    },
    queue: {
      memory: queue.memoryBytes,
      in_flight: queue.inFlightBytes,
      disk: queue.diskBytes,
      when_full: queue.whenFull,
      concurrency: queue.concurrency,
    },
    retry: {
      first_delay: retry.firstDelayMs,
      max_delay: retry.maxDelayMs,
      give_up_after: giveUpAfter === undefined ? 'never' : durationText(giveUpAfter),
      attempt_timeout: retry.attemptTimeoutMs,
    },
  };
}
