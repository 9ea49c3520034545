import { rmSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeEngine, textAt } from '@tallyman/testkit/docker';
import { version } from '../../src/version.ts';
import { agentFolder } from '../support/agent-folder.ts';
import { ensureAgentImage } from '../support/agent-image.ts';
import { compared, sound } from '../support/compared.ts';
import { ContainedAgent } from '../support/contained-agent.ts';
import { idle, isLogged, print } from '../support/numbered.ts';
import { messagesIn } from '../support/recording-sink.ts';
import { isRecord, jsonIn, laneOf } from '../support/said.ts';
import { until } from '../support/until.ts';

const buildLimitMs = 120_000;
const testLimitMs = 90_000;
const connected = 'Connected to the engine.';

/** Appends what it is given to a file beside the state. */
const journal = `import { appendFile } from 'node:fs/promises';
export default {
  type: 'journal', summary: 'For a test.', stability: 'beta', contract: 1,
  accepts: ['log'], token: 'none', options: { type: 'object', properties: {} },
  create: (options, { sdk }) => ({
    write: (batch, signal) =>
      appendFile('/var/lib/tallyman/journal.jsonl', sdk.encodeJsonLines(batch), { signal }),
  }),
};
`;

describeEngine('the image', (client) => {
  let image: string;
  const folders: string[] = [];

  beforeAll(async () => {
    image = await ensureAgentImage(client());
  }, buildLimitMs);

  afterAll(async () => {
    await client().cleanup();
    await client().bytes('DELETE', `/volumes/${client().prefix}`);
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  test(
    'runs unprivileged on a read-only file system, with a configuration and a sink mounted, stops in time, and goes on where it was',
    async () => {
      const folder = agentFolder({
        config: {
          engine: {},
          state: {},
          select: { include: [{ name: client().nameOf('reads-*') }] },
          collect: { stats: { interval: '1s' } },
          sinks: { stdout: { options: { format: 'json' } }, journal: {} },
        },
        files: { 'journal.mjs': journal },
      });
      folders.push(folder);
      const agent = await run(
        'reads-agent',
        `docker run --read-only -v SOCKET:/var/run/docker.sock -v ${client().prefix}:/var/lib/tallyman \
         -v ${folder}/config.yaml:/etc/tallyman/config.yaml:ro -v ${folder}:/etc/tallyman/sinks:ro tallyman`,
      );
      await agent.saying(connected);
      const other = await client().run({ name: 'reads-other', command: idle });
      const before = await print(client(), other, 'before', 100);
      const arrived = async () => messagesIn(await agent.records(), other);
      const kindsOfOwn = async () =>
        (await agent.records()).flatMap(({ kind, container }) =>
          container?.id === agent.id ? [kind] : [],
        );
      await agent.until(
        async () => (await arrived()).length >= 100 && (await kindsOfOwn()).length >= 2,
        'its lines and two samples of its own have arrived',
      );
      const identity = await agent.identity();
      const first = await agent.stop();
      const during = await print(client(), other, 'during', 100);
      await until(() => isLogged(client(), other, 'during 100'), 'the engine has all lines');
      await agent.startAgain();
      const journalled = async () => {
        const { stdout } = await client().exec(agent.id, 'cat /var/lib/tallyman/journal.jsonl');
        return messagesIn(jsonIn(stdout).filter(isRecord), other);
      };
      await agent.until(
        async () => (await arrived()).length >= 200 && (await journalled()).length >= 200,
        'the other lines arrive at both sinks',
      );
      const kept = await journalled();
      const second = await agent.stop();

      expect(identity).toEqual({
        userId: '10000\t10000\t10000\t10000',
        groupId: '10000\t10000\t10000\t10000',
        groups: expect.stringMatching(/^\d*$/),
        capabilities: '0000000000000000',
      });
      expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
      expect(laneOf(first.account)).toMatchObject({ dropped: {}, held: 0 });
      expect(laneOf(second.account, 'journal')).toMatchObject({ dropped: {}, held: 0 });
      expect(compared(await arrived(), [...before, ...during])).toEqual(sound);
      expect(compared(kept, [...before, ...during])).toEqual(sound);
      expect(new Set(await kindsOfOwn())).toEqual(new Set(['stat']));
    },
    testLimitMs,
  );

  test(
    'takes over a state directory of the host that is root’s, with three capabilities and no way to new ones',
    async () => {
      const folder = agentFolder({});
      folders.push(folder);
      const agent = await run(
        'bound',
        `docker run --read-only --cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add CHOWN \
         --security-opt no-new-privileges -v SOCKET:/var/run/docker.sock -v ${folder}:/var/lib/tallyman tallyman`,
      );
      await agent.saying(connected);
      const { stdout: owners } = await client().exec(
        agent.id,
        'stat -c "%u %n" /var/lib/tallyman /var/lib/tallyman/config.yaml /var/lib/tallyman/tallyman.json',
      );
      const { exitCode } = await agent.stop();

      expect(owners.trimEnd().split('\n')).toEqual([
        '10000 /var/lib/tallyman',
        '0 /var/lib/tallyman/config.yaml',
        '10000 /var/lib/tallyman/tallyman.json',
      ]);
      expect(exitCode).toBe(0);
    },
    testLimitMs,
  );

  test(
    'runs as the user it is given, with the group it is given',
    async () => {
      const group = `${statSync(client().socketPath).gid}`;
      const agent = await run(
        'given',
        `docker run --user 1234:1234 --group-add ${group} --cap-drop ALL -v SOCKET:/var/run/docker.sock tallyman`,
      );
      await agent.saying(connected);
      const { userId, groups } = await agent.identity();
      const { exitCode } = await agent.stop();

      expect(userId).toBe('1234\t1234\t1234\t1234');
      expect(groups.split(' ')).toContain(group);
      expect(exitCode).toBe(0);
    },
    testLimitMs,
  );

  test.each([
    ['--cap-drop ALL', /^tallyman: becoming the user tallyman: .*--cap-add SETUID .*SETGID/, 1],
    ['-e TALLYMAN_USER=1234', /^tallyman: TALLYMAN_USER is root or not set; .*--user/, 2],
  ])('does not go on as root: %s', async (flags, said, code) => {
    const agent = await run(
      `refused-${code}`,
      `docker run ${flags} -v SOCKET:/var/run/docker.sock tallyman`,
    );

    const { exitCode } = await agent.ended();

    expect(await agent.output('stderr')).toMatch(said);
    expect(exitCode).toBe(code);
  });

  test(
    'reads the engine’s files as root where it is told to stay root, otherwise it asks the engine',
    async () => {
      await client().run({ name: 'logged', command: idle });
      const root = textAt(await client().json('GET', '/info'), 'DockerRootDir');
      const files = `${root}/containers`;
      const line = (more: string) =>
        `docker run ${more} -v SOCKET:/var/run/docker.sock -v ${files}:${files}:ro tallyman`;
      const [staying, other] = [
        await run('root', line('--cap-drop ALL --cap-add DAC_OVERRIDE -e TALLYMAN_USER=root')),
        await run('other', line('')),
      ];

      const [asRoot, asOther] = [
        await staying.saying('Reading logs.'),
        await other.saying('Reading logs.'),
      ];
      await Promise.all([staying.stop(), other.stop()]);

      expect(Number(asRoot.fromFiles)).toBeGreaterThan(0);
      expect(asOther).toMatchObject({ fromFiles: 0, fromEngine: { denied: expect.any(Number) } });
    },
    testLimitMs,
  );

  test('ends at once by a signal that comes while it is loading', async () => {
    const script = `
      import { endOnSignals } from '/opt/tallyman/dist/container/first-process.js';
      endOnSignals();
      setInterval(() => {}, 1_000);
      console.log('loading');`;
    const id = await client().run({
      name: 'early',
      image,
      command: ['--input-type=module', '-e', script],
      config: { Entrypoint: ['node'], StopTimeout: 60 },
    });
    await until(() => isLogged(client(), id, 'loading'), 'it is loading');

    await client().stop(id, 60);

    expect(await client().wait(id)).toBe(143);
  });

  test('says in its labels what it is', async () => {
    const described = await client().json('GET', `/images/${image}/json`);

    expect(described).toMatchObject({
      Config: {
        Entrypoint: ['tallyman'],
        Volumes: { '/var/lib/tallyman': {} },
        StopSignal: 'SIGTERM',
        Healthcheck: { Test: ['CMD', 'tallyman', 'health'] },
        Labels: {
          'org.opencontainers.image.title': 'Tallyman',
          'org.opencontainers.image.licenses': 'MIT',
          'org.opencontainers.image.version': version,
          'org.opencontainers.image.revision': 'tested',
          'tallyman.agent': 'true',
        },
      },
    });
  });

  function run(name: string, line: string): Promise<ContainedAgent> {
    const here = line.replace('SOCKET', client().socketPath);
    return ContainedAgent.run(client(), { image, name, line: here });
  }
});
