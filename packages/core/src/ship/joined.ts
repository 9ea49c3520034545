import type { ContainerRecord } from '@tallyman/sdk';
import type { Records } from '../decode/records.ts';
import { weightAt } from '../decode/weight.ts';

/** Records one behind the other. */
export function joined(parts: readonly Records[]): Records {
  const [only] = parts;
  return parts.length === 1 && only ? only : new Joined(parts);
}

class Joined implements Records {
  readonly length: number;
  readonly #parts: readonly Records[];
  /** The part that was asked for last, and where it begins: as a rule the next question is for it, too. */
  #part = 0;
  #start = 0;

  constructor(parts: readonly Records[]) {
    this.#parts = parts;
    this.length = parts.reduce((sum, { length }) => sum + length, 0);
  }

  at(index: number): ContainerRecord | undefined {
    const from = index < 0 ? this.length + index : index;
    return this.#seek(from)?.at(from - this.#start);
  }

  weightAt(index: number): number {
    const part = this.#seek(index);
    return part === undefined ? 0 : weightAt(part, index - this.#start);
  }

  slice(from = 0, to = this.length): Records {
    let start = 0;
    const slices: Records[] = [];
    for (const part of this.#parts) {
      const [first, end] = [Math.max(0, from - start), Math.min(part.length, to - start)];
      if (end > first) slices.push(part.slice(first, end));
      start += part.length;
    }
    return joined(slices);
  }

  *[Symbol.iterator](): Iterator<ContainerRecord> {
    for (const part of this.#parts) yield* part;
  }

  /** Makes the part with this index the current one. */
  #seek(index: number): Records | undefined {
    if (index < 0 || index >= this.length) return undefined;
    if (index < this.#start) [this.#part, this.#start] = [0, 0];
    let part = this.#parts[this.#part];
    while (part !== undefined && index >= this.#start + part.length) {
      this.#start += part.length;
      part = this.#parts[++this.#part];
    }
    return part;
  }
}
