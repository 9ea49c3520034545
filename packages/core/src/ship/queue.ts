import type { HeldBatch } from './batch.ts';

/**
 * Batches that wait for their first attempt, oldest first. The lane bounds it in bytes. Iterating walks what is
 * held, so that the account's `held` is counted, not derived.
 */
export interface BatchQueue extends Iterable<HeldBatch> {
  /** Puts the newest batch at the end. */
  push(batch: HeldBatch): void;
  /** The oldest batch. */
  peek(): HeldBatch | undefined;
  /** Takes the oldest batch. */
  shift(): HeldBatch | undefined;
}
