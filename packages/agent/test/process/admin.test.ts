import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { expectBalanced } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { metricSections } from '../../src/admin/metrics/sections.ts';
import { AdminClient, anyPort } from '../support/admin-client.ts';
import { AgentProcess } from '../support/agent-process.ts';
import { order, recordingSinkFiles } from '../support/recording-sink.ts';
import { until } from '../support/until.ts';
import { asked } from './asked.ts';
import { sinkFile } from './sink-file.ts';

const stdout = { stdout: { options: { format: 'json' } } };

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
