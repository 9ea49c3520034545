import type { Clock } from '@tallyman/sdk';

/**
 * What a TLS receiver shows. `trusted` is valid for 127.0.0.1, ::1 and localhost once `address.ca` is trusted;
 * `untrusted` is the same, but no client is told of its issuer; `other-name` and `expired` are wrong in just that.
 */
export type CertificateKind = 'trusted' | 'untrusted' | 'other-name' | 'expired';

/** Where to reach a receiver; always on loopback. */
export interface ReceiverAddress {
  readonly host: string;
  readonly port: number;
  /** `http://…`, `https://…`, `tcp://…` or `tls://…`, without a path. */
  readonly url: string;
  /** What a client has to trust, in PEM. Absent without TLS and for the `untrusted` certificate. */
  readonly ca?: string;
}

export interface ReceiverOptions {
  /** Plain unless given. */
  readonly tls?: CertificateKind;
  /** One is chosen unless given. */
  readonly port?: number;
  /** The longest that a silent connection is kept; then it is destroyed. Default 120,000. */
  readonly holdMs?: number;
  /** What the ledger may keep. What comes later is counted as `notKept`. Default 64 MiB. */
  readonly ledgerBytes?: number;
}

/** What a receiver in this process can be given besides. */
export interface ReceiverSettings {
  readonly clock?: Clock;
}

/** A scripted receiver in this process. {@link ReceiverProcess} is the same elsewhere. */
export interface Receiver<Step, Ledger, Counts> extends AsyncDisposable {
  readonly address: ReceiverAddress;
  /** One step a request (HTTP) or connection (TCP); replaces what is left of an earlier script. */
  script(steps: readonly Step[]): void;
  /** What happens once the script is through. `ok` unless told. */
  always(step: Step): void;
  /** Refuses connections; those that are open stay, but for HTTP ones that are idle. */
  refuse(): Promise<void>;
  /** Listens again, on the same port. */
  listen(): Promise<void>;
  /** Resets every open connection. */
  cut(): void;
  ledger(): Ledger;
  counts(): Counts;
  /** Waits until the counts are as asked. */
  until(condition: (counts: Counts) => boolean, signal: AbortSignal): Promise<Counts>;
  /** Empties the ledger and begins to count anew. Scripts and what a service remembers stay. */
  clear(): void;
  close(): Promise<void>;
}
