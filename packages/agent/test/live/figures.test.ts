import { describe, expect, test } from '@jest/globals';
import { Backlog } from '../../src/live/backlog.ts';
import { History } from '../../src/live/figures.ts';
import { countText, secondsText } from '../../src/live/figures-text.ts';
import { agentState, containerState, laneState } from '../support/sample-state.ts';

const { log, stat } = containerState();
if (log === undefined || stat === undefined) throw new Error('the sample has a log and a sample');

describe('rates', () => {
  test('are what came between two states, by the second', () => {
    const history = new History();
    history.add(agentState({ time: '2026-01-01T01:00:00Z' }));

    const figures = history.add(
      agentState({
        time: '2026-01-01T01:00:02Z',
        agent: { ...agentState().agent, cpuSeconds: 36.5 },
        containers: [containerState({ log: { ...log, lines: 1_100, bytes: 130_000 } })],
        lanes: [
          laneState({ account: { offered: 2_000, delivered: 1_990, dropped: {}, held: 10 } }),
        ],
      }),
    );

    expect(figures.cpuPercent).toBe(25);
    expect(figures.uptimeSeconds).toBe(3_602);
    expect(figures.containers[0]).toMatchObject({ lines: 50, logBytes: 5_000 });
    expect(figures.lanes[0]?.deliveredPerSecond).toBe(500);
  });

  test('of samples stay until there is a newer sample', () => {
    const history = new History();
    const sampled = (time: string, rxBytes: number) =>
      agentState({ containers: [containerState({ stat: { ...stat, time, rxBytes } })] });

    const rates = [
      sampled('2026-01-01T01:00:00Z', 1_000),
      sampled('2026-01-01T01:00:10Z', 6_000),
      sampled('2026-01-01T01:00:10Z', 6_000),
      sampled('2026-01-01T01:00:20Z', 6_000),
    ].map((state) => history.add(state).containers[0]?.rxBytes);

    expect(rates).toEqual([undefined, 500, 500, 0]);
  });

  test('are not known from one state, nor where a count began anew', () => {
    const history = new History();

    const first = history.add(agentState({ time: '2026-01-01T01:00:00Z' }));
    const second = history.add(
      agentState({
        time: '2026-01-01T01:00:01Z',
        containers: [containerState({ log: { ...log, lines: 1 } })],
      }),
    );

    expect(first.containers[0]?.lines).toBeUndefined();
    expect(first.lanes[0]?.deliveredPerSecond).toBeUndefined();
    expect(second.containers[0]?.lines).toBeUndefined();
  });

  test('are not known where the agent was started anew, or its clock was set back', () => {
    const history = new History();
    history.add(agentState({ time: '2026-01-01T01:00:00Z' }));

    const setBack = history.add(agentState({ time: '2026-01-01T00:59:00Z' }));
    const anew = history.add(
      agentState({
        time: '2026-01-01T01:00:05Z',
        agent: { ...agentState().agent, startedAt: '2026-01-01T01:00:04Z' },
      }),
    );

    expect(setBack.lanes[0]?.deliveredPerSecond).toBeUndefined();
    expect(anew.lanes[0]?.deliveredPerSecond).toBeUndefined();
  });
});

describe('a backlog', () => {
  test('says when it will be gone, at the pace of the last half minute', () => {
    const backlog = new Backlog();

    const left = [backlog.observe(0, 1_000), backlog.observe(10, 900), backlog.observe(35, 400)];

    expect(left).toEqual([undefined, 90, 20]);
    expect(backlog.peak).toBe(1_000);
  });

  test('that grows has no end, and what comes after its end begins anew', () => {
    const backlog = new Backlog();

    expect([backlog.observe(0, 100), backlog.observe(1, 200)]).toEqual([undefined, undefined]);
    expect([backlog.observe(2, 0), backlog.peak]).toEqual([undefined, 0]);
    expect([backlog.observe(3, 50), backlog.observe(4, 40)]).toEqual([undefined, 4]);
    expect(backlog.peak).toBe(50);
  });
});

test.each([
  [0, '0'],
  [0.44, '0.4'],
  [9.96, '10'],
  [999, '999'],
  [1_000, '1k'],
  [1_250, '1.3k'],
  [34_567_890, '35M'],
])('%d is counted as %s', (count, text) => {
  expect(countText(count)).toBe(text);
});

test.each([
  [0.9, '0s'],
  [59, '59s'],
  [61, '1m01s'],
  [3_660, '1h01m'],
  [90_000, '1d1h'],
  [Number.NaN, '-'],
])('%d seconds are %s', (seconds, text) => {
  expect(secondsText(seconds)).toBe(text);
});
