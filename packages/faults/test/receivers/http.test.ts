import { describe, expect, test } from '@jest/globals';
import { ReceiptBook } from '../../src/ledger/received.ts';
import { lineOf } from '../../src/printed-line.ts';
import { HttpLedgerServer } from '../../src/receivers/http.ts';
import { linesFrom, recordOf } from '../support/printing.ts';

const body = linesFrom(1, 5)
  .map((line) => `${recordOf({ text: lineOf(line) })}\n`)
  .join('');

/** A receiver that has begun a fault, and what it answers to five lines. */
async function posted(fault?: 'close' | 'garbage' | '429' | '500' | '503') {
  const book = new ReceiptBook();
  const server = new HttpLedgerServer(book);
  const port = await server.listen();
  if (fault !== undefined) await server.fault(fault, 1, 2);
  const url = `http://127.0.0.1:${port}/`;
  const headers = { connection: 'close' };
  const status = await fetch(url, { method: 'POST', body, headers }).then(
    (answer) => answer.status,
    () => 'no answer',
  );
  const affected = fault === undefined ? 0 : await server.clear();
  await server.close();
  return { status, affected, kept: book.records, fault: book.deliveries[0]?.fault };
}

describe('the receiver of posts', () => {
  test('keeps what it accepts', async () => {
    expect(await posted()).toEqual({ status: 204, affected: 0, kept: 5, fault: undefined });
  });

  test.each([
    ['429', { status: 429, kept: 0 }],
    ['503', { status: 503, kept: 0 }],
    ['500', { status: 500, kept: 5 }],
    ['garbage', { status: 'no answer', kept: 0 }],
    ['close', { status: 'no answer', kept: 2 }],
  ] as const)('with the fault %s answers and keeps as the fault says', async (fault, expected) => {
    expect(await posted(fault)).toEqual({ ...expected, affected: 1, fault: 1 });
  });
});
