import { Bell } from './bell.ts';
import { secondsOf } from './time.ts';

// moby daemon/events/events.go: eventsLimit, and the buffer of one subscriber.
const ringEvents = 256;
const subscriberEvents = 1024;

export interface EngineEvent {
  readonly type: 'container' | 'network' | 'image' | 'volume' | 'daemon';
  readonly action: string;
  readonly actorId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly timeNanos: bigint;
}

/** API 1.52 dropped `status`, `id` and `from` (moby api/docs/CHANGELOG.md). */
export type EventShape = 'with-legacy-fields' | 'plain';

/** One subscriber's view: what happens from now on, as far as it keeps up. */
export class EventSubscription {
  readonly #bell = new Bell();
  readonly #waiting: EngineEvent[] = [];

  offer(event: EngineEvent): void {
    // A subscriber that does not keep up silently loses events, as in moby.
    if (this.#waiting.length < subscriberEvents) this.#waiting.push(event);
    this.#bell.ring();
  }

  take(): EngineEvent | undefined {
    return this.#waiting.shift();
  }

  async arrival(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length === 0) await this.#bell.rung(signal);
  }
}

/** The engine's memory of what happened: the newest 256 events. */
export class EventRing {
  #events: EngineEvent[] = [];
  readonly #subscriptions = new Set<EventSubscription>();

  emit(event: EngineEvent): void {
    this.#events.push(event);
    if (this.#events.length > ringEvents) this.#events.shift();
    for (const subscription of this.#subscriptions) subscription.offer(event);
  }

  remembered(): readonly EngineEvent[] {
    return [...this.#events];
  }

  subscribe(): EventSubscription {
    const subscription = new EventSubscription();
    this.#subscriptions.add(subscription);
    return subscription;
  }

  unsubscribe(subscription: EventSubscription): void {
    this.#subscriptions.delete(subscription);
  }

  forget(): void {
    this.#events = [];
  }
}

/** One event as a line of JSON. By hand at the end: `timeNano` has more digits than a Number. */
export function eventLine(event: EngineEvent, shape: EventShape): string {
  const attributes = Object.fromEntries(Object.entries(event.attributes).sort(byKey));
  const legacy = { status: event.action, id: event.actorId, from: event.attributes.image };
  const json = JSON.stringify({
    ...(shape === 'with-legacy-fields' && event.type === 'container' ? legacy : {}),
    Type: event.type,
    Action: event.action,
    Actor: { ID: event.actorId, Attributes: attributes },
    scope: 'local',
    time: secondsOf(event.timeNanos),
  });
  return `${json.slice(0, -1)},"timeNano":${event.timeNanos}}\n`;
}

function byKey([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
