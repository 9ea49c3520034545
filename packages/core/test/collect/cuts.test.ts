import { expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { until, untilOn } from '../until.ts';
import { Agent } from './agent.ts';

test('connections that are cut because they are quiet are opened again at once each time, and are no outage', async () => {
  const clock = new VirtualClock(Date.now());
  await using engine = await new EmbeddedEngine().start();
  const web = engine.container({ name: 'web' }).start().print('stdout', 'one\n');
  await using agent = await Agent.connectedTo(engine, { clock });
  await agent.reads('one');
  const asked = (path: string) => engine.requests.filter((each) => each.includes(path)).length;
  const opened = () => [asked('/events'), asked('follow=1')];

  for (let cut = 0; cut < 6; cut++) {
    const [events = 0, logs = 0] = opened();
    await clock.advance(30_000);
    engine.cutConnections();
    await untilOn(clock, () => asked('/events') > events && asked('follow=1') > logs);
  }
  web.print('stdout', 'two\n').exit(0);
  await agent.reads('two');
  await until(() => agent.events.some(({ action }) => action === 'die'));

  const delays = agent
    .sayings('The stream of events ended, opening it again.')
    .concat(agent.sayings('Reading a log again.'))
    .map(({ fields }) => fields.delayMs);
  expect(delays).toEqual(Array(12).fill(25));
  expect(agent.lines('web')).toEqual(['one', 'two']);
  expect(agent.sayings('Connected to the engine.')).toHaveLength(1);
  expect(agent.sayings('The engine does not answer, trying again.')).toEqual([]);
  expect(agent.pipeline.counters().engine_outages).toBe(0);
});
