import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { ContainerRecord } from '@tallyman/sdk';
import { type DockerClient, describeEngine, testImage } from '@tallyman/testkit/docker';
import { PackedRegistry } from '../support/packed-registry.ts';
import { isAccount, isRecord, jsonIn, laneOf } from '../support/said.ts';
import { ShellSession, type Terminal } from '../support/shell-session.ts';

const page = join(import.meta.dirname, '../../../../docs/guides/write-a-sink.md');
const limitMs = 180_000;

/** What a command that goes on shows once it is at work. */
const atWork: Readonly<Record<string, string>> = {
  receiver: 'listening on',
  agent: 'Connected to the engine.',
};

const line = '"stream":"stdout","message":"hello"';

describeEngine('the guide to writing a sink', (client) => {
  // Where its own `docker rm` was not reached.
  afterEach(async () => {
    const name = client().nameOf('hello');
    for (const { id } of (await client().list()).filter((left) => left.name === name))
      await client().remove(id);
  });

  test(
    'leads from an empty folder to records that arrive, by its commands as they stand',
    async () => {
      await using registry = await PackedRegistry.start();
      const folder = join(registry.folder, 'empty');
      await mkdir(folder);
      const DOCKER_HOST = `unix://${client().socketPath}`;
      const PORT = String(await freePort());
      await using shell = new ShellSession(folder, { ...registry.env, DOCKER_HOST, PORT });

      const terminals = new Map<string, Terminal>();
      let printed = '';
      for (const { terminal, commands } of guide(client()))
        if (terminal === undefined) {
          printed += await shell.run(commands);
          if (commands.startsWith('docker run')) await terminals.get('receiver')?.showing(line);
        } else {
          const opened = shell.open(commands);
          await opened.showing(atWork[terminal] ?? '');
          terminals.set(terminal, opened);
        }
      const [receiver, agent] = ['receiver', 'agent'].map((name) => terminals.get(name));
      await agent?.interrupt();

      expect(printed).toMatch(/^ℹ pass [1-9]/m);
      expect(printed).toMatch(/^ℹ fail 0$/m);
      expect(printed).toMatch(/^webhook +/m);
      const records = jsonIn(receiver?.shown ?? '').filter(isRecord);
      expect(kindsOf(client().nameOf('hello'), records)).toEqual(new Set(['event', 'log']));
      const account = jsonIn(agent?.shown ?? '')
        .map(accountIn)
        .findLast(isAccount);
      expect(laneOf(account, 'webhook')).toMatchObject({ delivered: records.length, dropped: {} });
      expect(terminals.size).toBe(2);
    },
    limitMs,
  );
});

interface Step {
  /** The terminal in which the commands go on; absent where they end. */
  readonly terminal: string | undefined;
  readonly commands: string;
}

/**
 * The guide's commands, from an empty folder to a container's line. For `busybox` and the container's name there are
 * an image that the engine has, and a name that no other test takes.
 */
function guide(client: DockerClient): readonly Step[] {
  const text = readFileSync(page, 'utf8');
  const part = text.slice(text.indexOf('\n## Start\n'), text.indexOf('\n## Make it yours\n'));
  const blocks = part.matchAll(/^(?:<!-- terminal: (\w+) -->\n)?```sh\n(.*?)^```$/gms);
  return [...blocks].map(([, terminal, commands = '']) => ({
    terminal,
    commands: commands
      .replaceAll('busybox', testImage)
      .replaceAll(/(--name|docker rm) hello/g, `$1 ${client.nameOf('hello')}`),
  }));
}

function kindsOf(name: string, records: readonly ContainerRecord[]): Set<string> {
  return new Set(
    records.filter(({ container }) => container?.name === name).map(({ kind }) => kind),
  );
}

function accountIn(line: unknown): unknown {
  return typeof line === 'object' && line !== null && 'account' in line ? line.account : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
