import { beforeAll, expect, test } from '@jest/globals';
import type { LibratoPoint } from '@tallyman/testkit';
import { describeEngine } from '@tallyman/testkit/docker';
import { ensureAgentImage } from '../support/agent-image.ts';
import { ContainedAgent } from '../support/contained-agent.ts';
import { engineEntries } from '../support/engine-log.ts';
import { messagesIn } from '../support/recording-sink.ts';
import { jsonIn } from '../support/said.ts';
import { until } from '../support/until.ts';

const buildLimitMs = 120_000;
const testLimitMs = 90_000;
const [email, token, port] = ['ops@example.com', 'a-token', 8_080];

/** docker-librato's README has these, with its own image and with dots for the values. */
const lines: readonly (readonly [cluster: string, line: string])[] = [
  [
    'simple',
    `docker run \
      -v /var/run/docker.sock:/var/run/docker.sock \
      -e LIBRATO_EMAIL=${email} \
      -e LIBRATO_TOKEN=${token} \
      -e CLUSTER_NAME=simple \
      tallyman`,
  ],
  [
    'restricted',
    `docker run --privileged \
      -v /var/run/docker.sock:/var/run/docker.sock \
      -e LIBRATO_EMAIL=${email} \
      -e LIBRATO_TOKEN=${token} \
      -e CLUSTER_NAME=restricted \
      tallyman`,
  ],
];

const ownBuild = `docker run \
  -v /var/run/docker.sock:/var/run/docker.sock \
  tallyman`;

/** The service, in a container so that it is within reach of others on any engine. Prints the points it has. */
const service = `
  import { LibratoReceiver } from '/opt/tallyman/node_modules/@tallyman/testkit/dist/index.js';
  const tokens = [{ token: '${token}', email: '${email}' }];
  const receiver = await LibratoReceiver.start({ tokens, plainHttp: 'allowed', port: ${port} });
  console.log('listening');
  let told = 0;
  setInterval(() => {
    const { points } = receiver.ledger();
    for (const point of points.slice(told)) console.log(JSON.stringify(point));
    told = points.length;
  }, 100);`;

describeEngine("the predecessors' commands", (client) => {
  let image: string;

  beforeAll(async () => {
    image = await ensureAgentImage(client());
  }, buildLimitMs);

  test(
    'deliver with the image changed and the service named, which has moved; rights that are given are given up',
    async () => {
      const receiver = await client().run({
        name: 'librato',
        image,
        command: ['--input-type=module', '-e', service],
        config: { Entrypoint: ['node'] },
      });
      const printed = async () =>
        (await engineEntries(client(), receiver)).map(({ text }) => text).join('');
      await until(async () => (await printed()).startsWith('listening'), 'the service listens');
      const more = `--network container:${receiver} -e LIBRATO_URL=http://127.0.0.1:${port}`;
      const given = await privileges();
      const agents = await Promise.all(
        lines.map(([cluster, line]) =>
          run(
            cluster,
            line.replace('--privileged', given).replace(/tallyman$/, `${more} tallyman`),
          ),
        ),
      );
      const sourcesOf = (points: readonly LibratoPoint[], cluster: string) =>
        points.flatMap(({ name, source = '' }) =>
          source.startsWith(`${cluster}:`) && source.endsWith(`:${client().nameOf('librato')}`)
            ? [name]
            : [],
        );
      const points = async () => jsonIn(await printed()).filter(isPoint);
      await until(
        async () => {
          const arrived = await points();
          return lines.every(([cluster]) => sourcesOf(arrived, cluster).length > 0);
        },
        'points of the receiver’s own container have arrived from each agent',
        { limitMs: 60_000 },
      );
      const identities = await Promise.all(agents.map((agent) => agent.identity()));
      const ends = await Promise.all(agents.map((agent) => agent.stop()));

      const arrived = await points();
      expect(sourcesOf(arrived, 'simple')).toContain('docker-container-memory_usage');
      expect(new Set(arrived.map(({ api, token: used }) => `${api} ${used}`))).toEqual(
        new Set([`metrics ${token}`]),
      );
      expect(identities.map(({ capabilities }) => capabilities)).toEqual(
        lines.map(() => '0'.repeat(16)),
      );
      expect(ends.map(({ exitCode }) => exitCode)).toEqual(lines.map(() => 0));
    },
    testLimitMs,
  );

  test(
    'of an own build without any variable prints what it collects',
    async () => {
      const agent = await run('own', ownBuild);

      await agent.saying('Connected to the engine.');
      const other = await client().run({ name: 'heard', command: 'echo hello; sleep 600' });
      const records = await agent.until(async () => {
        const printed = await agent.records();
        const kinds = new Set(printed.map(({ kind }) => kind));
        return kinds.size === 3 && messagesIn(printed, other).length > 0 && printed;
      }, 'logs, stats and events are printed');
      const { exitCode } = await agent.stop();

      expect(messagesIn(records, other)).toEqual(['hello']);
      expect(exitCode).toBe(0);
    },
    testLimitMs,
  );

  /** `--privileged`, or nearly: a machine may lack CAP_SYS_RESOURCE itself, and Docker 20.10 starts none there. */
  async function privileges(): Promise<string> {
    const started = client().run({ command: 'true', hostConfig: { Privileged: true } });
    return started.then(
      () => '--privileged',
      () => '--cap-add ALL --cap-drop SYS_RESOURCE --security-opt seccomp=unconfined',
    );
  }

  function run(name: string, line: string): Promise<ContainedAgent> {
    const here = line.replace('/var/run/docker.sock', client().socketPath);
    return ContainedAgent.run(client(), { image, name, line: here });
  }
});

function isPoint(value: unknown): value is LibratoPoint {
  return typeof value === 'object' && value !== null && 'api' in value && 'name' in value;
}
