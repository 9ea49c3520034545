import type { Clock } from '@tallyman/sdk';
import { EventStream, type EventTarget } from './event-stream.ts';
import type { StreamWishes } from './stream-query.ts';
import { tapFilter } from './tap-filter.ts';
import type { AgentView } from './view.ts';

const mostClients = 8;
const bufferBytes = 1024 * 1024;
const heartbeatMs = 15_000;

/** What a client is answered with, from the first event to the last. */
export interface StreamResponse extends EventTarget {
  on(event: 'drain' | 'close', act: () => void): unknown;
  end(): unknown;
}

/** What there is to be streamed. */
export interface StreamSource extends Pick<AgentView, 'tap'> {
  state(): object;
}

/** The clients that are streamed to, and what they did not get. */
export class Streams {
  readonly #source: StreamSource;
  readonly #clock: Clock;
  /** With what ends all that is done for them. */
  readonly #clients = new Map<StreamResponse, () => void>();
  #droppedRecords = 0;

  constructor(source: StreamSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  get clients(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#clients.size >= mostClients;
  }

  /** Records that clients did not get, as they were too slow; of all clients since the start. */
  get droppedRecords(): number {
    return this.#droppedRecords;
  }

  /** Streams to a client until it goes away or the agent ends. */
  open(response: StreamResponse, wishes: StreamWishes): void {
    const stream = new EventStream(response, bufferBytes, (records) => {
      this.#droppedRecords += records;
    });
    const ends = [this.#heartbeat(stream), this.#tap(stream, wishes), this.#states(stream, wishes)];
    const leave = () => {
      for (const end of ends) end();
      this.#clients.delete(response);
    };
    this.#clients.set(response, leave);
    response.on('drain', () => stream.drained());
    response.on('close', leave);
  }

  /** Ends all of them. */
  close(): void {
    for (const [response, leave] of this.#clients) {
      leave();
      response.end();
    }
  }

  #tap(stream: EventStream, wishes: StreamWishes): () => void {
    if (wishes.kinds.size === 0) return () => {};
    const filter = tapFilter(wishes);
    return this.#source.tap((sighting) => {
      const records = filter(sighting);
      if (records.length > 0) stream.records(records);
    });
  }

  #states(stream: EventStream, { stateEveryMs }: StreamWishes): () => void {
    if (stateEveryMs === undefined) return () => {};
    const send = () => stream.state(JSON.stringify(this.#source.state()));
    send();
    return this.#every(stateEveryMs, send);
  }

  #heartbeat(stream: EventStream): () => void {
    return this.#every(heartbeatMs, () => stream.heartbeat());
  }

  #every(ms: number, act: () => void): () => void {
    let cancel = () => {};
    const next = () => {
      cancel = this.#clock.after(ms, () => {
        act();
        next();
      });
    };
    next();
    return () => cancel();
  }
}
