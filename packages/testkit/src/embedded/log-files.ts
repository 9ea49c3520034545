/** When a log goes on in another file, and how many of them are kept. As `max-size` and `max-file`, in entries. */
export interface Rotation {
  readonly entriesPerFile: number;
  /** At least 1: then all that was there is gone at each rotation. */
  readonly files: number;
}

/** The entries `[start, end)`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** How a log is spread over files. Positions count entries from the first ever written. */
export class LogFiles {
  #starts: number[] = [0];
  #damagedAt: number | undefined;

  /** The oldest entry that is still there. */
  get oldest(): number {
    return this.#starts[0] ?? 0;
  }

  /** Before the entry `next` is written: begins another file where it is time to. */
  beforeWriting(next: number, { entriesPerFile, files }: Rotation): void {
    if (next - (this.#starts.at(-1) ?? 0) < entriesPerFile) return;
    this.#starts.push(next);
    this.#starts = this.#starts.slice(-files);
  }

  /** What was written before `oldest` is gone. */
  drop(oldest: number): void {
    this.#starts = [oldest, ...this.#starts.filter((start) => start > oldest)];
  }

  damage(next: number): void {
    this.#damagedAt = next;
  }

  /** What a reader that begins at `from` does not see: all behind the damage, to the end of its file. */
  hiddenFrom(from: number): Range | undefined {
    const start = this.#damagedAt;
    if (start === undefined || from >= start || start < this.oldest) return undefined;
    const end = this.#starts.find((each) => each > start) ?? Number.POSITIVE_INFINITY;
    return { start, end };
  }
}
