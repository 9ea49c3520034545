import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { ContainerStat } from '@tallyman/sdk';
import { describeEngine, valueAt } from '@tallyman/testkit/docker';
import type { AgentProcess } from '../support/agent-process.ts';
import { agentFor } from '../support/collected.ts';
import { cpuPercentShown, memoryShownBytes } from '../support/docker-stats.ts';
import { nineDigits } from '../support/engine-log.ts';
import { isRecord, jsonIn } from '../support/said.ts';

const everySecond = { collect: { stats: { interval: '1s' } } };
// The kernel charges memory in batches a processor: 64 pages on cgroup v1 (mm/memcontrol.c, MEMCG_CHARGE_BATCH).
const noiseBytes = 1024 * 1024;

function statsOf({ stats }: AgentProcess, id: string): ContainerStat[] {
  return stats.filter(({ container }) => container.id === id);
}

// Keeps what it is given, with the engine's own sample beside the agent's figures.
const rawSink = `
  import { appendFileSync } from 'node:fs';
  export default {
    type: 'raw', summary: 'Keeps raw samples.', stability: 'beta', contract: 1,
    accepts: ['stat'], token: 'none', needs: ['rawStats'],
    options: { type: 'object', properties: {} },
    create: () => ({ write: async ({ records }) => records.forEach((record) =>
      appendFileSync('FOLDER/raw.jsonl', JSON.stringify(record) + '\\n')) }),
  };`;

describeEngine('stats of a real engine', (client) => {
  test('an idle container’s memory is what docker stats shows', async () => {
    await using agent = await (await agentFor(client(), 'idle-*', { config: everySecond })).ready();
    const id = await client().run({
      name: 'idle-1',
      command: 'x=$(head -c 20000000 /dev/zero | tr "\\0" x); echo ready; sleep 600; :',
    });
    await agent.until(() => agent.logsOf(id).length > 0, 'its memory is taken');
    const before = statsOf(agent, id).length;

    await agent.until(() => statsOf(agent, id).length > before + 2, 'it was sampled since');
    const own = await client().stats(id);
    await agent.stop();

    const stat = statsOf(agent, id).at(-1);
    const shown = memoryShownBytes(own);
    expect(shown).toBeGreaterThan(20_000_000);
    expect(Math.abs((stat?.memory.workingSetBytes ?? 0) - shown)).toBeLessThan(noiseBytes);
    expect(stat?.memory.limitBytes).toBe(valueAt(own, 'memory_stats', 'limit'));
    expect(stat?.pids?.current).toBe(valueAt(own, 'pids_stats', 'current'));
    expect(stat?.cpu.percent).toBeLessThan(20);
    expect(stat?.state).toMatchObject({ status: 'running', restartCount: 0, oomKilled: false });
    expect(stat?.state.startedAt).toBe(nineDigits((await client().inspect(id)).startedAt));
  });

  test('the processor’s percentage is docker’s formula on the engine’s own two samples', async () => {
    await using agent = await (
      await agentFor(client(), 'busy-*', {
        files: { 'raw.mjs': rawSink },
        flags: ['--sinks-dir', '.'],
        config: {
          ...everySecond,
          sinks: { stdout: { options: { format: 'json' } }, raw: {} },
        },
      })
    ).ready();
    const id = await client().run({ name: 'busy-1', command: 'while :; do :; done' });

    await agent.until(() => statsOf(agent, id).length >= 4, 'it has four samples');
    await client().remove(id);
    await agent.stop();

    const [first, ...others] = await rawStats(agent);
    expect(first?.cpu.percent).toBeUndefined();
    for (const [index, stat] of others.entries()) {
      const previous = index === 0 ? first : others[index - 1];
      expect(stat.cpu.percent).toBeCloseTo(cpuPercentShown(previous?.raw, stat.raw), 6);
      expect(stat.cpu.percent).toBeGreaterThan(20);
      expect(stat.cpu.percent).toBeLessThan(130);
      expect(stat.windowMs).toBeGreaterThan(500);
    }
    expect(agent.stats.every((stat) => stat.raw === undefined)).toBe(true);
  });

  test('a container on the host’s network has no network section, another has one', async () => {
    await using agent = await (await agentFor(client(), 'net-*', { config: everySecond })).ready();
    const onHost = await client().run({
      name: 'net-host',
      command: 'sleep 600',
      hostConfig: { NetworkMode: 'host' },
    });
    const onBridge = await client().run({ name: 'net-bridge', command: 'sleep 600' });

    await agent.until(
      () => statsOf(agent, onHost).length > 0 && statsOf(agent, onBridge).length > 0,
      'both are sampled',
    );
    await agent.stop();

    expect(statsOf(agent, onHost).at(0)).not.toHaveProperty('network');
    expect(statsOf(agent, onBridge).at(0)?.network).toMatchObject({
      rxBytes: expect.any(Number),
      interfaces: { eth0: { txPackets: expect.any(Number) } },
    });
  });

  test('a stopped container gives no sample', async () => {
    await using agent = await (await agentFor(client(), 'stop-*', { config: everySecond })).ready();
    const stopping = await client().run({ name: 'stop-1', command: 'sleep 600' });
    const staying = await client().run({ name: 'stop-not', command: 'sleep 600' });
    await agent.until(() => statsOf(agent, stopping).length > 0, 'it was sampled');

    await client().stop(stopping, 0);
    await agent.until(() => agent.actionsOf(stopping).includes('die'), 'its end is told');
    const staysAt = statsOf(agent, staying).length;
    await agent.until(() => statsOf(agent, staying).length >= staysAt + 3, 'others go on');
    await agent.stop();

    const finishedAt = nineDigits((await client().inspect(stopping)).finishedAt);
    expect(statsOf(agent, stopping).filter(({ time }) => time > finishedAt)).toEqual([]);
    expect(statsOf(agent, stopping).every(({ memory }) => memory.usageBytes > 0)).toBe(true);
  });

  test('a paused container says so, and counts what was read from its log', async () => {
    await using agent = await (await agentFor(client(), 'hush-*', { config: everySecond })).ready();
    const id = await client().run({
      name: 'hush-1',
      command: 'echo one; echo two; echo three >&2; sleep 600',
    });
    await agent.until(() => agent.logsOf(id).length === 3, 'its lines have arrived');

    await client().pause(id);
    await agent.until(
      () => statsOf(agent, id).some(({ state }) => state.status === 'paused'),
      'a sample says that it is paused',
    );
    await client().unpause(id);
    await agent.stop();

    const lines = statsOf(agent, id).reduce((sum, { logs }) => sum + logs.lines, 0);
    const stderrLines = statsOf(agent, id).reduce((sum, { logs }) => sum + logs.stderrLines, 0);
    expect([lines, stderrLines]).toEqual([3, 1]);
  });
});

async function rawStats(agent: AgentProcess): Promise<ContainerStat[]> {
  return jsonIn(await readFile(join(agent.folder, 'raw.jsonl'), 'utf8'))
    .filter(isRecord)
    .filter((record) => record.kind === 'stat');
}
