import { defaultLedgerBytes, Kept } from '../kept.ts';
import type { LibratoAnnotation, LibratoLedger, LibratoPoint, LibratoRefusal } from './types.ts';

type BatchEntry = LibratoLedger['batches'][number];

// Wire contract 1.4, "measurements / POST": what clients keep to, below the hard limit.
const usualItems = { metrics: 300, measurements: 500 } as const;

/** What was accepted, and what was not. */
export class LibratoBook {
  readonly #points: Kept<LibratoPoint>;
  readonly #annotations: Kept<LibratoAnnotation>;
  readonly #refusals: Kept<LibratoRefusal>;
  readonly #batches: Kept<BatchEntry>;
  #count = { points: 0, annotations: 0, refusals: 0, oversizedBatches: 0 };

  constructor(limitBytes = defaultLedgerBytes) {
    this.#points = new Kept(limitBytes);
    this.#annotations = new Kept(limitBytes);
    this.#refusals = new Kept(limitBytes);
    this.#batches = new Kept(limitBytes);
  }

  /** The size is that of the request's body: what its points cost in memory is about three times as much. */
  enterBatch(batch: BatchEntry, points: readonly LibratoPoint[], bodyBytes: number): void {
    this.#batches.add(batch, 0);
    if (batch.measurements > usualItems[batch.api]) this.#count.oversizedBatches++;
    this.#count.points += points.length;
    const pointBytes = Math.ceil((3 * bodyBytes) / Math.max(1, points.length));
    for (const point of points) this.#points.add(point, pointBytes);
  }

  enterAnnotation(annotation: LibratoAnnotation): void {
    this.#count.annotations++;
    this.#annotations.add(annotation, annotation.title.length);
  }

  enterRefusal(refusal: LibratoRefusal): void {
    this.#count.refusals++;
    this.#refusals.add(refusal, refusal.message.length);
  }

  get lists(): Omit<LibratoLedger, 'requests'> {
    return {
      points: this.#points.list(),
      annotations: this.#annotations.list(),
      refusals: this.#refusals.list(),
      batches: this.#batches.list(),
    };
  }

  get tally(): Readonly<
    Record<'points' | 'annotations' | 'refusals' | 'oversizedBatches', number>
  > {
    return { ...this.#count };
  }

  get notKept(): number {
    const { notKept } = this.#points;
    return notKept + this.#annotations.notKept + this.#refusals.notKept + this.#batches.notKept;
  }

  clear(): void {
    for (const list of [this.#points, this.#annotations, this.#refusals, this.#batches])
      list.clear();
    this.#count = { points: 0, annotations: 0, refusals: 0, oversizedBatches: 0 };
  }
}
