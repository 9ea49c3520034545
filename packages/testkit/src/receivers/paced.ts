import type { Readable } from 'node:stream';
import type { Clock } from '@tallyman/sdk';

const turnsPerSecond = 10;

/** The bytes of a stream, at most so many a second. Ends with the stream; leaves it open when left early. */
export async function* paced(
  stream: Readable,
  bytesPerSecond: number | undefined,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> = stream.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    if (bytesPerSecond === undefined) {
      yield chunk;
      continue;
    }
    const piece = Math.max(1, Math.floor(bytesPerSecond / turnsPerSecond));
    for (let at = 0; at < chunk.length; at += piece) {
      yield chunk.subarray(at, at + piece);
      await clock.sleep(1_000 / turnsPerSecond, signal);
    }
  }
}
