import type { Batch } from '@tallyman/sdk';
import type { Call } from './call.ts';
import type { Behaviour } from './harness.ts';
import type { Trial } from './trial.ts';
import type { TriedSink } from './tried-sink.ts';

/** What a sink did wherever its destination led it. */
interface Toured {
  readonly rejections: readonly { readonly doing: string; readonly error: unknown }[];
  readonly batches: readonly Batch[];
}

const failures: readonly Behaviour[] = [
  { kind: 'unauthorised' },
  { kind: 'limit', retryAfter: { seconds: 1 } },
  { kind: 'unavailable', status: 503 },
  { kind: 'reset' },
  { kind: 'garbage' },
  { kind: 'refuse', status: 400 },
  { kind: 'too-large' },
];

// A sink may try its connections anew on its own clock; here it is enough that it was given the occasion.
const patienceMs = 250;

/** Opens a sink and writes with it, at a destination that does all it can, one after the other. */
export async function tour(trial: Trial): Promise<Toured> {
  const rejections: { doing: string; error: unknown }[] = [];
  const batches: Batch[] = [];
  const follow = async (doing: string, call: Call, limitMs?: number) => {
    await trial.settle(call, limitMs);
    if (call.outcome.kind === 'rejected') rejections.push({ doing, error: call.outcome.error });
  };
  const batchOf = () => {
    const batch = trial.plainBatch(2);
    batches.push(batch);
    return batch;
  };
  const sink = await trial.openSink();
  await follow('write', sink.write(batchOf()));
  for (const behaviour of failures.filter(({ kind }) => trial.can(kind))) {
    await trial.behave(behaviour);
    await follow('write', sink.write(batchOf()), patienceMs);
    await trial.behave({ kind: 'accept' });
    await openAt(behaviour, trial, follow);
  }
  if (trial.can('silence'))
    await follow('write', await abandoned(sink, batchOf(), trial), patienceMs);
  await trial.behave({ kind: 'accept' });
  await follow('close', sink.close());
  return { rejections, batches };
}

async function openAt(
  behaviour: Behaviour,
  trial: Trial,
  follow: (doing: string, call: Call, limitMs?: number) => Promise<void>,
): Promise<void> {
  const sink = trial.newSink();
  if (!sink.hasOpen) return;
  await trial.behave(behaviour);
  await follow('open', sink.open(), patienceMs);
  await trial.behave({ kind: 'accept' });
  await follow('close', sink.close());
}

async function abandoned(sink: TriedSink, batch: Batch, trial: Trial): Promise<Call> {
  const aborting = new AbortController();
  await trial.behave({ kind: 'silence' });
  const write = sink.write(batch, aborting.signal);
  await trial.pass(patienceMs / 10);
  aborting.abort(new Error('the attempt has taken too long'));
  return write;
}
