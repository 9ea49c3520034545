import { describe, expect, test } from '@jest/globals';
import type { RecordKind } from '@tallyman/sdk';
import { Router, type RouterSettings } from '../../src/route/router.ts';
import type { Selectable } from '../../src/route/selector.ts';
import type { CollectSettings } from '../../src/settings.ts';
import { ScriptedLane } from './scripted-lane.ts';

const collect: CollectSettings = {
  labels: [],
  logs: {
    enabled: true,
    startAt: 'now',
    reader: 'auto',
    rm: 'engine',
    maxLineBytes: 1_000,
    count: [],
  },
  stats: { enabled: true, intervalMs: 1_000, reader: 'auto' },
  events: { enabled: true, exclude: [] },
  labelOverrides: true,
};
const everywhere = { include: [], exclude: [] };
const all = { mode: 'all', ...everywhere } as const;

type Wishes = Partial<Omit<RouterSettings<ScriptedLane>, 'collect'>> & {
  readonly collect?: Partial<CollectSettings>;
};

/** Where the records of a container with these labels go, as `sink: kinds`. */
function routed(labels: Selectable['labels'], wishes: Wishes = {}) {
  const lanes = wishes.lanes ?? [
    { lane: new ScriptedLane('a'), ...everywhere },
    { lane: new ScriptedLane('b', { kinds: ['log'] }), ...everywhere },
  ];
  const router = new Router({
    select: all,
    ...wishes,
    lanes,
    collect: { ...collect, ...wishes.collect },
  });
  const container = { id: 'f'.repeat(64), name: 'web', image: 'nginx', labels };
  const { lanes: chosen, ...rest } = router.routeOf(container);
  const to: Record<string, RecordKind[]> = {};
  for (const kind of ['log', 'stat', 'event'] as const)
    for (const { name } of chosen[kind]) to[name] = [...(to[name] ?? []), kind];
  return { to, ...rest };
}

const everything = { a: ['log', 'stat', 'event'], b: ['log'] };

describe('the route of a container', () => {
  test('leads to every lane, for the kinds it takes', () => {
    expect(routed({})).toEqual({ to: everything, reasons: [], unknownLabels: [] });
  });

  test('leads only to lanes whose matchers select it', () => {
    const lanes = [
      { lane: new ScriptedLane('mine'), include: [{ name: 'web' }], exclude: [] },
      { lane: new ScriptedLane('other'), include: [{ name: 'db' }], exclude: [] },
      { lane: new ScriptedLane('rest'), include: [], exclude: [{ image: 'nginx' }] },
    ];

    const { to, reasons } = routed({}, { lanes });

    expect(Object.keys(to)).toEqual(['mine']);
    expect(reasons).toEqual([
      'not to other: matches no include',
      'not to rest: excluded by { image: nginx }',
    ]);
  });

  test('leads nowhere where select refuses it', () => {
    const select = { ...all, exclude: [{ name: 'web' }] };

    expect(routed({ 'tallyman.enable': 'true' }, { select })).toMatchObject({
      to: {},
      reasons: ['not selected: excluded by { name: web }'],
    });
  });

  test('needs the label where the mode is labelled', () => {
    const select = { ...all, mode: 'labelled' } as const;

    expect(routed({}, { select }).to).toEqual({});
    expect(routed({ 'tallyman.enable': 'no' }, { select }).to).toEqual({});
    expect(routed({ 'tallyman.enable': 'true' }, { select }).to).toEqual(everything);
    expect(
      routed({ 'tallyman.enable': 'true' }, { select: { ...select, include: [{ name: 'db' }] } })
        .to,
    ).toEqual({});
  });

  test('leaves out kinds that are switched off for all', () => {
    const { to, reasons } = routed({}, { collect: { logs: { ...collect.logs, enabled: false } } });

    expect(to).toEqual({ a: ['stat', 'event'] });
    expect(reasons).toEqual(['no logs: collect.logs.enabled is false']);
  });
});

describe('labels of a container', () => {
  test.each([
    [{ 'tallyman.enable': 'false' }, {}],
    [{ 'tallyman.logs': 'false' }, { a: ['stat', 'event'] }],
    [{ 'tallyman.stats': 'off' }, { a: ['log', 'event'], b: ['log'] }],
    [
      { 'tallyman.events': '0', 'tallyman.logs': 'yes' },
      { a: ['log', 'stat'], b: ['log'] },
    ],
    [{ 'tallyman.sinks': 'b' }, { b: ['log'] }],
    [{ 'tallyman.sinks': ' a , b ' }, everything],
    [{ 'tallyman.sinks': 'nobody' }, {}],
    [{ 'tallyman.enable': 'true' }, everything],
  ])('%j narrow', (labels: Selectable['labels'], to) => {
    expect(routed(labels).to).toEqual(to);
  });

  test('never widen: what is switched off, or does not match, stays so', () => {
    const labels = {
      'tallyman.enable': 'true',
      'tallyman.logs': 'true',
      'tallyman.stats': 'true',
      'tallyman.sinks': 'a,b',
    };
    const lanes = [
      { lane: new ScriptedLane('a', { kinds: ['event'] }), ...everywhere },
      { lane: new ScriptedLane('b'), include: [{ name: 'db' }], exclude: [] },
    ];

    expect(routed(labels, { lanes }).to).toEqual({ a: ['event'] });
    expect(
      routed(labels, { collect: { stats: { enabled: false, intervalMs: 1, reader: 'auto' } } }).to
        .a,
    ).toEqual(['log', 'event']);
  });

  test('that look like ours and mean nothing are reported, and change nothing', () => {
    const labels = {
      'tallyman.log': 'false',
      'tallyman.stats': 'maybe',
      'tallyman.fields.team': 'qa',
      'tallyman.agent': 'false',
      'tallymanx.logs': 'false',
    };

    expect(routed(labels)).toEqual({
      to: everything,
      reasons: [],
      unknownLabels: ['tallyman.log=false', 'tallyman.stats=maybe'],
    });
  });

  test('are not heeded where the configuration says so', () => {
    const labels = { 'tallyman.enable': 'false', 'tallyman.nonsense': '1' };

    expect(routed(labels, { collect: { labelOverrides: false } })).toMatchObject({
      to: everything,
      unknownLabels: [],
    });
  });
});

describe('the agent’s own container', () => {
  test.each<[string, Selectable['labels'], Wishes]>([
    ['its id', {}, { ownContainerId: 'f'.repeat(64) }],
    ['its label', { 'tallyman.agent': 'true' }, {}],
    [
      'its label, overrides or not',
      { 'tallyman.agent': 'true' },
      { collect: { labelOverrides: false } },
    ],
  ])('is known by %s: stats, neither logs nor events', (_, labels, wishes) => {
    expect(routed(labels, wishes)).toMatchObject({
      to: { a: ['stat'] },
      reasons: [
        "no logs: it is the agent's own container",
        "no events: it is the agent's own container",
      ],
    });
  });
});
