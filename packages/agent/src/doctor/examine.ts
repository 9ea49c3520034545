import { type Clock, messageOf } from '@tallyman/sdk';
import type { Examination } from './examination.ts';
import type { Finding } from './finding.ts';

/** The longest that one examination takes: longer than a sink is given to open. */
const examinationLimitMs = 20_000;

/**
 * Runs all examinations side by side. One that does not end in time, or fails, is a finding itself, so this takes no
 * longer than the limit and never rejects. Findings come in the order of the examinations.
 */
export async function findingsOf<Subject extends { readonly clock: Clock }>(
  examinations: readonly Examination<Subject>[],
  subject: Subject,
  limitMs = examinationLimitMs,
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    examinations.map((examination) => foundBy(examination, subject, limitMs)),
  );
  return found.flat();
}

async function foundBy<Subject extends { readonly clock: Clock }>(
  examination: Examination<Subject>,
  subject: Subject,
  limitMs: number,
): Promise<readonly Finding[]> {
  const over = new AbortController();
  const expired = expiry(limitMs, subject.clock, over.signal);
  try {
    return await Promise.race([examination.examine(subject, over.signal), expired]);
  } catch (error) {
    return [unfinished(examination.of, messageOf(error))];
  } finally {
    over.abort(new Error('the examination is over'));
  }
}

// Slept, not timed: it has to keep the process alive should an examination hang without any handle.
function expiry(limitMs: number, clock: Clock, signal: AbortSignal): Promise<never> {
  const expired = clock.sleep(limitMs, signal).then(() => {
    throw new Error(`it did not end within ${limitMs} ms`);
  });
  expired.catch(() => undefined);
  return expired;
}

function unfinished(of: string, why: string): Finding {
  return {
    code: 'check.unfinished',
    severity: 'problem',
    where: [of],
    what: `examining ${of} came to no end: ${why}`,
    todo: `see to it that ${of} answers, then run the check again; the other findings may name the cause`,
  };
}
