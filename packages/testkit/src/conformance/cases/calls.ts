import { type Outcome, told } from '../call.ts';
import { type Case, NotApplicable, Violation } from '../case.ts';
import { verdictOn } from '../failure.ts';
import type { Behaviour } from '../harness.ts';
import { type Trial, tried } from '../trial.ts';
import type { TriedSink } from '../tried-sink.ts';

export const provesCredentials: Case = tried(async (trial) => {
  const sink = trial.newSink();
  if (!sink.hasOpen) throw new NotApplicable('the sink has no `open`');
  await trial.behave({ kind: 'unauthorised' });
  const opening = sink.open();
  await trial.settle(opening);

  const { outcome } = opening;
  if (outcome.kind === 'rejected' && verdictOn(outcome.error, 0) === 'credentials') return;
  throw new Violation({
    expected:
      '`open` to reject with an error of status 401 or 403 where the credentials are refused',
    seen: told(outcome),
    whatToDo:
      'send a request that the destination answers by the credentials, and pass its status on; where there is none, say so under notApplicable',
  });
});

export const opensAgain: Case = tried(async (trial) => {
  const sink = trial.newSink();
  if (!sink.hasOpen) throw new NotApplicable('the sink has no `open`');
  await failedOpen(trial, sink);
  const opening = sink.open();
  await trial.settle(opening);
  const batch = trial.plainBatch();
  const write = sink.write(batch);
  await trial.settle(write);

  const outcome = opening.outcome.kind === 'resolved' ? write.outcome : opening.outcome;
  if (outcome.kind === 'resolved') return;
  throw new Violation({
    expected: 'a second `open`, and a `write` after it, to resolve once the destination accepts',
    seen: told(outcome),
    whatToDo: 'leave nothing behind in a failed `open` that a later one stumbles over',
  });
});

export const closesEarly: Case = tried(async (trial) => {
  const unopened = trial.newSink();
  if (!unopened.hasClose) throw new NotApplicable('the sink has no `close`');
  await demandClosed(trial, unopened, 'without an `open`');
  const failed = trial.newSink();
  if (!failed.hasOpen) return;
  await failedOpen(trial, failed).catch((thrown) => {
    if (!(thrown instanceof NotApplicable)) throw thrown;
  });
  await demandClosed(trial, failed, 'after an `open` that failed');
});

export const leavesNothing: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  await trial.settle(sink.write(trial.plainBatch()));
  await trial.close(sink);
  const isNothingLeft = () => trial.clock.pending === 0 && trial.resources.left.length === 0;
  if (await trial.until(isNothingLeft, 1_000)) return;
  const timers = trial.clock.pending > 0 ? [`${trial.clock.pending} of context.clock`] : [];
  throw new Violation({
    expected: 'no timer, socket, file or process a second after `close`',
    seen: `still there: ${[...trial.resources.left, ...timers].join(', ')}`,
    whatToDo:
      'end in `close` what `open` and `write` began: otherwise the agent cannot stop, and a reload leaks',
  });
});

export const staysUnchanged: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  for (const kind of trial.kinds) {
    const batch = trial.batch(trial.records.list(kind, 3));
    const write = sink.write(deeplyFrozen(batch));
    await trial.settle(write);
    if (write.outcome.kind === 'resolved') continue;
    throw new Violation({
      expected: `a write of deeply frozen ${kind}s to resolve as any other`,
      seen: told(write.outcome),
      whatToDo: 'copy what you change: all sinks are given the same records',
    });
  }
});

// A sink that waits between attempts does so on its clock, or in real time.
const hourMs = 3_600_000;
const hourSteps = 40;

export const doesNotRetry: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  const { backend } = trial;
  const opened = backend.contacts();
  await trial.settle(sink.write(trial.plainBatch()));
  const usual = backend.contacts() - opened;
  await trial.behave({ kind: 'unavailable', status: 503 });
  const before = backend.contacts();
  const write = sink.write(trial.plainBatch());
  await trial.until(() => write.isSettled || backend.contacts() - before > usual, 1_000);
  await trial.clock.jump(hourMs, hourSteps, trial.subject.signal);

  const attempts = backend.contacts() - before;
  if (attempts <= usual) return;
  throw new Violation({
    expected: `no more requests for a record that is refused with 503 than for one that is accepted: ${usual}`,
    seen: `${attempts}`,
    whatToDo:
      'reject at the first failure: the runtime tries again, with delays that spare the destination',
  });
});

async function demandClosed(trial: Trial, sink: TriedSink, when: string): Promise<void> {
  const closing = sink.close();
  await trial.settle(closing);
  if (closing.outcome.kind === 'resolved') return;
  throw new Violation({
    expected: `\`close\` to resolve ${when}`,
    seen: told(closing.outcome),
    whatToDo: 'close only what is there: `this.#connection?.end()`',
  });
}

const failures: readonly Behaviour[] = [
  { kind: 'unauthorised' },
  { kind: 'unavailable', status: 503 },
  { kind: 'reset' },
];

/** Lets `open` fail, in the first way that the destination and the sink know. */
async function failedOpen(trial: Trial, sink: TriedSink): Promise<void> {
  for (const behaviour of failures.filter(({ kind }) => trial.can(kind))) {
    await trial.behave(behaviour);
    const outcome = await opened(trial, sink, new AbortController().signal);
    await trial.behave({ kind: 'accept' });
    if (outcome.kind === 'rejected') return;
  }
  const outcome = await opened(
    trial,
    sink,
    AbortSignal.abort(new Error('stopped before it began')),
  );
  if (outcome.kind === 'rejected') return;
  throw new NotApplicable('nothing that the destination can do makes `open` fail');
}

async function opened(trial: Trial, sink: TriedSink, signal: AbortSignal): Promise<Outcome> {
  const opening = sink.open(signal);
  await trial.settle(opening);
  return opening.outcome;
}

function deeplyFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deeplyFrozen(inner);
    Object.freeze(value);
  }
  return value;
}
