import { describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import type { LiveEvents } from '../support/admin-client.ts';
import { numbered } from '../support/numbered.ts';
import { countTakenBy, order, recordingSinkFiles } from '../support/recording-sink.ts';
import { laneOf } from '../support/said.ts';
import { until } from '../support/until.ts';
import { asked } from './asked.ts';

const stdout = { stdout: { options: { format: 'json' } } };
const logsOnly = { collect: { stats: { enabled: false } } };

/** Waits until a stream has brought so much. */
function brought(live: LiveEvents, isThere: () => boolean, what: string): Promise<boolean> {
  const state = () => JSON.stringify(live.events.slice(-5));
  return until(isThere, what, { state });
}

/** Goes through a stream beside the lines that were printed: each comes in its turn, after those that are told to lack. */
function missingFrom(lines: readonly string[], { events }: LiveEvents) {
  let [next, told] = [0, 0];
  const outOfPlace: unknown[] = [];
  for (const { event, data } of events) {
    if (typeof data !== 'object' || data === null) continue;
    if (event === 'dropped' && 'count' in data) {
      told += Number(data.count);
      next += Number(data.count);
    } else if ('message' in data && next < lines.length) {
      if (data.message !== lines[next]) outOfPlace.push(data.message);
      next++;
    }
  }
  return { outOfPlace: outOfPlace.slice(0, 5), told };
}

describe('the live stream', () => {
  test('has a state at once, and again and again', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine);
    await using _agent = agent;

    using live = await admin.stream('state=250ms');
    await brought(live, () => live.states.length === 1, 'the first state');
    engine.container({ name: 'later' }).start();
    await brought(
      live,
      () => live.states.at(-1)?.containers[0]?.name === 'later',
      'a state with the new container',
    );

    expect(live.states[0]?.containers).toEqual([]);
    expect(live.records).toEqual([]);
  });

  test('has records as the sinks get them, of the kinds that are asked for', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      config: { collect: { stats: { interval: '100ms' } } },
    });
    await using _agent = agent;
    using all = await admin.stream('state=off&records=logs,stats,events');
    using events = await admin.stream('state=off&records=events');
    const web = engine.container({ name: 'web' }).start();
    web
      .print('stdout', 'plain\n')
      .print('stderr', 'with "quotes", \u001b[31mcolour\u001b[0m and ✓\n');

    await brought(
      all,
      () => new Set(all.records.map(({ kind }) => kind)).size === 3 && all.messages.length === 2,
      'all kinds',
    );
    web.exit(0);
    await brought(
      events,
      () => events.records.some((record) => record.kind === 'event' && record.action === 'die'),
      'the end',
    );
    const shown = [...all.records];
    const delivered = () => new Map(agent.records.map((record) => [record.id, record]));
    await agent.until(() => shown.every(({ id }) => delivered().has(id)), 'the sink has them');
    await agent.until(() => agent.actionsOf(web.id).includes('die'), 'the sink has the end');

    expect(shown).toEqual(shown.map(({ id }) => delivered().get(id)));
    expect(all.states).toEqual([]);
    expect(events.records).toEqual(agent.events);
  });

  test('narrows by container, sink, output and text', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      files: recordingSinkFiles,
      config: {
        ...logsOnly,
        sinks: {
          ...stdout,
          shop: { type: 'recording', match: { include: [{ compose: 'shop' }] } },
        },
      },
    });
    await using _agent = agent;
    const queries = [
      'name=web-*&name=api',
      'image=redis',
      'label=team=blue',
      'compose=shop',
      'sink=shop',
      'stream=stderr&stream=console',
      'contains=needle',
      'name=web-*&stream=stderr',
    ];
    const lives = await Promise.all(
      queries.map((query) => admin.stream(`state=off&records=logs&${query}`)),
    );
    const shop = { 'com.docker.compose.project': 'shop' };
    const containers = [
      engine.container({ name: 'web-1', image: 'nginx:1.27', labels: shop }),
      engine.container({
        name: 'api',
        image: 'docker.io/library/redis:7',
        labels: { team: 'blue' },
      }),
      engine.container({ name: 'tty', image: 'nginx:1.27', tty: true }),
    ];

    for (const container of containers) {
      container.start().print('stdout', `${container.name} out\n`);
      if (container.name !== 'tty') container.print('stderr', `${container.name} err needle\n`);
    }
    await agent.until(() => agent.logs.length === 5, 'the sink has all lines');
    await Promise.all(
      lives.map((live) => brought(live, () => live.messages.length > 0, 'its lines')),
    );

    const web = ['web-1 out', 'web-1 err needle'];
    const api = ['api out', 'api err needle'];
    const wanted = [
      [...web, ...api],
      api,
      api,
      web,
      web,
      ['web-1 err needle', 'api err needle', 'tty out'],
      ['web-1 err needle', 'api err needle'],
      ['web-1 err needle'],
    ];
    for (const [index, live] of lives.entries())
      await brought(
        live,
        () => live.messages.length === wanted[index]?.length,
        queries[index] ?? '',
      );
    expect(lives.map(({ messages }) => messages.toSorted())).toEqual(
      wanted.map((lines) => lines.toSorted()),
    );
    for (const live of lives) live[Symbol.dispose]();
  });

  test('shows what a sink that fails holds, as it comes', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, {
      files: recordingSinkFiles,
      config: { ...logsOnly, sinks: { recording: {} } },
    });
    await using _agent = agent;
    order(agent.folder, 'recording', 'refuse');
    using live = await admin.stream('state=off&records=logs');

    engine.container({ name: 'web' }).start().print('stdout', 'held\n');
    await brought(live, () => live.messages.includes('held'), 'the line');

    expect(countTakenBy(agent.folder, 'recording')).toBe(0);
  });

  test('leaves out what a slow client does not take, tells it how much, and no sink lacks anything', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, { config: logsOnly });
    await using _agent = agent;
    const lines = numbered('line', 60_000);
    using live = await admin.stream('state=off&records=logs', 'stalled');

    engine
      .container({ name: 'web' })
      .start()
      .print('stdout', lines.map((line) => `${line}\n`).join(''));
    await agent.until(() => agent.logs.length === lines.length, 'the sink has all lines');
    const dropped = (await admin.metric('tallyman_stream_dropped_records_total')) ?? 0;
    live.read();
    await brought(live, () => live.messages.length + live.dropped === lines.length, 'all is told');
    engine.container({ name: 'later' }).start().print('stdout', 'goes on\n');
    await brought(live, () => live.messages.includes('goes on'), 'it goes on');
    const { account } = await agent.stop();

    expect(dropped).toBeGreaterThan(0);
    expect(live.dropped).toBe(dropped);
    expect(missingFrom(lines, live)).toEqual({ outOfPlace: [], told: dropped });
    expect(agent.logs.slice(0, lines.length).map(({ message }) => message)).toEqual(lines);
    expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
  });

  test('has eight clients; a ninth has to wait for another to go', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine);
    await using _agent = agent;
    const lives = await Promise.all(Array.from({ length: 8 }, () => admin.stream('state=60s')));

    const ninth = await admin.get('/api/stream');
    const clients = await admin.metric('tallyman_stream_clients');
    lives[3]?.[Symbol.dispose]();
    await until(
      async () => (await admin.metric('tallyman_stream_clients')) === 7,
      'one is known to have gone',
    );
    using another = await admin.stream('state=60s');
    await brought(another, () => another.states.length === 1, 'a state');

    expect(ninth).toMatchObject({
      status: 503,
      json: { error: expect.stringContaining('8 streams'), help: expect.any(String) },
    });
    expect(clients).toBe(8);
    for (const live of lives) live[Symbol.dispose]();
  });

  test('ends with the agent, which does not wait for a client that takes nothing', async () => {
    await using engine = await new EmbeddedEngine().start();
    const { agent, admin } = await asked(engine, { config: logsOnly });
    await using _agent = agent;
    using live = await admin.stream('records=logs');
    using _stalled = await admin.stream('records=logs', 'stalled');
    const web = engine.container({ name: 'web' }).start();
    web.print(
      'stdout',
      numbered('line', 60_000)
        .map((line) => `${line}\n`)
        .join(''),
    );
    await agent.until(() => agent.logs.length === 60_000, 'the sink has all lines');

    const { exitCode, account } = await agent.stop();
    await brought(live, () => live.hasEnded, 'the stream ends');

    expect(exitCode).toBe(0);
    expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
  });
});
