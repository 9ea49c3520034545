import { globOf } from '@tallyman/core';
import type { SortKey } from './choices.ts';
import type { ContainerFigures } from './figures.ts';

/** `usual`: names from A to Z, figures from the largest down. */
export type Order = 'usual' | 'reversed';

/** Which containers are shown. */
export interface Selection {
  /** A glob on the name; a text without `*`, `?` and braces stands anywhere in it. Empty: all. */
  readonly filter: string;
  /** Only those whose records this sink gets. */
  readonly sink?: string | undefined;
}

const figureOf: Readonly<
  Record<Exclude<SortKey, 'name'>, (one: ContainerFigures) => number | undefined>
> = {
  cpu: ({ container }) => container.stat?.cpuPercent,
  memory: ({ container }) => container.stat?.memoryBytes,
  net: ({ rxBytes, txBytes }) => sum(rxBytes, txBytes),
  block: ({ readBytes, writeBytes }) => sum(readBytes, writeBytes),
  pids: ({ container }) => container.stat?.pids,
  lines: ({ lines }) => lines,
  bytes: ({ logBytes }) => logBytes,
};

/** Sorted; those without a figure come last in either order, and equal ones by their names. */
export function sorted(
  containers: readonly ContainerFigures[],
  key: SortKey,
  order: Order,
): readonly ContainerFigures[] {
  const sign = order === 'usual' ? 1 : -1;
  if (key === 'name') return containers.toSorted((a, b) => sign * byName(a, b));
  const figure = figureOf[key];
  return containers
    .map((one) => ({ one, figure: figure(one) }))
    .sort((a, b) => knownFirst(a.figure, b.figure, sign) || byName(a.one, b.one))
    .map(({ one }) => one);
}

function knownFirst(a: number | undefined, b: number | undefined, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return sign * (b - a);
}

// Not by the customs of a language: the same on every machine, and quick.
function byName({ container: a }: ContainerFigures, { container: b }: ContainerFigures): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

/** Those that are shown, in their order. */
export function selected(
  containers: readonly ContainerFigures[],
  { filter, sink }: Selection,
): readonly ContainerFigures[] {
  const matches = /[*?{]/.test(filter) ? globOf(filter) : (name: string) => name.includes(filter);
  return containers.filter(
    ({ container }) =>
      matches(container.name) && (sink === undefined || sinksOf(container).includes(sink)),
  );
}

/** The sinks that get any of its records. */
export function sinksOf({ sinks }: ContainerFigures['container']): readonly string[] {
  return [...new Set([...sinks.log, ...sinks.stat, ...sinks.event])];
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}
