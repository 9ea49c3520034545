import { describe, expect, test } from '@jest/globals';
import { failuresOf, verdictsOf } from '../src/log-verdicts.ts';
import type { Runs } from '../src/measure/round-robin.ts';
import type { Work } from '../src/measure/work.ts';

const lines = 100;
const usual = {
  wallSeconds: 5,
  cpuSeconds: 2,
  peakRssMiB: 80,
  dockerdSeconds: 6,
  containerdSeconds: 0,
  arrived: lines,
  load: 1,
};
const runsOf = (name: string, ...samples: Partial<Work>[]): Runs<Work> => ({
  name,
  samples: samples.map((sample) => ({ ...usual, ...sample })),
});
const fromFile = { dockerdSeconds: 0.01, cpuSeconds: 0.5 };

describe('moving a log', () => {
  test('fails where a peer, too, delivers fewer lines than were written', () => {
    const runs = [runsOf('curl', {}), runsOf('rsyslog', {}, { arrived: 99 })];

    expect(failuresOf(runs, lines)).toEqual(['rsyslog: 99 of 100 lines arrived']);
  });

  test('does not fail for a peer whose lines nobody counts', () => {
    const { arrived: _, ...uncounted } = usual;
    const runs = [{ name: 'docker logs', samples: [uncounted] }];

    expect(failuresOf(runs, lines)).toEqual([]);
  });

  test.each([
    [0.29, []],
    [0.31, [expect.stringContaining('dockerd used 5 % of its CPU')]],
    [6.2, [expect.stringContaining('dockerd used 103 % of its CPU')]],
  ])('from the file with %d s of dockerd, not 6', (dockerdSeconds, failures) => {
    const runs = [
      runsOf('tallyman, reader: engine', {}),
      runsOf('tallyman, reader: file', { dockerdSeconds }),
    ];

    expect(failuresOf(runs, lines)).toEqual(failures);
  });

  test('is held to its budgets by the medians', () => {
    const runs = [
      runsOf('curl', {}, { wallSeconds: 4, cpuSeconds: 1 }, {}),
      runsOf('tallyman, reader: engine', { wallSeconds: 5.5, cpuSeconds: 3 }),
      runsOf('tallyman, reader: file', fromFile),
      runsOf('fluent-bit', { dockerdSeconds: 0, cpuSeconds: 2.5 }),
    ];

    const measured = verdictsOf(runs).map(({ measured: figure = Number.NaN, verdict }) => [
      Number(figure.toFixed(3)),
      verdict,
    ]);

    expect(measured).toEqual([
      [1.1, 'met'],
      [1.5, 'met'],
      [0.2, 'stretch met'],
      [0.057, 'stretch met'],
      [80, 'stretch met'],
    ]);
  });

  test('says of a budget that it was not measured where the peer is missing', () => {
    const runs = [runsOf('tallyman, reader: engine', {})];

    const verdicts = verdictsOf(runs).map(({ verdict }) => verdict);

    expect(new Set(verdicts)).toEqual(new Set(['not measured']));
  });
});
