/** What happens to the connection instead of a whole answer. */
export type HttpFault =
  /** Reset once the request is read; before its body is read; in the middle of the answer's body. */
  | 'reset'
  | 'reset-early'
  | 'reset-mid-body'
  /** Silence, with the connection open: after the request was read, or after the answer's head. */
  | 'hang'
  | 'hang-after-headers'
  /** The connection ends in order, without an answer. */
  | 'close'
  /** An answer that is not HTTP. */
  | 'garbage';

export interface HttpAnswerStep {
  /** The receiver's own answer unless given; then what was sent is not accepted. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it stands, or as JSON. */
  readonly body?: string | object;
  /** Becomes a `Retry-After` of seconds, or of the HTTP date that is so far ahead. */
  readonly retryAfter?: { readonly seconds: number } | { readonly dateInSeconds: number };
  /** Between reading the request and answering. */
  readonly delayMs?: number;
  /** `first`: the receiver accepts what was sent as ever, and only its answer is replaced by this step's. */
  readonly accept?: 'first';
  readonly fault?: HttpFault;
  /** How fast the body is read. */
  readonly readBytesPerSecond?: number;
}

/** `'503'` is a status, `'ok'` the receiver's own answer, `'slow-read'` that answer after reading 16 KiB/s. */
export type HttpStep = `${number}` | 'ok' | 'slow-read' | HttpFault | HttpAnswerStep;

/** As it came, once its body was read. */
export interface ReceivedRequest {
  /** From 1. */
  readonly number: number;
  readonly connection: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case; repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed, as UTF-8. */
  readonly body: string;
  /** As it came over the wire. */
  readonly bodyBytes: number;
  /** When the head was there, and when the body was. */
  readonly timeMs: number;
  readonly readMs: number;
  /** The answer's; absent where there was none. */
  readonly status?: number;
}

/** Chooses a step for each request; only for a receiver in this process. */
export type HttpScript = (request: ReceivedRequest) => HttpStep;

export interface HttpCounts {
  readonly connections: number;
  readonly openConnections: number;
  /** Whose body was read to its end. */
  readonly requests: number;
  readonly bodyBytes: number;
  /** Requests that the client gave up before they were read or answered. */
  readonly abandoned: number;
  readonly notKept: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}
