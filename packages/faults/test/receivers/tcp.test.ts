import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { ReceiptBook } from '../../src/ledger/received.ts';
import { lineOf } from '../../src/printed-line.ts';
import { TcpLedgerServer } from '../../src/receivers/tcp.ts';
import { linesFrom, recordOf } from '../support/printing.ts';

const token = '10a5c0de-5eed-4a6b-8c1d-70c5e0000001';
const lines = linesFrom(1, 5).map((line) => `${token} ${recordOf({ text: lineOf(line) })}\n`);

/** A receiver that has begun a fault, and what becomes of a connection with five lines and a piece of one. */
async function sent(fault?: 'refuse' | 'close' | 'garbage', connectionsBefore = 0) {
  const book = new ReceiptBook();
  for (let at = 0; at < connectionsBefore; at++) book.open(0);
  const server = new TcpLedgerServer(book);
  const port = await server.listen();
  if (fault !== undefined) await server.fault(fault, 1, 2);
  const socket = connect(port, '127.0.0.1');
  let answer = 0;
  socket.on('data', (bytes) => {
    answer += bytes.length;
  });
  const isReset = once(socket, 'end').then(
    () => false,
    () => true,
  );
  socket.end(`${lines.join('')}${token} {"kind":`);
  const wasReset = await isReset;
  const affected = fault === undefined ? 0 : await server.clear();
  await server.close();
  const { outcome } = book.deliveries[connectionsBefore] ?? { outcome: 'none' };
  return { wasReset, saidSomething: answer > 0, affected, kept: book.records, outcome };
}

describe('the receiver of lines', () => {
  test('keeps whole lines, and ends a connection after its peer', async () => {
    const sound = { wasReset: false, saidSomething: false, affected: 0 };

    expect(await sent()).toEqual({ ...sound, kept: 5, outcome: 'answered' });
  });

  test('that refuses resets a connection unread', async () => {
    expect(await sent('refuse')).toMatchObject({ wasReset: true, affected: 1, kept: 0 });
  });

  test('that resets in the midst keeps what it has read up to there', async () => {
    expect(await sent('close')).toMatchObject({ affected: 1, kept: 2, outcome: 'broken' });
  });

  test('that closes in the midst throws nothing away that it has read: its FIN may be taken for an answer', async () => {
    expect(await sent('close', 1)).toMatchObject({ affected: 1, kept: 5, outcome: 'broken' });
  });

  test('that answers garbage has read everything, and resets', async () => {
    expect(await sent('garbage')).toMatchObject({ affected: 1, kept: 5, outcome: 'refused' });
  });
});
