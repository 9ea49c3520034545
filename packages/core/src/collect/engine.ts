/**
 * The port to a Docker Engine: all that the agent asks of one. Answers are raw; `decode/` turns them into our
 * types. Every call rejects with an {@link EngineError} or, after an abort, with the signal's reason.
 */
export interface Engine {
  /** Whether it is reached by a socket of this host: only then can files here be of its containers. */
  readonly isLocal: boolean;
  /** Reaches the engine and settles on an API version. To be called before anything else and after an outage. */
  connect(signal: AbortSignal): Promise<EngineInfo>;
  /** `GET /containers/json?all=1`. */
  list(signal: AbortSignal): Promise<readonly unknown[]>;
  /** `GET /containers/{id}/json`. */
  inspect(id: string, signal: AbortSignal): Promise<unknown>;
  /** `GET /containers/{id}/stats`, one sample without the one before it. */
  stats(id: string, signal: AbortSignal): Promise<unknown>;
  /** `GET /events` of containers: what happened since, then what happens. One JSON text a line. */
  events(query: { readonly since: string }, signal: AbortSignal): Promise<ByteSource>;
  /** `GET /containers/{id}/logs` of both outputs, with timestamps. */
  logs(id: string, query: LogQuery, signal: AbortSignal): Promise<ByteSource>;
  /**
   * `POST /containers/{id}/attach`: both outputs as they are written, in frames and, of a TTY, as they are. Also
   * of a container that does not run: then what its next run prints. The bytes are to be taken at once, as the
   * container stops while a megabyte of them waits.
   */
  attach(id: string, query: AttachQuery, signal: AbortSignal): Promise<ByteSource>;
}

/** `backlog`: first what the engine's log has already. Around the border lines may come twice. */
export interface AttachQuery {
  readonly backlog: boolean;
}

/** `since` and `until` are `seconds.nanoseconds` since the epoch, inclusive. */
export interface LogQuery {
  readonly follow: boolean;
  readonly since?: string;
  /** So many entries from the end. */
  readonly tail?: number;
}

/** An answer that comes in pieces. */
export interface ByteSource {
  /**
   * Hands over each piece, in order; its bytes are the taker's during the call. Where `take` returns a promise, reading
   * pauses until it settles. Resolves at the proper end, rejects where the connection was cut.
   */
  pump(take: (bytes: Buffer) => Promise<void> | undefined): Promise<void>;
}

export interface EngineInfo {
  /** `Docker Engine 20.10.24`, `Podman 4.3.1`. */
  readonly product: string;
  readonly isPodman: boolean;
  /** The API version in use, e.g. `1.41`. */
  readonly apiVersion: string;
  /** The engine's name for its host. */
  readonly hostName: string;
  /** RFC 3339 with nine fractional digits, on the engine's clock. */
  readonly now: string;
  /** Where it keeps its containers (`DockerRootDir`), if that is on this host. */
  readonly rootDirectory?: string;
}

/** `unreachable`: no answer. `denied`: the socket may not be opened. `gone`: no such container, or no more. */
export type EngineErrorKind =
  | 'unreachable'
  | 'denied'
  | 'gone'
  | 'not_readable'
  | 'too_old'
  | 'failed';

export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly kind: EngineErrorKind;

  constructor(kind: EngineErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** Where the engine listens. */
export type EngineAddress =
  | { readonly kind: 'unix'; readonly socketPath: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
    };

/** The address as people write it. */
export function addressText(
  address:
    | { readonly kind: 'unix'; readonly socketPath: string }
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number },
): string {
  return address.kind === 'unix'
    ? `unix://${address.socketPath}`
    : `tcp://${address.host}:${address.port}`;
}
