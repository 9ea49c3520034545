import type { Line } from './lines.ts';

// Docker 20.10 repeated up to about fifty lines when a log rotated under load.
const remembered = 1_024;

/**
 * Recognises lines that an engine sends twice on one connection, as Docker 20.10 does when the log rotates while
 * it is followed. Of one stream; looks back only where the times do, so that it costs nothing as a rule.
 */
export class RecentLines {
  readonly #times: string[] = [];
  readonly #ordinals: number[] = [];
  #next = 0;
  #youngest = '';

  /** Whether the line was seen before; remembers it if not. */
  isRepeated(line: Pick<Line, 'time' | 'ordinal'>): boolean {
    if (line.time <= this.#youngest && this.#has(line)) return true;
    if (line.time > this.#youngest) this.#youngest = line.time;
    this.#times[this.#next] = line.time;
    this.#ordinals[this.#next] = line.ordinal;
    this.#next = (this.#next + 1) % remembered;
    return false;
  }

  #has({ time, ordinal }: Pick<Line, 'time' | 'ordinal'>): boolean {
    for (let at = this.#times.indexOf(time); at >= 0; at = this.#times.indexOf(time, at + 1))
      if (this.#ordinals[at] === ordinal) return true;
    return false;
  }
}
