import { describe, expect, test } from '@jest/globals';
import { type LogentriesOptions, LogentriesReceiver } from '../../src/receivers/index.ts';
import { soon } from './asking.ts';
import { Connection } from './connecting.ts';

const logs = '01234567-89ab-cdef-0123-456789abcdef';
const stats = 'ffffffff-0000-1111-2222-333333333333';
const nobody = '00000000-0000-0000-0000-000000000000';

/** What the receiver has once it read these bytes to their end. */
async function sent(bytes: string | Uint8Array, options: LogentriesOptions = {}) {
  await using receiver = await LogentriesReceiver.start(options);
  using connection = await Connection.open(receiver.address);
  await connection.write(bytes);
  await connection.end().heard;
  return { ...receiver.ledger(), counts: receiver.counts() };
}

describe.each([{}, { tls: 'trusted' as const }])('the Logentries receiver, %j', (options) => {
  test('accepts the lines of several tokens on one connection, in order', async () => {
    const { accepted, refused, tails, counts } = await sent(
      `${logs} first line\n${stats} {"a":1}\n${logs} several\u2028lines\n`,
      options,
    );

    expect(accepted).toMatchObject([
      { token: logs, event: 'first line', connection: 1 },
      { token: stats, event: '{"a":1}' },
      { token: logs, event: 'several\u2028lines' },
    ]);
    expect([refused, tails]).toEqual([[], []]);
    expect(counts).toMatchObject({ accepted: 3, acceptedByToken: { [logs]: 2, [stats]: 1 } });
  });

  test('takes unknown tokens without a word, and does not count them as accepted', async () => {
    const { accepted, unknownToken } = await sent(`${nobody} lost\n${logs} kept\n`, {
      ...options,
      tokens: [logs, stats],
    });

    expect(accepted).toMatchObject([{ event: 'kept' }]);
    expect(unknownToken).toMatchObject([{ token: nobody, event: 'lost' }]);
  });

  test('loses what a reset leaves in the middle of a line', async () => {
    await using receiver = await LogentriesReceiver.start(options);
    receiver.script([{ breakWith: 'reset', afterBytes: 37 + 6 + 10 }]);
    using connection = await Connection.open(receiver.address);

    await connection.write(`${logs} whole\n${logs} cut\n`);
    expect(await connection.heard).toBe('reset');
    await receiver.until(({ openConnections }) => openConnections === 0, soon());

    const { accepted, tails } = receiver.ledger();
    expect(accepted).toMatchObject([{ event: 'whole' }]);
    expect(tails).toEqual([{ connection: 1, tail: logs.slice(0, 10) }]);
  });
});

describe('the Logentries receiver', () => {
  const room = 65_536 - 37 - 1;

  test('accepts a line of exactly the limit', async () => {
    const { accepted } = await sent(`${logs} ${'x'.repeat(room)}\n`);

    expect(accepted[0]?.event).toHaveLength(room);
  });

  test.each([
    ['length', 'one byte too many', `${logs} ${'x'.repeat(room + 1)}`],
    ['token', 'no token', 'just a line'],
    ['token', 'a token in the middle', `line ${logs}`],
    ['token', 'a space before the token', ` ${logs} line`],
    ['token', 'a token in upper case', `${logs.toUpperCase()} line`],
    ['token', 'the rest of an event that was broken by a newline', `${logs} one\ntwo`],
    ['space', 'no space', `${logs}line`],
    ['space', 'two spaces', `${logs}  line`],
    ['space', 'a tab', `${logs}\tline`],
    ['space', 'a token alone', logs],
    ['empty', 'no event', `${logs} `],
    ['carriage-return', 'a carriage return', `${logs} line\r`],
    ['nul', 'a NUL', `${logs} li\0ne`],
    ['utf-8', 'half a character', Buffer.from([...Buffer.from(`${logs} `), 0xe2, 0x80])],
  ])('refuses by the rule "%s" %s', async (rule, _what, line) => {
    const { refused } = await sent(Buffer.concat([Buffer.from(line), Buffer.from('\n')]));

    expect(refused).toMatchObject([{ rule, connection: 1 }]);
  });

  test('never counts a line without its newline', async () => {
    const { accepted, tails } = await sent(`${logs} whole\n${logs} not`);

    expect(accepted).toMatchObject([{ event: 'whole' }]);
    expect(tails).toEqual([{ connection: 1, tail: `${logs} not` }]);
  });

  test('says nothing, whatever it thinks of a line', async () => {
    await using receiver = await LogentriesReceiver.start({ tokens: [logs] });
    using connection = await Connection.open(receiver.address);

    await connection.end(`nonsense\n${nobody} lost\n${logs} kept\n`).heard;

    expect(connection.socket.bytesRead).toBe(0);
    expect(receiver.counts()).toMatchObject({ accepted: 1, unknownToken: 1, refused: 1 });
  });

  test('disconnects after so many lines, and takes the rest on the next connection', async () => {
    await using receiver = await LogentriesReceiver.start();
    receiver.script([{ breakWith: 'reset', afterLines: 2 }]);
    using first = await Connection.open(receiver.address);
    await first.write(`${logs} 1\n${logs} 2\n${logs} 3\n`);
    await first.heard;
    using second = await Connection.open(receiver.address);

    await second.end(`${logs} 3\n`).heard;

    expect(receiver.ledger().accepted.map(({ connection, event }) => [connection, event])).toEqual([
      [1, '1'],
      [1, '2'],
      [2, '3'],
    ]);
  });
});
