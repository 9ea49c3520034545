import type { LogMark } from '../../decode/mark.ts';
import type { Records } from '../../decode/records.ts';

/** A batch as it is written to disk. */
export interface SpoolFrame {
  readonly id: string;
  /** Where it stands in the lane's order, also across runs: oldest is smallest. */
  readonly place: number;
  /** Never empty; all of them logs, or none. */
  readonly records: Records;
  /** How far the logs were read with the batch's last record of each. */
  readonly marks: readonly LogMark[];
}

/** A batch that is on disk. */
export interface SpoolEntry {
  readonly id: string;
  readonly place: number;
  /** Number of records. */
  readonly count: number;
  /** What the records weigh in memory (`weightOf`), once read. */
  readonly bytes: number;
  /** `log`: the engine may still have it; `other`: nobody else has it. */
  readonly content: 'log' | 'other';
}

/**
 * The batches that one lane has on disk. Bounded in bytes. Nothing that happens to the disk makes it throw
 * where it is not said, and nothing it was given is half there: an entry is on disk whole, or it is not.
 */
export interface Spool {
  /** What earlier runs left and did not settle, by place. */
  readonly recovered: readonly SpoolEntry[];
  /**
   * Whether all that earlier runs stored and did not settle is among the recovered. False until the damage is
   * set aside, over as many runs as that takes: whoever took the lost batches for safe has to go back.
   */
  readonly isIntact: boolean;
  /**
   * Bytes that may still be written. 0 while the disk is full or has failed. A batch takes no more than its
   * records weigh, its marks as JSON and a hundred bytes.
   */
  readonly freeBytes: number;
  /** Why nothing can be written any more in this run, where that is so. */
  readonly failure: string | undefined;
  /**
   * Writes a batch. Resolves once it will survive a power cut (`fdatasync`), shared with all that is written
   * meanwhile. Rejects with {@link SpoolError} where there is no room or the disk fails: then it is not there.
   */
  append(frame: SpoolFrame): Promise<SpoolEntry>;
  /**
   * Reads a batch back. Rejects with {@link SpoolError}: `damaged` where it is lost, `failed` where it is still
   * there and cannot be read at the moment.
   */
  read(entry: SpoolEntry): Promise<SpoolFrame>;
  /** The batch is settled. Its room is free once its segment is. */
  release(entry: SpoolEntry): void;
  /**
   * The caller has gone back, and that is on disk: the damaged files no longer count against the next run.
   * They are renamed, and what is good in them stays in use. Without this the next run goes back again.
   */
  setDamageAside(): Promise<void>;
  /** Another bound from now on; what is there stays, also where it is more. */
  bound(maxBytes: number): void;
  /** Waits for what is being written, and leaves the files for the next run. */
  close(): Promise<void>;
}

/** `full`: by its own bound, the bound over all lanes, or what must be left of the file system. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError';
  readonly kind: 'full' | 'failed' | 'damaged';

  constructor(kind: SpoolError['kind'], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}
