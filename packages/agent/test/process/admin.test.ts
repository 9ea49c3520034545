import { createServer, type Server } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EmbeddedEngine, expectBalanced } from '@tallyman/testkit';
import { metricSections } from '../../src/admin/metrics.ts';
import { AdminClient, anyPort } from '../support/admin-client.ts';
import { type AgentOptions, AgentProcess } from '../support/agent-process.ts';
import { order, recordingSinkFiles } from '../support/recording-sink.ts';
import { until } from '../support/until.ts';
import { sinkFile } from './sink-file.ts';

const defaultPort = 9180;
const stdout = { stdout: { options: { format: 'json' } } };

/** An agent with an admin endpoint, on an embedded engine with one container. */
async function asked(
  engine: EmbeddedEngine,
  { config, ...options }: Omit<AgentOptions, 'config'> & { config?: object } = {},
) {
  const agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    ...options,
    config: { admin: anyPort, ...config },
  });
  await agent.ready();
  return { agent, admin: await AdminClient.of(agent) };
}

describe('what the admin endpoint answers', () => {
  test('the state: agent, engine, counters, containers and lanes, as they are', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      config: { collect: { stats: { interval: '100ms' } } },
    });
    await using _agent = agent;
    const web = engine.container({ name: 'web', image: 'nginx:1.27' }).start();
    web.print('stdout', 'one\n').print('stderr', 'two\n');

    const state = await admin.untilState(
      ({ containers }) =>
        containers.some(({ log, stat }) => log?.lines === 2 && stat?.cpuPercent !== undefined),
      'the lines and two samples are there',
    );

    expect(state.agent).toMatchObject({
      version: expect.stringMatching(/^\d/),
      host: expect.any(String),
      configSource: join(agent.folder, 'config.yaml'),
    });
    expect(state.agent.rssBytes).toBeGreaterThan(1024 ** 2);
    expect(state.agent.cpuSeconds).toBeGreaterThan(0);
    expect([state.time, state.agent.configReadAt, state.agent.startedAt].toSorted()).toEqual([
      state.agent.startedAt,
      state.agent.configReadAt,
      state.time,
    ]);
    expect(state.engine).toEqual({
      product: expect.stringMatching(/^Docker/),
      apiVersion: expect.stringMatching(/^1\./),
      address: `unix://${engine.socketPath}`,
      isConnected: true,
    });
    expect(state.counters).toMatchObject({ log_lines: 2, log_gaps: 0 });
    expect(state.containers).toEqual([
      {
        id: web.id,
        name: 'web',
        image: 'nginx:1.27',
        status: 'running',
        sinks: { log: ['stdout'], stat: ['stdout'], event: ['stdout'] },
        log: { reader: 'engine', lines: 2, bytes: 6, stderrLines: 1 },
        stat: expect.objectContaining({ memoryBytes: expect.any(Number) }),
      },
    ]);
    expect(state.lanes).toEqual([
      expect.objectContaining({ sink: 'stdout', type: 'stdout', status: 'healthy', counts: {} }),
    ]);
    for (const { account } of state.lanes) expectBalanced(account);
  });

  test('why a sink fails and since when, and what it holds', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      files: recordingSinkFiles,
      flags: ['--sinks-dir', '.'],
      config: {
        sinks: { recording: { retry: { max_delay: '50ms', first_delay: '50ms' } }, ...stdout },
      },
    });
    await using _agent = agent;
    order(agent.folder, 'recording', 'refuse');
    engine.container({ name: 'web' }).start().print('stdout', 'one\n');

    const failing = await admin.untilState(
      ({ lanes }) => lanes.some(({ attempts }) => attempts.consecutiveFailures > 1),
      'the sink fails twice',
    );
    const metric = await admin.metric('tallyman_sink_status{sink="recording",status="retrying"}');
    const ready = await admin.get('/ready');
    order(agent.folder, 'recording', 'take');
    const recovered = await admin.untilState(
      ({ lanes }) =>
        lanes.every(({ status, account }) => status === 'healthy' && account.held === 0),
      'the sink has taken everything',
    );

    const [lane, other] = failing.lanes;
    expect(lane).toMatchObject({
      sink: 'recording',
      status: 'retrying',
      error: 'refused as ordered',
      failingSince: expect.stringMatching(/Z$/),
    });
    expect(lane?.account.held).toBeGreaterThan(0);
    expect(lane?.queue.memoryBytes).toBeGreaterThan(0);
    expect(other).not.toHaveProperty('error');
    expect(metric).toBe(1);
    expect(ready).toMatchObject({
      status: 200,
      json: { ready: true, why: [], failing: [{ sink: 'recording', status: 'retrying' }] },
    });
    expect(recovered.lanes[0]).not.toHaveProperty('error');
    expect(recovered.lanes[0]).not.toHaveProperty('failingSince');
  });

  test('metrics: each that is documented and no other, with figures that add up', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      config: { collect: { stats: { enabled: false } } },
    });
    await using _agent = agent;
    engine.container({ name: 'web' }).start().print('stdout', 'one\ntwo\n');
    await agent.until(() => agent.logs.length === 2, 'the lines are printed');
    await admin.untilState(
      ({ lanes }) => lanes.every(({ account }) => account.held === 0),
      'nothing is held',
    );

    const { text, headers } = await admin.get('/metrics');
    const state = await admin.state();

    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
    const defined = metricSections.flatMap(({ metrics }) => metrics);
    expect(told).toEqual(defined.map(({ name, type }) => [name, type]));
    for (const { name, help } of defined) expect(text).toContain(`# HELP ${name} ${help}\n`);
    const delivered = state.lanes[0]?.account.delivered;
    expect(text).toContain(`\ntallyman_sink_records_offered_total{sink="stdout"} ${delivered}\n`);
    expect(text).toContain(`\ntallyman_sink_records_delivered_total{sink="stdout"} ${delivered}\n`);
    expect(text).toContain(
      '\ntallyman_sink_records_dropped_total{sink="stdout",reason="gave_up"} 0\n',
    );
    expect(text).toContain('\ntallyman_sink_records_held{sink="stdout"} 0\n');
    expect(text).toContain('\ntallyman_log_lines_total 2\n');
    expect(text).toContain('\ntallyman_containers{status="running"} 1\n');
    expect(text).not.toContain('web');
  });

  test('ready: not before the engine is there, nor after it has gone; health: all the same', async () => {
    await using engine = await new EmbeddedEngine().start();
    await engine.stop();
    await using agent = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: { admin: anyPort },
    });
    const admin = await AdminClient.of(agent);
    await agent.saying('Waiting for the engine.');
    const why = {
      ready: false,
      why: [`the engine at unix://${engine.socketPath} is not connected`],
    };

    const waiting = [await admin.get('/ready'), await admin.get('/health')];
    const early = await admin.state();
    const noRecords = await admin.get('/api/stream?records=logs');
    const connected = await admin.metric('tallyman_engine_connected');
    await engine.start();
    await until(async () => (await admin.get('/ready')).status === 200, 'it is ready');
    await engine.stop();
    await until(async () => (await admin.get('/ready')).status === 503, 'it is ready no more');
    const away = [await admin.get('/ready'), await admin.get('/health')];

    const expected = [
      { status: 503, json: why },
      { status: 200, json: { status: 'ok' } },
    ];
    expect(waiting).toMatchObject(expected);
    expect(early).toMatchObject({ containers: [], lanes: [], counters: { log_lines: 0 } });
    expect(early.engine).toEqual({ address: `unix://${engine.socketPath}`, isConnected: false });
    expect(noRecords).toMatchObject({
      status: 503,
      json: { error: expect.any(String), help: expect.any(String) },
    });
    expect(connected).toBe(0);
    expect(away).toMatchObject(expected);
  });

  test('not ready while a sink was not opened yet', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      files: {
        'slow.mjs': sinkFile(
          'slow',
          `open: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))`,
        ),
      },
      flags: ['--sinks-dir', '.'],
      config: { sinks: { slow: {} } },
    });
    await using _agent = agent;

    expect(await admin.get('/ready')).toMatchObject({
      status: 503,
      json: { ready: false, why: ['the sink slow was not opened yet'] },
    });
  });

  test('while it stops, both probes say so, and the last request is answered', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      files: recordingSinkFiles,
      flags: ['--sinks-dir', '.', '--stop-timeout', '20s'],
      config: { sinks: { recording: { batch: { max_wait: '0s' }, queue: { disk: '0B' } } } },
    });
    await using _agent = agent;
    order(agent.folder, 'recording', 'stall');
    engine.container({ name: 'web' }).start().print('stdout', 'one\n');
    await admin.untilState(
      ({ lanes }) => lanes.some(({ queue }) => queue.inFlightBytes > 0),
      'a write is under way',
    );
    agent.signal('SIGTERM');
    await agent.saying('Stopping.');

    const [health, ready] = [await admin.get('/health'), await admin.get('/ready')];
    const { lanes } = await admin.state();
    order(agent.folder, 'recording', 'take');
    const { exitCode, account } = await agent.ended();

    expect(health).toMatchObject({ status: 503, json: { status: 'stopping', why: 'SIGTERM' } });
    expect(ready).toMatchObject({ status: 503, json: { why: ['the agent is stopping: SIGTERM'] } });
    expect(lanes[0]?.account.held).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
    expect(account?.recording).toMatchObject({ held: 0, dropped: {} });
  });
});

