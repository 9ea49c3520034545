import { type EngineEvent, eventFrom } from '../decode/event.ts';
import type { Counters } from '../vitals/counters.ts';
import type { Diagnostics } from '../vitals/log.ts';

/** Receives each event once. `ordinal` counts events of equal container, time and action. */
export type TakeEvent = (event: EngineEvent, ordinal: number) => void;

const newline = 0x0a;
const longestEventBytes = 1024 * 1024;
// Four times what the engine itself remembers (moby daemon/events/events.go, eventsLimit = 256).
const rememberedEvents = 1_024;

/**
 * Reads the engine's stream of events over many connections. After a reconnect the engine replays what it
 * remembers; events that were taken before are recognised and left out.
 */
export class EventFeed {
  readonly #take: TakeEvent;
  readonly #counters: Counters;
  readonly #log: Diagnostics;
  readonly #taken = new Map<string, number>();
  #replayed = new Map<string, number>();
  #rest: Buffer = Buffer.alloc(0);
  /** Nanoseconds since the epoch of the youngest event. */
  #youngest = 0n;

  constructor(take: TakeEvent, { counters, log }: { counters: Counters; log: Diagnostics }) {
    this.#take = take;
    this.#counters = counters;
    this.#log = log;
  }

  /** The time of the youngest event as the engine's `since`; nothing before the first. */
  get since(): string | undefined {
    if (this.#youngest === 0n) return undefined;
    const fraction = (this.#youngest % 1_000_000_000n).toString().padStart(9, '0');
    return `${this.#youngest / 1_000_000_000n}.${fraction}`;
  }

  /** To be called when a new connection begins. */
  reconnected(): void {
    this.#replayed = new Map();
    this.#rest = Buffer.alloc(0);
  }

  /** Takes bytes of the stream: one JSON text a line, cut anywhere. */
  write(bytes: Buffer): void {
    const joined = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    let from = 0;
    for (let end = joined.indexOf(newline); end >= 0; end = joined.indexOf(newline, from)) {
      this.#line(joined.toString('utf8', from, end));
      from = end + 1;
    }
    if (joined.length - from > longestEventBytes)
      throw new Error(`reading events: one is longer than ${longestEventBytes} bytes`);
    this.#rest = Buffer.from(joined.subarray(from));
  }

  #line(line: string): void {
    if (line.trim() === '') return;
    let event: EngineEvent | undefined;
    try {
      event = eventFrom(line);
    } catch (error) {
      this.#counters.add('events_unreadable');
      this.#log.warn({ error, line: line.slice(0, 200) }, 'An event of the engine is unreadable.');
      return;
    }
    if (event !== undefined) this.#event(event);
  }

  #event(event: EngineEvent): void {
    if (event.nanos > this.#youngest) this.#youngest = event.nanos;
    const key = `${event.nanos} ${event.containerId} ${event.action}`;
    const replayed = (this.#replayed.get(key) ?? 0) + 1;
    this.#remember(this.#replayed, key, replayed);
    const taken = this.#taken.get(key) ?? 0;
    if (replayed <= taken) {
      this.#counters.add('event_duplicates');
      return;
    }
    this.#remember(this.#taken, key, replayed);
    this.#counters.add('events');
    this.#take(event, replayed - 1);
  }

  #remember(events: Map<string, number>, key: string, count: number): void {
    events.set(key, count);
    if (events.size <= rememberedEvents) return;
    for (const oldest of events.keys()) {
      events.delete(oldest);
      break;
    }
  }
}
