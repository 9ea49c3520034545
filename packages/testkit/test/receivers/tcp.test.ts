import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../src/clock.ts';
import { type CertificateKind, TcpReceiver } from '../../src/receivers/index.ts';
import { soon } from './asking.ts';
import { Connection } from './connecting.ts';

const securities: readonly [string, { tls?: CertificateKind }][] = [
  ['plain', {}],
  ['TLS', { tls: 'trusted' }],
];

describe.each(securities)('the TCP receiver, %s', (_security, options) => {
  test('keeps complete lines in order, and what had no newline', async () => {
    await using receiver = await TcpReceiver.start(options);
    using first = await Connection.open(receiver.address);
    using second = await Connection.open(receiver.address);

    await first.write('one\ntw');
    await receiver.until(({ lines }) => lines === 1, soon());
    await second.end('three\n').heard;
    await first.end('o\nthe rest').heard;

    const { lines, tails } = receiver.ledger();
    expect(lines.map(({ connection, line }) => [connection, line])).toEqual([
      [1, 'one'],
      [2, 'three'],
      [1, 'two'],
    ]);
    expect(tails).toEqual([{ connection: 1, tail: 'the rest' }]);
    expect(receiver.counts()).toMatchObject({ connections: 2, halfCloses: 2, fins: 2, lines: 3 });
  });

  test('never reads', async () => {
    await using receiver = await TcpReceiver.start(options);
    receiver.script(['never-read']);
    using connection = await Connection.open(receiver.address);

    await connection.write('x\n'.repeat(100));
    const stuck = connection.write('x\n'.repeat(8 * 1024 * 1024)).then(() => 'written');
    const meanwhile = new Promise((resolve) => setImmediate(() => resolve('stuck')));

    expect(await Promise.race([stuck, meanwhile])).toBe('stuck');
    expect(receiver.counts()).toMatchObject({ openConnections: 1, lines: 0, bytes: 0 });
  });

  test('reads slowly, on its clock', async () => {
    const clock = new VirtualClock();
    await using receiver = await TcpReceiver.start(options, { clock });
    receiver.script([{ read: { bytesPerSecond: 100 } }]);
    using connection = await Connection.open(receiver.address);

    connection.end('123456789\n'.repeat(20));
    while (clock.pending === 0) await clock.settle();
    await clock.advance(900);
    expect(receiver.counts().lines).toBe(10);
    await clock.advance(1_100);

    expect(await connection.heard).toBe('fin');
    expect(receiver.counts().lines).toBe(20);
  });

  test('never answers a FIN, until it may hold the connection no longer', async () => {
    const clock = new VirtualClock();
    await using receiver = await TcpReceiver.start({ ...options, holdMs: 60_000 }, { clock });
    receiver.script(['half-open']);
    using connection = await Connection.open(receiver.address);

    connection.end('all of it\n');
    await receiver.until(({ halfCloses }) => halfCloses === 1, soon());
    expect(receiver.counts()).toMatchObject({ lines: 1, fins: 0, openConnections: 1 });
    while (clock.pending === 0) await clock.settle();
    await clock.advance(60_000);
    await receiver.until(({ openConnections }) => openConnections === 0, soon());

    expect(receiver.counts().fins).toBe(0);
  });

  test('answers a FIN late', async () => {
    const clock = new VirtualClock();
    await using receiver = await TcpReceiver.start(options, { clock });
    receiver.script([{ endDelayMs: 500 }]);
    using connection = await Connection.open(receiver.address);

    connection.end('line\n');
    while (clock.pending === 0) await clock.settle();
    expect(receiver.counts()).toMatchObject({ halfCloses: 1, fins: 0 });
    await clock.advance(500);

    expect(await connection.heard).toBe('fin');
  });

  test('closes first, and throws away what still comes', async () => {
    await using receiver = await TcpReceiver.start(options);
    receiver.script(['early-fin']);
    using connection = await Connection.open(receiver.address);

    expect(await connection.heard).toBe('fin');
    connection.end('too late\n');
    await receiver.until(({ halfCloses }) => halfCloses === 1, soon());

    expect(receiver.counts()).toMatchObject({ fins: 1, lines: 0, bytesThrownAway: 9 });
  });

  test('closes in the middle of a line, after exactly so many bytes', async () => {
    await using receiver = await TcpReceiver.start(options);
    receiver.script([{ breakWith: 'fin', afterBytes: 6 }]);
    using connection = await Connection.open(receiver.address);

    await connection.write('one\ntwo\nthree\n');
    expect(await connection.heard).toBe('fin');
    connection.end();
    await connection.gone();
    await receiver.until(({ openConnections }) => openConnections === 0, soon());

    expect(receiver.ledger()).toMatchObject({
      lines: [{ line: 'one' }],
      tails: [{ tail: 'tw' }],
    });
    expect(receiver.counts()).toMatchObject({ bytes: 6, bytesThrownAway: 8 });
  });

  test('closes first and resets soon after', async () => {
    await using receiver = await TcpReceiver.start(options);
    receiver.script([{ breakWith: 'fin-then-reset', afterLines: 1, resetDelayMs: 1 }]);
    using connection = await Connection.open(receiver.address);

    await connection.write('one\ntwo\n');
    const heard = await connection.heard;
    await receiver.until(({ openConnections }) => openConnections === 0, soon());
    const late = new Promise((resolve) => connection.socket.once('error', resolve));
    await connection.write('three\n');

    expect(heard).toBe('fin');
    expect(await late).toMatchObject({ code: expect.stringMatching(/EPIPE|ECONNRESET/) });
    expect(receiver.counts()).toMatchObject({ fins: 1, resets: 1, lines: 1 });
  });

  test.each([
    ['as soon as it is accepted', 'reset', 0],
    ['after so many bytes', { breakWith: 'reset', afterBytes: 5 }, 1],
    ['after so many lines', { breakWith: 'reset', afterLines: 2 }, 2],
    ['after a time', { breakWith: 'reset', read: 'never', afterMs: 20 }, 0],
    ['instead of answering a FIN', { onEnd: 'reset' }, 3],
  ] as const)('resets %s', async (_when, step, lines) => {
    await using receiver = await TcpReceiver.start(options);
    receiver.script([step]);

    const heard = await Connection.open(receiver.address).then(
      (connection) => connection.end('one\ntwo\nthree\n').heard,
      () => 'reset',
    );

    expect(heard).toBe('reset');
    expect(receiver.counts()).toMatchObject({ resets: 1, peerResets: 0, lines });
  });

  test('counts the resets of the peer', async () => {
    await using receiver = await TcpReceiver.start(options);
    using connection = await Connection.open(receiver.address);

    await connection.write('one\n');
    await receiver.until(({ lines }) => lines === 1, soon());
    if ('tls' in options) connection.socket.destroy();
    else connection.socket.resetAndDestroy();

    const counts = await receiver.until(({ openConnections }) => openConnections === 0, soon());
    expect(counts.peerResets + counts.halfCloses).toBe(1);
  });

  test('refuses for a while in the midst of a script', async () => {
    const clock = new VirtualClock();
    await using receiver = await TcpReceiver.start(options, { clock });
    receiver.script(['reset', { refuseForMs: 1_000 }, 'ok']);

    await Connection.open(receiver.address).then(
      ({ heard }) => heard,
      () => 'reset',
    );
    await expect(Connection.open(receiver.address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await clock.advance(1_000);
    using connection = await Connection.open(receiver.address);

    expect(await connection.end('line\n').heard).toBe('fin');
    expect(receiver.counts()).toMatchObject({ connections: 2, lines: 1 });
  });
});
