import type { ServerResponse } from 'node:http';
import type { Clock } from '@tallyman/sdk';
import { EventStream } from './event-stream.ts';
import type { StreamWishes } from './stream-query.ts';
import { tapFilter } from './tap-filter.ts';
import type { AgentView } from './view.ts';

const mostClients = 8;
const bufferBytes = 1024 * 1024;
const heartbeatMs = 15_000;

/** The clients that are streamed to, and what they did not get. */
export class Streams {
  readonly #view: AgentView;
  readonly #clock: Clock;
  readonly #clients = new Set<ServerResponse>();
  #droppedRecords = 0;

  constructor(view: AgentView, clock: Clock) {
    this.#view = view;
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
  open(response: ServerResponse, wishes: StreamWishes): void {
    const stream = new EventStream(response, bufferBytes, (records) => {
      this.#droppedRecords += records;
    });
    const ends = [this.#heartbeat(stream), this.#tap(stream, wishes), this.#states(stream, wishes)];
    this.#clients.add(response);
    response.on('drain', () => stream.drained());
    response.once('close', () => {
      for (const end of ends) end();
      this.#clients.delete(response);
    });
  }

  /** Ends all of them. */
  close(): void {
    for (const response of this.#clients) response.end();
  }

  #tap(stream: EventStream, wishes: StreamWishes): () => void {
    if (wishes.kinds.size === 0) return () => {};
    const filter = tapFilter(wishes);
    return this.#view.tap((sighting) => {
      const records = filter(sighting);
      if (records.length > 0) stream.records(records);
    });
  }

  #states(stream: EventStream, { stateEveryMs }: StreamWishes): () => void {
    if (stateEveryMs === undefined) return () => {};
    const send = () => stream.state(JSON.stringify(this.#view.state()));
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
