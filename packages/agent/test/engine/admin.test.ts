import { expect, test } from '@jest/globals';
import { describeEngine } from '@tallyman/testkit/docker';
import { AdminClient, anyPort } from '../support/admin-client.ts';
import { agentFor } from '../support/collected.ts';
import { idle, print } from '../support/numbered.ts';
import { laneOf } from '../support/said.ts';
import { until } from '../support/until.ts';

describeEngine('the admin endpoint beside a real engine', (client) => {
  test('shows a container, its figures and its lines, as the sink gets them', async () => {
    await using agent = await agentFor(client(), 'shown-*', {
      config: { admin: anyPort, collect: { stats: { interval: '1s' } } },
    });
    await agent.ready();
    const admin = await AdminClient.of(agent);
    using live = await admin.stream('state=off&records=logs,events&contains=line');
    const id = await client().run({ name: 'shown-1', command: idle });
    const lines = await print(client(), id, 'line', 50);

    const state = await admin.untilState(
      ({ containers }) =>
        containers.some((each) => each.id === id && each.log?.lines === 50 && each.stat?.pids),
      'its lines and its sample are there',
    );
    await until(() => live.messages.length === 50, 'the lines are shown');
    const metric = await admin.metric('tallyman_log_lines_total');
    await client().remove(id);
    await admin.untilState(
      ({ containers }) => containers.every((each) => each.id !== id),
      'it is gone',
    );
    const { exitCode, account } = await agent.stop();

    expect(state.engine.isConnected).toBe(true);
    expect(state.containers.find((each) => each.id === id)).toMatchObject({
      name: client().nameOf('shown-1'),
      status: 'running',
      sinks: { log: ['stdout'], stat: ['stdout'], event: ['stdout'] },
      log: { reader: expect.stringMatching(/^(engine|file)$/), stderrLines: 0 },
      stat: { memoryBytes: expect.any(Number), rxBytes: expect.any(Number) },
    });
    expect(live.messages).toEqual(lines);
    expect(live.records.some(({ kind }) => kind === 'event')).toBe(true);
    expect(metric).toBe(50);
    expect(exitCode).toBe(0);
    expect(laneOf(account)).toMatchObject({ dropped: {}, held: 0 });
  });
});
