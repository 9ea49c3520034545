import { expect, test } from '@jest/globals';
import { CurrentConfiguration } from '../../src/reload/current.ts';
import { load } from '../config/loading.ts';

test('another configuration is in force from then on, but for what only another start can change', async () => {
  const started = await load('sinks: { out: { type: stdout } }');
  const next = await load(
    'engine: { host: "tcp://quay:2375" }\nstate: { directory: /elsewhere, max_size: 7GiB }\nfields: { cluster: eu }\nsinks: { out: { type: stdout } }',
  );
  const current = new CurrentConfiguration({ config: started, source: 'c.yaml', readAt: 'then' });

  current.replace({ config: next, source: 'c.yaml', readAt: 'now' });

  expect([current.readAt, current.source]).toEqual(['now', 'c.yaml']);
  expect(current.started).toBe(started);
  expect(current.config).toEqual({
    ...next,
    engine: started.engine,
    admin: started.admin,
    state: { ...next.state, directory: started.state.directory },
  });
});
