import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import type { AgentState, ContainerState, LaneState } from '../../src/admin/state.ts';
import { sortKeys } from '../../src/live/choices.ts';
import { History } from '../../src/live/figures.ts';
import { frameOf, wholeTable } from '../../src/live/frame.ts';
import { plainText, styledText } from '../../src/live/line.ts';
import type { View } from '../../src/live/view.ts';
import { agentState, containerState, laneState, manyContainers } from '../support/sample-state.ts';
import { anyText, harmful, hostile } from './hostile.ts';

const byCpu: View = { sort: 'cpu', order: 'usual', filter: '', sink: undefined, above: 0 };

function figuresOf(...states: readonly AgentState[]) {
  const history = new History();
  return states.map((state) => history.add(state)).at(-1) ?? history.add(agentState());
}

/** What the screen shows. */
function screen(
  state: AgentState,
  { columns = 80, rows = 24, ...view }: Partial<View> & { columns?: number; rows?: number } = {},
): readonly string[] {
  const { lines } = frameOf(figuresOf(state), {
    view: { ...byCpu, ...view },
    size: { columns, rows },
  });
  return lines.map(plainText);
}

const anyFigure = fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const anyTime = fc.oneof(
  fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T00:00:09.123456789Z'),
  anyText,
);

const anyContainer: fc.Arbitrary<ContainerState> = fc.record(
  {
    id: fc.string(),
    name: anyText,
    image: anyText,
    status: fc.oneof(fc.constantFrom('running', 'exited'), anyText),
    health: fc.oneof(fc.constantFrom('healthy', 'unhealthy', 'toString'), anyText),
    sinks: fc.record({
      log: fc.array(anyText, { maxLength: 3 }),
      stat: fc.array(anyText, { maxLength: 3 }),
      event: fc.array(anyText, { maxLength: 3 }),
    }),
    log: fc.record({
      reader: fc.constant('engine' as const),
      lines: anyFigure,
      bytes: anyFigure,
      stderrLines: anyFigure,
    }),
    stat: fc.record(
      {
        time: anyTime,
        cpuPercent: anyFigure,
        memoryBytes: anyFigure,
        memoryLimitBytes: anyFigure,
        memoryPercent: anyFigure,
        rxBytes: anyFigure,
        txBytes: anyFigure,
        readBytes: anyFigure,
        writeBytes: anyFigure,
        pids: anyFigure,
      },
      { requiredKeys: ['time', 'memoryBytes'] },
    ),
  },
  { requiredKeys: ['id', 'name', 'image', 'status', 'sinks'] },
);

const anyLane: fc.Arbitrary<LaneState> = fc
  .record({
    sink: anyText,
    type: anyText,
    status: fc.constantFrom('healthy', 'retrying', 'parked', 'refused'),
    since: anyTime,
    error: anyText,
    failingSince: anyTime,
    dropped: fc.record({ oldest: anyFigure, refused: anyFigure }, { requiredKeys: [] }),
    onDiskOnlyRecords: anyFigure,
    diskFailure: fc.option(anyText, { nil: undefined }),
    seconds: anyFigure,
    progress: fc.record({ doneBytes: anyFigure, totalBytes: anyFigure }),
  })
  .map(({ dropped, onDiskOnlyRecords, diskFailure, seconds, ...lane }) => {
    const { account, queue } = laneState();
    return laneState({
      ...lane,
      account: { ...account, dropped },
      queue: { ...queue, onDiskOnlyRecords, ...(diskFailure !== undefined && { diskFailure }) },
      lag: { containers: 1, records: seconds, bytes: seconds, seconds },
    } as Partial<LaneState>);
  });

const anyState: fc.Arbitrary<AgentState> = fc
  .record({
    time: anyTime,
    containers: fc.array(anyContainer, { maxLength: 12 }),
    lanes: fc.array(anyLane, { maxLength: 4 }),
    host: anyText,
    product: anyText,
    isConnected: fc.boolean(),
  })
  .map(({ host, product, isConnected, ...state }) => {
    const { agent, engine } = agentState();
    return agentState({
      ...state,
      agent: { ...agent, host },
      engine: { ...engine, product, isConnected },
    });
  });

