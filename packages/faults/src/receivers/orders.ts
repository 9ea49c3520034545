import type { ReceivedLedger } from '../ledger/received.ts';

export type ReceiverKind = 'tcp' | 'http';

/** What a receiver can be told to do wrong. */
export type ReceiverFault =
  /** Closes every connection and listens no more. */
  | 'down'
  /** Resets new connections; those that are open go on. */
  | 'refuse'
  /** Reads nothing. */
  | 'stall'
  /** Ends each connection after some lines, and keeps what it has read. */
  | 'close'
  /** Answers bytes that mean nothing. */
  | 'garbage'
  /** HTTP: answers 429 with Retry-After, and keeps nothing. */
  | '429'
  /** HTTP: keeps everything and answers 500. */
  | '500'
  /** HTTP: answers 503 and keeps nothing. */
  | '503';

/** What the test asks of a receiver's process. */
export type Order =
  | {
      readonly ask: 'fault';
      readonly fault: ReceiverFault;
      readonly number: number;
      readonly lines: number;
    }
  | { readonly ask: 'clear' }
  | { readonly ask: 'counts' }
  | { readonly ask: 'ledger' };

/** How it answers each. */
export interface Answers {
  readonly fault: { readonly done: true };
  /** Connections and requests that the fault was put upon. */
  readonly clear: { readonly affected: number };
  readonly counts: ReceiverCounts;
  readonly ledger: ReceivedLedger;
}

interface ReceiverCounts {
  /** Records, repeated ones too. */
  readonly records: number;
  /** Distinct lines by container. */
  readonly distinct: Readonly<Record<string, number>>;
  /** Connections and requests that the fault which is on was put upon. */
  readonly affected: number;
}

/** A server that writes down what it reads, and does wrong what it is told. */
export interface FaultyServer {
  /** Resolves with the port, the same at every call. */
  listen(): Promise<number>;
  fault(fault: ReceiverFault, number: number, lines: number): Promise<void>;
  /** Resolves with {@link affectedCount}, once all is well again. */
  clear(): Promise<number>;
  /** How many connections and requests the last fault was put upon. */
  readonly affectedCount: number;
}
