import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { retryable, Secret } from '@tallyman/sdk';
import { createDiagnostics } from '../../src/diagnostics/diagnostics.ts';
import { Lines } from './lines.ts';

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u;

function jsonLog(level: 'debug' | 'info' = 'debug') {
  const lines = new Lines();
  return { lines, log: createDiagnostics({ level, format: 'json', color: false }, lines) };
}

function prettyLog({ color = false } = {}) {
  const lines = new Lines();
  return { lines, log: createDiagnostics({ level: 'debug', format: 'pretty', color }, lines) };
}

describe('a JSON line', () => {
  test('holds the level as a word, an ISO time, the fields and the sentence', () => {
    const { log, lines } = jsonLog();

    log.warn({ sink: 'metrics', delayMs: 5 }, 'Delivery failed, retrying.');

    expect(lines.parsed).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        sink: 'metrics',
        delayMs: 5,
        msg: 'Delivery failed, retrying.',
      },
    ]);
  });

  test('is left out below the level', () => {
    const { log, lines } = jsonLog('info');

    log.debug({}, 'Too much.');
    log.info({}, 'Started.');

    expect(lines.parsed.map(({ msg }) => msg)).toEqual(['Started.']);
  });

  test('carries the fields of its child', () => {
    const { log, lines } = jsonLog();

    log.child({ sink: 'metrics' }).error({ records: 3 }, 'Records were lost.');

    expect(lines.parsed).toMatchObject([{ sink: 'metrics', records: 3 }]);
  });

  test('says of an error what helps, with its causes, and nothing that an HTTP client hangs on it', () => {
    const { log, lines } = jsonLog();
    const cause = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      config: { headers: { Authorization: 'Bearer abc' } },
    });

    log.warn({ error: retryable('posting 3 points: HTTP 503', { status: 503, cause }) }, 'Failed.');

    expect(lines.parsed[0]?.error).toEqual({
      type: 'SinkError',
      message: 'posting 3 points: HTTP 503',
      status: 503,
      cause: {
        type: 'Error',
        message: 'connect ECONNREFUSED',
        code: 'ECONNREFUSED',
        stack: expect.any(String),
      },
    });
  });

  test('survives what cannot be written as JSON', () => {
    const { log, lines } = jsonLog();
    const cycle: Record<string, unknown> = { big: 12n, bytes: Buffer.from('abc') };
    cycle.self = cycle;

    log.info({ cycle }, 'Round and round.');

    expect(lines.parsed).toMatchObject([{ cycle: { big: 12, bytes: '[3 bytes]' } }]);
  });
});

describe('secrets', () => {
  const token = 'tok-4711';

  test.each([
    ['a Secret', { given: new Secret(token) }],
    ['a Secret in a list', { given: [{ deep: new Secret(token) }] }],
    ['plain text under a telling key', { authToken: token, api_key: token, token }],
    [
      'headers',
      { request: { headers: { Authorization: `Bearer ${token}`, 'Set-Cookie': [token] } } },
    ],
    ['a Secret inspected', { text: inspect({ secret: new Secret(token) }) }],
    ['a Secret in a text', { text: String(new Secret(token)) }],
  ])('are never printed: %s', (_what, fields) => {
    const json = jsonLog();
    const pretty = prettyLog();

    for (const { log } of [json, pretty]) {
      log.info(fields, 'Started.');
      log.child(fields).info({}, 'Started.');
    }

    expect(json.lines.text + pretty.lines.text).not.toContain(token);
    expect(json.lines.text).toContain('[secret]');
  });

  test('are not seen in keys that only look alike', () => {
    const { log, lines } = jsonLog();

    log.info({ tokens_used: 3, secretary: 'Ada' }, 'Counted.');

    expect(lines.parsed).toMatchObject([{ tokens_used: 3, secretary: 'Ada' }]);
  });
});

describe('text of containers', () => {
  const hostile = 'a\x1b[2J\r\u009b31m\u202e\u2028b\nERROR forged';

  test('loses no character in JSON and acts on no terminal', () => {
    const { log, lines } = jsonLog();

    log.warn({ container: hostile, [hostile]: 1 }, hostile);

    expect(lines.text.trimEnd()).not.toMatch(unprintable);
    expect(lines.parsed).toMatchObject([{ container: hostile, [hostile]: 1, msg: hostile }]);
  });

  test('is escaped in pretty lines, wherever it stands', () => {
    const { log, lines } = prettyLog();

    log.warn({ container: hostile, [hostile]: { [hostile]: [hostile] } }, hostile);
    log.warn({ error: new Error(hostile) }, 'Failed.');

    for (const line of lines.text.trimEnd().split('\n')) expect(line).not.toMatch(unprintable);
    expect(lines.text).toContain('a\\x1b[2J\\r\\x9b31m\\u202e\\u2028b\\nERROR forged');
  });
});

describe('a pretty line', () => {
  test('is one line with time, level, sentence and fields', () => {
    const { log, lines } = prettyLog();

    log.warn({ sink: 'metrics', delayMs: 5 }, 'Delivery failed, retrying.');

    expect(lines.text).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: Delivery failed, retrying\. \{"sink":"metrics","delayMs":5\}\n$/,
    );
  });

  test('is coloured where that is wanted', () => {
    const { log, lines } = prettyLog({ color: true });

    log.warn({}, 'Delivery failed, retrying.');

    expect(lines.text).toContain('\x1b[33mWARN');
  });
});
