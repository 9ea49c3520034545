import { expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { type DockerClient, describeEngine } from '@tallyman/testkit/docker';
import { AttachReader, type AttachReaderSettings } from '../../src/collect/attach/reader.ts';
import { Containers } from '../../src/collect/containers.ts';
import type { ByteSource } from '../../src/collect/engine.ts';
import { HttpEngine } from '../../src/collect/engine-http.ts';
import { type LogRecord, LogSource } from '../../src/decode/log.ts';
import { earlier } from '../../src/decode/timestamp.ts';
import { Counters } from '../../src/vitals/counters.ts';
import { logInto } from '../ship/lane-under-test.ts';

const signal = AbortSignal.timeout(60_000);
const neverAsked: AttachReaderSettings['readLog'] = () => {
  throw new Error('reading the engine’s log: it was not to be needed');
};

/** Says how often it was attached, and whether it was asked since how the container fares. */
class CountingEngine extends HttpEngine {
  attachments = 0;
  isInspected = false;

  override async inspect(...asked: Parameters<HttpEngine['inspect']>): Promise<unknown> {
    const { attachments } = this;
    const answer = await super.inspect(...asked);
    this.isInspected = attachments === 2;
    return answer;
  }

  override async attach(...asked: Parameters<HttpEngine['attach']>): Promise<ByteSource> {
    const source = await super.attach(...asked);
    this.attachments++;
    return source;
  }
}

/** A reader of one container, as it is now, that hands its records to `take`. */
async function readerOf(
  id: string,
  client: DockerClient,
  settings: Pick<AttachReaderSettings, 'take' | 'readLog'>,
): Promise<{ readonly reader: AttachReader; readonly engine: CountingEngine }> {
  const engine = new CountingEngine({ kind: 'unix', socketPath: client.socketPath });
  const { now } = await engine.connect(signal);
  const connectedMs = systemClock.monotonicMs();
  const log = logInto([]);
  const directory = new Containers(
    { engine, clock: systemClock, log },
    { changed: () => {}, gone: () => {} },
  );
  const container = await directory.refresh(id, signal);
  if (container === undefined) throw new Error(`reading ${id}: there is no such container`);
  const origin = { host: 'quay', container: { ...container, labels: {} }, fields: {} };
  const reader = new AttachReader(container, {
    engine,
    directory,
    log,
    clock: systemClock,
    random: Math.random,
    counters: new Counters(),
    maxLineBytes: 1024 * 1024,
    connected: async () => {},
    bornAt: now,
    engineNow: () => earlier(now, connectedMs - systemClock.monotonicMs()),
    source: (stream) => new LogSource(origin, stream),
    gap: () => {},
    ...settings,
  });
  return { reader, engine };
}

/** Resolves once the condition holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(5, signal);
}

describeEngine('a container that is attached to', (client) => {
  test.each(['frames', 'terminal'])(
    'before it starts is read to its unterminated end, and removed (%s)',
    async (output) => {
      const command = 'seq 1000; printf "no end"';
      const tty = output === 'terminal';
      const id = await client().create({ name: output, command, tty, autoRemove: true });
      const records: LogRecord[] = [];
      const take = (taken: readonly LogRecord[]) => void records.push(...taken);
      const { reader, engine } = await readerOf(id, client(), { take, readLog: neverAsked });

      const ended = reader.run(signal);
      // Only then does the reader know that it came in time.
      await until(() => engine.attachments === 2 && engine.isInspected);
      await client().start(id);

      expect(['gone', 'stopped']).toContain(await ended);
      expect(records.map(({ message }) => message)).toEqual([
        ...Array.from({ length: 1_000 }, (_, index) => `${index + 1}`),
        'no end',
      ]);
      expect(new Set(records.map((record) => record.id)).size).toBe(1_001);
    },
  );

  test('and keeps no log is read over its stops, each run from its beginning', async () => {
    const id = await client().create({ name: 'mute', command: 'echo a run', logDriver: 'none' });
    const lines: string[] = [];
    const take = (taken: readonly LogRecord[]) =>
      void lines.push(...taken.map(({ message }) => message));
    const { reader, engine } = await readerOf(id, client(), { take });

    const stopping = new AbortController();
    const ended = reader.run(stopping.signal);
    for (let run = 1; run <= 2; run++) {
      await until(() => engine.attachments === run);
      await client().start(id);
      await until(() => lines.length === run);
    }
    stopping.abort(new Error('stopping'));

    await expect(ended).rejects.toThrow('stopping');
    expect(lines).toEqual(['a run', 'a run']);
  });

  test('runs to its end where nobody wants the twenty megabytes that it prints', async () => {
    const command = `yes ${'x'.repeat(999)} | head -c 20000000`;
    const id = await client().create({ name: 'loud', command, logDriver: 'none' });
    let bytes = 0;
    const take = (taken: readonly LogRecord[]) => {
      for (const { messageBytes } of taken) bytes += messageBytes.length + 1;
    };
    const { reader, engine } = await readerOf(id, client(), { take });

    const stopping = new AbortController();
    const ended = reader.run(stopping.signal);
    await until(() => engine.attachments === 1);
    await client().start(id);

    expect(await client().wait(id, signal)).toBe(0);
    await until(() => bytes >= 20_000_000);
    stopping.abort(new Error('stopping'));
    await expect(ended).rejects.toThrow('stopping');
  });
});
