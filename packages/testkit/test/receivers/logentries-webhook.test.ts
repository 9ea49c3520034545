import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogentriesWebhook } from '../../src/receivers/index.ts';
import { ask } from './asking.ts';

const logs = '01234567-89ab-cdef-0123-456789abcdef';
const nobody = '00000000-0000-0000-0000-000000000000';

describe('the Logentries webhook', () => {
  let receiver: LogentriesWebhook;
  beforeEach(async () => {
    receiver = await LogentriesWebhook.start({ tokens: [logs] });
  });
  afterEach(() => receiver.close());

  test.each([`/v1/noformat/${logs}`, `/noformat/logs/${logs}`])('accepts %s', async (path) => {
    const answer = await ask(receiver.address, path, { body: '{"line":"hello"}' });

    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(receiver.ledger().accepted).toMatchObject([{ token: logs, event: '{"line":"hello"}' }]);
  });

  test('takes unknown tokens without a word', async () => {
    const answer = await ask(receiver.address, `/v1/noformat/${nobody}`, { body: 'lost' });

    expect(answer.status).toBe(204);
    expect(receiver.ledger()).toMatchObject({ accepted: [], unknownToken: [{ event: 'lost' }] });
  });

  test.each([
    ['another method', 'PUT', `/v1/noformat/${logs}`],
    ['another path', 'POST', `/v2/noformat/${logs}`],
    ['a token that is none', 'POST', '/v1/noformat/token'],
    ['something after the token', 'POST', `/v1/noformat/${logs}/x`],
  ])('answers with a 404 to %s', async (_what, method, path) => {
    expect((await ask(receiver.address, path, { method, body: 'x' })).status).toBe(404);
    expect(receiver.ledger().accepted).toEqual([]);
  });

  test.each([
    ['newline', 'two lines', 'one\ntwo'],
    ['carriage-return', 'a carriage return', 'one\r'],
    ['nul', 'a NUL', 'o\0ne'],
    ['empty', 'nothing', ''],
    ['utf-8', 'half a character', Buffer.from([0xe2, 0x80])],
  ])('refuses by the rule "%s" %s', async (rule, _what, body) => {
    const answer = await ask(receiver.address, `/v1/noformat/${logs}`, { body });

    expect(answer.status).toBe(400);
    expect(receiver.ledger().refused).toMatchObject([{ rule }]);
  });

  test('goes wrong as told', async () => {
    receiver.script([{ status: 429, retryAfter: { seconds: 1 } }, '413', 'reset', 'ok']);
    const path = `/v1/noformat/${logs}`;

    const outcomes = [];
    for (let turn = 0; turn < 4; turn++)
      outcomes.push(
        await ask(receiver.address, path, { body: 'x' }).then(
          ({ status }) => status,
          ({ code }) => code,
        ),
      );

    expect(outcomes).toEqual([429, 413, 'ECONNRESET', 204]);
    expect(receiver.counts()).toMatchObject({ accepted: 1, requests: 4 });
  });
});
