import type { Batch, ContainerRecord, RecordKind } from '@tallyman/sdk';
import { told } from '../call.ts';
import { type Case, Violation } from '../case.ts';
import { type Trial, tried } from '../trial.ts';
import type { TriedSink } from '../tried-sink.ts';

// For a sink that resolves of its own accord to do so.
const momentMs = 50;

export const acknowledged: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  for (const kind of trial.kinds) await demandAcknowledged(trial, sink, kind);
});

async function demandAcknowledged(trial: Trial, sink: TriedSink, kind: RecordKind): Promise<void> {
  const batch = trial.batch(trial.records.list(kind, 2));
  const before = trial.backend.contacts();
  await trial.behave({ kind: 'silence' });
  const write = sink.write(batch);
  await trial.until(() => write.isSettled || trial.backend.contacts() > before);
  await trial.pass(momentMs);
  const resolvedEarly = write.isResolved;
  await trial.behave({ kind: 'accept' });
  await trial.settle(write);

  const whatToDo =
    'await the answer to the last record before you resolve: from then on the agent forgets the batch';
  const expected = `a write of ${kind}s to resolve when the destination has accepted them, not before`;
  if (resolvedEarly) throw new Violation({ expected, seen: 'it resolved before', whatToDo });
  if (write.outcome.kind !== 'resolved')
    throw new Violation({ expected, seen: told(write.outcome), whatToDo });
  const missing = await missingNow(trial, batch.records);
  if (missing.length === 0) return;
  throw new Violation({ expected, seen: `it resolved without ${missing.length} of 2`, whatToDo });
}

export const everythingArrives: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  for (const batch of batchesOf(trial)) {
    const write = sink.write(batch);
    await trial.settle(write);
    const missing = await missingOf(trial, batch.records);
    if (write.isResolved && missing.length === 0) continue;
    const kinds = [...new Set(batch.records.map(({ kind }) => `${kind}s`))].join(' and ');
    throw new Violation({
      expected: `a write of ${batch.records.length} ${kinds} to resolve, and each to be found at the destination`,
      seen: `${told(write.outcome)}; ${missing.length} did not arrive`,
      whatToDo:
        'send every record of every kind under `accepts`; see also that the harness recognises records in what comes (`arrived`, or `ids`)',
    });
  }
});

/** As a lane cuts them: logs never share a batch with other kinds. */
function batchesOf(trial: Trial): readonly Batch[] {
  const { kinds, records } = trial;
  const others = kinds.filter((kind) => kind !== 'log');
  const mixed = others.flatMap((kind) => records.list(kind, 3));
  return [
    ...kinds.map((kind) => trial.batch(records.list(kind, 3))),
    ...(others.length > 1 ? [trial.batch(mixed)] : []),
  ];
}

export const mayComeAgain: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  for (const kind of trial.kinds) {
    const batch = trial.batch(trial.records.list(kind, 2));
    for (const attempt of [1, 2, 3]) {
      const write = sink.write({ ...batch, attempt });
      await trial.settle(write);
      if (write.outcome.kind === 'resolved') continue;
      throw new Violation({
        expected: `attempt ${attempt} of a batch that was delivered already to resolve`,
        seen: told(write.outcome),
        whatToDo: 'write it once more, or resolve: delivery is at least once, and ids tell repeats',
      });
    }
  }
});

export const inOrder: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  for (const kind of trial.kinds) {
    const { records } = trial.batch(trial.records.list(kind, 20));
    const write = sink.write(trial.batch(records));
    await trial.settle(write);
    const arrived = await trial.backend.arrived(records);
    const wanted = records.map(({ id }) => id);
    const ordered = [...arrived].toSorted((a, b) => wanted.indexOf(a) - wanted.indexOf(b));
    const at = arrived.findIndex((id, index) => id !== ordered[index]);
    if (at === -1) continue;
    throw new Violation({
      expected: `${kind}s in the order of batch.records`,
      seen: `record ${wanted.indexOf(arrived[at] ?? '')} in the place of record ${wanted.indexOf(ordered[at] ?? '')}`,
      whatToDo:
        'send them one after the other; where the destination knows no order, say so under notApplicable',
    });
  }
});

export const mayOverlap: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  const kind = trial.kinds[0] ?? 'log';
  const batches = [2, 3, 4].map((count) => trial.batch(trial.records.list(kind, count)));
  const writes = batches.map((batch) => sink.write(batch));
  for (const write of writes) await trial.settle(write);
  const records = batches.flatMap((batch) => batch.records);

  const whatToDo =
    'keep what belongs to a write within it, not in the sink: queue.concurrency above 1 lets them overlap';
  const unresolved = writes.find(({ outcome }) => outcome.kind !== 'resolved');
  if (unresolved !== undefined)
    throw new Violation({
      expected: 'three writes that overlap to resolve',
      seen: told(unresolved.outcome),
      whatToDo,
    });
  const missing = await missingOf(trial, records);
  if (missing.length > 0)
    throw new Violation({
      expected: 'all records of three writes that overlap to arrive',
      seen: `${missing.length} of ${records.length} are missing`,
      whatToDo,
    });
});

/** Those that the destination does not have at this moment. */
async function missingNow(
  { backend }: Trial,
  records: readonly ContainerRecord[],
): Promise<readonly ContainerRecord[]> {
  const arrived = new Set(await backend.arrived(records));
  return records.filter(({ id }) => !arrived.has(id));
}

// That a write resolves no earlier than its records arrive is for one clause alone to say.
const arrivalLimitMs = 1_000;

/** Those that the destination does not have, nor gets in a moment. */
export async function missingOf(
  trial: Trial,
  records: readonly ContainerRecord[],
): Promise<readonly ContainerRecord[]> {
  const isComplete = async () => (await missingNow(trial, records)).length === 0;
  return (await trial.until(isComplete, arrivalLimitMs)) ? [] : await missingNow(trial, records);
}
