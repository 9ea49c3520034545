import { expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { loadSink } from '../../src/sinks/load.ts';
import { Folder, sinkSource } from './folder.ts';

test('a sink that waits at its top level is refused after 30 s', async () => {
  using folder = new Folder();
  const file = folder.put('kafka.mjs', `await new Promise(() => {});\n${sinkSource('kafka')}`);
  const clock = new VirtualClock();

  const loading = loadSink({ type: 'kafka', file }, clock);
  const outcome = expect(loading).rejects.toThrow(
    `importing the sink "kafka" from ${file}: it has not ended within 30 s; a sink waits for nothing at its top level, but in open()`,
  );
  await clock.advance(30_000);

  await outcome;
});

test('a sink that has been imported leaves no timer', async () => {
  using folder = new Folder();
  const file = folder.put('kafka.mjs', sinkSource('kafka'));
  const clock = new VirtualClock();

  const definition = await loadSink({ type: 'kafka', file }, clock);

  expect(definition.type).toBe('kafka');
  expect(clock.pending).toBe(0);
});
