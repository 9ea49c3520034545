import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { EmbeddedEngine, type EmbeddedEngineOptions } from '@tallyman/testkit/embedded';
import { Checkup } from '../support/checkup.ts';
import { SwitchedProxy } from '../support/switched-proxy.ts';

/** `NAME=1 NAME=1` in what is to be done, as an environment. */
function switchesIn(todo: string): Record<string, string> {
  const named = [...todo.matchAll(/\b([A-Z]+)=1/g)].map(([, name = '']) => [name, '1']);
  return Object.fromEntries(named);
}

test.each([
  ['lets nothing through', {}, {}, ['PING', 'VERSION', 'INFO', 'EVENTS', 'CONTAINERS']],
  ['is as it comes', { PING: '1', VERSION: '1', EVENTS: '1' }, {}, ['INFO', 'CONTAINERS']],
  [
    'forbids what attaching takes',
    { PING: '1', VERSION: '1', EVENTS: '1', INFO: '1', CONTAINERS: '1' },
    { logs: { reader: 'attach' } },
    ['CONTAINERS', 'POST'],
  ],
])('a proxy that %s: gone with the switches that are named', async (_how, env, collect, named) => {
  await using engine = await new EmbeddedEngine().start();
  await using proxy = await SwitchedProxy.start(engine.socketPath);
  using checkup = new Checkup({ socketPath: proxy.socketPath, config: { collect } });

  proxy.env = env;
  const before = await checkup.run();
  const told = switchesIn(before.todo('engine.forbidden'));
  proxy.env = { ...env, ...told };
  const after = await checkup.run();

  expect(before.bad).toEqual(['engine.forbidden']);
  expect(Object.keys(told)).toEqual(named);
  expect([after.bad, after.exitCode]).toEqual([[], 0]);
});

test('names the endpoints that are forbidden', async () => {
  await using engine = await new EmbeddedEngine().start();
  await using proxy = await SwitchedProxy.start(engine.socketPath);
  using checkup = new Checkup({ socketPath: proxy.socketPath });

  const found = await checkup.run();

  expect(found.get('engine.forbidden').what).toBe(
    'a proxy or a plugin in front of the engine forbids GET /info, GET /containers/json, GET /containers/{id}/json, GET /containers/{id}/logs, GET /containers/{id}/stats',
  );
});

test('an engine that fails at a question: gone once it answers', async () => {
  await using engine = await new EmbeddedEngine().start();
  using checkup = new Checkup({ socketPath: engine.socketPath });

  engine.fault('list', { status: 500, message: 'database is locked', times: Infinity });
  const before = await checkup.run();
  engine.clearFaults();
  const after = await checkup.run();

  expect(before.get('engine.failed')).toMatchObject({
    severity: 'problem',
    what: 'the engine answers GET /containers/json with 500 "database is locked"',
    todo: expect.stringContaining('sudo systemctl restart docker'),
  });
  expect(after.bad).toEqual([]);
});

test.each([
  ['takes too long', 'info', { delayMs: 60_000 }, 'does not answer GET /info within 8000 ms'],
  ['breaks off', 'events', { connection: 'reset' }, 'the connection breaks at GET /events'],
  [
    'fails for one container',
    'inspect',
    { status: 500, message: 'no such layer' },
    'the engine did not answer all that is asked at a start: ',
  ],
] as const)(
  'an engine that %s: gone once it does not',
  async (_how, endpoint, fault, what) => {
    await using engine = await new EmbeddedEngine().start();
    const { id } = engine.container({ name: 'web' });
    const { socketPath } = engine;
    const config = { collect: { logs: { enabled: false } } };
    using checkup = new Checkup({ socketPath, config });

    const isOfOne = endpoint === 'inspect' ? { container: id } : {};
    engine.fault(endpoint, { ...fault, ...isOfOne, times: Number.POSITIVE_INFINITY });
    const before = await checkup.run();
    engine.clearFaults();
    const after = await checkup.run();

    expect(before.get('engine.failed').what).toContain(what);
    expect([before.bad, before.exitCode, after.bad]).toEqual([['engine.failed'], 1, []]);
  },
  60_000,
);

const versions: readonly (readonly [string, EmbeddedEngineOptions, string, string])[] = [
  [
    'older than all that do',
    { apiVersion: '1.39' },
    'engine.too_old',
    'update the engine to Docker 19.03',
  ],
  ['without one-shot stats', { apiVersion: '1.40' }, 'engine.old_api', 'Docker 20.10 or newer'],
  [
    'newer than all that were known',
    { apiVersion: '1.60', minApiVersion: '1.55' },
    'engine.too_new',
    'DOCKER_MIN_API_VERSION=1.52',
  ],
];

test.each(versions)(
  'an engine %s: gone with the version that is named',
  async (_how, options, code, todo) => {
    await using old = await new EmbeddedEngine(options).start();
    const named =
      code === 'engine.too_new' ? { ...options, minApiVersion: '1.52' } : { apiVersion: '1.41' };
    await using other = await new EmbeddedEngine(named).start();
    using checkup = new Checkup({ socketPath: old.socketPath });

    const before = await checkup.run();
    checkup.configure({ socketPath: other.socketPath });
    const after = await checkup.run();

    expect(before.bad).toEqual([code]);
    expect(before.all.find((finding) => finding.code === code)?.todo).toContain(todo);
    expect(after.bad).toEqual([]);
  },
);

test('says what is different with Podman', async () => {
  await using engine = await new EmbeddedEngine().start();
  const body = Buffer.from('OK');
  engine.serve({
    name: 'ping',
    engine: { version: '4.3.1', apiVersion: '1.41' },
    commands: [],
    request: '/_ping',
    status: 200,
    headers: { 'Api-Version': '1.41', 'Libpod-Api-Version': '4.3.1' },
    sha256: createHash('sha256').update(body).digest('hex'),
    chunks: [body.toString('base64')],
  });
  using checkup = new Checkup({ socketPath: engine.socketPath });

  const found = await checkup.run();

  expect(found.get('engine.podman')).toMatchObject({
    severity: 'fine',
    what: expect.stringContaining('never from files'),
  });
  expect(found.bad).toEqual([]);
});

test.each([3_600_000, -3_600_000])(
  'clocks that are %i ms apart: gone once they are set',
  async (ms) => {
    await using engine = await new EmbeddedEngine().start();
    using checkup = new Checkup({ socketPath: engine.socketPath });

    engine.shiftClock(ms);
    const before = await checkup.run();
    engine.shiftClock(-ms);
    const after = await checkup.run();

    expect(before.get('clock.engine')).toMatchObject({
      severity: 'warning',
      what: expect.stringMatching(ms > 0 ? /3[56]\d\d s ahead of/ : /3[56]\d\d s behind/),
      todo: expect.stringContaining('sudo timedatectl set-ntp true'),
    });
    expect(after.bad).toEqual([]);
    expect(after.get('clock.agrees').severity).toBe('fine');
  },
);
