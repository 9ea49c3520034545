import type { BatchSettings, LaneSettings } from '../settings.ts';

/** The bounds of what a lane holds, in bytes. */
export interface Limits {
  readonly batch: BatchSettings;
  readonly memoryBytes: number;
  readonly inFlightBytes: number;
  /** How much of what was read back from the disk waits in memory. */
  readonly readAheadBytes: number;
}

const longestReadAheadBytes = 4 * 1024 * 1024;

/**
 * With a disk, what is attempted takes half of the memory at most, and a batch a quarter: memory must never be
 * so full of what cannot leave it that neither new records come in nor old ones come back.
 */
export function limitsFor(
  { batch, queue: { memoryBytes, inFlightBytes } }: LaneSettings,
  tier: 'memory' | 'disk',
): Limits {
  if (tier === 'memory') return { batch, memoryBytes, inFlightBytes, readAheadBytes: 0 };
  const quarterBytes = Math.ceil(memoryBytes / 4);
  return {
    batch: { ...batch, maxBytes: Math.min(batch.maxBytes, quarterBytes) },
    memoryBytes,
    inFlightBytes: Math.min(inFlightBytes, Math.ceil(memoryBytes / 2)),
    readAheadBytes: Math.min(inFlightBytes, longestReadAheadBytes, quarterBytes),
  };
}