describe('who is answered', () => {
  test('with a token, everything but /health asks for it', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      config: { admin: { ...anyPort, token: 'tok-quay-91' } },
    });
    await using _agent = agent;
    const paths = [
      '/ready',
      '/metrics',
      '/api/state',
      '/api/stream',
      '/nothing',
      '/health/',
      '//health',
    ];
    const bearing = (authorization: string) => ({ headers: { authorization } });

    const bare = await Promise.all(paths.map((path) => admin.get(path)));
    const wrong = await admin.get('/api/state', bearing('Bearer tok-quay-9'));
    const basic = await admin.get('/api/state', bearing('Basic tok-quay-91'));
    const right = await admin.get('/api/state', bearing('Bearer tok-quay-91'));
    const elsewhere = await admin.get('/ready', {
      headers: { authorization: 'bearer tok-quay-91', host: 'quay.example' },
    });
    const health = await admin.get('/health', { headers: { host: 'quay.example' } });

    for (const { status, headers, json } of [...bare, wrong, basic]) {
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toMatch(/^Bearer/);
      expect(json).toEqual({
        error: expect.any(String),
        help: expect.stringContaining('admin.token'),
      });
    }
    expect([right.status, elsewhere.status, health.status]).toEqual([200, 200, 200]);
    const answers = [...bare, wrong, basic, right].map(({ text }) => text).join();
    expect(answers + agent.stderr).not.toContain('tok-quay-91');
  });

  test('without one, only who asks by a name of this machine', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine);
    await using _agent = agent;
    const by = async (host: string) =>
      (await admin.get('/api/state', { headers: { host } })).status;

    const own = [
      'localhost',
      'LOCALHOST:9180',
      '127.0.0.1:1',
      '127.9.9.9',
      '[::1]:9180',
      hostname(),
    ];
    const strange = [
      'quay.example',
      'quay.example:9180',
      'localhost.quay.example',
      '127.0.0.1.quay.example',
      '[::2]',
      'user@localhost',
    ];

    expect(await Promise.all(own.map(by))).toEqual(own.map(() => 200));
    expect(await Promise.all(strange.map(by))).toEqual(strange.map(() => 421));
    const { json } = await admin.get('/health', { headers: { host: 'quay.example' } });
    expect(json).toEqual({
      error: expect.any(String),
      help: expect.stringContaining('http://127.0.0.1'),
    });
  });

  test('only for looking: other methods, unknown paths and queries are refused as JSON', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine);
    await using _agent = agent;
    const status = async (path: string, method = 'GET') => {
      const answer = await admin.get(path, { method });
      if (method !== 'HEAD' && answer.status !== 200)
        expect(answer.json).toEqual({ error: expect.any(String), help: expect.any(String) });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      return answer.status;
    };

    expect(await status('/api/state', 'POST')).toBe(405);
    expect(await status('/nothing', 'DELETE')).toBe(405);
    expect(await status('/api/state', 'OPTIONS')).toBe(405);
    expect(await status('/')).toBe(404);
    expect(await status('/%')).toBe(400);
    expect(await status('/api/stream?state=1ms')).toBe(400);
    expect(await status('/api/stream?records=log')).toBe(400);
    expect(await status('/api/stream?records=logs&sink=nobody')).toBe(400);
    expect(await status('/api/stream?grep=x')).toBe(400);
    expect(await status('/api/stream?state=off')).toBe(400);
    for (const path of ['/health', '/ready', '/metrics', '/api/state', '/api/stream'])
      expect(await status(path, 'HEAD')).toBe(200);
  });

  test('no token of a sink, whatever its errors say', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      files: {
        'telling.mjs': sinkFile(
          'telling',
          `open: async () => { throw context.sdk.retryable('posting to https://x/?t=' + context.token('log').reveal()); }`,
          { token: 'required' },
        ),
      },
      flags: ['--sinks-dir', '.'],
      config: { sinks: { telling: { token: 'tok-sink-4d1f' } } },
    });
    await using _agent = agent;

    const { lanes } = await admin.untilState(
      ({ lanes: [lane] }) => lane?.error !== undefined,
      'the sink fails',
    );
    const answers = await Promise.all(
      ['/health', '/ready', '/metrics', '/api/state'].map((path) => admin.get(path)),
    );

    expect(lanes[0]?.error).toBe('posting to https://x/?t=[secret]');
    expect(answers.map(({ text }) => text).join()).not.toContain('tok-sink-4d1f');
  });
});

