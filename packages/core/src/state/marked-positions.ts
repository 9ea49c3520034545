import type { LogMark } from '../decode/mark.ts';
import type { LanePositions } from './lane-state.ts';
import { markOrder } from './mark-order.ts';

/** How far one log is settled. At least one of the two is there. */
export interface ContainerMarks {
  readonly delivered?: LogMark;
  /** Only where it is further than `delivered`. */
  readonly stored?: LogMark;
}

/** A lane's positions in memory. */
export class MarkedPositions implements LanePositions {
  readonly bornAt: string;
  readonly #marks: Map<string, ContainerMarks>;
  readonly #onChange: () => void;

  constructor(bornAt: string, marks: Iterable<ContainerMarks> = [], onChange = () => {}) {
    this.bornAt = bornAt;
    this.#onChange = onChange;
    this.#marks = new Map();
    for (const one of marks) {
      const mark = one.stored ?? one.delivered;
      if (mark !== undefined) this.#marks.set(mark.containerId, one);
    }
  }

  get(containerId: string): LogMark | undefined {
    const marks = this.#marks.get(containerId);
    return marks?.stored ?? marks?.delivered;
  }

  marks(): readonly LogMark[] {
    return this.all().flatMap(({ stored, delivered }) => stored ?? delivered ?? []);
  }

  /** Both marks of every container. */
  all(): readonly ContainerMarks[] {
    return [...this.#marks.values()];
  }

  stored(mark: LogMark): void {
    const { delivered } = this.#marks.get(mark.containerId) ?? {};
    const isPast = delivered !== undefined && isAtOrBehind(mark, delivered);
    if (!isPast) this.#set({ ...(delivered && { delivered }), stored: mark });
  }

  delivered(mark: LogMark): void {
    const { stored } = this.#marks.get(mark.containerId) ?? {};
    // Where the two cannot be told apart, what is on disk stays: either way nothing before it is missing.
    const isAhead = stored !== undefined && !isAtOrBehind(stored, mark);
    this.#set({ delivered: mark, ...(isAhead && { stored }) });
  }

  forget(containerId: string): void {
    if (this.#marks.delete(containerId)) this.#onChange();
  }

  #set(marks: ContainerMarks & { readonly delivered?: LogMark }): void {
    const mark = marks.delivered ?? marks.stored;
    if (mark === undefined) return;
    this.#marks.set(mark.containerId, marks);
    this.#onChange();
  }
}

function isAtOrBehind(mark: LogMark, other: LogMark): boolean {
  const order = markOrder(mark, other);
  return order === 'same' || order === 'behind';
}
