import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { encodeJsonLines } from '@tallyman/sdk';
import { batchOf, eventRecord, logRecord, observedContext, statRecord } from '@tallyman/testkit';
import { createStdoutSink, isReaderGone, streamOutput } from '../src/index.ts';
import { HeldOutput } from './held-output.ts';

const { context: sinkContext } = observedContext();

const never = new AbortController().signal;
const first = batchOf([logRecord({ message: 'one' }), logRecord({ message: 'two' })], 'first');
const second = batchOf([logRecord({ message: 'three' })], 'second');
const firstText = encodeJsonLines(first).toString();
const secondText = encodeJsonLines(second).toString();

function jsonSink() {
  const output = new HeldOutput();
  const sink = createStdoutSink({ format: 'json', color: 'auto' }, sinkContext, output);
  return { sink, output };
}

function systemError(code: string): Error {
  return Object.assign(new Error(`write ${code}`), { code });
}

async function outcomeOf(promise: Promise<void>): Promise<unknown> {
  return await promise.then(
    () => 'delivered',
    (error: unknown) => error,
  );
}

describe('delivery', () => {
  test('prints every kind as JSON, one record a line, in one write', async () => {
    const writes: string[] = [];
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        writes.push(String(chunk));
        done();
      },
    });
    const sink = createStdoutSink({ color: 'auto' }, sinkContext, streamOutput(stream));
    const records = [logRecord(), statRecord(), eventRecord()];

    await sink.write(batchOf(records), never);

    expect(writes).toEqual([records.map((record) => `${JSON.stringify(record)}\n`).join('')]);
  });

  test('resolves only after the output took the last byte', async () => {
    const { sink, output } = jsonSink();
    let resolved = false;

    const write = sink.write(first, never).then(() => {
      resolved = true;
    });
    await output.take(firstText.length - 1);
    const resolvedTooSoon = resolved;
    await output.take();
    await write;

    expect(resolvedTooSoon).toBe(false);
    expect(output.text).toBe(firstText);
  });

  test('reports progress for each part that a slow reader takes', async () => {
    let parts = 0;
    const output = new HeldOutput();
    const context = { ...sinkContext, progress: () => void parts++ };
    const sink = createStdoutSink({ format: 'json', color: 'auto' }, context, output);

    const write = sink.write(first, never);
    await output.take(10);
    await output.take(10);
    await output.take();
    await write;

    expect(parts).toBe(3);
  });

  test('prints writes that are under way at once one after the other, whole', async () => {
    const { sink, output } = jsonSink();

    const writes = Promise.all([sink.write(first, never), sink.write(second, never)]);
    await output.take(5);
    await output.take();
    await output.take();
    await writes;

    expect(output.text).toBe(firstText + secondText);
  });
});

describe('an aborted write', () => {
  test('rejects at once and may be tried again', async () => {
    const { sink } = jsonSink();
    const aborting = new AbortController();

    const outcome = outcomeOf(sink.write(first, aborting.signal));
    await setImmediate();
    aborting.abort(new Error('attempt_timeout'));

    expect(await outcome).toMatchObject({
      disposition: 'retryable',
      message: 'printing 2 records to standard output: stopped waiting for its reader',
      cause: { message: 'attempt_timeout' },
    });
  });

  test('is not printed a second time when the same batch comes again', async () => {
    const { sink, output } = jsonSink();
    const aborting = new AbortController();
    const aborted = outcomeOf(sink.write(first, aborting.signal));
    await output.take(5);
    aborting.abort();
    await aborted;

    const again = sink.write({ ...first, attempt: 2 }, never);
    await output.take();
    await again;

    expect(output.text).toBe(firstText);
  });

  test('counts as delivered when its bytes were taken before the same batch came again', async () => {
    const { sink, output } = jsonSink();
    const aborting = new AbortController();
    const aborted = outcomeOf(sink.write(first, aborting.signal));
    await setImmediate();
    aborting.abort();
    await aborted;
    await output.take();

    await sink.write({ ...first, attempt: 2 }, never);

    expect(output.text).toBe(firstText);
  });

  test('is finished before another batch begins', async () => {
    const { sink, output } = jsonSink();
    const aborting = new AbortController();
    const aborted = outcomeOf(sink.write(first, aborting.signal));
    await output.take(5);
    aborting.abort();
    await aborted;

    const other = sink.write(second, never);
    await output.take();
    await output.take();
    await other;

    expect(output.text).toBe(firstText + secondText);
  });

  test('settles also while it waits behind another', async () => {
    const { sink, output } = jsonSink();
    const aborting = new AbortController();
    const ahead = sink.write(first, never);
    const behind = outcomeOf(sink.write(second, aborting.signal));
    await setImmediate();

    aborting.abort();
    const outcome = await behind;
    await output.take();
    await ahead;

    expect(outcome).toMatchObject({ disposition: 'retryable' });
    expect(output.text).toBe(firstText);
    expect(output.hasWaiting).toBe(false);
  });

  test('with a signal that was aborted before prints nothing', async () => {
    const { sink, output } = jsonSink();

    const outcome = await outcomeOf(sink.write(first, AbortSignal.abort()));

    expect(outcome).toMatchObject({ disposition: 'retryable' });
    expect(output.hasWaiting).toBe(false);
  });
});

