import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HeldBatch } from '../../src/ship/batch.ts';
import { MemoryQueue } from '../../src/ship/memory-queue.ts';

type Model = { waiting: HeldBatch[]; pushed: number };
type Command = fc.Command<Model, MemoryQueue>;

class Push implements Command {
  check = () => true;
  run(model: Model, queue: MemoryQueue): void {
    const batch = { id: `b-${model.pushed}`, place: model.pushed, records: [], bytes: 1 };
    model.pushed += 1;
    model.waiting.push(batch);
    queue.push(batch);
  }
  toString = () => 'push';
}

class Shift implements Command {
  check = () => true;
  run(model: Model, queue: MemoryQueue): void {
    expect(queue.shift()).toBe(model.waiting.shift());
  }
  toString = () => 'shift';
}

class Look implements Command {
  check = () => true;
  run(model: Model, queue: MemoryQueue): void {
    expect(queue.peek()).toBe(model.waiting[0]);
    expect([...queue]).toEqual(model.waiting);
  }
  toString = () => 'look';
}

test('gives back what was put in, oldest first, through any pushes, shifts and walks', () => {
  const commands = fc.commands(
    [fc.constant(new Push()), fc.constant(new Shift()), fc.constant(new Look())],
    { size: '+1' },
  );
  fc.assert(
    fc.property(commands, (run) => {
      const setup = () => ({ model: { waiting: [], pushed: 0 }, real: new MemoryQueue() });
      fc.modelRun(setup, run);
    }),
  );
});