const anyView: fc.Arbitrary<View> = fc.record({
  sort: fc.constantFrom(...sortKeys),
  order: fc.constantFrom('usual' as const, 'reversed' as const),
  filter: fc.oneof(fc.constant(''), anyText),
  sink: fc.option(anyText, { nil: undefined }),
  above: fc.nat(),
  filterBefore: fc.option(anyText, { nil: undefined }),
});

describe('for any states, any view and any terminal', () => {
  test('the screen has no line that is too wide, not one line too many, and nothing but colours acts on it', () => {
    fc.assert(
      fc.property(
        fc.tuple(anyState, anyState),
        anyView,
        fc.record({
          columns: fc.integer({ min: 1, max: 250 }),
          rows: fc.integer({ min: 1, max: 60 }),
        }),
        fc.option(fc.record({ message: anyText, seconds: anyFigure }), { nil: undefined }),
        (states, view, size, away) => {
          const { lines, page } = frameOf(figuresOf(...states), { view, size, away });

          expect(lines).toHaveLength(size.rows);
          for (const line of lines) {
            expect(stringWidth(plainText(line))).toBeLessThanOrEqual(size.columns);
            expect(stringWidth(styledText(line))).toBeLessThanOrEqual(size.columns);
            const [head, ...escapes] = styledText(line).split('\u001b');
            expect(escapes.filter((code) => !/^\[\d+m/.test(code))).toEqual([]);
            expect(harmful.exec([head, ...escapes].join(''))).toBeNull();
          }
          expect(page.above).toBeLessThanOrEqual(Math.max(0, page.total - page.size));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('so it is with the table that is printed once', () => {
    fc.assert(
      fc.property(anyState, anyView, fc.integer({ min: 1, max: 250 }), (state, view, width) => {
        for (const line of wholeTable(figuresOf(state), view, width).map(plainText)) {
          expect(stringWidth(line)).toBeLessThanOrEqual(width);
          expect(harmful.exec(line)).toBeNull();
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('columns', () => {
  test('at 80 are the most important ones', () => {
    const titles = screen(agentState()).find((line) => line.startsWith('NAME'));

    expect(titles?.split(/ +/)).toEqual([
      'NAME',
      'CPU%▼',
      'MEM',
      'RX/S',
      'TX/S',
      'LINES/S',
      'HEALTH',
    ]);
  });

  test('at 200 are all of them', () => {
    const [, ...titles] =
      screen(agentState(), { columns: 200 })
        .join('\n')
        .match(
          /NAME +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+)$/m,
        ) ?? [];

    expect(titles).toEqual(
      'CPU%▼ MEM LIMIT MEM% RX/S TX/S READ/S WRITE/S PIDS LINES/S LOG/S HEALTH SINKS'.split(' '),
    );
  });

  test('grow with long names where there is room, and stand under each other whatever the characters', () => {
    const names = ['a', '名前'.repeat(6), 'x'.repeat(40), hostile];
    const containers = names.map((name, index) => containerState({ id: `${index}`, name }));

    const rows = screen(agentState({ containers }), { columns: 200 }).filter((line) =>
      line.includes('12.3%'),
    );

    expect(rows).toHaveLength(names.length);
    const places = rows.map((row) => stringWidth(row.slice(0, row.indexOf('12.3%'))));
    expect(new Set(places).size).toBe(1);
    expect(rows.some((row) => row.startsWith('x'.repeat(40)))).toBe(true);
  });
});

test('a long name costs the least important columns before it is cut', () => {
  const name = 'shop-warehouse-inventory-1';
  const lines = screen(agentState({ containers: [containerState({ name })] }), { columns: 110 });

  expect(lines.some((line) => line.startsWith(`${name} `))).toBe(true);
});

describe('containers', () => {
  test('are shown a page at a time, and scrolled to the last of them', () => {
    const state = agentState({ containers: manyContainers(200) });

    const [first, last] = [screen(state), screen(state, { above: 1_000 })];

    expect(first.join('\n')).toMatch(/CONTAINERS 1-(\d+) of 200/);
    expect(first.filter((line) => /^(web|job)-/.test(line)).at(0)).toMatch(/^job-199 /);
    expect(last.filter((line) => /^(web|job)-/.test(line)).at(-1)).toMatch(/^web-000 /);
    expect(last.join('\n')).toMatch(/CONTAINERS \d+-200 of 200/);
  });

  test('can be narrowed by name and by sink', () => {
    const sinks = { log: ['shop'], stat: [], event: [] };
    const containers = [
      containerState({ id: '1', name: 'web-1', sinks }),
      containerState({ id: '2', name: 'web-2' }),
      containerState({ id: '3', name: 'job', sinks }),
    ];
    const lanes = [laneState({ sink: 'shop' }), laneState({ sink: 'everything' })];

    const lines = screen(agentState({ containers, lanes }), { filter: 'web', sink: 'shop' });

    expect(lines.filter((line) => /^(web|job)/.test(line))).toEqual([
      expect.stringMatching(/^web-1 /),
    ]);
    expect(lines.some((line) => line.startsWith('shop'))).toBe(true);
    expect(lines.some((line) => line.startsWith('everything'))).toBe(false);
  });
});

describe('lanes', () => {
  test('say below themselves what is wrong and what they drop', () => {
    const lanes = [
      laneState({
        status: 'retrying',
        error: 'posting 300 points: HTTP 503',
        failingSince: '2026-01-01T00:50:00Z',
        account: { offered: 100, delivered: 40, dropped: { oldest: 12, poison: 1 }, held: 47 },
      }),
    ];

    const lines = screen(agentState({ lanes }));

    expect(lines).toContain('  failing for 10m00s: posting 300 points: HTTP 503');
    expect(lines).toContain('  dropped: oldest 12, poison 1');
    expect(lines.find((line) => line.startsWith('everything'))).toMatch(/retrying.* 13$/);
  });

  test('show long work as a bar, with the time that is left', () => {
    const at = (time: string, doneBytes: number, onDiskOnlyRecords: number) =>
      agentState({
        time,
        lanes: [
          laneState({
            progress: { doneBytes, totalBytes: 1_073_741_824 },
            queue: { ...laneState().queue, onDiskOnlyRecords },
          }),
        ],
      });
    const figures = figuresOf(
      at('2026-01-01T01:00:00Z', 0, 1_000),
      at('2026-01-01T01:00:10Z', 536_870_912, 750),
    );

    const lines = wholeTable(figures, byCpu, 120).map(plainText);

    expect(lines).toContain('  catching up ██████████░░░░░░░░░░ 50%  512MiB of 1GiB, 10s left');
    expect(lines).toContain(
      '  reading back from disk █████░░░░░░░░░░░░░░░ 25%  250 of 1k records, 30s left',
    );
  });

  test('leave room for the containers, and the failing ones come first then', () => {
    const lanes = Array.from({ length: 20 }, (_, index) =>
      laneState({ sink: `sink-${index}`, status: index === 17 ? 'refused' : 'healthy' }),
    );

    const lines = screen(agentState({ lanes, containers: manyContainers(50) }));

    expect(lines.find((line) => line.startsWith('sink-'))).toMatch(/^sink-17 .*refused/);
    expect(lines.filter((line) => /^(web|job)-/.test(line)).length).toBeGreaterThan(5);
  });
});

test('an agent that is away is said above figures that are old', () => {
  const { lines } = frameOf(figuresOf(agentState()), {
    view: byCpu,
    size: { columns: 100, rows: 24 },
    away: { message: 'nothing listens there', seconds: 75 },
  });

  expect(lines.map(plainText)).toContain('Figures are 1m15s old: nothing listens there');
});

test('an engine that is away is said', () => {
  const engine = { ...agentState().engine, isConnected: false };

  expect(screen(agentState({ engine })).at(0)).toContain('Docker Engine 28.5.2: not connected');
});
