import { test } from '@jest/globals';
import fc from 'fast-check';
import type { Call, Crash } from './faulty-disk.ts';
import { logFrame, otherFrame } from './frames.ts';
import { SpoolAndModel } from './spool-model.ts';

interface Step {
  readonly run: (model: SpoolAndModel) => Promise<void> | void;
  /** How it is shown where the property fails. */
  readonly [fc.toStringMethod]: () => string;
}

const step = (name: string, run: Step['run']): Step => ({ run, [fc.toStringMethod]: () => name });

const appends = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(10, 100, 600)), {
    minLength: 1,
    maxLength: 5,
  })
  .chain((sizes) =>
    fc.boolean().map((isAwaited) =>
      step(`append ${JSON.stringify(sizes)} ${isAwaited}`, async (model) => {
        for (const [lines, bytes] of sizes)
          model.append((place) =>
            lines === 4 ? otherFrame(place) : logFrame(place, lines, bytes),
          );
        if (isAwaited) await model.disk.idle();
      }),
    ),
  );
const reads = fc.nat(50).map((which) => step(`read ${which}`, (model) => model.read(which)));
const releases = fc.array(fc.nat(50), { minLength: 1, maxLength: 8 }).map((all) =>
  step(`release ${all.join()}`, (model) => {
    for (const which of all) model.release(which);
  }),
);
const ticks = fc.constant(step('tick', (model) => model.tick()));
const reopens = fc.constant(step('reopen', (model) => model.reopen()));
const crashes = fc.tuple(fc.constantFrom<Crash>('kill', 'power'), fc.nat(12)).map(([kind, calls]) =>
  step(`${kind} after ${calls}`, async (model) => {
    if (calls === 0) return model.crash(kind);
    model.disk.crashAfter(calls);
    model.append((place) => logFrame(place));
    model.release(calls);
    model.append((place) => logFrame(place, 3, 600));
    await model.tick();
    return model.crash(kind);
  }),
);
const faults = fc
  .tuple(
    fc.constantFrom<Call>(
      'write',
      'datasync',
      'open',
      'truncate',
      'unlink',
      'syncDirectory',
      'rename',
      'read',
    ),
    fc.constantFrom('ENOSPC', 'EIO', 'EROFS', 'EDQUOT'),
    fc.integer({ min: 1, max: 3 }),
  )
  .filter(([call]) => call !== 'read')
  .map(([call, code, times]) =>
    step(`${call} ${code} ${times}`, (model) => model.fail(call, code, times)),
  );
const fills = fc.nat(3_000).map((left) =>
  step(`fill ${left}`, (model) => {
    model.disk.capacityBytes = model.disk.usedBytes + left;
  }),
);
const damages = fc
  .tuple(fc.nat(20), fc.nat(3_000))
  .map(([which, at]) => step(`damage ${which} ${at}`, (model) => model.damage(which, at)));
const asides = fc.constant(step('set aside', (model) => model.setDamageAside()));

const usual = [
  { weight: 6, arbitrary: appends },
  { weight: 2, arbitrary: reads },
  { weight: 4, arbitrary: releases },
  { weight: 2, arbitrary: ticks },
  { weight: 2, arbitrary: reopens },
  { weight: 3, arbitrary: crashes },
];

async function holds(steps: readonly Step[], seed: number): Promise<void> {
  const model = new SpoolAndModel(randomFrom(seed));
  await model.open();
  for (const { run } of steps) {
    await run(model);
    model.checkBounds();
  }
  await model.reopen();
}

function stepsOf(...kinds: fc.WeightedArbitrary<Step>[]) {
  return fc.array(fc.oneof(...usual, ...kinds), { maxLength: 20, size: 'max' });
}

const numRuns = 100;

test('what was stored is there after any crash, in order and to the byte; what was released is not', async () => {
  await fc.assert(fc.asyncProperty(stepsOf(), fc.nat(), holds), { numRuns: 2 * numRuns });
});

test('so it is on a disk that fails and fills up', async () => {
  const kinds = [
    { weight: 4, arbitrary: faults },
    { weight: 2, arbitrary: fills },
  ];
  await fc.assert(fc.asyncProperty(stepsOf(...kinds), fc.nat(), holds), { numRuns });
});

test('and where files are damaged, whatever is lost is known to be', async () => {
  const kinds = [
    { weight: 3, arbitrary: damages },
    { weight: 1, arbitrary: asides },
  ];
  await fc.assert(fc.asyncProperty(stepsOf(...kinds), fc.nat(), holds), { numRuns });
});

/** The same numbers for the same seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
