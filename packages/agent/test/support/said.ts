import type { AccountSnapshot } from '@tallyman/core';
import type { ContainerRecord } from '@tallyman/sdk';
import { expectBalanced } from '@tallyman/testkit';

/** The values of the lines that are JSON. */
export function jsonIn(text: string): unknown[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/** Whether a value printed by the stdout sink is a record. Its details are what tests compare. */
export function isRecord(value: unknown): value is ContainerRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    ['log', 'stat', 'event'].some((kind) => kind === value.kind)
  );
}

/** Whether this is the account that the agent states at its end. */
export function isAccount(value: unknown): value is Readonly<Record<string, AccountSnapshot>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(
      (lane: unknown) =>
        typeof lane === 'object' &&
        lane !== null &&
        ['offered', 'delivered', 'held', 'dropped'].every((key) => key in lane),
    )
  );
}

/** What became of a sink's records. Throws where the account is missing or does not balance. */
export function laneOf(
  account: Readonly<Record<string, AccountSnapshot>> | undefined,
  sink = 'stdout',
): AccountSnapshot {
  const lane = account?.[sink];
  if (lane === undefined) throw new Error(`reading the account: there is none of ${sink}`);
  expectBalanced(lane);
  return lane;
}
