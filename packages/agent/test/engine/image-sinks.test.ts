import { chmodSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildImage, describeEngine, tarOf } from '@tallyman/testkit/docker';
import { sinkFile } from '../process/sink-file.ts';
import { Folder } from '../sinks/folder.ts';
import { agentFolder } from '../support/agent-folder.ts';
import { ensureAgentImage } from '../support/agent-image.ts';
import { ContainedAgent } from '../support/contained-agent.ts';
import {
  packedShoutingSink,
  plainFile,
  shoutingFiles,
  shoutingPackage,
  shoutingSource,
} from '../support/shouting-sink.ts';

const buildLimitMs = 120_000;
const testLimitMs = 90_000;

// Offline, so that npm cannot take the SDK from the registry.
const dockerfile = (image: string) => `FROM ${image}
WORKDIR /etc/tallyman/sinks
COPY sink.tgz /tmp/
RUN npm install --offline /tmp/sink.tgz
`;

describeEngine('a third party’s sink in the image', (client) => {
  let image: string;
  let derived: string;
  const folders: string[] = [];

  beforeAll(async () => {
    image = await ensureAgentImage(client());
    derived = `${client().prefix}:derived`;
    const context = tarOf([
      plainFile('Dockerfile', dockerfile(image)),
      plainFile('sink.tgz', packedShoutingSink()),
    ]);
    await buildImage(client(), context, { name: derived });
  }, buildLimitMs);

  afterAll(async () => {
    await client().cleanup();
    await client().bytes('DELETE', `/images/${derived}`);
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  test.each([
    ['a file', 'shout', { 'shout.mjs': shoutingSource }],
    ['a package', 'shout', inFolder('shout', shoutingFiles)],
    ['what npm has installed', shoutingPackage, undefined],
  ])(
    'works as %s, and is listed before it is loaded',
    async (what, type, files) => {
      const way = what.split(' ').at(-1);
      const mounted = files === undefined ? '' : `-v ${sinksIn(files)}:/etc/tallyman/sinks:ro`;
      const config = configOf(
        { loud: { type, batch: { max_wait: '0s' } } },
        { select: { include: [{ name: client().nameOf(`whispers-${way}`) }] } },
      );
      const agent = await run(
        `agent-${way}`,
        `docker run --read-only ${mounted} -v ${config}:/etc/tallyman/config.yaml:ro \
          -v ${client().socketPath}:/var/run/docker.sock tallyman`,
        files === undefined ? derived : image,
      );
      await agent.saying('Connected to the engine.');

      await client().run({ name: `whispers-${way}`, command: 'echo hello' });
      const shouted = await agent.saying('Shouted.');
      const listed = await client().exec(agent.id, 'tallyman sinks');
      const { exitCode, account } = await agent.stop();

      expect(shouted).toMatchObject({ sink: 'loud', message: 'HELLO' });
      expect(listed.stdout.split('\n').find((line) => line.startsWith(`${type} `))).toMatch(
        files !== undefined && 'shout.mjs' in files
          ? /^shout +- +- +- +file \/etc\/tallyman\/sinks\/shout\.mjs$/
          : /^\S+ +1\.0\.0 +beta +logs +package \/etc\/tallyman\/sinks\/\S+$/,
      );
      expect(account).toEqual({
        loud: { offered: 1, delivered: 1, dropped: {}, held: 0 },
      });
      expect(exitCode).toBe(0);
    },
    testLimitMs,
  );

  test.each([
    [
      'was made for another major of the SDK',
      {
        'x/package.json': JSON.stringify({
          tallyman: { sinks: { x: './index.js' } },
          peerDependencies: { '@tallyman/sdk': '^7.0.0' },
        }),
        'x/index.js': 'throw new Error("ran");',
      },
      /x\/package\.json: it is made for @tallyman\/sdk \^7\.0\.0, this agent has \d+\.\d+\.\d+; install a version of the sink for/,
      'listed',
    ],
    [
      'has no default export',
      { 'x.mjs': 'export const x = {};' },
      /x\.mjs: has no default export; write: export default \{ type: 'x'/,
      'not listed',
    ],
    [
      'throws while it is imported',
      { 'x.mjs': '\nthrow new Error("no broker");' },
      /x\.mjs: no broker \(\/etc\/tallyman\/sinks\/x\.mjs:2:7\); correct it there/,
      'not listed',
    ],
    [
      'is there twice',
      { 'x.mjs': '', 'y/package.json': '{"tallyman":{"sinks":{"x":"./x.js"}}}', 'y/x.js': '' },
      /"x" is there twice, in \/etc\/tallyman\/sinks\/x\.mjs and in \/etc\/tallyman\/sinks\/y\/x\.js; remove one/,
      'listed',
    ],
    [
      'has a schema that does not compile',
      { 'x.mjs': sinkFile('x', '').replace('{}', "{ url: { type: 'string', defualt: '' } }") },
      /x\.mjs: options\.properties\.url: unknown keyword: "defualt"; did you mean default\?/,
      'not listed',
    ],
    [
      'has a native part that is not built for the image',
      {
        'x.mjs': "process.getBuiltinModule('module').createRequire(import.meta.url)('./x.node');",
      },
      /a native part of it is not there \(linux-\S+, .*\); where the agent runs, npm rebuild .*; for a container, install the sink in an image made from the agent's/,
      'not listed',
    ],
  ])(
    'that %s is refused with what to do',
    async (what, files, todo, listing) => {
      const mounts = `-v ${sinksIn(files)}:/etc/tallyman/sinks:ro \
        -v ${configOf({ loud: { type: 'x' } })}:/etc/tallyman/config.yaml:ro`;
      const name = what.replaceAll(' ', '-').slice(0, 20);

      const agent = await run(name, `docker run ${mounts} tallyman`);
      const { exitCode } = await agent.ended();
      const lister = await run(`${name}-list`, `docker run ${mounts} tallyman sinks`);
      const listed = await lister.ended();

      const said = await agent.output('stderr');
      expect(said).toMatch(/^\/etc\/tallyman\/config\.yaml:\d+:\d+ {2}sinks\.loud\.type: /);
      expect(said).toMatch(todo);
      expect(exitCode).toBe(2);
      // What only running it would show is not known to the list.
      const isListed = todo.test(await lister.output('stdout'));
      expect([isListed, listed.exitCode]).toEqual(listing === 'listed' ? [true, 1] : [false, 0]);
    },
    testLimitMs,
  );

  test('is shown with its options by the name that npm gave it', async () => {
    const agent = await run('shown', `docker run tallyman sinks ${shoutingPackage}`, derived);
    const { exitCode } = await agent.ended();

    const page = await agent.output('stdout');
    expect(page).toMatch(/^@acme\/tallyman-sink-shout 1\.0\.0\n\nSays it louder\.\n/);
    expect(page).toContain(`type: "${shoutingPackage}"`);
    expect(exitCode).toBe(0);
  });

  function run(name: string, line: string, from = image): Promise<ContainedAgent> {
    return ContainedAgent.run(client(), { image: from, name, line });
  }

  /** A folder of the host with these files, open to the agent's user. */
  function sinksIn(files: Readonly<Record<string, string>>): string {
    const folder = new Folder();
    folders.push(folder.path);
    chmodSync(folder.path, 0o755);
    for (const [path, text] of Object.entries(files)) folder.put(path, text);
    return folder.path;
  }

  function configOf(sinks: object, more: object = {}): string {
    const folder = agentFolder({ config: { engine: {}, state: {}, sinks, ...more } });
    folders.push(folder);
    return `${folder}/config.yaml`;
  }
});

function inFolder(
  folder: string,
  files: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]),
  );
}
