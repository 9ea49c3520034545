import { systemClock } from '@tallyman/sdk';

const pollMs = 5;

/** Asks again and again until the answer is as wanted. */
export async function polled<Answer>(
  ask: () => Answer | Promise<Answer>,
  condition: (answer: Answer) => boolean,
  signal: AbortSignal,
): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (condition(answer)) return answer;
    await systemClock.sleep(pollMs, signal);
  }
}
