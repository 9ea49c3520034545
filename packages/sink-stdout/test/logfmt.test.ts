import { expect, test } from '@jest/globals';
import type { ContainerRecord } from '@tallyman/sdk';
import { batchOf, eventRecord, logRecord, statRecord } from '@tallyman/testkit';
import fc from 'fast-check';
import { logfmtLines } from '../src/logfmt.ts';

function lineOf(record: ContainerRecord): string {
  return Buffer.from(logfmtLines(batchOf([record]))).toString();
}

/** A reader of logfmt in three lines: quoted values are JSON strings. */
function parsed(line: string): Record<string, string> {
  const pairs = [...line.matchAll(/([^\s="]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?: |\n$)/g)];
  expect(pairs.map(([pair]) => pair).join('')).toBe(line);
  return Object.fromEntries(
    pairs.map(([, key, value = '']) => [key, value.startsWith('"') ? JSON.parse(value) : value]),
  );
}

test('prints a log line as pairs, the message last but for the fields', () => {
  const line = lineOf(logRecord({ stream: 'stderr', fields: { cluster: 'eu west' } }));

  expect(line).toBe(
    'time=2023-11-14T22:13:20.123456789Z kind=log id=c0ffee000000:o:1700000000123456789:0 host=quay ' +
      `container=web-1 container_id=${'c0ffee'.padEnd(64, '0')} image=nginx:1.27 ` +
      'stream=stderr msg="GET / 200" field.cluster="eu west"\n',
  );
});

test('leaves out the figures the engine did not give', () => {
  const pairs = parsed(lineOf(statRecord({ cpu: { usageNanos: 5, onlineCpus: 2 } })));

  expect(pairs).toMatchObject({ cpu_usage_nanos: '5', memory_working_set_bytes: '35651584' });
  expect(Object.keys(pairs)).not.toContain('cpu_percent');
  expect(Object.keys(pairs)).not.toContain('network_rx_bytes');
});

test('prints an event with its exit code and attributes', () => {
  const pairs = parsed(lineOf(eventRecord()));

  expect(pairs).toMatchObject({ action: 'die', exit_code: '137', 'attribute.signal': '9' });
});

test('makes a key of any name', () => {
  const line = lineOf(eventRecord({ attributes: { 'a b="c"\n': 'x' } }));

  expect(line).toContain(' attribute.a_b__c__=x\n');
});

test('gives back every message, and never a second line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (message) => {
      const line = lineOf(logRecord({ message }));

      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u);
      expect(parsed(line).msg).toBe(message);
    }),
  );
});
