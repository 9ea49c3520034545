import type { StatSample } from './stat.ts';

/** What the files of a control group say of its container, in the terms of a sample. */
export interface GroupFigures extends Pick<StatSample, 'memory' | 'blockIo' | 'pids'> {
  readonly cpu: Omit<StatSample['cpu'], 'onlineCpus'>;
}

/** The texts of files by their names; a file that is not there is absent. */
export type Texts<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/** A file that holds one number. Nothing for `max`, which stands for unlimited, and for anything else. */
export function countFrom(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? '';
  // The longest is 2^64-1; beyond 2^53 the last digits round.
  return /^\d{1,20}$/.test(digits) ? Number(digits) : undefined;
}

/** A file of lines `KEY NUMBER`, as memory.stat; other lines are left out. */
export function countsFrom(text: string | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of (text ?? '').split('\n')) {
    const space = line.indexOf(' ');
    const count = space > 0 ? countFrom(line.slice(space + 1)) : undefined;
    if (count !== undefined) counts.set(line.slice(0, space), count);
  }
  return counts;
}

/**
 * A limit of memory as the engine gives it: never more than the host has, which is also what stands for
 * unlimited (moby daemon/stats_unix.go, machineMemory). Nothing where there is no such file.
 */
export function memoryLimitFrom(
  text: string | undefined,
  hostBytes: number | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  const limitBytes = countFrom(text) ?? Number.POSITIVE_INFINITY;
  return Math.min(limitBytes, hostBytes ?? Number.POSITIVE_INFINITY);
}

/** How often memory ran out. The engine leaves a zero out, and records do not tell which reader made them. */
export function failuresFrom(count: number | undefined): number | undefined {
  return count === 0 ? undefined : count;
}

/** A number times a unit, where there is one. */
export function scaled(count: number | undefined, unit: number): number | undefined {
  return count === undefined ? undefined : count * unit;
}
