import { describe, expect, test } from '@jest/globals';
import { type AgentEnd, explain, type Occasions } from '../../src/ledger/explained.ts';
import type { Delivery } from '../../src/ledger/received.ts';

const prior: Delivery = {
  openedAt: 1_000,
  endedAt: 2_000,
  records: 10,
  repeated: 0,
  outcome: 'answered',
};
const again: Delivery = { ...prior, openedAt: 30_000, endedAt: 31_000 };
const crashAt = (at: number): AgentEnd => ({ how: 'killed', signalledAt: at, exitedAt: at });
const nothing: Occasions = { ends: [], unsaved: [], kindOf: (fault) => `fault ${fault}` };

function explained(
  first: Partial<Delivery>,
  occasions: Partial<Occasions> = {},
  second = again,
  newestAt = 900,
) {
  const deliveries = [{ ...prior, ...first }, second];
  const repeats = [{ prior: 0, again: 1, lines: 10, newestAt }];
  const { causes, unexplained } = explain({ repeats, deliveries }, { ...nothing, ...occasions });
  return { causes, unexplained };
}

const because = (kind: string) => ({ causes: [{ kind, batches: 1, lines: 10 }], unexplained: 0 });
const unexplained = { causes: [], unexplained: 10 };

describe('lines that came again', () => {
  test('are unexplained behind a connection that was answered', () => {
    expect(explained({})).toEqual(unexplained);
  });

  test('are explained by a fault upon the connection that brought them first', () => {
    expect(explained({ outcome: 'broken', fault: 7 })).toEqual(because('fault 7'));
  });

  test('are explained by a connection that broke without a fault', () => {
    expect(explained({ outcome: 'broken' })).toEqual(because('connection'));
  });

  test('are explained by a crash before the positions were saved, not by a later one', () => {
    expect(explained({}, { ends: [crashAt(2_900)] })).toEqual(because('agent-kill'));
    expect(explained({}, { ends: [crashAt(20_000)] })).toEqual(unexplained);
  });

  test('are explained by a later crash where nothing could be saved until then', () => {
    const unsaved = [{ startedAt: 2_500, endedAt: 21_000 }];

    expect(explained({}, { ends: [crashAt(20_000)], unsaved })).toEqual(because('agent-kill'));
    expect(explained({}, { ends: [crashAt(29_000)], unsaved })).toEqual(unexplained);
  });

  test('are not explained by a crash before they were sent first, or after they came again', () => {
    expect(explained({}, { ends: [crashAt(850)] })).toEqual(unexplained);
    expect(explained({}, { ends: [crashAt(31_500)] })).toEqual(unexplained);
  });

  test('are explained by a crash before both, where they were printed before it', () => {
    const ends = [crashAt(950)];
    const stop: AgentEnd = { how: 'stopped', signalledAt: 960, exitedAt: 970 };

    expect(explained({}, { ends }, again, 900)).toEqual(because('agent-kill, held and read again'));
    expect(explained({}, { ends }, again, 960)).toEqual(unexplained);
    expect(explained({}, { ends: [...ends, stop] }, again, 900)).toEqual(unexplained);
  });

  test('are explained by an orderly stop only where it left the connection open', () => {
    const stop: AgentEnd = { how: 'stopped', signalledAt: 1_900, exitedAt: 9_000 };
    const laterStop: AgentEnd = { how: 'stopped', signalledAt: 2_100, exitedAt: 9_000 };

    expect(explained({}, { ends: [stop] })).toEqual(because('agent-restart'));
    expect(explained({}, { ends: [laterStop] })).toEqual(unexplained);
  });

  test('are explained where a stalled receiver read an older connection late', () => {
    const stalled: Delivery = { ...prior, openedAt: 500, endedAt: 40_000, fault: 3 };

    expect(explained({}, {}, stalled)).toEqual(because('fault 3'));
  });
});
