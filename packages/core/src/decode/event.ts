import type { ContainerEvent, ContainerIdentity } from '@tallyman/sdk';
import { isRecord, numberOf, objectOf, stringOf, textMapOf } from './json.ts';
import { type Origin, shortId } from './log.ts';
import { timeOfNanos } from './timestamp.ts';

/** An event as the engine told it, in either of its shapes. */
export interface EngineEvent {
  readonly containerId: string;
  /** The part before `: `. */
  readonly action: string;
  /** The part behind it: the command of an `exec_create`, the verdict of a `health_status`. */
  readonly detail?: string;
  /** Attributes and labels, mixed, as the engine sends them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Nanoseconds since the epoch. */
  readonly nanos: bigint;
}

/**
 * Reads one line of `GET /events`; nothing where it is not about a container. Throws `SyntaxError` where it is
 * not JSON. API 1.52 dropped the older fields `status`, `id` and `from` (moby api/docs/CHANGELOG.md).
 */
export function eventFrom(line: string): EngineEvent | undefined {
  const message = parsedExactly(line);
  if (!isRecord(message)) return undefined;
  const type = stringOf(message.Type) ?? 'container';
  const actor = objectOf(message.Actor);
  const containerId = stringOf(actor.ID) ?? stringOf(message.id);
  const said = stringOf(message.Action) ?? stringOf(message.status);
  if (type !== 'container' || containerId === undefined || said === undefined) return undefined;
  const [action = said, ...detail] = said.split(': ');
  return {
    containerId,
    action,
    attributes: textMapOf(actor.Attributes),
    nanos: nanosFrom(message),
    ...(detail.length > 0 ? { detail: detail.join(': ') } : {}),
  };
}

/** `timeNano` is beyond 2^53: JSON.parse alone would round it. */
function parsedExactly(line: string): unknown {
  return JSON.parse(line, (key: string, value: unknown, context?: { source?: string }) =>
    key === 'timeNano' && context?.source !== undefined ? BigInt(context.source) : value,
  );
}

function nanosFrom(message: Readonly<Record<string, unknown>>): bigint {
  if (typeof message.timeNano === 'bigint') return message.timeNano;
  return BigInt(numberOf(message.time) ?? 0) * 1_000_000_000n;
}

// Whatever else stands among a container event's attributes is a label (moby daemon/events.go).
const attributeKeys = new Set([
  'comment',
  'container',
  'driver',
  'execDuration',
  'execID',
  'exitCode',
  'height',
  'image',
  'imageID',
  'name',
  'oldName',
  'path',
  'signal',
  'timeout',
  'width',
]);

/** The labels among an event's attributes, where the container itself cannot be asked. */
export function labelsAmong(attributes: EngineEvent['attributes']): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !attributeKeys.has(key)));
}

/** The record of an event. `ordinal` counts events of equal time and action. */
export function eventRecord(event: EngineEvent, origin: Origin, ordinal: number): ContainerEvent {
  const { action, detail, nanos } = event;
  const attributes = Object.fromEntries(
    Object.entries(event.attributes).filter(([key]) => attributeKeys.has(key)),
  );
  if (detail !== undefined) attributes[action === 'health_status' ? 'health' : 'command'] = detail;
  const exitCode = Number(event.attributes.exitCode);
  return {
    kind: 'event',
    id: `${shortId(event.containerId)}:v:${nanos}:${action}:${ordinal}`,
    time: timeOfNanos(nanos),
    host: origin.host,
    container: origin.container,
    fields: origin.fields,
    action,
    ...(event.attributes.exitCode !== undefined && Number.isInteger(exitCode) ? { exitCode } : {}),
    attributes,
  };
}

/** The identity an event itself gives, for a container that was gone before it could be inspected. */
export function identityFromEvent(
  event: EngineEvent,
): Pick<ContainerIdentity, 'id' | 'name' | 'image'> {
  return {
    id: event.containerId,
    name: event.attributes.name ?? shortId(event.containerId),
    image: event.attributes.image ?? '',
  };
}
