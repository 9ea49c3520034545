import { expect, test } from '@jest/globals';
import { describeEngine, valueAt } from '@tallyman/testkit/docker';
import { agentFor } from '../support/collected.ts';

const readers = [
  ['auto', 'Stats are read from the control groups, and through the engine where these do not do.'],
  ['cgroup', 'Stats are read from the control groups.'],
  ['engine', 'Stats are read through the engine.'],
] as const;

describeEngine('stats of a real engine, beside the agent', (client) => {
  test.each(readers)(
    'with reader %s are whole, and the start says so',
    async (reader, sentence) => {
      const id = await client().run({ name: `read-${reader}`, command: 'exec sleep 600' });
      const config = { collect: { stats: { interval: '500ms', reader } } };
      await using agent = await (await agentFor(client(), 'read-*', { config })).ready();
      const stats = () => agent.stats.filter(({ container }) => container.id === id);

      await agent.until(() => stats().length >= 3, 'it has three samples');
      const own = await client().stats(id);
      await agent.stop();

      const [first, ...others] = stats();
      expect(agent.said(sentence)).toHaveLength(1);
      expect(first?.cpu.percent).toBeUndefined();
      for (const { cpu, memory, network, pids, windowMs } of others) {
        expect(cpu.percent).toBeGreaterThanOrEqual(0);
        expect(cpu.onlineCpus).toBe(valueAt(own, 'cpu_stats', 'online_cpus'));
        expect(memory.limitBytes).toBe(valueAt(own, 'memory_stats', 'limit'));
        expect(Object.keys(network?.interfaces ?? {})).toEqual(['eth0']);
        expect(pids).toEqual({ current: 1 });
        expect(windowMs).toBeGreaterThan(0);
      }
      await client().remove(id);
    },
  );
});
