import type { Clock } from '@tallyman/sdk';
import { weightOf } from '../../src/decode/weight.ts';
import {
  type Spool,
  type SpoolEntry,
  SpoolError,
  type SpoolFrame,
} from '../../src/ship/spool/spool.ts';

/** What the disk does with one thing asked of it; once the script is over all goes well, at once. */
export type Weather =
  | { readonly does: 'well'; readonly ms: number }
  | { readonly does: 'full' | 'fail' | 'die' | 'damage' };

interface Kept {
  readonly entry: SpoolEntry;
  readonly frame: SpoolFrame;
}

/** A disk of so many bytes that outlives the spools on it. */
export class FakeDisk {
  readonly kept = new Map<number, Kept>();
  readonly damaged = new Set<string>();
  readonly bytes: number;

  constructor(bytes = 1_000_000) {
    this.bytes = bytes;
  }

  get usedBytes(): number {
    return Array.from(this.kept.values(), ({ entry }) => entry.bytes).reduce((a, b) => a + b, 0);
  }

  /** The ids of all records that are on it, oldest first. */
  get ids(): string[] {
    const kept = [...this.kept.values()].toSorted((a, b) => a.frame.place - b.frame.place);
    return kept.flatMap(({ frame }) => Array.from(frame.records, ({ id }) => id));
  }
}

/** A spool in memory. */
export class FakeSpool implements Spool {
  readonly recovered: readonly SpoolEntry[];
  readonly isIntact = true;
  failure: string | undefined;
  /** The ids of the frames, in the order in which they were appended. */
  readonly appended: string[] = [];
  readonly reads: string[] = [];
  readonly #disk: FakeDisk;
  readonly #clock: Clock;
  readonly #weather: Weather[];
  #crashed = false;

  constructor(disk: FakeDisk, clock: Clock, weather: readonly Weather[] = []) {
    this.#disk = disk;
    this.#clock = clock;
    this.#weather = [...weather];
    this.recovered = Array.from(disk.kept.values(), ({ entry }) => entry).toSorted(
      (a, b) => a.place - b.place,
    );
  }

  get freeBytes(): number {
    return this.failure === undefined ? Math.max(0, this.#disk.bytes - this.#disk.usedBytes) : 0;
  }

  /** The process is gone: nothing that was asked of this spool happens any more. */
  crash(): void {
    this.#crashed = true;
  }

  /** All goes well from now on. */
  calm(): void {
    this.#weather.length = 0;
  }

  async append(frame: SpoolFrame): Promise<SpoolEntry> {
    await this.#weathered('damage');
    const { id, place } = frame;
    const records = Array.from(frame.records);
    const bytes = records.reduce((sum, record) => sum + weightOf(record), 0);
    if (bytes > this.freeBytes) throw new SpoolError('full', 'appending: no room');
    const logs = records.filter(({ kind }) => kind === 'log').length;
    if (records.length === 0 || (logs > 0 && logs < records.length)) throw new Error('bad frame');
    if (this.#disk.kept.has(place)) throw new Error(`there is a frame at ${place} already`);
    const content = logs > 0 ? 'log' : 'other';
    const entry: SpoolEntry = { id, place, count: records.length, bytes, content };
    this.appended.push(id);
    this.#disk.kept.set(place, { entry, frame });
    return entry;
  }

  async read({ id, place }: SpoolEntry): Promise<SpoolFrame> {
    this.reads.push(id);
    const damaged = await this.#weathered('full');
    const frame = this.#disk.kept.get(place)?.frame;
    if (!frame || frame.id !== id) throw new Error(`reading ${id}, which is not there`);
    if (damaged) {
      for (const { id } of frame.records) this.#disk.damaged.add(id);
      throw new SpoolError('damaged', 'reading: the checksum is wrong');
    }
    return frame;
  }

  release({ id, place }: SpoolEntry): void {
    if (this.#crashed) return;
    if (this.#disk.kept.get(place)?.frame.id !== id) throw new Error(`releasing ${id} twice`);
    this.#disk.kept.delete(place);
  }

  bound(): void {}

  async setDamageAside(): Promise<void> {}

  async close(): Promise<void> {}

  /** Whether the frame is damaged; `without` is what does not happen to this operation. */
  async #weathered(without: 'damage' | 'full'): Promise<boolean> {
    const weather = this.#weather.shift() ?? { does: 'well', ms: 0 };
    if (weather.does === 'well' && weather.ms > 0)
      await this.#clock.sleep(weather.ms, new AbortController().signal);
    if (this.#crashed) return new Promise(() => undefined);
    if (without === 'full') {
      if (weather.does === 'fail') throw new SpoolError('failed', 'reading: EIO');
      return weather.does === 'damage';
    }
    if (weather.does === 'die') this.failure ??= 'the disk is read-only';
    if (this.failure !== undefined) throw new SpoolError('failed', this.failure);
    if (weather.does === 'full') throw new SpoolError('full', 'appending: no room');
    if (weather.does === 'fail') throw new SpoolError('failed', 'appending: EIO');
    return false;
  }
}
