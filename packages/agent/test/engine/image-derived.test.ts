import { rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildImage, describeEngine, type TarEntry, tarOf } from '@tallyman/testkit/docker';
import { agentFolder } from '../support/agent-folder.ts';
import { ensureAgentImage } from '../support/agent-image.ts';
import { ContainedAgent } from '../support/contained-agent.ts';

const buildLimitMs = 120_000;
const testLimitMs = 90_000;

// As `npm pack` makes it, of a sink that has the SDK as docs/guides/write-a-sink.md says.
const packed = gzipSync(
  tarOf([
    file(
      'package/package.json',
      JSON.stringify({
        name: '@acme/tallyman-sink-shout',
        version: '1.0.0',
        type: 'module',
        tallyman: { sinks: { shout: './index.js' } },
        peerDependencies: { '@tallyman/sdk': '^0.1.0' },
      }),
    ),
    file(
      'package/index.js',
      `import { defineSink } from '@tallyman/sdk';
      export default defineSink({
        type: 'shout', summary: 'For a test.', stability: 'beta', contract: 1,
        accepts: ['log'], token: 'none', options: { type: 'object', properties: {} },
        create: (options, { log }) => ({
          write: async ({ records }) => {
            for (const { message } of records) log.info({ message: message.toUpperCase() }, 'Shouted.');
          },
        }),
      });`,
    ),
  ]),
);

const dockerfile = (image: string) => `FROM ${image}
WORKDIR /etc/tallyman/sinks
COPY sink.tgz /tmp/
RUN npm install --legacy-peer-deps --no-audit --no-fund /tmp/sink.tgz
`;

describeEngine('an image made from ours', (client) => {
  let derived: string;
  let folder: string;

  beforeAll(async () => {
    const image = await ensureAgentImage(client());
    derived = `${client().prefix}:derived`;
    const context = tarOf([file('Dockerfile', dockerfile(image)), file('sink.tgz', packed)]);
    await buildImage(client(), context, { name: derived });
  }, buildLimitMs);

  afterAll(async () => {
    await client().cleanup();
    await client().bytes('DELETE', `/images/${derived}`);
    rmSync(folder, { recursive: true });
  });

  test(
    'has the sink that npm has installed into it',
    async () => {
      folder = agentFolder({
        config: {
          engine: {},
          state: {},
          select: { include: [{ name: client().nameOf('whispers') }] },
          sinks: { loud: { type: '@acme/tallyman-sink-shout', batch: { max_wait: '0s' } } },
        },
      });
      const agent = await ContainedAgent.run(client(), {
        image: derived,
        name: 'derived',
        line: `docker run -v ${client().socketPath}:/var/run/docker.sock \
          -v ${folder}/config.yaml:/etc/tallyman/config.yaml:ro tallyman`,
      });
      await agent.saying('Connected to the engine.');

      await client().run({ name: 'whispers', command: 'echo hello' });
      const shouted = await agent.saying('Shouted.');
      const { exitCode } = await agent.stop();

      expect(shouted).toMatchObject({ sink: 'loud', message: 'HELLO' });
      expect(exitCode).toBe(0);
    },
    testLimitMs,
  );
});

function file(path: string, content: string | Buffer): TarEntry {
  return { kind: 'file', path, mode: 0o644, bytes: Buffer.from(content) };
}
