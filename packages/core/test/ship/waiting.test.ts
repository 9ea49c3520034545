import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Entry } from '../../src/ship/entry.ts';
import { Waiting } from '../../src/ship/waiting.ts';

const keptBytes = 300;

/** The queue beside a plain list of what waits, and what of it is on disk alone. */
class Queue {
  readonly waiting = new Waiting();
  all: Entry[] = [];
  readonly onDisk = new Set<Entry>();
  #made = 0;
  #loading: Entry | undefined;

  push(bytes: number): void {
    this.#made += 1;
    const facts = { id: `b-${this.#made}`, place: this.#made, count: 1, bytes, sinceMs: 0 };
    const entry = new Entry({ ...facts, content: this.#made % 3 === 0 ? 'other' : 'log' });
    this.all.push(entry);
    this.waiting.push(entry);
  }

  /** The oldest that is not safe becomes safe. */
  store(): void {
    const entry = this.all.find(({ isSafe }) => !isSafe);
    if (entry) entry.isSafe = true;
  }

  evict(): void {
    const entry = this.waiting.evict(keptBytes);
    if (!entry) return;
    expect(entry.isSafe).toBe(true);
    expect(this.onDisk.has(entry)).toBe(false);
    expect(this.all).toContain(entry);
    this.onDisk.add(entry);
    const before = this.all.slice(0, this.all.indexOf(entry));
    if (before.some((each) => this.onDisk.has(each))) return;
    expect(before.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThanOrEqual(keptBytes);
  }

  shift(): void {
    const [first] = this.all;
    const expected = first && !this.onDisk.has(first) ? first : undefined;
    expect(this.waiting.shift()).toBe(expected);
    if (expected) this.#remove(expected);
  }

  takeOldest(): void {
    const other = (entry: Entry) => entry.content === 'other' && !this.onDisk.has(entry);
    const expected = this.all.find(other);
    expect(this.waiting.takeOldest('other')).toBe(expected);
    if (expected) this.#remove(expected);
  }

  takeStored(): void {
    const expected = this.all.find((entry) => this.onDisk.has(entry) && entry !== this.#loading);
    expect(this.waiting.takeStored()).toBe(expected);
    if (expected) this.#remove(expected);
  }

  load(): void {
    const next = this.waiting.nextOnDisk;
    if (!next || this.waiting.frontBytes >= keptBytes) return;
    expect(next).toBe(this.all.find((entry) => this.onDisk.has(entry)));
    this.#loading = next;
    this.waiting.loading(next);
  }

  loaded(outcome: 'in memory' | 'still on disk' | 'lost'): void {
    const entry = this.#loading;
    if (!entry) return;
    this.#loading = undefined;
    this.waiting.loaded(entry, outcome);
    if (outcome !== 'still on disk') this.onDisk.delete(entry);
    if (outcome === 'lost') this.#remove(entry);
  }

  expectSame(): void {
    const { onDiskOnly, isEmpty, frontBytes, largestBytes } = this.waiting;
    const places = Array.from(this.waiting, ({ place }) => place);
    const largest = Math.max(0, ...Array.from(this.onDisk, ({ bytes }) => bytes));
    const nextOnDisk = this.all.findIndex((entry) => this.onDisk.has(entry));
    const front = nextOnDisk < 0 ? this.all : this.all.slice(0, nextOnDisk);
    expect({
      places,
      onDiskOnly,
      isEmpty,
      frontBytes,
      coversLargest: largestBytes >= largest,
    }).toEqual({
      places: this.all.map(({ place }) => place),
      onDiskOnly: this.onDisk.size,
      isEmpty: this.all.length === 0,
      frontBytes: front.reduce((sum, { bytes }) => sum + bytes, 0),
      coversLargest: true,
    });
  }

  #remove(gone: Entry): void {
    this.all = this.all.filter((entry) => entry !== gone);
    this.onDisk.delete(gone);
  }
}

type Step = (queue: Queue) => void;

const pushed = fc.integer({ min: 50, max: 200 }).map<Step>((bytes) => (queue) => queue.push(bytes));
const stored = fc.constant<Step>((queue) => queue.store());
const evicted = fc.constant<Step>((queue) => queue.evict());
const asked = fc.constantFrom<Step>(
  (queue) => queue.shift(),
  (queue) => queue.takeOldest(),
  (queue) => queue.takeStored(),
  (queue) => queue.load(),
);
const loaded = fc
  .constantFrom('in memory' as const, 'still on disk' as const, 'lost' as const)
  .map<Step>((outcome) => (queue) => queue.loaded(outcome));
const step = fc.oneof(
  { weight: 3, arbitrary: pushed },
  { weight: 2, arbitrary: stored },
  { weight: 2, arbitrary: evicted },
  { weight: 3, arbitrary: asked },
  { weight: 1, arbitrary: loaded },
);

test('stays one queue in order, whatever goes to disk, comes back, is dropped or lost', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const queue = new Queue();
      for (const each of steps) {
        each(queue);
        queue.expectSame();
      }
    }),
    { numRuns: 200 },
  );
});
