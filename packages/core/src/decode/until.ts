import { isSame, type LineRef, type LogPosition, Resume } from './resume.ts';

/** The place up to which was to be read does not come: the log was rotated, damaged, or the clock set back. */
export class UntilLostError extends Error {
  override readonly name = 'UntilLostError';
}

/** A place further on in the log, up to which a lane that was away reads by itself. */
export interface Until {
  readonly position: LogPosition;
  /** `time` where the place itself was lost: whatever is not younger counts as before it. */
  readonly by: 'line' | 'time';
  /** Called in the moment in which the place is reached; may name one further on. */
  readonly reached: () => LogPosition | undefined;
}

/** Tells lines before a place from those behind it. */
export class UpperBound {
  readonly #reached: Until['reached'];
  #after: LineRef | undefined;
  #place: Resume | undefined;

  constructor({ position, by, reached }: Until) {
    this.#reached = reached;
    this.#after = position.after;
    this.#place = new Resume(position, by);
  }

  /** Whether the place was reached: nothing more is within. */
  get isReached(): boolean {
    return this.#place === undefined;
  }

  /** As {@link Resume.begun}. */
  begun(line: Parameters<Resume['begun']>[0]): void {
    this.#place?.begun(line);
  }

  /** Whether the line is one of those up to the place. To be asked of each. Throws {@link UntilLostError}. */
  isWithin(line: LineRef): boolean {
    const place = this.#place;
    if (place === undefined) return false;
    const isWithin = !isNewTo(place, line);
    if (place.isDone) this.#place = this.#furtherOn();
    return isWithin;
  }

  #furtherOn(): Resume | undefined {
    const next = this.#reached();
    if (next === undefined) return undefined;
    const { after, ...overtakers } = next;
    const passed = this.#after;
    this.#after = after;
    // While a long line is open, others overtake it: the line that they all stand behind has passed already.
    const isPassed = after !== undefined && passed !== undefined && isSame(after, passed);
    return new Resume(isPassed ? overtakers : next);
  }
}

function isNewTo(place: Resume, line: LineRef): boolean {
  try {
    return place.isNew(line);
  } catch (cause) {
    throw new UntilLostError('reading a log up to a place in it', { cause });
  }
}
