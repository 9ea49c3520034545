import type { Batch, Sink } from '@tallyman/sdk';

/** A sink that is made when it is opened, or first written to. */
export function openedLater(make: () => Promise<Sink>): Sink {
  let made: Promise<Sink> | undefined;
  const sink = () => {
    made ??= make();
    return made;
  };
  return {
    open: async (signal) => (await sink()).open?.(signal),
    write: async (batch: Batch, signal) => (await sink()).write(batch, signal),
    close: async (signal) => (await made)?.close?.(signal),
  };
}
