import { type Batch, partial, type Sink } from '@tallyman/sdk';
import { isReaderGone } from '@tallyman/sink-stdout';

/**
 * A sink that gives up for good once the reader of standard output is gone, as after `| head`: what it is given
 * from then on is dropped and counted, and `onGone` is called once.
 */
export function endingWithReader(sink: Sink, onGone: () => void): Sink {
  let isGone = false;
  return {
    open: async (signal) => sink.open?.(signal),
    close: async (signal) => sink.close?.(signal),
    async write(batch: Batch, signal: AbortSignal): Promise<void> {
      if (isGone) throw allDropped(batch);
      try {
        await sink.write(batch, signal);
      } catch (error) {
        if (!isReaderGone(error)) throw error;
        if (!isGone) onGone();
        isGone = true;
        throw allDropped(batch);
      }
    },
  };
}

function allDropped({ records }: Batch) {
  return partial({ drop: records.map((_, index) => ({ index, reason: 'refused' })) });
}
