import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { interfacesFrom } from '../../src/decode/net-dev.ts';
import { hostCpuFrom, hostMemoryFrom } from '../../src/decode/proc-stat.ts';

const anything = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom('cpu', 'cpu0', ' ', '1', '\n', ':', 'eth0:', 'MemTotal:', ' kB'))
    .map((l) => l.join('')),
);

describe('the files of /proc', () => {
  test('may hold anything', () => {
    fc.assert(
      fc.property(anything, (text) => {
        hostCpuFrom(text);
        hostMemoryFrom(text);
        interfacesFrom(text);
      }),
    );
  });

  test('stat gives the first seven times of the host, and its cores', () => {
    const times = fc.array(fc.integer({ min: 0, max: 2 ** 32 }), { minLength: 7, maxLength: 10 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 9 }), (ticks, cores) => {
        const lines = Array.from({ length: cores }, (_, n) => `cpu${n} ${ticks.join(' ')}`);
        const text = [`cpu  ${ticks.join(' ')}`, ...lines, 'intr 1 2', 'ctxt 5', ''].join('\n');

        const sum = ticks.slice(0, 7).reduce((a, b) => a + b, 0);
        expect(hostCpuFrom(text)).toEqual({ systemNanos: sum * 10_000_000, onlineCpus: cores });
      }),
    );
  });

  test.each(['cpu 1 2 3\ncpu0 1\n', 'cpu 1 2 3 4 5 6 x\ncpu0 1\n', 'cpu 1 2 3 4 5 6 7\n', ''])(
    'stat that reads %j is none',
    (text) => {
      expect(hostCpuFrom(text)).toBeUndefined();
    },
  );

  test('meminfo gives the memory of the host', () => {
    expect(hostMemoryFrom('MemTotal:       24684084 kB\nMemFree: 1 kB\n')).toBe(25_276_502_016);
    expect(hostMemoryFrom('MemFree: 1 kB\n')).toBeUndefined();
  });

  test('net/dev gives the counters of each interface', () => {
    const text = [
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
      '    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0',
      '  eth0:1290 13    1    2    3     4          5         6        42       7    8    9    10     11       12          13',
      ' short: 1 2 3',
      '',
    ].join('\n');

    expect([...interfacesFrom(text)]).toEqual([
      [
        'lo',
        {
          rxBytes: 0,
          rxPackets: 0,
          rxErrors: 0,
          rxDropped: 0,
          txBytes: 0,
          txPackets: 0,
          txErrors: 0,
          txDropped: 0,
        },
      ],
      [
        'eth0',
        {
          rxBytes: 1290,
          rxPackets: 13,
          rxErrors: 1,
          rxDropped: 2,
          txBytes: 42,
          txPackets: 7,
          txErrors: 8,
          txDropped: 9,
        },
      ],
    ]);
  });
});
