import type { Refusal } from './outcome.ts';

/** What became of a point that the service was asked about. */
export type Answered = 'accepted' | Refusal;

/** Of one record, by the names of its points. */
export type AnsweredPoints = ReadonlyMap<string, Answered>;

/** More records than a lane has in flight by default; one takes some kilobytes. */
const mostRecords = 2_000;

const none: AnsweredPoints = new Map();

/**
 * Remembers, of records that are to be tried again, which of their points the service has answered. Without it a
 * batch of many requests would never get through where only some of them fit between one failure and the next.
 */
export class PartlyDone {
  /** By the id of the record, longest known first. */
  readonly #points = new Map<string, AnsweredPoints>();

  pointsOf(recordId: string): AnsweredPoints {
    return this.#points.get(recordId) ?? none;
  }

  remember(recordId: string, points: AnsweredPoints): void {
    if (points.size === 0) return;
    this.#points.set(recordId, new Map([...this.pointsOf(recordId), ...points]));
    const [oldest] = this.#points.keys();
    if (this.#points.size > mostRecords && oldest !== undefined) this.#points.delete(oldest);
  }

  forget(recordId: string): void {
    this.#points.delete(recordId);
  }
}
