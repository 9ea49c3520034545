import { describe, expect, test } from '@jest/globals';
import { type ContainerLog, writeJson } from '@tallyman/sdk';
import { eventRecord, LogentriesReceiver, logRecord, statRecord } from '@tallyman/testkit';
import fc from 'fast-check';
import { instantOf } from '../../core/src/decode/instant.ts';
import { LogRecord, LogSource } from '../../core/src/decode/log.ts';
import { formats } from '../src/format/formats.ts';
import { singleLine } from '../src/format/single-line.ts';
import { maxLineBytes } from '../src/framing/framer.ts';
import { allTokens, logsToken } from './support/context.ts';
import { eventsOf, linesOf } from './support/lines.ts';
import { sinkTo } from './support/sink.ts';

const names = ['json', 'kvp', 'text', 'docker-logentries'] as const;

/** Text of every kind of character, now and then far beyond one line. */
const texts = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(1, 1, 1, 3_000, 20_000))
  .map(([text, times]) => text.repeat(times));

/** Pulls the message out of the events that a log record became. */
const rejoined = {
  json: (events: readonly string[]) => events.map((event) => parsed(event).message).join(''),
  'docker-logentries': (events: readonly string[]) =>
    events.map((event) => parsed(event).line).join(''),
  kvp: (events: readonly string[]) =>
    events.map((event) => unquoted(event.slice(event.indexOf(' message=') + 9))).join(''),
  text: (events: readonly string[]) =>
    events.map((event) => event.replace(/^\S+ \S+ \S+ \S+ (?:part=\d+\/\d+ )?/, '')).join(''),
};

function parsed(event: string): Record<string, unknown> {
  return JSON.parse(event);
}

function unquoted(value: string): string {
  return value.startsWith('"') ? JSON.parse(value) : value;
}

describe.each(names)('%s', (name) => {
  const format = formats[name];
  const keepsBreaks = name === 'json' || name === 'docker-logentries';

  test('makes lines that the service takes of any message, and loses nothing of it', () => {
    fc.assert(
      fc.property(texts, (message) => {
        const record = logRecord({ message: message.toWellFormed() });

        for (const line of linesOf(format, record)) {
          expect(line.length + 1).toBeLessThanOrEqual(maxLineBytes);
          expect(line.includes(0x0d) || line.includes(0)).toBe(false);
          expect(line.toString('latin1', 0, 37)).toBe(`${logsToken} `);
        }
        const kept = keepsBreaks ? record.message : singleLine(record.message);
        expect(rejoined[name](eventsOf(format, record))).toBe(kept);
      }),
      { numRuns: 200 },
    );
  });

  test('marks the pieces of a long line as parts, and fills them', () => {
    const events = eventsOf(format, logRecord({ message: '→'.repeat(60_000) }));

    expect(events).toHaveLength(3);
    events.forEach((event, index) => {
      const part = { json: `"part":${index + 1},"parts":3`, text: `part=${index + 1}/3` };
      const mark =
        name === 'text' ? part.text : keepsBreaks ? part.json : `part=${index + 1} parts=3`;
      expect(event).toContain(mark);
    });
    expect(Buffer.byteLength(events[0] ?? '')).toBeGreaterThan(65_000);
  });

  test('splits also what has no message, and says how to put it together', () => {
    const note = 'nön\n'.repeat(40_000);
    const record = eventRecord({ attributes: { note }, fields: { note } });

    const lines = linesOf(format, record);

    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line.length + 1).toBeLessThanOrEqual(maxLineBytes);
    if (name !== 'json') return;
    const whole = eventsOf(format, record)
      .map((event) => parsed(event).json)
      .join('');
    expect(JSON.parse(whole)).toEqual(record);
  });

  test('does so too where the container alone would fill a line', () => {
    const container = { ...logRecord().container, labels: { note: 'x"'.repeat(50_000) } };

    const lines = linesOf(format, logRecord({ container, message: 'short' }));

    for (const line of lines) expect(line.length + 1).toBeLessThanOrEqual(maxLineBytes);
  });
});

const lineOf = <F>(facts: F, bytes: Buffer) => ({ ...facts, bytes, start: 0, end: bytes.length });
const anyMessage = fc.uint8Array({ maxLength: 300 });
const anyMoment = fc.record({
  // One after the other mostly share their second; before 2001 seconds have fewer digits.
  seconds: fc.constantFrom(1_795_288_215, 1_795_288_216, 7),
  nanos: fc.nat(999_999_999),
  ordinal: fc.nat(2),
});

test('writes a record that is a view on bytes as its documented JSON', () => {
  const origin = { host: 'quay', container: logRecord().container, fields: { team: 'ä' } };
  const source = new LogSource(origin, 'stderr');
  fc.assert(
    fc.property(anyMessage, anyMoment, fc.boolean(), (bytes, moment, truncated) => {
      const facts = { ...moment, truncated, isTerminated: true };
      const record = new LogRecord(source, lineOf(facts, Buffer.from(bytes)));

      expect(writeJson in record).toBe(true);
      expect(eventsOf(formats.json, record)).toEqual([JSON.stringify(record)]);
    }),
  );
});

test('keeps a long view on bytes parseable in every part', () => {
  const source = new LogSource(
    { host: 'q', container: logRecord().container, fields: {} },
    'stdout',
  );
  const bytes = Buffer.concat([Buffer.from('"ä\\'.repeat(50_000)), Buffer.from([0xff, 0xc3])]);
  const at = instantOf(logRecord().time);
  const facts = { ...at, ordinal: 0, truncated: false, isTerminated: true };
  const record = new LogRecord(source, lineOf(facts, bytes));

  const parts = eventsOf(formats.json, record).map((event): ContainerLog => JSON.parse(event));

  expect(parts.map(({ message }) => message).join('')).toBe(record.message);
  expect(new Set(parts.map(({ id }) => id))).toEqual(new Set([record.id]));
});

test.each(names)('the service takes whatever is written as %s', async (format) => {
  await using receiver = await LogentriesReceiver.start({ tokens: allTokens });
  await using sink = sinkTo(receiver.address, { format }).sink;
  const messages = fc.sample(texts, 60);
  const attributes = { note: 'a\r\nb\0c, d="e"\n' };
  const records = messages.map((message) => logRecord({ message }));

  await sink.write([
    ...records,
    logRecord({ message: '' }),
    statRecord(),
    eventRecord({ attributes }),
  ]);

  const { accepted, refused, unknownToken, tails } = receiver.ledger();
  expect({ refused, unknownToken, tails }).toEqual({ refused: [], unknownToken: [], tails: [] });
  expect(accepted.length).toBeGreaterThanOrEqual(63);
});
