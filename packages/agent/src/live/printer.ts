import { codeOf, type Output } from '@tallyman/sink-stdout';

/** Prints for as long as somebody reads, at the reader's pace. */
export class Printer implements AsyncDisposable {
  readonly #output: Output;
  readonly #signal: AbortSignal;
  #closing: Promise<void> | undefined;

  constructor(output: Output, signal: AbortSignal) {
    this.#output = output;
    this.#signal = signal;
    // A reader that stalls must not hold up the end.
    signal.addEventListener('abort', this.#close, { once: true });
  }

  get isTerminal(): boolean {
    return this.#output.isTerminal;
  }

  /** Resolves once the system has the bytes; `ended` where nobody reads any more, or the signal is aborted. */
  async print(bytes: Uint8Array): Promise<'printed' | 'ended'> {
    try {
      for (let taken = 0; taken < bytes.length; ) {
        if (this.#signal.aborted) return 'ended';
        taken += await this.#output.write(bytes.subarray(taken));
      }
      return 'printed';
    } catch (error) {
      if (this.#signal.aborted || gone.has(codeOf(error) ?? '')) return 'ended';
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#close);
    this.#close();
    await this.#closing;
  }

  // An output may be closed once.
  readonly #close = (): void => {
    this.#closing ??= this.#output.close();
  };
}

// EIO: the terminal was closed.
const gone = new Set(['EPIPE', 'ECONNRESET', 'EIO']);