describe('an output that fails', () => {
  test('goes on where the same batch broke off', async () => {
    const { sink, output } = jsonSink();
    const broken = outcomeOf(sink.write(first, never));
    await output.take(5);
    await output.fail(systemError('ENOSPC'));

    const outcome = await broken;
    const again = sink.write({ ...first, attempt: 2 }, never);
    await output.take();
    await again;

    expect(outcome).toMatchObject({ disposition: 'retryable', cause: { code: 'ENOSPC' } });
    expect(output.text).toBe(firstText);
  });

  test('ends the line that broke off before another batch begins', async () => {
    const { sink, output } = jsonSink();
    const broken = outcomeOf(sink.write(first, never));
    await output.take(5);
    await output.fail(systemError('ENOSPC'));
    await broken;

    const other = sink.write(second, never);
    await output.take();
    await other;

    const [firstLine] = firstText.split('\n');
    expect(output.text).toBe(`${firstLine}\n${secondText}`);
  });

  test('adds nothing to another batch when it broke off between two lines', async () => {
    const { sink, output } = jsonSink();
    const broken = outcomeOf(sink.write(first, never));
    const oneLine = firstText.indexOf('\n') + 1;
    await output.take(oneLine);
    await output.fail(systemError('ENOSPC'));
    await broken;

    const other = sink.write(second, never);
    await output.take();
    await other;

    expect(output.text).toBe(firstText.slice(0, oneLine) + secondText);
  });

  test('is permanent and recognisable once nobody reads', async () => {
    const { sink, output } = jsonSink();

    const write = outcomeOf(sink.write(first, never));
    await output.fail(systemError('EPIPE'));
    const outcome = await write;

    expect(outcome).toMatchObject({
      disposition: 'permanent',
      message: 'printing 2 records to standard output: nobody reads it any more',
      cause: { code: 'EPIPE' },
    });
    expect(isReaderGone(outcome)).toBe(true);
  });

  test('says the same again on a stream that has failed before', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(systemError('EPIPE')) });
    const sink = createStdoutSink(
      { format: 'json', color: 'auto' },
      sinkContext,
      streamOutput(stream),
    );

    const outcomes = [
      await outcomeOf(sink.write(first, never)),
      await outcomeOf(sink.write(second, never)),
    ];

    expect(outcomes.map(isReaderGone)).toEqual([true, true]);
  });

  test('is not mistaken for a missing reader on other errors', () => {
    expect(isReaderGone(systemError('EPIPE'))).toBe(false);
    expect(isReaderGone(sinkContext.sdk.retryable('full', { cause: systemError('ENOSPC') }))).toBe(
      false,
    );
  });
});

describe('closing', () => {
  test('waits for the bytes of an aborted write', async () => {
    const { sink, output } = jsonSink();
    const aborting = new AbortController();
    const aborted = outcomeOf(sink.write(first, aborting.signal));
    await setImmediate();
    aborting.abort();
    await aborted;

    const closing = sink.close?.(never);
    const closedTooSoon = output.closed;
    await output.take();
    await closing;

    expect(closedTooSoon).toBe(false);
    expect(output).toMatchObject({ closed: true, text: firstText });
  });

  test('stops waiting when told to', async () => {
    const { sink, output } = jsonSink();
    const aborting = new AbortController();
    const aborted = outcomeOf(sink.write(first, aborting.signal));
    await setImmediate();
    aborting.abort();
    await aborted;

    await sink.close?.(AbortSignal.abort());

    expect(output.closed).toBe(true);
  });
});
