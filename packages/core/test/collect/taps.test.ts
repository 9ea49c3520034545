import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ContainerRecord } from '@tallyman/sdk';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { type Sighting, Taps } from '../../src/collect/taps.ts';
import { HandSink, logInto, type Said } from '../ship/lane-under-test.ts';
import { until } from '../until.ts';
import { Agent, laneTo } from './agent.ts';

/** Keeps what it is shown. */
function watching(agent: Agent) {
  const sightings: Sighting[] = [];
  const close = agent.pipeline.tap((sighting) => void sightings.push(sighting));
  const records = () => sightings.flatMap((sighting) => Array.from(sighting.records));
  return { sightings, records, close };
}

const messagesIn = (records: readonly ContainerRecord[]) =>
  records.flatMap((record) => (record.kind === 'log' ? [record.message] : []));

describe('a tap', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('sees logs, stats and events as they are collected, with their container and its sinks', async () => {
    await using agent = await Agent.connectedTo(engine, {
      stats: { enabled: true, intervalMs: 100 },
    });
    const tap = watching(agent);

    const web = engine.container({ name: 'web', labels: { team: 'blue' } }).start();
    web.print('stdout', 'one\ntwo\n').print('stderr', 'three\n');
    await until(() => tap.sightings.some(({ kind }) => kind === 'stat'));
    await until(() => messagesIn(tap.records()).length === 3);
    await agent.reads('three');

    expect(messagesIn(tap.records()).toSorted()).toEqual(['one', 'three', 'two']);
    expect(new Set(tap.sightings.map(({ kind }) => kind))).toEqual(
      new Set(['log', 'stat', 'event']),
    );
    for (const { container, kind, lanes, records } of tap.sightings) {
      expect(container).toMatchObject({ id: web.id, name: 'web', labels: { team: 'blue' } });
      expect(lanes.map(({ name }) => name)).toEqual(['all']);
      expect(new Set(Array.from(records, (record) => record.kind))).toEqual(new Set([kind]));
    }
  });

  test('sees what a failing sink holds, once, and nothing after it was closed', async () => {
    const sink = new HandSink();
    await using agent = await Agent.connectedTo(engine, { lanes: [laneTo('stuck', sink)] });
    const tap = watching(agent);
    const web = engine.container({ name: 'web' }).start();

    web.print('stdout', 'one\n');
    await until(() => messagesIn(tap.records()).includes('one'));
    tap.close();
    web.print('stdout', 'two\n');
    await until(() => agent.pipeline.counters().log_lines === 2);

    expect(messagesIn(tap.records())).toEqual(['one']);
  });

  test('sees nothing of a container that no sink takes', async () => {
    await using agent = await Agent.connectedTo(engine, {
      settings: { select: { mode: 'all', include: [{ name: 'web' }], exclude: [] } },
    });
    const tap = watching(agent);

    engine.container({ name: 'other' }).start().print('stdout', 'hidden\n');
    engine.container({ name: 'web' }).start().print('stdout', 'shown\n');
    await agent.reads('shown');
    await until(() => messagesIn(tap.records()).includes('shown'));

    expect(new Set(tap.sightings.map(({ container }) => container.name))).toEqual(new Set(['web']));
  });

  test('that throws is closed and said, and the others go on', () => {
    const said: Said[] = [];
    const taps = new Taps(logInto(said));
    let seen = 0;
    taps.open(() => {
      throw new Error('no more');
    });
    const close = taps.open(() => void seen++);
    const container = { id: 'a', name: 'web', image: '', labels: {} };
    const sighting = {
      container,
      kind: 'event',
      lanes: [{ name: 'all' }],
      records: [
        { kind: 'event', id: '', time: '', host: '', fields: {}, action: 'start', attributes: {} },
      ],
    } as const;

    taps.show(sighting);
    taps.show(sighting);

    expect(seen).toBe(2);
    expect(said).toEqual([
      expect.objectContaining({ level: 'error', fields: { error: 'no more' } }),
    ]);
    expect(taps.isOpen).toBe(true);
    close();
    expect(taps.isOpen).toBe(false);
  });
});
