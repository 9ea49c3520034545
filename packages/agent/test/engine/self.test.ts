import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { containerIdFrom } from '@tallyman/core';
import { describeEngine } from '@tallyman/testkit/docker';
import { agentFolder } from '../support/agent-folder.ts';
import { program } from '../support/agent-process.ts';
import { agentFor } from '../support/collected.ts';
import { engineEntries } from '../support/engine-log.ts';
import { isRecord, jsonIn } from '../support/said.ts';
import { until } from '../support/until.ts';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));

describeEngine('the agent’s own container', (client) => {
  test.each([
    ['as usual', {}, {}],
    ['with a host name of its own', { Hostname: 'quay' }, {}],
    ['on the host’s network', {}, { NetworkMode: 'host' }],
  ])('knows its id %s', async (_how, config, hostConfig) => {
    const id = await client().run({ command: ['sleep', '600'], config, hostConfig });

    const { stdout } = await client().exec(id, 'cat /proc/self/mountinfo');

    expect(containerIdFrom(stdout)).toBe(id);
  });

  test('never collects its own logs and events, and does collect its own stats', async () => {
    const folder = agentFolder({
      socketPath: client().socketPath,
      config: {
        select: { include: [{ name: client().nameOf('inside-*') }] },
        collect: { stats: { interval: '1s' }, logs: { start_at: 'beginning' } },
      },
    });
    const roots = ['/usr', '/lib', '/lib64', repository, dirname(process.execPath)];
    const own = await client().run({
      name: 'inside-agent',
      command: [process.execPath, program, 'run', '--config', join(folder, 'config.yaml')],
      config: { Hostname: 'quay' },
      hostConfig: {
        Binds: [
          ...new Set(roots.filter(existsSync).map((path) => `${path}:${path}:ro`)),
          `${folder}:${folder}`,
          `${client().socketPath}:${client().socketPath}`,
        ],
      },
    });
    await until(
      async () =>
        (await engineEntries(client(), own)).some(({ text }) => text.includes('Connected to')),
      'the agent in the container is connected',
    );
    const other = await client().run({ name: 'inside-other', command: 'echo hello; sleep 600' });

    const kindsOf = async (id: string) => {
      const printed = jsonIn(await outputOf(own)).filter(isRecord);
      return printed.flatMap(({ kind, container }) => (container?.id === id ? [kind] : []));
    };
    await until(
      async () => new Set(await kindsOf(other)).size === 3 && (await kindsOf(own)).length >= 2,
      'it has printed every kind of record of the other one, and two of its own',
    );
    const ofOwn = new Set(await kindsOf(own));
    await client().remove(own);
    rmSync(folder, { recursive: true });

    expect(ofOwn).toEqual(new Set(['stat']));
  });

  test('a container labelled as an agent is left alone likewise', async () => {
    await using agent = await (
      await agentFor(client(), 'label-*', { config: { collect: { stats: { interval: '1s' } } } })
    ).ready();
    const id = await client().run({
      name: 'label-agent',
      command: 'echo mine; sleep 600',
      labels: { 'tallyman.agent': 'true' },
    });

    await agent.until(() => agent.stats.length >= 2, 'it is sampled');
    await agent.stop();

    expect(agent.stats.every(({ container }) => container.id === id)).toBe(true);
    expect([...agent.logs, ...agent.events]).toEqual([]);
  });

  async function outputOf(id: string): Promise<string> {
    const entries = await engineEntries(client(), id);
    return entries.flatMap(({ stream, text }) => (stream === 'stdout' ? [text] : [])).join('');
  }
});