describe('where it listens', () => {
  test('an address that is taken keeps the agent from starting, where the file names it', async () => {
    await using taken = await listening(0);
    await using agent = await AgentProcess.start({
      config: { admin: { listen: `127.0.0.1:${taken.port}` } },
    });

    const { exitCode } = await agent.ended();

    expect(exitCode).toBe(1);
    expect(agent.said('The admin endpoint cannot listen, not starting.')).toEqual([
      expect.objectContaining({
        level: 'error',
        address: `127.0.0.1:${taken.port}`,
        advice: expect.stringContaining(`ss -ltnp 'sport = :${taken.port}'`),
      }),
    ]);
  });

  test('the default address that is taken is a warning, and the agent goes on', async () => {
    // Where another agent of this machine has it, that does as well.
    await using _taken = await listening(defaultPort);
    await using engine = await new EmbeddedEngine().start();
    await using agent = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: { admin: {} },
    });

    const warning = await agent.saying('The admin endpoint cannot listen, going on without it.');
    await agent.ready();
    const { exitCode } = await agent.stop();

    expect(warning).toMatchObject({ level: 'warn', address: `127.0.0.1:${defaultPort}` });
    expect(exitCode).toBe(0);
  });

  test('all addresses without a token are a mistake, exit 2', async () => {
    await using agent = await AgentProcess.start({ config: { admin: { listen: '0.0.0.0:0' } } });

    const { exitCode } = await agent.ended();

    expect(exitCode).toBe(2);
    expect(agent.stderr).toMatch(
      /admin\.listen: other machines may reach 0\.0\.0\.0:0, .* set admin\.token/,
    );
  });

  test('a unix socket works, also where a killed agent has left one', async () => {
    await using engine = await new EmbeddedEngine().start();
    const config = { admin: { listen: 'unix://FOLDER/admin.sock' } };
    await using first = await AgentProcess.start({ socketPath: engine.socketPath, config });
    await first.saying('The admin endpoint listens.');
    const admin = new AdminClient({ socketPath: join(first.folder, 'admin.sock') });
    const before = await admin.get('/health', { headers: { host: 'tallyman' } });
    await first.stop('SIGKILL');

    await using second = await AgentProcess.start({ folder: first.folder });
    await second.saying('The admin endpoint listens.');
    const after = await admin.get('/health');
    await using third = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: { admin: { listen: `unix://${first.folder}/admin.sock` } },
    });
    const { exitCode } = await third.ended();

    expect([before.status, after.status]).toEqual([200, 200]);
    expect(exitCode).toBe(1);
    expect((await admin.get('/health')).status).toBe(200);
  });

  test('none: nothing listens', async () => {
    await using engine = await new EmbeddedEngine().start();
    await using agent = await AgentProcess.start({
      socketPath: engine.socketPath,
      config: { admin: { listen: 'none' } },
    });
    await agent.ready();
    await agent.stop();

    expect(agent.diagnostics.filter(({ msg }) => String(msg).includes('admin'))).toEqual([]);
  });
});

/** A server on this port of loopback; where somebody else has it already, none. */
async function listening(port: number): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer();
  const at = await new Promise<number>((resolve) => {
    server.once('error', () => resolve(port));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
  return {
    port: at,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
