import fc from 'fast-check';

/** One frame of the engine's multiplexed stream. */
export function frame(channel: number, payload: Buffer | string): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = channel;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** Cuts bytes into chunks at the given places, wherever those fall. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const borders = [...new Set(places.map((place) => place % (bytes.length + 1)))];
  borders.sort((a, b) => a - b);
  return [...borders, bytes.length].map((end, index) =>
    bytes.subarray(index === 0 ? 0 : borders[index - 1], end),
  );
}

export const anyCuts = fc.array(fc.nat(100_000), { maxLength: 30 });

/** A nine-digit time, so many nanoseconds after a fixed moment. */
export function timeAt(nanos: number): string {
  return `2026-11-21T19:10:15.${String(nanos).padStart(9, '0')}Z`;
}
