import { cpSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ContainerRecord } from '@tallyman/sdk';
import { HttpReceiver } from '@tallyman/testkit';
import { describeEngine } from '@tallyman/testkit/docker';
import { AgentProcess } from '../support/agent-process.ts';
import { PackedRegistry } from '../support/packed-registry.ts';
import { isRecord, laneOf } from '../support/said.ts';

const example = join(import.meta.dirname, '../../../../examples/sink-webhook');
const token = 'let-me-in-4711';
const setupLimitMs = 180_000;

describeEngine("a third party's package, in a folder outside the repository", (client) => {
  let registry: PackedRegistry;

  beforeAll(async () => {
    registry = await PackedRegistry.start();
    cpSync(example, join(registry.folder, 'sink-webhook'), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
    await mkdir(join(registry.folder, 'host'));
    await registry.run('sink-webhook', 'npm', 'pack', '--pack-destination', '../host');
    await registry.run('host', 'npm', 'install', './acme-tallyman-sink-webhook-1.0.0.tgz');
  }, setupLimitMs);
  afterAll(() => registry?.[Symbol.asyncDispose]());

  test('passes its own tests with the packed test kit', async () => {
    await registry.run('sink-webhook', 'npm', 'install');

    const said = await registry.run('sink-webhook', 'npm', 'test');

    expect(said).toMatch(/^ℹ pass [1-9]/m);
    expect(said).toMatch(/^ℹ fail 0$/m);
    expect(said).toMatch(/^ℹ skipped 0$/m);
  });

  test.each([
    ['installed by npm, it is chosen by its full name', 'host', '@acme/tallyman-sink-webhook'],
    ['as a folder, it is chosen by its name', '.', 'webhook'],
  ])('%s, and delivers what a real container does', async (_, mounted, type) => {
    await using receiver = await HttpReceiver.start();
    receiver.always({ status: 200, body: 'thank you' });
    await using agent = await AgentProcess.start({
      socketPath: client().socketPath,
      flags: ['--sinks-dir', join(registry.folder, mounted)],
      config: {
        select: { include: [{ name: client().nameOf('hooked-*') }] },
        sinks: {
          hook: {
            type,
            token,
            options: { url: receiver.address.url, headers: { 'X-Environment': 'test' } },
            batch: { max_wait: '0s' },
          },
        },
      },
    });
    await agent.ready();

    const name = `hooked-${type.length}`;
    const id = await client().run({ name, command: 'echo "to be hooked"; exit 4' });
    await agent.until(() => {
      const records = recordsIn(receiver);
      const hasDied = records.some((record) => record.kind === 'event' && record.action === 'die');
      return hasDied && records.some(({ kind }) => kind === 'log');
    }, 'its line and its end have arrived');
    const { exitCode, account } = await agent.stop();

    const records = recordsIn(receiver);
    const line = { container: { id, name: client().nameOf(name) }, message: 'to be hooked' };
    expect(exitCode).toBe(0);
    expect(records.find(({ kind }) => kind === 'log')).toMatchObject(line);
    expect(laneOf(account, 'hook')).toMatchObject({ delivered: records.length, dropped: {} });
    for (const { headers } of receiver.ledger())
      expect(headers).toMatchObject({ authorization: `Bearer ${token}`, 'x-environment': 'test' });
    expect(agent.stderr).not.toContain(token);
  });
});

/** The records that were posted, in their order; the question whether the receiver is there brings none. */
function recordsIn(receiver: HttpReceiver): ContainerRecord[] {
  const bodies = receiver.ledger().map(({ body }) => body);
  return bodies.flatMap((body) => (body === '' ? [] : JSON.parse(body)).filter(isRecord));
}
