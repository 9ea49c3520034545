import { isSinkError } from '@tallyman/sdk';
import { type Outcome, told } from '../call.ts';
import { type Case, NotApplicable, Violation } from '../case.ts';
import { type Verdict, verdictOn } from '../failure.ts';
import type { Behaviour } from '../harness.ts';
import { type Trial, tried } from '../trial.ts';

const waitSeconds = 30;
// A date has whole seconds, and the clock goes on.
const toleranceMs = 1_500;

export const limited: Case = tried(async (trial) => {
  for (const retryAfter of [{ seconds: waitSeconds }, { dateInSeconds: waitSeconds }]) {
    const form = 'seconds' in retryAfter ? 'seconds' : 'an HTTP date';
    const outcome = await outcomeAt(trial, { kind: 'limit', retryAfter });
    demand(outcome, ['retried'], `at a 429 with Retry-After as ${form}`, {
      whatToDo: 'reject with retryable(message, { status: 429, retryAfterMs })',
    });
    const error = outcome.kind === 'rejected' ? outcome.error : undefined;
    const retryAfterMs = isSinkError(error) ? error.retryAfterMs : undefined;
    if (Math.abs((retryAfterMs ?? 0) - waitSeconds * 1_000) <= toleranceMs) continue;
    throw new Violation({
      expected: `retryAfterMs of about ${waitSeconds * 1_000}, from Retry-After as ${form}`,
      seen: `retryAfterMs: ${retryAfterMs}`,
      whatToDo:
        'read both forms: seconds, and a date that is compared with context.clock.now(); the lane waits for no less',
    });
  }
});

export const unavailable: Case = tried(async (trial) => {
  for (const status of [500, 503])
    demand(await outcomeAt(trial, { kind: 'unavailable', status }), ['retried'], `at a ${status}`, {
      whatToDo: 'reject with retryable(message, { status }): the same batch comes again later',
    });
});

export const broken: Case = tried(async (trial) => {
  demand(await outcomeAt(trial, { kind: 'reset' }), ['retried'], 'when the connection is reset', {
    whatToDo:
      "reject with retryable(message, { cause }), or let the system's error with its code through",
  });
});

export const senseless: Case = tried(async (trial) => {
  demand(await outcomeAt(trial, { kind: 'garbage' }), ['retried'], 'at an answer that is none', {
    whatToDo:
      'reject with retryable(message, { cause }): records are not at fault at what they were answered',
  });
});

// Longer than any limit of its own that a sink could reasonably have.
const jumpMs = 600_000;
const jumpSteps = 20;

export const silent: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  const before = trial.backend.contacts();
  await trial.behave({ kind: 'silence' });
  const batch = trial.plainBatch();
  const write = sink.write(batch);
  await trial.until(() => write.isSettled || trial.backend.contacts() > before);
  await trial.clock.jump(jumpMs, jumpSteps, trial.subject.signal);
  if (write.isSettled) {
    demand(write.outcome, ['retried'], 'at a destination that says nothing for ten minutes', {
      whatToDo: 'wait for its answer; the runtime limits the time and aborts the signal',
    });
    return;
  }
  await trial.behave({ kind: 'accept' });
  await trial.settle(write);
  if (write.outcome.kind === 'resolved') return;
  throw new Violation({
    expected: 'the write to resolve when the answer came at last',
    seen: told(write.outcome),
    whatToDo: 'take an answer whenever it comes: only the signal says that nobody waits any more',
  });
});

export const refused: Case = tried(async (trial) => {
  demand(await outcomeAt(trial, { kind: 'refuse', status: 400 }), ['refused'], 'at a 400', {
    whatToDo:
      'reject with permanent(message, { status }): what is retried although it will never be taken holds up the lane for ever',
  });
});

export const tooLarge: Case = tried(async (trial) => {
  demand(await outcomeAt(trial, { kind: 'too-large' }), ['too large'], 'at a 413', {
    whatToDo: 'pass the status on: permanent(message, { status: 413 }); the runtime cuts the batch',
  });
});

export const unauthorised: Case = tried(async (trial) => {
  demand(await outcomeAt(trial, { kind: 'unauthorised' }), ['credentials'], 'at a 401', {
    whatToDo:
      'pass the status on: retryable(message, { status: 401 }); the lane then holds the records and says what to do',
  });
});

const statusText = 503;

export const message: Case = tried(async (trial) => {
  const outcome = await outcomeAt(trial, { kind: 'unavailable', status: statusText });
  if (outcome.kind !== 'rejected') throw new NotApplicable('nothing was rejected; see 5.2');
  const text = isSinkError(outcome.error) ? outcome.error.message : String(outcome.error);
  const saysWhatCameBack = text.includes(String(statusText));
  const saysWhatWasDone = /^\p{L}+ \P{C}*$/u.test(text) && text.trim().split(/\s+/).length > 2;
  if (saysWhatCameBack && saysWhatWasDone) return;
  throw new Violation({
    expected: 'one line such as "posting 300 points: HTTP 503"',
    seen: JSON.stringify(text),
    whatToDo: 'begin with what was being done, and end with the status: people read it in the log',
  });
});

/** What a write comes to, of one record, while the destination does this. */
async function outcomeAt(trial: Trial, behaviour: Behaviour): Promise<Outcome> {
  const sink = await trial.openSink();
  await trial.behave(behaviour);
  const write = sink.write(trial.plainBatch());
  await trial.settle(write);
  await trial.behave({ kind: 'accept' });
  return write.outcome;
}

const wordsFor: Readonly<Record<Verdict, string>> = {
  retried: 'the batch to come again, as at a retryable error',
  credentials: 'refused credentials: an error with status 401 or 403',
  'too large': 'a batch that is too large: an error with status 413',
  refused: 'the batch to be given up, as at a permanent error',
  part: 'a partial error',
  suspect: 'an error that says nothing',
};

function demand(
  outcome: Outcome,
  wanted: readonly Verdict[],
  when: string,
  { whatToDo }: { readonly whatToDo: string },
): void {
  const verdict = outcome.kind === 'rejected' ? verdictOn(outcome.error, 1) : undefined;
  if (verdict !== undefined && wanted.includes(verdict)) return;
  const expected = `${when} ${wanted.map((one) => wordsFor[one]).join(' or ')}`;
  throw new Violation({ expected, seen: told(outcome), whatToDo });
}
