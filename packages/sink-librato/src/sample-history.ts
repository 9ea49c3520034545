import type { ContainerStat, LogCounts } from '@tallyman/sdk';
import { countersOf, type Gains } from './figures.ts';

export interface SampleHistoryOptions {
  readonly periodSeconds: number;
  /** Called with how many containers had to be forgotten to stay within the bound. */
  readonly onForgotten?: (containers: number) => void;
  /** Of all containers together. A sample takes some 400 bytes. Default 20,000. */
  readonly mostSamples?: number;
}

/** What happened in the window that ends with a sample. */
export interface Window {
  readonly gains: Gains;
  readonly logs: LogCounts;
}

interface Sample {
  readonly timeMs: number;
  readonly startedAt: string;
  readonly counters: Gains;
  readonly logs: LogCounts;
}

const forgetAfterMs = 3_600_000;

/**
 * Remembers samples by container, so that counters can be sent as what they gained. A window reaches back to the
 * last sample of an earlier slot, however often it is asked for: a point sent again has the same value, and one
 * that falls into the same slot replaces the point before with what both windows gained.
 */
export class SampleHistory {
  readonly #periodMs: number;
  readonly #onForgotten: (containers: number) => void;
  readonly #mostSamples: number;
  /** By container, least recently seen first; each container's oldest first. */
  readonly #samples = new Map<string, Sample[]>();
  #size = 0;

  constructor({
    periodSeconds,
    onForgotten = () => {},
    mostSamples = 20_000,
  }: SampleHistoryOptions) {
    this.#periodMs = periodSeconds * 1_000;
    this.#onForgotten = onForgotten;
    this.#mostSamples = mostSamples;
  }

  /** Samples that are remembered. */
  get size(): number {
    return this.#size;
  }

  /** Notes a sample. All samples of a batch are noted before any is asked about. */
  note(stat: ContainerStat): void {
    const { id } = stat.container;
    const samples = this.#samples.get(id) ?? [];
    this.#samples.delete(id);
    this.#samples.set(id, samples);
    const sample = sampleFrom(stat);
    const at = samples.findLastIndex(({ timeMs }) => timeMs <= sample.timeMs);
    if (samples[at]?.timeMs === sample.timeMs) return;
    samples.splice(at + 1, 0, sample);
    this.#size += 1;
    this.#bound(sample.timeMs);
  }

  /** What happened up to this sample since the last one of an earlier slot. */
  window(stat: ContainerStat): Window {
    const { timeMs, startedAt, counters, logs } = sampleFrom(stat);
    const slot = this.#slot(timeMs);
    const samples = this.#samples.get(stat.container.id) ?? [];
    const base = samples.findLast((sample) => this.#slot(sample.timeMs) < slot);
    const isSameRun = base?.startedAt === startedAt;
    const sharing = samples.filter(
      (sample) => sample.timeMs < timeMs && this.#slot(sample.timeMs) === slot,
    );
    return {
      gains: base !== undefined && isSameRun ? gained(base.counters, counters) : {},
      logs: sharing.reduce((sum, sample) => added(sum, sample.logs), logs),
    };
  }

  /** Forgets what came before this sample, which was accepted, except what a batch behind it may still ask for. */
  settled(stat: ContainerStat): void {
    const samples = this.#samples.get(stat.container.id);
    if (samples === undefined) return;
    const neededFrom = this.#slot(Date.parse(stat.time)) - this.#periodMs;
    const base = samples.findLastIndex(({ timeMs }) => this.#slot(timeMs) < neededFrom);
    if (base > 0) this.#size -= samples.splice(0, base).length;
  }

  #slot(timeMs: number): number {
    return Math.floor(timeMs / this.#periodMs) * this.#periodMs;
  }

  #bound(nowMs: number): void {
    for (const [id, samples] of this.#samples) {
      const isStale = (samples.at(-1)?.timeMs ?? 0) < nowMs - forgetAfterMs;
      const isTooMuch = this.#size > this.#mostSamples;
      if (!isStale && !isTooMuch) return;
      if (this.#samples.size === 1) {
        this.#size -= samples.splice(0, this.#size - this.#mostSamples).length;
        return;
      }
      this.#samples.delete(id);
      this.#size -= samples.length;
      if (isTooMuch) this.#onForgotten(1);
    }
  }
}

function sampleFrom(stat: ContainerStat): Sample {
  return {
    timeMs: Date.parse(stat.time),
    startedAt: stat.state.startedAt,
    counters: countersOf(stat),
    logs: stat.logs,
  };
}

/** Without counters that are new or went back: a reset says nothing about the window. */
function gained(before: Gains, after: Gains): Gains {
  const gains: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) {
    const gain = value - (before[name] ?? Number.NaN);
    if (gain >= 0) gains[name] = gain;
  }
  return gains;
}

function added(a: LogCounts, b: LogCounts): LogCounts {
  const matches: Record<string, number> = { ...a.matches };
  for (const [name, count] of Object.entries(b.matches ?? {}))
    matches[name] = (matches[name] ?? 0) + count;
  return {
    lines: a.lines + b.lines,
    bytes: a.bytes + b.bytes,
    stderrLines: a.stderrLines + b.stderrLines,
    matches,
  };
}
