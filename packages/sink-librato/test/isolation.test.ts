import { describe, expect, test } from '@jest/globals';
import { HttpReceiver, type LibratoErrorShape, libratoErrorBody } from '@tallyman/testkit';
import { batchOf, containerOf, statRecord } from './records.ts';
import { never, rejectionOf, sinkFor, tokens } from './sink-under-test.ts';

const onlyStats = { tokens: { stat: tokens.stat } };

const stats = Array.from({ length: 60 }, (_, at) =>
  statRecord({ container: containerOf(`web-${at}`) }),
);

interface Sent {
  readonly name: string;
  readonly tags: { readonly container: string };
}

function sentIn(body: string): readonly Sent[] {
  return JSON.parse(body).measurements;
}

/** A service that refuses each request with points that it does not like, in the way given. */
async function refusing(
  isBad: (point: Sent) => boolean,
  answer: (bad: Sent) => { readonly status: number; readonly body: string | object },
) {
  const receiver = await HttpReceiver.start();
  receiver.scriptWith(({ body }) => {
    const bad = sentIn(body).find(isBad);
    return bad === undefined ? { status: 202, body: '' } : answer(bad);
  });
  return receiver;
}

function acceptedBy(receiver: HttpReceiver): readonly Sent[] {
  return receiver
    .ledger()
    .filter(({ status }) => status === 202)
    .flatMap(({ body }) => sentIn(body));
}

function isDistinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

const shapes: readonly LibratoErrorShape[] = [
  'params',
  'request-list',
  'request-text',
  'system',
  'list',
  'flat',
  'message',
  'html',
  'empty',
];

describe('one bad point', () => {
  test.each(shapes)('is found whatever the answer looks like: %s', async (shape) => {
    const isBad = ({ name, tags }: Sent) =>
      tags.container === 'web-33' && name === 'docker.memory.rss_bytes';
    const body = libratoErrorBody(shape, 'is not to my liking');
    await using receiver = await refusing(isBad, () => ({ status: 400, body }));
    await using under = sinkFor(receiver.address.url, {}, onlyStats);

    const error = await rejectionOf(under.sink.write(batchOf(stats), never));

    expect(error).toMatchObject({ disposition: 'partial', retry: [], drop: [{ index: 33 }] });
    expect(error.drop[0]?.reason).toContain('docker.memory.rss_bytes: posting 1 points');
    expect(acceptedBy(receiver)).toHaveLength(60 * 9 - 1);
    expect(under.counts).toMatchObject({ points_accepted: 539, points_refused: 1 });
    expect(isDistinct(receiver.ledger().map((request) => request.body))).toBe(true);
    expect(receiver.counts().requests).toBeLessThan(25);
  });

  test('that is named costs one request more', async () => {
    const isBad = ({ tags }: Sent) => tags.container === 'web-7';
    const body = { errors: { params: { tags: ['"web-7" is not a valid tag value'] } } };
    await using receiver = await refusing(isBad, () => ({ status: 400, body }));
    await using under = sinkFor(receiver.address.url, { tags: ['container'] }, onlyStats);
    const few = stats
      .slice(0, 20)
      .map((stat) => ({ ...stat, cpu: { usageNanos: 1, onlineCpus: 1 } }));

    const error = await rejectionOf(under.sink.write(batchOf(few), never));

    expect(error.drop.map(({ index }) => index)).toEqual([7]);
    expect(acceptedBy(receiver)).toHaveLength(19 * 8);
  });

  test('that a 429 cannot parse is found like any other', async () => {
    const isBad = ({ name, tags }: Sent) =>
      tags.container === 'web-9' && name === 'docker.cpu.percent';
    await using receiver = await refusing(isBad, () => ({ status: 429, body: '' }));
    await using under = sinkFor(receiver.address.url, {}, onlyStats);

    const error = await rejectionOf(under.sink.write(batchOf(stats), never));

    expect(error).toMatchObject({ disposition: 'partial', retry: [], drop: [{ index: 9 }] });
  });

  test('that a success leaves out is found, and the others are not lost', async () => {
    const isBad = ({ name, tags }: Sent) =>
      tags.container === 'web-9' && name === 'docker.cpu.percent';
    const body = {
      measurements: { summary: { accepted: 8, failed: 1 } },
      errors: [{ param: 'value' }],
    };
    await using receiver = await refusing(isBad, () => ({ status: 202, body }));
    await using under = sinkFor(receiver.address.url, {}, onlyStats);

    const error = await rejectionOf(under.sink.write(batchOf(stats), never));

    expect(error.drop.map(({ index }) => index)).toEqual([9]);
  });
});

test('a request that is too large is halved until it fits', async () => {
  await using receiver = await HttpReceiver.start();
  receiver.scriptWith(({ body }) => ({ status: sentIn(body).length > 100 ? 413 : 202 }));
  await using under = sinkFor(receiver.address.url, {}, onlyStats);

  await under.sink.write(batchOf(stats), never);

  expect(acceptedBy(receiver)).toHaveLength(540);
});

test('a point that is too large by itself is counted as such', async () => {
  await using receiver = await HttpReceiver.start();
  receiver.always('413');
  await using under = sinkFor(receiver.address.url, {}, onlyStats);

  const error = await rejectionOf(under.sink.write(batchOf(stats.slice(0, 2)), never));

  expect(error.drop).toEqual([
    { index: 0, reason: 'too_large' },
    { index: 1, reason: 'too_large' },
  ]);
});

test('a service that refuses everything is left alone after a hundred requests, with headway each time', async () => {
  await using receiver = await HttpReceiver.start();
  receiver.always('400');
  await using under = sinkFor(receiver.address.url, {}, onlyStats);

  const error = await rejectionOf(under.sink.write(batchOf(stats), never));

  expect(error.disposition).toBe('partial');
  expect(error.drop.length).toBeGreaterThan(0);
  expect(error.retry.length).toBeGreaterThan(0);
  expect(receiver.counts().requests).toBeLessThan(110);
});

test('a service without this API takes none of it, and is not asked again for each record', async () => {
  await using receiver = await HttpReceiver.start();
  receiver.always('404');
  await using under = sinkFor(receiver.address.url, {}, onlyStats);

  const error = await rejectionOf(under.sink.write(batchOf(stats), never));

  expect(error.drop).toHaveLength(60);
  expect(receiver.counts().requests).toBe(2);
});

test('a metric that the service knows as another type is left out from then on', async () => {
  const isBad = ({ name }: Sent) => name === 'docker.cpu.percent';
  const says = "'docker.cpu.percent' is a counter, but was submitted as different type";
  const body = { errors: { params: { type: [says] } } };
  await using receiver = await refusing(isBad, () => ({ status: 400, body }));
  await using under = sinkFor(receiver.address.url, {}, onlyStats);

  const error = await rejectionOf(under.sink.write(batchOf([statRecord()]), never));
  receiver.clear();
  await under.sink.write(batchOf([statRecord()]), never);

  expect(error.disposition).toBe('permanent');
  expect(receiver.counts()).toMatchObject({ requests: 1 });
  expect(under.counts.points_left_out).toBe(1);
  expect(under.said).toHaveLength(1);
});
