import { expect, test } from '@jest/globals';
import type { ContainerRecord } from '@tallyman/sdk';
import { batchOf, eventRecord, logRecord, statRecord } from '@tallyman/testkit';
import fc from 'fast-check';
import { prettyLines } from '../src/pretty.ts';

/** Without the time, which depends on where the test runs. */
function shown(...records: ContainerRecord[]): readonly string[] {
  const text = Buffer.from(prettyLines({ color: false })(batchOf(records))).toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d\d\d /, ''));
}

function named(name: string) {
  return { container: { id: 'c0ffee'.padEnd(64, '0'), name, image: 'nginx' } };
}

test('begins with the local time to the millisecond', () => {
  const [time] = Buffer.from(prettyLines({ color: false })(batchOf([logRecord()])))
    .toString()
    .split(' ');

  const local = new Date('2023-11-14T22:13:20.123Z');
  const clock = [local.getHours(), local.getMinutes(), local.getSeconds()];
  expect(time).toBe(`${clock.map((part) => String(part).padStart(2, '0')).join(':')}.123`);
});

test('marks what was printed to standard error', () => {
  const lines = shown(
    logRecord({ message: 'fine' }),
    logRecord({ message: 'not fine', stream: 'stderr' }),
    logRecord({ message: 'half', stream: 'console', truncated: true }),
  );

  expect(lines).toEqual(['web-1 | fine', 'web-1 ! not fine', 'web-1 | half … cut']);
});

test('grows the column of names with the names, up to 24 characters', () => {
  const lines = shown(
    logRecord(named('a')),
    logRecord(named('longer')),
    logRecord(named('a')),
    logRecord(named('x'.repeat(40))),
    logRecord(named('a')),
  );

  expect(lines).toEqual([
    'a | GET / 200',
    'longer | GET / 200',
    'a      | GET / 200',
    `${'x'.repeat(40)} | GET / 200`,
    `${'a'.padEnd(24)} | GET / 200`,
  ]);
});

test('puts a sample on one line and leaves out what the engine did not say', () => {
  const counters = {
    rxPackets: 1,
    txPackets: 1,
    rxErrors: 0,
    txErrors: 0,
    rxDropped: 0,
    txDropped: 0,
  };
  const lines = shown(
    statRecord({
      network: { rxBytes: 1_258_291, txBytes: 3_400, ...counters, interfaces: {} },
      blockIo: { readBytes: 0, writeBytes: 4_299_161 },
      pids: { current: 7 },
      state: { status: 'running', health: 'unhealthy', startedAt: '', restartCount: 0 },
    }),
    statRecord({
      cpu: { usageNanos: 1, onlineCpus: 2 },
      memory: { usageBytes: 999, workingSetBytes: 999 },
      state: { status: 'paused', startedAt: '', restartCount: 0 },
    }),
  );

  expect(lines).toEqual([
    'web-1 # cpu 12.3%  mem 34MiB/512MiB 6.6%  net 1.2MiB in 3.32KiB out  blk 0B read 4.1MiB written  pids 7  unhealthy',
    'web-1 # cpu -  mem 999B  paused',
  ]);
});

test('shows the action, the exit code and the attributes that are not on the line anyway', () => {
  const lines = shown(
    eventRecord(),
    eventRecord({ action: 'start', attributes: { name: 'web-1', note: 'n'.repeat(99) } }),
  );

  expect(lines).toEqual([
    'web-1 * die exit 137 signal=9',
    `web-1 * start exit 137 note=${'n'.repeat(60)}…`,
  ]);
});

test('names the host where an event belongs to no container', () => {
  const { container: _container, ...hostEvent } = eventRecord({ action: 'reload', attributes: {} });

  expect(shown(hostEvent)).toEqual(['quay * reload exit 137']);
});

test('colours a container by its name, the same in every run', () => {
  const paint = (name: string) =>
    Buffer.from(prettyLines({ color: true })(batchOf([logRecord(named(name))]))).toString();

  expect(paint('web-1')).toBe(paint('web-1'));
  expect(paint('web-1')).toContain('\x1b[');
  expect(/\[(\d+)mweb-1/.exec(paint('web-1'))?.[1]).not.toBe(
    /\[(\d+)mweb-2/.exec(paint('web-2'))?.[1],
  );
});

test('prints one line a record and no control character, whatever containers say', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const record = fc.oneof(
    fc.tuple(text, text).map(([name, message]) => logRecord({ ...named(name), message })),
    fc
      .tuple(text, text)
      .map(([action, value]) => eventRecord({ action, attributes: { [value]: value } })),
    text.map((status) =>
      statRecord({ state: { status, health: status, startedAt: '', restartCount: 0 } }),
    ),
    text.map((time) => logRecord({ time })),
  );

  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), (records) => {
      const lines = Buffer.from(prettyLines({ color: false })(batchOf(records)))
        .toString()
        .split('\n');

      expect(lines).toHaveLength(records.length + 1);
      for (const line of lines)
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u);
    }),
  );
});
