import { afterEach, describe, expect, test } from '@jest/globals';
import type { EmbeddedContainer } from '../../src/embedded/container.ts';
import { EmbeddedEngine } from '../../src/embedded/index.ts';
import { normalised, type Recording, readRecording } from '../../src/record/index.ts';
import { ask, recordings } from './asking.ts';

const image = 'tallyman-test/busybox:latest';
const longLine = Array.from({ length: 9_000 }, (_, at) => at + 1)
  .join(',')
  .slice(0, 40_960);

/** What the recorded commands did, done in the embedded world. */
interface Script {
  readonly options?: Partial<Parameters<EmbeddedEngine['container']>[0]>;
  readonly play?: (container: EmbeddedContainer) => void;
}

const printed = (output: string | Uint8Array): Script => ({
  play: (container) => container.start().print('stdout', output).exit(0),
});
const limits = {
  memoryLimitBytes: 32 * 1024 ** 2,
  cpus: 0.5,
  pidsLimit: 64,
  restart: 'always',
} as const;
const inspected = {
  ...limits,
  command: ['sh', '-c', 'sleep 60'],
  labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web', team: 'qa' },
};
const health = (container: EmbeddedContainer) => container.start().exec('true ').becomes('healthy');
const running: Script = { play: (container) => container.start() };

const logScripts: Readonly<Record<string, Script>> = {
  'logs-plain': printed('one\ntwo\nthree\n'),
  'logs-both-outputs': {
    play: (container) => {
      container.start();
      for (const turn of [1, 2, 3])
        container.print('stdout', `out ${turn}\n`).print('stderr', `err ${turn}\n`);
      container.exit(0);
    },
  },
  'logs-tty': { options: { tty: true }, ...printed('one\ntwo\n\u001b[31mred\u001b[0m\n') },
  'logs-long-line': printed(`${longLine}\nafter\n`),
  'logs-long-lines-at-once': {
    play: (container) =>
      container.start().print('stderr', `${longLine}\n`).print('stdout', `${longLine}\n`).exit(0),
  },
  'logs-16384-bytes': printed(`${'a'.repeat(16_384)}\nafter\n`),
  'logs-empty-lines': printed('\n\ntext\n\n'),
  'logs-odd-bytes': printed(Buffer.from('latin \xe9 cut \xe2\x82 nul \0 tab \t end\r\n', 'latin1')),
  'logs-character-on-border': printed(`${'a'.repeat(16_383)}€ after\n`),
  'logs-no-newline': printed('first\nunfinished'),
  'logs-no-newline-restart': {
    play: (container) => {
      for (const _ of ['once', 'again'])
        container.start().print('stdout', 'first\nunfinished').exit(0);
    },
  },
  'logs-tty-long-line': { options: { tty: true }, ...printed(`${longLine}\nafter\n`) },
  'logs-local-driver': {
    options: { driver: 'local' },
    ...printed(Buffer.from(`latin \xe9 nul \0\n${longLine}\nunfinished`, 'latin1')),
  },
  'logs-follow': printed('line 1\nline 2\nline 3\nline 4\n'),
  'logs-created-follow': {},
  'logs-driver-none': { options: { driver: 'none' }, ...printed('lost\n') },
  'logs-no-stream': printed('lost\n'),
  'logs-no-container': {},
};

const otherScripts: Readonly<Record<string, Script>> = {
  'stats-running-first': running,
  'stats-two-samples': running,
  'stats-refused': running,
  'stats-stopped': { play: (container) => container.start().kill() },
  'stats-host-network': { options: { network: 'host' }, ...running },
  'stats-limited': { options: { ...limits }, ...running },
  list: { options: inspected, ...running },
  ping: {},
  'version-too-new': {},
  'no-such-page': {},
  'inspect-no-container': {},
  'events-life': {
    options: { labels: { team: 'qa' } },
    play: (container) => {
      container.start().pause().unpause().rename('events-life-renamed').exec('sh -c exit 7', 7);
      container.restart(3).stop(3).start().kill().remove();
    },
  },
  'events-oom': { play: (container) => container.start().oom() },
  'events-health': { options: { healthCheck: true }, play: health },
};

/** Described in parts: what is there must be as it was recorded. */
const partScripts: Readonly<Record<string, Script>> = {
  'inspect-created': { options: inspected },
  'inspect-running': { options: inspected, ...running },
  'inspect-paused': { options: inspected, play: (container) => container.start().pause() },
  'inspect-exited': { options: inspected, play: (container) => container.start().kill() },
  'inspect-oom': {
    options: { command: ['sh', '-c', 'exec tail /dev/zero'], memoryLimitBytes: 16 * 1024 ** 2 },
    play: (container) => container.start().oom(),
  },
  'inspect-health': {
    options: { command: ['sh', '-c', 'sleep 60'], healthCheck: true },
    play: health,
  },
  version: {},
  info: {},
};

const engines = [
  { folder: 'docker-20.10', apiVersion: '1.41' },
  { folder: 'docker-28.5', apiVersion: '1.51' },
];

describe.each(engines)('the embedded engine as $folder', ({ folder, apiVersion }) => {
  let engine: EmbeddedEngine;
  afterEach(() => engine.close());

  /** The recorded request, asked of the embedded engine after the script. */
  async function retake(recording: Recording, { options, play }: Script): Promise<Recording> {
    engine = await new EmbeddedEngine({ apiVersion, cgroup: 'v1' }).start();
    const name = recording.commands[0]?.match(/--name (\S+)/)?.[1] ?? 'unnamed';
    const container = engine.container({ name, image, ...options });
    play?.(container);
    const path = recording.request
      .replaceAll(/(?<=%22|\/)[0-9a-f]{64}/g, container.id)
      .replace(/since=[\d.]+&until=[\d.]+/, `since=1&until=${Date.now() / 1000 + 0.05}`);
    const answer = await ask(engine, path);
    return {
      ...recording,
      status: answer.status,
      headers: answer.headers,
      chunks: answer.chunks.map((chunk) => chunk.toString('base64')),
    };
  }

  async function recorded(name: string): Promise<Recording> {
    return readRecording(new URL(`${folder}/${name}.json`, recordings));
  }

  test.each(Object.entries(logScripts))(
    'answers %s in the same frames and chunks',
    async (name, script) => {
      const recording = await recorded(name);

      const taken = await retake(recording, script);

      expect(normalised(taken)).toEqual(normalised(recording));
      expect(chunkSizes(taken)).toEqual(chunkSizes(recording));
    },
  );

  test.each(Object.entries(otherScripts))('answers %s', async (name, script) => {
    const recording = await recorded(name);

    const taken = await retake(recording, script);

    expect(normalised(taken)).toEqual(normalised(recording));
  });

  test.each(Object.entries(partScripts))(
    'answers the part of %s that it has',
    async (name, script) => {
      const recording = await recorded(name);

      const taken = await retake(recording, script);

      expect(normalised(recording)).toMatchObject(asPart(normalised(taken)));
    },
  );
});

function chunkSizes({ chunks }: Recording): readonly number[] {
  return chunks.map((chunk) => Buffer.from(chunk, 'base64').length);
}

function asPart(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('an answer is no object');
  return { ...value };
}
