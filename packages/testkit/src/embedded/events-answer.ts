import type { Clock } from '@tallyman/sdk';
import { type Answer, type EngineRequest, isOlder } from './answer.ts';
import type { AnswerBody } from './answer-body.ts';
import {
  type EngineEvent,
  type EventShape,
  type EventSubscription,
  eventLine,
} from './event-ring.ts';
import { labelTraits, parseFilters, passesFilters } from './filters.ts';
import { nanosFromQuery } from './time.ts';
import type { World } from './world.ts';

/** `/events`: what the ring remembers since then, where asked, and what happens while the request is open. */
export function eventsAnswer(world: World, request: EngineRequest, clock: Clock): Answer {
  const { query, apiVersion } = request;
  const sinceNanos = nanosFromQuery(query.get('since'));
  const untilNanos = nanosFromQuery(query.get('until'));
  const filters = parseFilters(query.get('filters'));
  const shape: EventShape = isOlder(apiVersion, '1.52') ? 'with-legacy-fields' : 'plain';
  const wanted = (event: EngineEvent) =>
    (untilNanos === undefined || event.timeNanos <= untilNanos) &&
    passesFilters(filters, traitsOf(event));
  passesFilters(filters, traitsOf({ ...nothing, timeNanos: 0n }));
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    early: true,
    body: async (body, requestSignal) => {
      const { signal, release } = endingAt(untilNanos, clock, requestSignal);
      const live = world.events.subscribe();
      try {
        for (const event of sinceNanos === undefined ? [] : world.events.remembered())
          if (event.timeNanos >= (sinceNanos ?? 0n) && wanted(event))
            await body.write(Buffer.from(eventLine(event, shape)));
        await forwardLive(
          live,
          body,
          (event) => (wanted(event) ? eventLine(event, shape) : ''),
          signal,
        );
      } finally {
        world.events.unsubscribe(live);
        release();
      }
    },
  };
}

const nothing: Omit<EngineEvent, 'timeNanos'> = {
  type: 'daemon',
  action: '',
  actorId: '',
  attributes: {},
};

async function forwardLive(
  live: EventSubscription,
  body: AnswerBody,
  lineOf: (event: EngineEvent) => string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    for (let event = live.take(); event; event = live.take())
      await body.write(Buffer.from(lineOf(event)));
    if (signal.aborted) return;
    await body.flush();
    await live.arrival(signal);
  }
}

/** A signal that aborts with the request or at `until`, whichever comes first. */
function endingAt(
  untilNanos: bigint | undefined,
  clock: Clock,
  requestSignal: AbortSignal,
): { signal: AbortSignal; release: () => void } {
  if (untilNanos === undefined) return { signal: requestSignal, release: () => {} };
  const until = new AbortController();
  const leftMs = Number(untilNanos / 1_000_000n) - clock.now();
  if (leftMs <= 0) until.abort();
  const release = leftMs <= 0 ? () => {} : clock.after(leftMs, () => until.abort());
  return { signal: AbortSignal.any([requestSignal, until.signal]), release };
}

function traitsOf(event: EngineEvent): Record<string, readonly string[]> {
  const { type, action, actorId, attributes } = event;
  const isContainer = type === 'container';
  const name = attributes.name ?? '';
  return {
    type: [type],
    // `exec_create: sh` is found as `exec_create` too (moby daemon/events/filter.go).
    event: [action, action.split(':', 1)[0] ?? action],
    scope: ['local'],
    container: isContainer ? [actorId, actorId.slice(0, 12), name] : [],
    network: type === 'network' ? [actorId, name] : [],
    image: isContainer ? [attributes.image ?? ''] : [],
    label: labelTraits(attributes),
    volume: [],
    daemon: [],
    plugin: [],
  };
}
