import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { ReceiverProcess } from '../../src/receivers/index.ts';
import { ask, soon } from './asking.ts';
import { Connection } from './connecting.ts';

const program = fileURLToPath(new URL('../../bin/receiver.js', import.meta.url));
const logs = '01234567-89ab-cdef-0123-456789abcdef';

function run(...args: readonly string[]) {
  return spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
}

describe('a receiver in a process of its own', () => {
  test('is told what to do, and asked what it has', async () => {
    await using receiver = await ReceiverProcess.start('http', {});
    await receiver.script(['503', { status: 429, body: { no: 1 } }]);
    await receiver.always('204');

    const statuses = [];
    for (let turn = 0; turn < 3; turn++) statuses.push((await ask(receiver.address, '/x')).status);

    expect(statuses).toEqual([503, 429, 204]);
    expect(await receiver.ledger()).toMatchObject([{ path: '/x' }, { number: 2 }, { number: 3 }]);
    expect(await receiver.until(({ requests }) => requests === 3, soon())).toMatchObject({
      statuses: { 204: 1 },
    });
  });

  test('refuses and listens again, and forgets', async () => {
    await using receiver = await ReceiverProcess.start('tcp', { tls: 'trusted' });
    await receiver.refuse();
    await expect(Connection.open(receiver.address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    await receiver.listen();
    using connection = await Connection.open(receiver.address);
    await connection.write('one\n');
    await receiver.until(({ lines }) => lines === 1, soon());
    await receiver.cut();
    await connection.heard;
    await receiver.clear();

    expect(await receiver.ledger()).toEqual({ lines: [], tails: [] });
  });

  test.each(['librato', 'logentries', 'logentries-webhook'] as const)('can be %s', async (kind) => {
    const options = { tokens: [] };

    await using receiver = await ReceiverProcess.start(kind, options);

    expect(receiver.address.port).toBeGreaterThan(0);
  });

  test('keeps many lines and hands them over', async () => {
    await using receiver = await ReceiverProcess.start('logentries', { tokens: [logs] });
    using connection = await Connection.open(receiver.address);
    const lines = Array.from({ length: 40_000 }, (_, index) => `${logs} line ${index}\n`);

    await connection.end(lines.join('')).heard;

    const { accepted } = await receiver.ledger();
    expect(accepted).toHaveLength(40_000);
    expect(accepted.at(-1)?.event).toBe('line 39999');
  });

  test('says where it was asked for what it does not know', async () => {
    await using receiver = await ReceiverProcess.start('http', {});

    await expect(receiver.script(['1'])).rejects.toThrow('there is no step "1"');
    await receiver.script(['200']);

    expect((await ask(receiver.address, '/')).status).toBe(200);
  });

  test('cannot be asked once it has ended', async () => {
    const receiver = await ReceiverProcess.start('http', {});
    await receiver.close();

    await expect(receiver.counts()).rejects.toThrow('it has ended');
  });

  test('fails to start with what cannot be', async () => {
    await using taken = await ReceiverProcess.start('http', {});
    const { port } = taken.address;

    await expect(ReceiverProcess.start('http', { port })).rejects.toThrow('EADDRINUSE');
  });

  test('does not show its options to the machine', async () => {
    await using receiver = await ReceiverProcess.start('librato', { tokens: [{ token: 'hush' }] });
    const ps = spawn('ps', ['-o', 'args=', '-p', String(receiver.pid)]);

    expect(await text(ps.stdout)).not.toContain('hush');
  });

  test('ends with its input, and so with its parent', async () => {
    const child = run('librato', '{"tokens":[{"token":"t"}]}');
    await once(child.stdout, 'data');

    child.stdin.end();

    expect(await once(child, 'close')).toEqual([0, null]);
  });

  test('says how it is used', async () => {
    const child = run('pigeon');

    expect(await text(child.stderr)).toContain('usage: receiver KIND');
    expect(child.exitCode ?? (await once(child, 'close'))[0]).toBe(2);
  });
});
