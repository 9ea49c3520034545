import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Entry } from '../../src/ship/entry.ts';
import { Ledger } from '../../src/ship/ledger.ts';
import type { SpoolFrame } from '../../src/ship/spool/spool.ts';
import { PositionsBook } from './positions-book.ts';
import { line, markAt } from './records.ts';

interface Added {
  readonly entry: Entry;
  isStored: boolean;
  isSettled: boolean;
  frame: SpoolFrame | undefined;
  isForgotten: boolean;
}

interface Marked {
  readonly container: string;
  readonly number: number;
  /** The batches that were added before it. */
  readonly behind: readonly Added[];
}

/** The ledger beside a model that keeps everything and looks at all of it each time. */
class Books {
  readonly positions = new PositionsBook();
  readonly #ledger = new Ledger(this.positions);
  readonly #added: Added[] = [];
  readonly #marked: Marked[] = [];

  add(containers: readonly string[]): void {
    const index = this.#added.length;
    const records = [line('a', index)];
    const place = { id: `b-${index}`, place: index, bytes: 400 };
    const entry = new Entry({ ...place, content: 'log', count: 1, sinceMs: 0 });
    entry.fill({ ...place, records });
    const added = { entry, isStored: false, isSettled: false, frame: undefined };
    this.#added.push({ ...added, isForgotten: false });
    for (const container of containers) entry.mark(this.#nextMark(container));
    this.#ledger.add(entry);
  }

  mark(container: string): void {
    this.#ledger.mark(this.#nextMark(container));
  }

  store(pick: number): void {
    const added = this.#pick(pick, ({ isStored, isSettled }) => !isStored && !isSettled);
    if (!added) return;
    added.isStored = true;
    added.frame = added.entry.frame();
    const { id, place } = added.entry;
    added.entry.stored = { id, place, count: 1, bytes: 400, content: 'log' };
    this.#ledger.stored();
  }

  forget(pick: number): void {
    const added = this.#pick(
      pick,
      ({ entry, isSettled, isForgotten }) => entry.isSafe && !isSettled && !isForgotten,
    );
    if (!added) return;
    added.isForgotten = true;
    added.entry.forget();
  }

  settle(pick: number): void {
    const added = this.#pick(pick, ({ isSettled }) => !isSettled);
    if (!added) return;
    if (added.isForgotten && added.frame) added.entry.load(added.frame);
    added.isSettled = true;
    added.entry.abandon();
    this.#ledger.settled(added.entry);
  }

  expectExact(): void {
    const last = (container: string, isPast: (added: Added) => boolean) =>
      this.#marked.findLast((mark) => mark.container === container && mark.behind.every(isPast))
        ?.number ?? -1;
    const { positions } = this;
    expect(
      containers.map((each) => [positions.deliveredAt(each), positions.storedAt(each)]),
    ).toEqual(
      containers.map((each) => [
        last(each, ({ isSettled }) => isSettled),
        last(each, ({ isSettled, isStored }) => isSettled || isStored),
      ]),
    );
  }

  #nextMark(container: string) {
    const number = this.#marked.length;
    this.#marked.push({ container, number, behind: [...this.#added] });
    return markAt(container, number);
  }

  #pick(pick: number, isMeant: (added: Added) => boolean): Added | undefined {
    const meant = this.#added.filter(isMeant);
    return meant[pick % meant.length];
  }
}

const containers = ['a', 'b', 'c'];
const container = fc.constantFrom(...containers);
const pick = fc.nat({ max: 1_000 });
const step = fc.oneof(
  fc
    .uniqueArray(container)
    .map((marks) => ({ run: (books: Books) => books.add(marks), says: `add ${marks.join()}` })),
  container.map((name) => ({ run: (books: Books) => books.mark(name), says: `mark ${name}` })),
  pick.map((which) => ({ run: (books: Books) => books.store(which), says: `store ${which}` })),
  pick.map((which) => ({ run: (books: Books) => books.forget(which), says: `forget ${which}` })),
  pick.map((which) => ({ run: (books: Books) => books.settle(which), says: `settle ${which}` })),
);

test('moves both positions exactly as far as all before is settled, or stored, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const books = new Books();
      for (const { run } of steps) {
        run(books);
        books.expectExact();
      }
    }),
    { numRuns: 300 },
  );
});

test('keeps what a later mark says when the batch comes back from the disk with an older one', () => {
  const books = new Books();
  books.add(['a']);
  books.store(0);
  books.mark('a');
  books.forget(0);

  books.settle(0);

  expect(books.positions.deliveredAt('a')).toBe(1);
});
