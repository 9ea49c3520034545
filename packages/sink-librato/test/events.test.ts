import { describe, expect, test } from '@jest/globals';
import { batchOf, containerOf, eventRecord, slotMs } from './records.ts';
import { never, receiverWith, rejectionOf, sinkFor, tokens } from './sink-under-test.ts';

const slotSeconds = slotMs / 1_000;

describe('events', () => {
  test('become annotations, one a request, with their own token', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const onHost = { ...eventRecord({ action: 'gap', attributes: {} }) };
    const { container: _, exitCode: __, ...hostEvent } = onHost;

    await under.sink.write(batchOf([eventRecord(), hostEvent]), never);

    const { annotations } = receiver.ledger();
    expect(annotations).toMatchObject([
      {
        stream: 'docker.events',
        token: tokens.event,
        title: 'web-1: die (exit code 137)',
        description: `host=quay image=nginx:1.27 id=${containerOf('web-1').id.slice(0, 12)} signal=9`,
        source: 'quay:web-1',
        start_time: slotSeconds + 1,
      },
      { title: 'quay: gap', description: 'host=quay', source: 'quay' },
    ]);
  });

  test('go to a stream of their action where the option says so', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url, { annotations: 'docker.{action}' });

    await under.sink.write(batchOf([eventRecord({ action: 'health_status' })]), never);

    expect(receiver.ledger().annotations[0]?.stream).toBe('docker.health_status');
  });

  test('that the service has are not sent again', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);

    await under.sink.write(batchOf([eventRecord()]), never);
    await under.sink.write(batchOf([eventRecord()]), never);

    expect(receiver.counts().annotations).toBe(1);
  });
});

describe('one bad event', () => {
  test('is dropped, and the others are delivered', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const events = ['start', 'oom', 'die'].map((action) => eventRecord({ action }));
    receiver.script(['ok', '400']);

    const error = await rejectionOf(under.sink.write(batchOf(events), never));

    expect(error).toMatchObject({ disposition: 'partial', retry: [], drop: [{ index: 1 }] });
    expect(receiver.ledger().annotations.map(({ title }) => title)).toEqual([
      'web-1: start (exit code 137)',
      'web-1: die (exit code 137)',
    ]);
  });

  test('that fails leaves the later ones for another attempt, and repeats none', async () => {
    await using receiver = await receiverWith();
    await using under = sinkFor(receiver.address.url);
    const events = ['start', 'oom', 'die'].map((action) => eventRecord({ action }));
    receiver.script(['ok', '503']);

    const error = await rejectionOf(under.sink.write(batchOf(events), never));
    await under.sink.write(batchOf(events, 2), never);

    expect(error).toMatchObject({ disposition: 'partial', retry: [1, 2] });
    expect(receiver.counts().annotations).toBe(3);
  });
});
