/** Receives the payload `bytes[start, end)` of one frame: bytes that were written, or a copy. */
export type TakeFrame = (channel: number, bytes: Buffer, start: number, end: number) => void;

/** The engine's stream of frames is not what its protocol says; only a new connection helps. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

const headerBytes = 8;
const highestChannel = 3;
// Engines send pieces of 16 KiB and a timestamp; Podman sends whole lines. Anything near this is not a frame.
const longestFrameBytes = 64 * 1024 * 1024;

/**
 * Cuts the engine's multiplexed stream into frames, wherever the transport cut it.
 * A frame is `[channel, 0, 0, 0, length (4 bytes, big endian), payload]`
 * (docs.docker.com/reference/api/engine, "Attach to a container", stream format).
 */
export class Demultiplexer {
  #pending = Buffer.alloc(headerBytes);
  #pendingLength = 0;

  /** True after a write that ended inside a frame. */
  get isMidFrame(): boolean {
    return this.#pendingLength > 0;
  }

  write(chunk: Buffer, take: TakeFrame): void {
    let at = this.#pendingLength > 0 ? this.#complete(chunk, take) : 0;
    while (chunk.length - at >= headerBytes) {
      const end = at + headerBytes + payloadLength(chunk, at);
      if (end > chunk.length) break;
      take(chunk[at] as number, chunk, at + headerBytes, end);
      at = end;
    }
    if (at < chunk.length) this.#keep(chunk, at, chunk.length);
  }

  /** Adds to the pending frame what it lacks; says how much of the chunk that took. */
  #complete(chunk: Buffer, take: TakeFrame): number {
    let at = this.#fill(chunk, 0, headerBytes);
    if (this.#pendingLength < headerBytes) return at;
    const frameBytes = headerBytes + payloadLength(this.#pending, 0);
    at = this.#fill(chunk, at, frameBytes);
    if (this.#pendingLength < frameBytes) return at;
    const frame = this.#pending;
    this.#pending = Buffer.alloc(headerBytes);
    this.#pendingLength = 0;
    take(frame[0] as number, frame, headerBytes, frameBytes);
    return at;
  }

  #fill(chunk: Buffer, from: number, wantedBytes: number): number {
    const to = Math.min(chunk.length, from + Math.max(0, wantedBytes - this.#pendingLength));
    this.#keep(chunk, from, to);
    return to;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const length = this.#pendingLength + to - from;
    if (length > this.#pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#pending.length * 2));
      this.#pending.copy(grown, 0, 0, this.#pendingLength);
      this.#pending = grown;
    }
    chunk.copy(this.#pending, this.#pendingLength, from, to);
    this.#pendingLength = length;
  }
}

function payloadLength(bytes: Buffer, at: number): number {
  const channel = bytes[at] as number;
  const length = bytes.readUInt32BE(at + 4);
  const isFrame =
    channel <= highestChannel &&
    bytes[at + 1] === 0 &&
    bytes[at + 2] === 0 &&
    bytes[at + 3] === 0 &&
    length <= longestFrameBytes;
  if (!isFrame)
    throw new FramingError(
      `demultiplexing the log stream: ${bytes.toString('hex', at, at + headerBytes)} is not a frame header`,
    );
  return length;
}
