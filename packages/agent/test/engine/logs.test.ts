import { expect, test } from '@jest/globals';
import { describeEngine, testImage } from '@tallyman/testkit/docker';
import { agentFor } from '../support/collected.ts';
import { engineLines, nineDigits } from '../support/engine-log.ts';
import { laneOf } from '../support/said.ts';

const both = (lines: number) =>
  `i=0; while [ $i -lt ${lines} ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; sleep 600`;

describeEngine('logs of a real engine', (client) => {
  test('three containers: every line, both streams apart and in order, at the engine’s times', async () => {
    await using agent = await (await agentFor(client(), 'three-*')).ready();
    const ids = await Promise.all(
      ['a', 'b', 'c'].map((name) => client().run({ name: `three-${name}`, command: both(300) })),
    );

    await agent.until(() => agent.logs.length >= 1_800, 'all lines have arrived');
    const { exitCode, account } = await agent.stop();

    for (const id of ids) {
      const printed = await engineLines(client(), id);
      for (const stream of ['stdout', 'stderr'] as const)
        expect(agent.logsOf(id, stream).map(({ time, message }) => [time, message])).toEqual(
          printed.filter((line) => line.stream === stream).map(({ time, text }) => [time, text]),
        );
      expect(agent.messagesOf(id, 'stderr').at(-1)).toBe('err 299');
    }
    const recordIds = agent.records.map(({ id }) => id);
    expect(new Set(recordIds).size).toBe(recordIds.length);
    expect(exitCode).toBe(0);
    expect(laneOf(account)).toMatchObject({ delivered: agent.records.length, held: 0 });
  });

  test('a line printed before the agent attached arrives with the documented JSON', async () => {
    await using agent = await (
      await agentFor(client(), 'json-*', {
        config: { fields: { cluster: 'quay' }, collect: { labels: ['team'] } },
      })
    ).ready();
    const labels = {
      team: 'blue',
      other: 'not asked for',
      'com.docker.compose.project': 'shop',
      'com.docker.compose.service': 'web',
      'com.docker.compose.container-number': '2',
    };
    const id = await client().run({ name: 'json-web', command: 'echo "first \\"ü\\""', labels });

    const log = await agent.until(() => agent.logsOf(id).at(0), 'the line has arrived');
    await agent.until(() => agent.actionsOf(id).includes('die'), 'its end is told');
    await agent.stop();

    const { imageId, createdAt } = await client().inspect(id);
    const { Name: host } = Object(await client().json('GET', '/info'));
    const time = (await engineLines(client(), id)).at(0)?.time ?? '';
    const short = id.slice(0, 12);
    const container = {
      id,
      name: client().nameOf('json-web'),
      image: testImage,
      imageId,
      labels: { team: 'blue' },
      createdAt: nineDigits(createdAt),
      compose: { project: 'shop', service: 'web', number: 2 },
    };
    expect(log).toEqual({
      kind: 'log',
      id: `${short}:o:${nanosOf(time)}:0`,
      time,
      host,
      container,
      fields: { cluster: 'quay' },
      stream: 'stdout',
      message: 'first "ü"',
    });
    const die = agent.events.find(({ action }) => action === 'die');
    expect(die).toEqual({
      kind: 'event',
      id: expect.stringMatching(`^${short}:v:[0-9]{19}:die:0$`),
      time: expect.stringMatching(/^20..-..-..T..:..:..\.[0-9]{9}Z$/),
      host,
      container,
      fields: { cluster: 'quay' },
      action: 'die',
      exitCode: 0,
      attributes: expect.objectContaining({ exitCode: '0', image: testImage }),
    });
    expect(Object.keys(die?.attributes ?? {})).not.toContain('team');
  });

  test('a container that is not selected leaves no trace', async () => {
    await using agent = await (await agentFor(client(), 'chosen-*')).ready();
    await client().run({ name: 'other-1', command: 'echo unwanted' });
    const id = await client().run({ name: 'chosen-1', command: 'echo wanted' });

    await agent.until(() => agent.actionsOf(id).includes('die'), 'the chosen one’s end is told');
    await agent.until(() => agent.logs.length > 0, 'its line has arrived');
    await agent.stop();

    expect(new Set(agent.records.map(({ container }) => container?.id))).toEqual(new Set([id]));
  });
});

function nanosOf(time: string): string {
  return `${Date.parse(`${time.slice(0, 19)}Z`) / 1_000}${time.slice(20, 29)}`;
}
