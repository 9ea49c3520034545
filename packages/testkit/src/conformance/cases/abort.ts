import type { Call } from '../call.ts';
import { told } from '../call.ts';
import { type Case, Violation } from '../case.ts';
import type { Subject } from '../subject.ts';
import { Trial } from '../trial.ts';
import type { TriedSink } from '../tried-sink.ts';

const settleLimitMs = 100;
// Handles close in the turns after the call has settled.
const closeLimitMs = 1_000;

export const abortSettles: Case = async (subject) => {
  const usual = await leftAfter(subject, async (trial, sink) => {
    await trial.settle(sink.write(trial.plainBatch()));
  });
  for (const { what, abort, needsSilence } of aborts) {
    const left = await leftAfter(subject, async (trial, sink) => {
      if (needsSilence && !trial.can('silence')) return;
      await demandSettled(trial, what, await abort(trial, sink));
    });
    const more = left.filter((type) => !usual.includes(type));
    if (more.length > 0) throw stillRunning(what, more.join(', '));
  }
};

interface Abort {
  readonly what: string;
  readonly needsSilence: boolean;
  /** Makes the call, and aborts it. */
  readonly abort: (trial: Trial, sink: TriedSink) => Promise<Call>;
}

const aborts: readonly Abort[] = [
  {
    what: 'a write whose signal was aborted before',
    needsSilence: false,
    abort: async (trial, sink) => sink.write(trial.plainBatch(), AbortSignal.abort(reason())),
  },
  {
    what: 'a write that was aborted while the destination was silent',
    needsSilence: true,
    abort: async (trial, sink) => {
      const aborting = new AbortController();
      const before = trial.backend.contacts();
      await trial.behave({ kind: 'silence' });
      const write = sink.write(trial.plainBatch(), aborting.signal);
      await trial.until(() => write.isSettled || trial.backend.contacts() > before);
      aborting.abort(reason());
      return write;
    },
  },
  {
    what: 'an open that was aborted while the destination was silent',
    needsSilence: true,
    abort: async (trial) => {
      const aborting = new AbortController();
      await trial.behave({ kind: 'silence' });
      const opening = trial.newSink().open(aborting.signal);
      await trial.pass(25);
      aborting.abort(reason());
      return opening;
    },
  },
];

async function demandSettled(trial: Trial, what: string, call: Call): Promise<void> {
  await trial.settle(call, settleLimitMs);
  if (!call.isSettled)
    throw new Violation({
      expected: `${what} to settle within ${settleLimitMs} ms`,
      seen: told(call.outcome),
      whatToDo:
        'pass the signal on to what you wait for: fetch(url, { signal }), clock.sleep(ms, signal)',
    });
  const isNothingUnderWay = () => (trial.backend.underWay?.() ?? 0) === 0;
  if (await trial.until(isNothingUnderWay, closeLimitMs)) return;
  throw stillRunning(what, 'a request that the destination has yet to answer');
}

/** Types of the handles that are left after a sink was opened, used and closed. */
async function leftAfter(
  subject: Subject,
  use: (trial: Trial, sink: TriedSink) => Promise<void>,
): Promise<readonly string[]> {
  await using trial = await Trial.start(subject);
  const sink = await trial.openSink();
  await use(trial, sink);
  await trial.closeAll();
  await trial.until(() => trial.resources.left.length === 0, closeLimitMs / 4);
  return trial.resources.left;
}

function stillRunning(what: string, seen: string): Violation {
  return new Violation({
    expected: `nothing to be left of ${what}`,
    seen: `still there: ${seen}`,
    whatToDo:
      'end the request itself, not only the waiting for it: its records are written again elsewhere meanwhile',
  });
}

function reason(): Error {
  return new Error('the attempt has taken too long');
}
