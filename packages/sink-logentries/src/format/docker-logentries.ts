import type {
  ContainerEvent,
  ContainerIdentity,
  ContainerLog,
  ContainerRecord,
  ContainerStat,
} from '@tallyman/sdk';
import type { Format } from './format.ts';
import { jsonPieces, messagePieces } from './json.ts';

/**
 * The three shapes of docker-logentries, which saved queries know, its keys in its order. Static fields stand
 * behind them, as what its `--add` gave; a field `host` takes the place of the host's name.
 */
export const dockerLogentriesFormat: Format = {
  write: (record, event) => event.text(eventOf(record)),
  pieces: (record, limitBytes) => {
    const { kind, id, time, container } = record;
    const identity = { id: container?.id.slice(0, 12), name: container?.name, kind, time };
    if (record.kind !== 'log')
      return jsonPieces(shapeOf(record), { ...identity, record: id }, limitBytes);
    const shape = logShape(record, record.message);
    return (
      messagePieces(record.message, (line, part) => ({ ...shape, line, ...part }), limitBytes) ??
      jsonPieces(shape, { ...identity, record: id }, limitBytes)
    );
  },
};

function eventOf(record: ContainerRecord): string {
  if (record.kind !== 'log') return JSON.stringify(shapeOf(record));
  const { container, time, message, host, fields } = record;
  const line = `"time":${Date.parse(time)},"line":${JSON.stringify(message)}`;
  return `{${containerJson(container)},${line},${addedJson(host, fields)}}`;
}

function shapeOf(record: ContainerStat | ContainerEvent): object {
  return record.kind === 'stat' ? statShape(record) : eventShape(record);
}

function logShape({ container, time, host, fields }: ContainerLog, line: string) {
  return { ...containerShape(container), time: Date.parse(time), line, ...added(host, fields) };
}

function statShape({ container, cpu, raw, host, fields }: ContainerStat) {
  const { v, id, image, name } = containerShape(container);
  const sample = objectOf(raw);
  const cpuStats = objectOf(sample.cpu_stats);
  // Of the agent's own two samples; absent in the first, where docker-logentries gave the average since boot.
  const usage = { ...objectOf(cpuStats.cpu_usage), cpu_percent: cpu.percent };
  const stats = { ...sample, cpu_stats: { ...cpuStats, cpu_usage: usage } };
  return { v, id, image, name, stats, ...added(host, fields) };
}

function eventShape({ container, action, attributes, command, host, fields }: ContainerEvent) {
  const detail = attributes.command ?? attributes.health;
  const type = detail === undefined ? action : `${action}: ${detail}`;
  const { id, image, imageId = image, name } = container ?? {};
  return { id, type, image: imageId, name, ...added(host, fields), execute: command };
}

function containerShape({ id, image, name }: ContainerIdentity) {
  return { v: 0, id: id.slice(0, 12), long_id: id, image, name };
}

// What a field may not displace: the service would see the same key twice, or another meaning.
const taken = new Set(
  'v id long_id image name time line stats type execute part parts json'.split(' '),
);

function added(host: string, fields: Readonly<Record<string, string>>): Record<string, string> {
  const free = Object.entries(fields).filter(([key]) => !taken.has(key));
  return { host, ...Object.fromEntries(free) };
}

// The records of a container share these objects.
const knownContainers = new WeakMap<object, string>();
const knownFields = new WeakMap<object, { readonly host: string; readonly json: string }>();

function containerJson(container: ContainerIdentity): string {
  let json = knownContainers.get(container);
  if (json === undefined) {
    json = membersOf(containerShape(container));
    knownContainers.set(container, json);
  }
  return json;
}

function addedJson(host: string, fields: Readonly<Record<string, string>>): string {
  const known = knownFields.get(fields);
  if (known?.host === host) return known.json;
  const json = membersOf(added(host, fields));
  knownFields.set(fields, { host, json });
  return json;
}

/** The members of an object as JSON, without the braces. */
function membersOf(shape: object): string {
  return JSON.stringify(shape).slice(1, -1);
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
