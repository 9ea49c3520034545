/** What a lane counts of its attempts. */
export interface AttemptCounts {
  readonly attempts: number;
  /** Attempts after which something was left or dropped. */
  readonly failures: number;
  /** Writes that did not stop when told to. */
  readonly abandoned: number;
  /** Sum over all attempts. */
  readonly durationMs: number;
}

/** What a lane tells of itself beside its account. */
export interface LaneVitals extends AttemptCounts {
  /** Held in memory. */
  readonly heldBytes: number;
  readonly inFlightBytes: number;
  /** As in the account: in memory, on disk, or both. */
  readonly heldRecords: number;
  /** Of these: safe on disk. */
  readonly storedRecords: number;
  /** Of these: not in memory. */
  readonly onDiskOnlyRecords: number;
  /** For how long the oldest record is held; 0: none is. What earlier runs left counts from the start. */
  readonly oldestHeldMs: number;
  /** Setbacks since the destination last accepted something. */
  readonly consecutiveFailures: number;
  /** Since when the sink fails, in milliseconds since the Unix epoch. */
  readonly failingSinceMs?: number;
  /** Why the last attempt failed, while the sink fails: the sink's own words. */
  readonly error?: string;
  /** Absent: the lane holds in memory alone. */
  readonly disk?: {
    /** What may still be written. */
    readonly freeBytes: number;
    /** Why nothing can be written any more, where that is so. */
    readonly failure?: string;
  };
}
