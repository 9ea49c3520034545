import type { VirtualClock } from '@tallyman/testkit';

const patienceMs = 10_000;

/** Resolves as soon as the condition holds; looks after every turn of the event loop, and gives up with its text. */
export async function until(holds: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`waiting in vain until ${holds.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The same, while time passes on the clock: slowly enough for answers over a socket. */
export async function untilOn(clock: VirtualClock, holds: () => boolean): Promise<void> {
  await until(() => {
    void clock.advance(100);
    return holds();
  });
}
