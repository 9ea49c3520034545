import type { LogMark } from '../../src/decode/mark.ts';
import type { LanePositions } from '../../src/state/lane-state.ts';
import { placeOf } from './records.ts';

/** Positions that remember. They refuse marks that go back, in the first run: a later one may read lines again that an earlier one left on disk. */
export class PositionsBook implements LanePositions {
  readonly bornAt = '2025-01-01T00:00:00.000000000Z';
  /** All that was given, in order: what, whose, and the number of the line. */
  readonly given: ['stored' | 'delivered', string, number][] = [];
  #isFirst = true;
  readonly #stored = new Map<string, LogMark>();
  readonly #delivered = new Map<string, LogMark>();

  /** As the next run finds it. */
  copy(): PositionsBook {
    const copy = new PositionsBook();
    copy.#isFirst = false;
    for (const [id, mark] of this.#stored) copy.#stored.set(id, mark);
    for (const [id, mark] of this.#delivered) copy.#delivered.set(id, mark);
    return copy;
  }

  get(containerId: string): LogMark | undefined {
    return this.#stored.get(containerId);
  }

  marks(): readonly LogMark[] {
    return [...this.#stored.values()];
  }

  stored(mark: LogMark): void {
    this.given.push(['stored', mark.containerId, placeOf(mark)]);
    if (this.#isFirst && placeOf(mark) < this.storedAt(mark.containerId))
      throw new Error('stored goes back');
    this.#stored.set(mark.containerId, mark);
  }

  delivered(mark: LogMark): void {
    const { containerId } = mark;
    this.given.push(['delivered', containerId, placeOf(mark)]);
    if (this.#isFirst && placeOf(mark) < this.deliveredAt(containerId))
      throw new Error('delivered goes back');
    this.#delivered.set(containerId, mark);
    if (placeOf(mark) > this.storedAt(containerId)) this.#stored.set(containerId, mark);
  }

  forget(containerId: string): void {
    this.#stored.delete(containerId);
    this.#delivered.delete(containerId);
  }

  /** The number of the last line that is stored; -1: none. */
  storedAt(containerId: string): number {
    return placeOf(this.#stored.get(containerId));
  }

  /** The number of the last line that is delivered; -1: none. */
  deliveredAt(containerId: string): number {
    return placeOf(this.#delivered.get(containerId));
  }
}
