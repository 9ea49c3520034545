import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LinkedSet } from '../../src/ship/linked-set.ts';

type Model = { items: number[]; added: number };
type Command = fc.Command<Model, LinkedSet<number>>;

class Add implements Command {
  readonly #where: 'push' | 'unshift';
  constructor(where: 'push' | 'unshift') {
    this.#where = where;
  }
  check = () => true;
  run(model: Model, set: LinkedSet<number>): void {
    model.items[this.#where](model.added);
    set[this.#where](model.added);
    model.added += 1;
  }
  toString = () => this.#where;
}

class Delete implements Command {
  readonly #item: number;
  constructor(item: number) {
    this.#item = item;
  }
  check = () => true;
  run(model: Model, set: LinkedSet<number>): void {
    expect(set.delete(this.#item)).toBe(model.items.includes(this.#item));
    model.items = model.items.filter((item) => item !== this.#item);
  }
  toString = () => `delete ${this.#item}`;
}

class Look implements Command {
  check = () => true;
  run({ items }: Model, set: LinkedSet<number>): void {
    expect([...set]).toEqual(items);
    expect([set.size, set.first, set.last]).toEqual([items.length, items[0], items.at(-1)]);
    items.forEach((item, index) => {
      expect(set.before(item)).toBe(items[index - 1]);
      expect(set.after(item)).toBe(items[index + 1]);
    });
  }
  toString = () => 'look';
}

test('keeps the order and the neighbours through any additions at both ends and deletions anywhere', () => {
  const commands = fc.commands(
    [
      fc.constantFrom('push' as const, 'unshift' as const).map((where) => new Add(where)),
      fc.nat({ max: 12 }).map((item) => new Delete(item)),
      fc.constant(new Look()),
    ],
    { size: '+1' },
  );
  fc.assert(
    fc.property(commands, (run) => {
      const setup = () => ({ model: { items: [], added: 0 }, real: new LinkedSet<number>() });
      fc.modelRun(setup, run);
    }),
  );
});
