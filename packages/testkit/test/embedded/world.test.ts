import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../src/clock.ts';
import { demoWorld, EmbeddedEngine } from '../../src/embedded/index.ts';
import { jsonOf, linesOf } from './asking.ts';

const sample = 'stats?stream=false&one-shot=true';

describe('the world of the embedded engine', () => {
  let engine: EmbeddedEngine;
  let clock: VirtualClock;
  beforeEach(async () => {
    clock = new VirtualClock();
    engine = await new EmbeddedEngine({ clock }).start();
  });
  afterEach(() => engine.close());

  test('a container is found by name, by id and by the beginning of its id', async () => {
    const { id } = engine.container({ name: 'web' });

    for (const reference of ['web', id, id.slice(0, 12)])
      expect(await jsonOf(engine, `/containers/${reference}/json`)).toMatchObject({ Id: id });
  });

  test('ids and times follow from the script alone', async () => {
    await using twin = await new EmbeddedEngine({ clock: new VirtualClock() }).start();
    for (const each of [engine, twin]) each.container({ name: 'web' }).start();

    expect(await jsonOf(twin, '/containers/web/json')).toEqual(
      await jsonOf(engine, '/containers/web/json'),
    );
  });

  test('the list has what runs, and all of it where asked', async () => {
    engine.container({ name: 'created' });
    engine.container({ name: 'running' }).start();
    engine.container({ name: 'crashing', restart: 'always' }).start().exit(1);
    const names = async (query: string) => {
      const list = await jsonOf(engine, `/containers/json?${query}`);
      return Array.isArray(list) ? list.map((each) => `${each.Names[0]} ${each.State}`) : [];
    };

    expect(await names('')).toEqual(['/crashing restarting', '/running running']);
    expect(await names('all=1')).toContain('/created created');
    expect(await names(`filters=${encodeURIComponent('{"name":["running"]}')}`)).toHaveLength(1);
  });

  test('counters grow with the load and time, and begin again with a new run', async () => {
    const web = engine.container({ name: 'web' }).start().uses({ cpuPercent: 50 });
    const cpu = async () => {
      const { cpu_stats: now } = Object(await jsonOf(engine, `/containers/web/${sample}`));
      return { used: now.cpu_usage.total_usage, system: now.system_cpu_usage };
    };
    const first = await cpu();

    await clock.advance(10_000);
    const second = await cpu();
    web.restart();

    const cores = (second.used - first.used) / ((second.system - first.system) / 2);
    expect(cores).toBeCloseTo(0.5, 3);
    expect((await cpu()).used).toBeLessThan(second.used);
  });

  test('a restart by policy is counted', async () => {
    const job = engine.container({ name: 'job', restart: 'on-failure' }).start();

    job.exit(1);
    expect(await jsonOf(engine, '/containers/job/json')).toMatchObject({
      State: { Status: 'restarting', ExitCode: 1 },
    });
    job.start();

    expect(await jsonOf(engine, '/containers/job/json')).toMatchObject({
      RestartCount: 1,
      State: { Status: 'running' },
    });
  });

  test('the demo lives: lines, crashes and new names within half a minute', async () => {
    const end = new AbortController();
    const demo = demoWorld(engine, end.signal);

    await clock.advance(30_000);
    const lines = await linesOf(engine, '/containers/shop-web-1/logs?stdout=1&stderr=1');
    const mailer = await jsonOf(engine, '/containers/shop-mailer-1/json');
    const all = await jsonOf(engine, '/containers/json?all=1');
    end.abort();
    await demo;

    expect(lines.length).toBeGreaterThan(60);
    expect(Object(mailer).RestartCount).toBeGreaterThan(3);
    expect(all).toHaveLength(4);
    expect(JSON.stringify(all)).not.toContain('cache-next');
    expect(clock.pending).toBe(0);
  });
});
