import { type Sighting, selectorOf } from '@tallyman/core';
import type { ContainerRecord } from '@tallyman/sdk';
import type { StreamWishes } from './stream-query.ts';

/** Picks from what was collected the records that are wanted. */
export type TapFilter = (sighting: Sighting) => readonly ContainerRecord[];

/** Compiles what is wanted once. Containers are looked at once for each chunk, lines only where that is asked for. */
export function tapFilter(wishes: StreamWishes): TapFilter {
  const { kinds, containers, sinks } = wishes;
  const selectors = containers.map((include) => selectorOf({ include, exclude: [] }));
  const isWantedLine = lineTest(wishes);
  return ({ container, kind, lanes, records }) => {
    if (!kinds.has(kind)) return [];
    if (sinks.length > 0 && !lanes.some(({ name }) => sinks.includes(name))) return [];
    if (!selectors.every((selector) => selector.verdict(container).selected)) return [];
    const all = Array.from(records);
    return isWantedLine === undefined ? all : all.filter(isWantedLine);
  };
}

function lineTest({
  streams,
  contains,
}: StreamWishes): ((record: ContainerRecord) => boolean) | undefined {
  if (streams.length === 0 && contains.length === 0) return undefined;
  return (record) => {
    if (record.kind !== 'log') return true;
    if (streams.length > 0 && !streams.includes(record.stream)) return false;
    if (contains.length === 0) return true;
    const { message } = record;
    return contains.some((text) => message.includes(text));
  };
}
