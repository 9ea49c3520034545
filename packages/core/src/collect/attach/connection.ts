import type { AttachDecoder } from '../../decode/attach-decoder.ts';
import type { LogRecord } from '../../decode/log.ts';
import type { ByteSource } from '../engine.ts';

/** Receives records at once, whatever becomes of them. */
export type TakeAtOnce = (records: readonly LogRecord[]) => void;

/**
 * One connection to what a container prints. It is read as soon as anything comes and never waits: the engine
 * stops the container once it holds a megabyte that nobody fetches (moby#22502).
 */
export class Attachment {
  /** When the engine answered, on its clock. */
  readonly openedAt: string;
  /** Resolves at the end: to what cut the connection, or to nothing where the engine ended it. */
  readonly ended: Promise<unknown>;
  readonly #decoder: AttachDecoder;
  readonly #close: () => void;

  constructor(
    source: ByteSource,
    {
      decoder,
      openedAt,
      take,
      close,
    }: {
      readonly decoder: AttachDecoder;
      readonly openedAt: string;
      readonly take: TakeAtOnce;
      /** Ends the connection. */
      readonly close: () => void;
    },
  ) {
    this.openedAt = openedAt;
    this.#decoder = decoder;
    this.#close = close;
    this.ended = drained(source, decoder, take);
  }

  /** The lines that have begun and not ended. */
  rest(): readonly LogRecord[] {
    return this.#decoder.flush();
  }

  close(): void {
    this.#close();
  }
}

async function drained(
  source: ByteSource,
  decoder: AttachDecoder,
  take: TakeAtOnce,
): Promise<unknown> {
  const failure = await source
    .pump((bytes) => {
      take(decoder.write(bytes));
      return undefined;
    })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  // A fault in the middle of a piece of the stream does not take the lines before it along.
  take(decoder.take());
  return failure;
}
