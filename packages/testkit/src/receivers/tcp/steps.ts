/** How the receiver ends a connection by itself. After that it accepts nothing more of it. */
export type TcpBreak =
  /** A FIN, and what still comes is thrown away. */
  | 'fin'
  | 'reset'
  /** A FIN, and a reset `resetDelayMs` later. */
  | 'fin-then-reset';

export interface TcpStepDetail {
  /** Default `all`. */
  readonly read?: 'all' | 'never' | { readonly bytesPerSecond: number };
  /** What follows the peer's FIN, once all is read: our own, nothing for ever, or a reset. Default `fin`. */
  readonly onEnd?: 'fin' | 'nothing' | 'reset';
  /** Between the peer's FIN and what follows it. */
  readonly endDelayMs?: number;
  /** Ends the connection before the peer does: as soon as it is accepted, or after what follows. Then `fin` unless told. */
  readonly breakWith?: TcpBreak;
  /** Exactly so many bytes are accepted, also in the middle of a line. */
  readonly afterBytes?: number;
  readonly afterLines?: number;
  readonly afterMs?: number;
  /** Between FIN and reset. Default 10. */
  readonly resetDelayMs?: number;
}

/**
 * One connection. `half-open` never answers a FIN, `slow-read` takes 64 KiB/s; `early-fin`, `fin-then-reset` and
 * `reset` break at the first byte, unread. `{ refuseForMs }` is no connection: the port is closed for so long.
 */
export type TcpStep =
  | 'ok'
  | 'never-read'
  | 'slow-read'
  | 'half-open'
  | 'early-fin'
  | 'fin-then-reset'
  | 'reset'
  | TcpStepDetail
  | { readonly refuseForMs: number };

export interface ReceivedLine {
  /** From 1, in the order they were accepted. */
  readonly connection: number;
  /** Without its newline. */
  readonly line: string;
  readonly timeMs: number;
}

/** What stood after a connection's last newline when it ended. */
export interface ReceivedTail {
  readonly connection: number;
  readonly tail: string;
}

export interface TcpLedger {
  /** Complete lines, in the order they were read. */
  readonly lines: readonly ReceivedLine[];
  readonly tails: readonly ReceivedTail[];
}

export interface TcpCounts {
  readonly connections: number;
  readonly openConnections: number;
  /** Connections on which the peer's FIN was read. */
  readonly halfCloses: number;
  /** FINs sent: in answer, or early. */
  readonly fins: number;
  /** By the receiver. */
  readonly resets: number;
  /** By the peer. */
  readonly peerResets: number;
  readonly tlsFailures: number;
  /** Accepted. */
  readonly bytes: number;
  readonly lines: number;
  /** Read after the receiver had broken the connection. */
  readonly bytesThrownAway: number;
  readonly notKept: number;
}
