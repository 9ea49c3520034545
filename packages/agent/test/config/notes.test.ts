import { expect, test } from '@jest/globals';
import { load } from './loading.ts';

const stdout = 'sinks: { stdout: {} }\n';

test('nothing is said about what was not asked for, nor about what is acted on', async () => {
  const { notes, state } = await load(
    `admin: { listen: none }\nstate: { max_size: 1GiB }\ncollect: { logs: { reader: file }, stats: { reader: cgroup } }\nsinks: { stdout: { queue: { disk: 0B } } }\n`,
  );

  expect(notes).toEqual([]);
  expect(state.configured).toBe(false);
});

test('a state directory that was asked for is known as such', async () => {
  const { state } = await load(`state: { directory: /var/lib/tallyman }\n${stdout}`);

  expect(state).toEqual({
    directory: '/var/lib/tallyman',
    maxSizeBytes: 2 * 1024 ** 3,
    configured: true,
  });
});
