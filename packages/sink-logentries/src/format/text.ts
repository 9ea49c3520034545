import type { ContainerEvent, ContainerRecord, ContainerStat } from '@tallyman/sdk';
import type { Format } from './format.ts';
import { pairsOf } from './pairs.ts';
import { inParts, plainCost } from './pieces.ts';
import { singleLine } from './single-line.ts';

/** Lines for people: `TIME HOST CONTAINER stdout MESSAGE`. */
export const textFormat: Format = {
  write: (record, event) => event.text(`${headOf(record)} ${bodyOf(record)}`),
  pieces: (record, limitBytes) => {
    const head = headOf(record);
    return (
      inParts(
        bodyOf(record),
        (piece, { part, parts }) => `${head} part=${part}/${parts} ${piece}`,
        { limitBytes, costOf: plainCost },
      ) ?? []
    );
  },
};

function headOf(record: ContainerRecord): string {
  const { time, host, container } = record;
  const what = record.kind === 'log' ? record.stream : record.kind;
  return singleLine(`${time} ${host} ${container?.name ?? '-'} ${what}`);
}

function bodyOf(record: ContainerRecord): string {
  switch (record.kind) {
    case 'log':
      return singleLine(record.message);
    case 'stat':
      return statPairs(record).join(' ');
    case 'event':
      return [record.action, ...eventPairs(record)].map(singleLine).join(' ');
  }
}

function statPairs({ cpu, memory, network, blockIo, pids, logs, state }: ContainerStat) {
  const { interfaces: _, ...sums } = network ?? {};
  return pairsOf({ cpu, memory, network: sums, blockIo, pids, logs, state });
}

function eventPairs({ exitCode, attributes }: ContainerEvent): readonly string[] {
  return pairsOf({ exitCode, ...attributes });
}
