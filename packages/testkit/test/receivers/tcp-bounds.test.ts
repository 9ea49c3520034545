import { describe, expect, test } from '@jest/globals';
import { TcpReceiver } from '../../src/receivers/index.ts';
import { polled } from '../../src/receivers/polled.ts';
import { soon } from './asking.ts';
import { Connection } from './connecting.ts';

describe('the TCP receiver', () => {
  test('counts clients that do not trust it', async () => {
    await using receiver = await TcpReceiver.start({ tls: 'untrusted' });

    await expect(Connection.open(receiver.address)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });

    const counts = await receiver.until(({ tlsFailures }) => tlsFailures === 1, soon());
    expect(counts).toMatchObject({ openConnections: 0, lines: 0 });
  });

  test('counts clients that do not speak TLS', async () => {
    await using receiver = await TcpReceiver.start({ tls: 'trusted' });
    const { host, port } = receiver.address;
    using connection = await Connection.open({ host, port, url: `tcp://${host}:${port}` });

    await connection.write('a line in the clear\n');

    expect(await receiver.until(({ tlsFailures }) => tlsFailures === 1, soon())).toMatchObject({
      lines: 0,
    });
  });

  test('cuts a line without end, and goes on with the next', async () => {
    await using receiver = await TcpReceiver.start();
    using connection = await Connection.open(receiver.address);

    await connection.end(`${'x'.repeat(3 * 1024 * 1024)}\nnext\n`).heard;

    const [long, next] = receiver.ledger().lines;
    expect(long?.line).toHaveLength(1024 * 1024);
    expect(next?.line).toBe('next');
  });

  test('leaves no handle behind, whatever its connections did', async () => {
    const handles = () =>
      process
        .getActiveResourcesInfo()
        .filter((each) => /TCP/.test(each))
        .sort();
    await polled(handles, (each) => each.length === 0, soon());
    const receiver = await TcpReceiver.start();
    receiver.script(['never-read', 'half-open', 'slow-read', 'ok']);
    const connections = [];
    for (let turn = 0; turn < 4; turn++) connections.push(await Connection.open(receiver.address));

    await receiver.close();
    for (const connection of connections) connection[Symbol.dispose]();
    await Promise.all(connections.map((each) => each.gone()));

    // Node forgets a handle some turns of the event loop after it was closed.
    const left = await polled(handles, (each) => each.length === 0, soon());
    expect(left).toEqual([]);
  });
});
