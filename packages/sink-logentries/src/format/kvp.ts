import type { ContainerLog, ContainerRecord } from '@tallyman/sdk';
import type { Format } from './format.ts';
import { pair, pairsOf, quotedPair } from './pairs.ts';
import { inParts, jsonCost, type Part } from './pieces.ts';
import { singleLine } from './single-line.ts';

/** `key=value` pairs, under the names that the service gives to the keys of the JSON format. */
export const kvpFormat: Format = {
  write: (record, event) => event.text(eventOf(record)),
  pieces: (record, limitBytes) => {
    const limits = { limitBytes, costOf: jsonCost };
    const { kind, id, time } = record;
    const frame = framed([pair('kind', kind), pair('id', id), pair('time', time)].join(' '), 'kvp');
    if (record.kind !== 'log') return inParts(eventOf(record), frame, limits) ?? [];
    return (
      inParts(singleLine(record.message), framed(headOf(record), 'message'), limits) ??
      inParts(eventOf(record), frame, limits) ??
      []
    );
  },
};

function eventOf(record: ContainerRecord): string {
  if (record.kind !== 'log') return pairsOf(record).join(' ');
  return `${headOf(record)} ${pair('message', record.message)}`;
}

function headOf({ id, time, host, container, fields, stream, truncated }: ContainerLog): string {
  const head = `kind=log id=${id} time=${time} ${pair('host', host)} stream=${stream}`;
  const shared = [pairsUnder('container', container), pairsUnder('fields', fields)];
  return [head, ...shared, truncated && 'truncated=true'].filter(Boolean).join(' ');
}

function framed(head: string, key: string) {
  return (piece: string, { part, parts }: Part) =>
    `${head} part=${part} parts=${parts} ${quotedPair(key, piece)}`;
}

// The records of a container share these objects.
const known = new WeakMap<object, string>();

function pairsUnder(key: string, value: object): string {
  let text = known.get(value);
  if (text === undefined) {
    text = pairsOf(value, key).join(' ');
    known.set(value, text);
  }
  return text;
}
