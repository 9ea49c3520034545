import {
  type Batch,
  isSinkError,
  messageOf,
  permanent,
  retryable,
  type Sink,
  type SinkContext,
} from '@tallyman/sdk';
import { codeOf } from './error-code.ts';
import type { Output } from './output.ts';

/** Turns a batch into the bytes that are printed: whole lines. */
export type Encode = (batch: Batch) => Uint8Array;

/** Says whether a write failed because the reader of standard output is gone for good, as after `| head`. */
export function isReaderGone(error: unknown): boolean {
  if (!isSinkError(error)) return false;
  const code = codeOf(error.cause);
  return code === 'EPIPE' || code === 'ECONNRESET';
}

/** The bytes of one batch on their way out. */
interface Printing {
  readonly batchId: string;
  readonly bytes: Uint8Array;
  taken: number;
  /** Present while bytes are being handed over. */
  handover?: Promise<void>;
}

/**
 * Prints batches one after the other. A write resolves once the operating system has all bytes of the batch.
 *
 * What was handed over cannot be taken back: when a write is aborted, its bytes stay on their way. No other
 * batch is begun meanwhile, so at most one is held and no line is torn by another; the same batch, written
 * again, waits for those bytes or goes on where they broke off, so a stalled reader sees nothing twice.
 */
export class PrintingSink implements Sink {
  readonly #encode: Encode;
  readonly #output: Output;
  readonly #context: SinkContext;
  /** The batch under way, or the last one whose outcome the runtime does not know. */
  #printing: Printing | undefined;

  constructor(encode: Encode, output: Output, context: SinkContext) {
    this.#encode = encode;
    this.#output = output;
    this.#context = context;
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      for (let other = this.#otherUnderWay(batch); other; other = this.#otherUnderWay(batch))
        await unlessAborted(other, signal);
      const printing = this.#printingOf(batch);
      printing.handover ??= this.#handOver(printing);
      await unlessAborted(printing.handover, signal);
      if (this.#printing === printing) this.#printing = undefined;
    } catch (cause) {
      throw failure(cause, batch, signal);
    }
  }

  async close(signal: AbortSignal): Promise<void> {
    const underWay = this.#printing?.handover;
    if (underWay !== undefined) await unlessAborted(underWay, signal).catch(() => {});
    await this.#output.close();
  }

  /** Settles, and never fails, once the bytes of another batch are no longer on their way. */
  #otherUnderWay(batch: Batch): Promise<void> | undefined {
    if (this.#printing?.batchId === batch.id) return undefined;
    return this.#printing?.handover?.catch(() => {});
  }

  #printingOf(batch: Batch): Printing {
    if (this.#printing?.batchId === batch.id) return this.#printing;
    const torn = this.#printing === undefined ? nothing : restOfLine(this.#printing);
    const bytes = this.#encode(batch);
    this.#printing = {
      batchId: batch.id,
      bytes: torn.length === 0 ? bytes : Buffer.concat([torn, bytes]),
      taken: 0,
    };
    return this.#printing;
  }

  #handOver(printing: Printing): Promise<void> {
    const handover = this.#pushAll(printing).finally(() => {
      delete printing.handover;
    });
    // Nobody may be waiting by the time it fails; then the next write meets the same failure.
    handover.catch(() => {});
    return handover;
  }

  async #pushAll(printing: Printing): Promise<void> {
    while (printing.taken < printing.bytes.length) {
      printing.taken += await this.#output.write(printing.bytes.subarray(printing.taken));
      this.#context.progress();
    }
  }
}

const nothing = new Uint8Array();
const newline = 0x0a;

/** What is left of a line that broke off in the middle, e.g. on a full disk. */
function restOfLine({ bytes, taken }: Printing): Uint8Array {
  if (taken === 0 || bytes[taken - 1] === newline) return nothing;
  return bytes.subarray(taken, bytes.indexOf(newline, taken) + 1);
}

function failure(cause: unknown, batch: Batch, signal: AbortSignal): Error {
  const doing = `printing ${batch.records.length} records to standard output`;
  if (signal.aborted) return retryable(`${doing}: stopped waiting for its reader`, { cause });
  switch (codeOf(cause)) {
    case 'EPIPE':
    case 'ECONNRESET':
      return permanent(`${doing}: nobody reads it any more`, { cause });
    default:
      return retryable(`${doing}: ${messageOf(cause)}`, { cause });
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
