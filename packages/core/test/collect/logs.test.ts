import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { until } from '../until.ts';
import { Agent } from './agent.ts';

describe('the logs of containers', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('the first lines of a container created after the agent’s start are read, whatever start_at says', async () => {
    await using agent = await Agent.connectedTo(engine, { logs: { startAt: 'now' } });

    engine.container({ name: 'web' }).start().print('stdout', 'first\nsecond\n');
    await agent.reads('second');

    expect(agent.lines('web')).toEqual(['first', 'second']);
  });

  test('both outputs are read, in order, each with its own time', async () => {
    await using agent = await Agent.connectedTo(engine);
    const web = engine.container({ name: 'web', image: 'nginx:1' }).start();

    web.print('stdout', 'out\n', { atNanos: 1_763_752_215_334_836_550n });
    web.print('stderr', 'err\n', { atNanos: 1_763_752_215_334_836_551n });
    await agent.reads('err');

    const short = web.id.slice(0, 12);
    expect(agent.logs.map(({ id, stream, time }) => ({ id, stream, time }))).toEqual([
      {
        id: `${short}:o:1763752215334836550:0`,
        stream: 'stdout',
        time: '2025-11-21T19:10:15.334836550Z',
      },
      {
        id: `${short}:e:1763752215334836551:0`,
        stream: 'stderr',
        time: '2025-11-21T19:10:15.334836551Z',
      },
    ]);
  });

  test('a container that lives no time at all is read to its unfinished end', async () => {
    await using agent = await Agent.connectedTo(engine);

    engine.container({ name: 'brief' }).start().print('stdout', 'hello\nbye').exit(0);
    await agent.reads('bye');

    expect(agent.lines('brief')).toEqual(['hello', 'bye']);
  });

  test('what an old engine leaves out of a follow is read after the end, once', async () => {
    await using old = await new EmbeddedEngine({ apiVersion: '1.41' }).start();
    const web = old.container({ name: 'web' }).start().print('stdout', 'line\n');
    await using agent = await Agent.connectedTo(old);
    await agent.reads('line');

    web.print('stdout', 'unfinished').exit(1);
    await agent.reads('unfinished');
    web.start().print('stdout', 'next run\n');
    await agent.reads('next run');

    expect(agent.lines()).toEqual(['line', 'unfinished', 'next run']);
  });

  test('restarts repeat nothing and lose nothing', async () => {
    await using agent = await Agent.connectedTo(engine);
    const web = engine.container({ name: 'web' }).start();

    const wanted = Array.from({ length: 8 }, (_, run) => `run ${run}`);
    for (const line of wanted) web.print('stdout', `${line}\n`).restart();
    web.print('stdout', 'end\n');
    await agent.reads('end');

    expect(agent.lines()).toEqual([...wanted, 'end']);
  });

  test('a crash loop under a restart policy is read run by run', async () => {
    await using agent = await Agent.connectedTo(engine);
    const job = engine.container({ name: 'job', restart: 'always' }).start();

    for (const run of ['1', '2', '3']) {
      job.print('stderr', `crash ${run}\n`).exit(1);
      await agent.reads(`crash ${run}`);
      job.start();
    }
    job.print('stdout', 'well at last\n');
    await agent.reads('well at last');

    expect(agent.lines()).toEqual(['crash 1', 'crash 2', 'crash 3', 'well at last']);
  });

  test('lines printed after a rename carry the new name', async () => {
    await using agent = await Agent.connectedTo(engine);
    const web = engine.container({ name: 'web' }).start().print('stdout', 'before\n');
    await agent.reads('before');

    web.rename('shop');
    await until(() => agent.events.some(({ action }) => action === 'rename'));
    await until(() => engine.requests.filter((each) => each.includes(`${web.id}/json`)).length > 2);
    web.print('stdout', 'after\n');
    await agent.reads('after');

    expect(agent.logs.map(({ container, message }) => [container.name, message])).toEqual([
      ['web', 'before'],
      ['shop', 'after'],
    ]);
  });

  test('a container that was only created is not asked for its log', async () => {
    const waiting = engine.container({ name: 'waiting' });
    await using agent = await Agent.connectedTo(engine);

    engine.container({ name: 'other' }).start().print('stdout', 'other\n');
    await agent.reads('other');

    expect(engine.requests.filter((each) => each.includes(`${waiting.id}/logs`))).toEqual([]);
    waiting.start().print('stdout', 'started\n');
    await agent.reads('started');
  });

  test('a terminal’s lines have no carriage return and belong to the console', async () => {
    await using agent = await Agent.connectedTo(engine);

    const long = 'x'.repeat(40_000);
    const shell = engine.container({ name: 'shell', tty: true }).start();
    shell.print('stdout', `$ ls\n${long}\n\nend\n`);
    await agent.reads('end');

    expect(agent.lines()).toEqual(['$ ls', long, '', 'end']);
    expect(new Set(agent.logs.map(({ stream }) => stream))).toEqual(new Set(['console']));
  });

  test('a long line is one line, or cut where the limit is', async () => {
    await using agent = await Agent.connectedTo(engine, { logs: { maxLineBytes: 20_000 } });

    engine
      .container({ name: 'web' })
      .start()
      .print('stdout', `${'a'.repeat(18_000)}\n${'b'.repeat(70_000)}\nend\n`);
    await agent.reads('end');

    expect(agent.logs.map(({ message, truncated }) => [message.length, truncated])).toEqual([
      [18_000, undefined],
      [20_000, true],
      [3, undefined],
    ]);
  });

  test('a container removed before it could be read is counted and said', async () => {
    await using agent = await Agent.connectedTo(engine);

    engine.container({ name: 'gone', autoRemove: true }).start().print('stdout', 'lost\n').exit(0);
    await agent.says('A container was removed before its log was read to the end.');

    expect(agent.pipeline.counters().log_unread_containers).toBe(1);
    expect(agent.lines()).toEqual([]);
    expect(agent.events.map(({ action }) => action)).toEqual([
      'create',
      'start',
      'die',
      'destroy',
      'gap',
    ]);
  });

  test('a container that is being removed refuses its log and is counted as unread', async () => {
    const dying = engine.container({ name: 'dying' }).start().print('stdout', 'lost\n').exit(0);
    dying.beginRemoval();
    await using agent = await Agent.connectedTo(engine);

    await until(() => agent.pipeline.counters().log_unread_containers === 1);

    expect(agent.lines()).toEqual([]);
  });

  test('a log driver that cannot be read gets exactly one warning', async () => {
    await using agent = await Agent.connectedTo(engine);
    const mute = engine.container({ name: 'mute', driver: 'none' }).start();
    const warning = expect.stringContaining('The log driver of a container cannot be read');
    await until(() => agent.said.length > 1);

    for (let turn = 0; turn < 3; turn++) mute.restart();
    engine.container({ name: 'web' }).start().print('stdout', 'line\n');
    await agent.reads('line');

    expect(agent.said.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: warning,
        fields: { container: 'mute', id: mute.id.slice(0, 12), logDriver: 'none' },
      },
    ]);
    expect(engine.requests.filter((each) => each.includes(`${mute.id}/logs`))).toHaveLength(1);
  });
});
