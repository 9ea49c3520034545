import { told } from '../call.ts';
import { type Case, Violation } from '../case.ts';
import { Trial, tried } from '../trial.ts';
import { syncFilesUsedBy } from '../watch/sync-files.ts';

// For what `create` began and did not wait for.
const momentMs = 25;

export const noIo: Case = tried(async (trial) => {
  const files = syncFilesUsedBy(() => {
    trial.newSink();
  });
  await trial.pass(momentMs);

  const done = [...new Set([...files, ...trial.resources.ioTypes])];
  if (trial.clock.pending > 0) done.push('a timer of context.clock');
  if (trial.backend.contacts() > 0) done.push('a request');
  if (done.length === 0) return;
  throw new Violation({
    expected: 'no I/O and no timer',
    seen: `\`create\` made use of ${done.join(', ')}`,
    whatToDo:
      'move it to `open`, or to the first `write`: `create` is also called for sinks that are never used, by `tallyman check --connect`',
  });
});

export const standsForItself: Case = async (subject) => {
  await using one = await Trial.start(subject);
  await using other = await Trial.start(subject);
  const sinks = [
    { trial: one, sink: await one.openSink() },
    { trial: other, sink: await other.openSink() },
  ];
  for (const { trial, sink } of sinks) {
    const batch = trial.plainBatch();
    const write = sink.write(batch);
    await trial.settle(write);
    const arrived = await trial.until(
      async () => (await trial.backend.arrived(batch.records)).length > 0,
      1_000,
    );
    if (write.outcome.kind === 'resolved' && arrived) continue;
    throw new Violation({
      expected: 'each of two sinks in one process to write to the destination of its own options',
      seen: arrived ? told(write.outcome) : 'a batch that did not come there',
      whatToDo:
        'keep connections and state in what `create` returns, not in the module: one configuration may have many sinks of a type',
    });
  }
};
