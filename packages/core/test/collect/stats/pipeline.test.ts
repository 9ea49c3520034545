import { describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { until } from '../../until.ts';
import { Agent, laneTo } from '../agent.ts';

const often = { enabled: true, intervalMs: 30 };

describe('stats of containers', () => {
  test.each([
    ['1.41', 'v1'],
    ['1.51', 'v2'],
  ])('in API %s with cgroup %s say what docker stats says', async (apiVersion) => {
    await using engine = await new EmbeddedEngine({ apiVersion }).start();
    const memory = { memoryBytes: 30_000_000, cacheBytes: 5_000_000 };
    engine
      .container({ name: 'web', memoryLimitBytes: 100_000_000, cpus: 1.5, pidsLimit: 64 })
      .uses({ cpuPercent: 40, ...memory, pids: 3 })
      .start();
    await using agent = await Agent.connectedTo(engine, { stats: often });

    await until(() => agent.stats.length >= 3);

    const [first, ...others] = agent.stats;
    expect(first?.cpu.percent).toBeUndefined();
    for (const stat of others) expect(stat.cpu.percent).toBeCloseTo(40, 0);
    expect(first).toMatchObject({
      cpu: { onlineCpus: 2, limitCpus: 1.5 },
      memory: {
        usageBytes: 35_000_000,
        workingSetBytes: 30_000_000,
        limitBytes: 100_000_000,
        percent: 30,
      },
      network: { rxBytes: 0, interfaces: { eth0: { rxBytes: 0 } } },
      pids: { current: 3, limit: 64 },
      state: { status: 'running', uptimeSeconds: 0, restartCount: 0, oomKilled: false },
    });
    expect(first?.id).toMatch(/^[0-9a-f]{12}:s:\d{19}$/);
  });

  test('count what the agent read from the log in the same window', async () => {
    await using engine = await new EmbeddedEngine().start();
    const web = engine.container({ name: 'web' }).start();
    const logs = { count: [{ name: 'errors', pattern: /ERROR/ }] };
    await using agent = await Agent.connectedTo(engine, { stats: often, logs });

    web.print('stdout', 'fine\n').print('stderr', 'ERROR one\nERROR two\n');
    await agent.reads('ERROR two');
    const read = agent.stats.length;
    await until(() => agent.stats.length > read + 1);

    const sum = { lines: 0, bytes: 0, stderrLines: 0, errors: 0 };
    for (const { logs } of agent.stats) {
      sum.lines += logs.lines;
      sum.bytes += logs.bytes;
      sum.stderrLines += logs.stderrLines;
      sum.errors += logs.matches?.errors ?? 0;
    }
    expect(sum).toEqual({ lines: 3, bytes: 22, stderrLines: 2, errors: 2 });
  });

  test('of a stopped container there are none, from its restart on there are again', async () => {
    await using engine = await new EmbeddedEngine().start();
    const job = engine.container({ name: 'job' }).uses({ cpuPercent: 100 }).start();
    engine.container({ name: 'web' }).start();
    await using agent = await Agent.connectedTo(engine, { stats: often });
    const of = (name: string) => agent.stats.filter(({ container }) => container.name === name);
    await until(() => of('job').length >= 4);

    job.exit(0);
    await until(() => agent.events.some(({ action }) => action === 'die'));
    const atDeath = of('web').length;
    await until(() => of('web').length > atDeath + 3);
    const before = of('job').length;
    job.start();
    await until(() => of('job').length > before + 1);

    const percents = of('job').map(({ cpu }) => cpu.percent);
    // After the restart the counters begin anew: no percentage.
    expect(percents[before]).toBeUndefined();
    expect(percents.every((percent) => percent === undefined || percent >= 0)).toBe(true);
    expect(of('job').every(({ state }) => state.status === 'running')).toBe(true);
  });

  test('a container with the host’s network has none of its own', async () => {
    await using engine = await new EmbeddedEngine().start();
    engine.container({ name: 'web', network: 'host' }).start();
    await using agent = await Agent.connectedTo(engine, { stats: often });

    await until(() => agent.stats.length > 0);

    expect(agent.stats[0]).not.toHaveProperty('network');
  });

  test('only the lane that asks for it gets the engine’s own sample', async () => {
    await using engine = await new EmbeddedEngine().start();
    engine.container({ name: 'web' }).start();
    const seen: Record<'raw' | 'plain', unknown[]> = { raw: [], plain: [] };
    const sinkFor = (kept: unknown[]) => ({
      write: async ({ records }: { readonly records: readonly unknown[] }) =>
        void kept.push(...records),
    });
    const lanes = [
      {
        ...laneTo('raw', sinkFor(seen.raw)),
        needs: new Set(['rawStats' as const]),
        kinds: ['stat' as const],
      },
      { ...laneTo('plain', sinkFor(seen.plain)), kinds: ['stat' as const] },
    ];
    await using _agent = await Agent.connectedTo(engine, { stats: often, lanes });

    await until(() => seen.raw.length > 0 && seen.plain.length > 0);

    expect(seen.raw[0]).toMatchObject({ raw: { cpu_stats: { online_cpus: 2 } } });
    expect(seen.plain[0]).not.toHaveProperty('raw');
    expect(engine.requests.filter((each) => each.includes('/stats')).length).toBeLessThan(
      seen.raw.length + 2,
    );
  });
});
