import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { Announced } from '../../../src/collect/attach/announced.ts';
import { HttpEngine } from '../../../src/collect/engine-http.ts';
import { until } from '../../until.ts';

async function announcing() {
  const engine = await new EmbeddedEngine().start();
  const stopping = new AbortController();
  const client = new HttpEngine({ kind: 'unix', socketPath: engine.socketPath });
  return { engine, stopping, announced: new Announced(client, stopping.signal) };
}

test('a container is attached to when it is announced, and its connection is taken once', async () => {
  const { engine, announced } = await announcing();
  await using _ = engine;
  const job = engine.container({ name: 'job', tty: true });

  announced.created(job.id);
  announced.created(job.id);
  const connection = announced.take(job.id);
  const source = await connection?.source;
  job.start().print('stdout', 'hello\n').exit(0);
  const parts: string[] = [];
  await source?.pump((bytes) => void parts.push(bytes.toString()));

  expect(parts.join('')).toBe('hello\r\n');
  expect(announced.take(job.id)).toBeUndefined();
  expect(engine.requests.filter((request) => request.includes('/attach'))).toHaveLength(1);
});

test('a connection that is not needed is closed, also before the engine answers', async () => {
  const { engine, announced } = await announcing();
  await using _ = engine;
  const [answered, hanging] = [
    engine.container({ name: 'answered' }),
    engine.container({ name: 'hanging' }),
  ];
  engine.fault('attach', { connection: 'hang', container: hanging.id });

  announced.created(answered.id);
  announced.created(hanging.id);
  await until(() => answered.attachments.count === 1);
  const waiting = announced.take(hanging.id);
  waiting?.close();
  announced.drop(answered.id);

  await until(() => answered.attachments.count === 0);
  expect(await waiting?.source).toBeUndefined();
  expect(announced.isOpen(answered.id)).toBe(false);
});

test('nothing stays open when the agent stops, and a refusal is no connection', async () => {
  const { engine, announced, stopping } = await announcing();
  await using _ = engine;
  const job = engine.container({ name: 'job' });

  announced.created(job.id);
  announced.created('nobody');
  await until(() => job.attachments.count === 1);
  expect(await announced.take('nobody')?.source).toBeUndefined();
  stopping.abort();

  await until(() => job.attachments.count === 0);
});
