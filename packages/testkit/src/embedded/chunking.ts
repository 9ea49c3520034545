/**
 * How an answer's bytes are cut into HTTP chunks: as the engine does (one per frame of a log, one per event),
 * everything that is there in one, in equal parts, or at random.
 */
export type Chunking =
  | 'recorded'
  | 'whole'
  | { readonly bytes: number }
  | { readonly seed: number };

/** Cuts bytes into sizes that the chunking says; `recorded` and `whole` cut nothing. */
export function sizesOf(chunking: Chunking): () => number {
  if (typeof chunking === 'string') return () => Number.POSITIVE_INFINITY;
  if ('bytes' in chunking) return () => Math.max(1, chunking.bytes);
  const random = randomFrom(chunking.seed);
  // Mostly small pieces, so that headers of frames are cut too; now and then a big one.
  return () => 1 + Math.floor(random() < 0.8 ? random() * 24 : random() * 20_000);
}

/** mulberry32: small, fast, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
