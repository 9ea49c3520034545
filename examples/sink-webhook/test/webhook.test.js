import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Secret } from '@tallyman/sdk';
import {
  batchOf,
  eventRecord,
  HttpReceiver,
  logRecord,
  observedContext,
  statRecord,
} from '@tallyman/testkit';
import definition from '../src/index.js';

const { signal } = new AbortController();

describe('the webhook', () => {
  test('gets a batch as one JSON array, with the headers of the options', async () => {
    await using receiver = await HttpReceiver.start();
    const sink = sinkFor(receiver, { headers: { 'X-Environment': 'test' } });
    const [first, second] = [logRecord({ id: 'a' }), logRecord({ id: 'b' })];

    await sink.write(batchOf([first, second]), signal);

    const [request] = receiver.ledger();
    assert.equal(receiver.ledger().length, 1);
    assert.deepEqual(JSON.parse(request.body), [first, second]);
    assert.equal(request.headers['x-environment'], 'test');
    assert.equal(request.headers['content-type'], 'application/json');
    assert.equal(request.headers.authorization, undefined);
  });

  test('gets each kind under its own token', async () => {
    await using receiver = await HttpReceiver.start();
    const tokens = { stat: new Secret('for-stats'), event: new Secret('for-events') };
    const sink = sinkFor(receiver, {}, (kind) => tokens[kind]);

    await sink.write(batchOf([statRecord(), eventRecord()]), signal);

    const seen = receiver
      .ledger()
      .map(({ headers, body }) => [headers.authorization, JSON.parse(body)[0].kind]);
    assert.deepEqual(seen, [
      ['Bearer for-stats', 'stat'],
      ['Bearer for-events', 'event'],
    ]);
  });

  test('is asked again for the records that it will take later, and only for those', async () => {
    await using receiver = await HttpReceiver.start();
    receiver.script([
      { status: 200, body: { refused: [{ index: 1, retry: true }] } },
      { status: 200, body: { refused: [{ index: 0, reason: 'too old' }, { index: 7 }] } },
    ]);
    const sink = sinkFor(receiver);
    const batch = batchOf([
      statRecord({ id: 'a' }),
      eventRecord({ id: 'b' }),
      statRecord({ id: 'c' }),
    ]);

    await assert.rejects(sink.write(batch, signal), {
      disposition: 'partial',
      retry: [2],
      drop: [{ index: 1, reason: 'too old' }],
    });
  });

  test('is not followed to where it redirects: the URL is wrong, the records are not', async () => {
    await using receiver = await HttpReceiver.start();
    receiver.script([{ status: 302, headers: { Location: '/elsewhere' } }]);
    const sink = sinkFor(receiver);

    await assert.rejects(sink.write(batchOf([logRecord()]), signal), {
      disposition: 'retryable',
      message: 'posting 1 records: HTTP 302',
    });
    assert.equal(receiver.ledger().length, 1);
  });

  test('is reached over connections that are kept', async () => {
    await using receiver = await HttpReceiver.start();
    receiver.always({ status: 200, body: 'thank you' });
    const sink = sinkFor(receiver);

    for (let count = 0; count < 20; count++) await sink.write(batchOf([logRecord()]), signal);

    assert.equal(receiver.counts().requests, 20);
    assert.ok(receiver.counts().connections < 5);
  });
});

function sinkFor(receiver, options = {}, token = () => undefined) {
  const { context } = observedContext({ token });
  return definition.create({ url: receiver.address.url, headers: {}, ...options }, context);
}
