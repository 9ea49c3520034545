import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { timeOfNanos } from '../../../src/decode/timestamp.ts';
import { ScriptedLane, type ScriptedLaneOptions } from '../../route/scripted-lane.ts';
import { until } from '../../until.ts';
import { numbered, text } from './lines.ts';
import { Reading } from './reading.ts';

/** The lane of the agent's next life: it remembers what the last one settled. */
function heirOf(lane: ScriptedLane, options: ScriptedLaneOptions = {}): ScriptedLane {
  const { bornAt } = lane.positions;
  return new ScriptedLane(lane.name, { bornAt, marks: lane.positions.marks(), ...options });
}

const longAgo = '1970-01-01T00:00:00.000000000Z';

describe('an agent that was away', () => {
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    engine = await new EmbeddedEngine().start();
  });
  afterEach(() => engine.close());

  test('reads what was printed meanwhile, by containers that run and by those that stopped, once', async () => {
    const first = new ScriptedLane('all', { bornAt: longAgo });
    const [web, job] = [engine.container({ name: 'web' }), engine.container({ name: 'job' })];
    web.start().print('stdout', text(numbered(0, 10)));
    job.start().print('stdout', 'job 0\n');
    {
      await using _reading = await Reading.of(engine, [first]);
      await until(() => first.lines.length === 11);
    }

    web.print('stdout', text(numbered(10, 3_000)));
    job.print('stdout', 'job 1\n').print('stderr', 'job 2').exit(3);
    const late = engine.container({ name: 'late' }).start().print('stdout', 'late\n').exit(0);
    const second = heirOf(first);
    await using _reading = await Reading.of(engine, [second]);
    await until(() => second.lines.length === 2_993);
    web.print('stdout', 'end\n');
    await until(() => second.lines.includes('end'));

    expect(second.lines.filter((line) => line.startsWith('line'))).toEqual(numbered(10, 3_000));
    expect(second.lines.filter((line) => !line.startsWith('line')).toSorted()).toEqual([
      'end',
      'job 1',
      'job 2',
      'late',
    ]);
    expect(late.id).toBeDefined();
  });

  test('does not read again what it has read to the end', async () => {
    const first = new ScriptedLane('all', { bornAt: longAgo });
    const job = engine.container({ name: 'job' }).start().print('stdout', 'one\n').exit(0);
    {
      await using _reading = await Reading.of(engine, [first]);
      await until(() => first.positions.get(job.id)?.ended !== undefined);
    }

    const asked = engine.requests.filter((each) => each.includes('/logs')).length;
    const second = heirOf(first);
    await using _reading = await Reading.of(engine, [second]);
    engine.container({ name: 'web' }).start().print('stdout', 'two\n');
    await until(() => second.lines.length === 1);

    expect(second.lines).toEqual(['two']);
    expect(engine.requests.filter((each) => each.includes(`${job.id}/logs`))).toHaveLength(asked);
  });

  test('goes on where each lane was, though one was dead all the time: that one reads for itself', async () => {
    const [dead, quick] = [
      new ScriptedLane('dead', { bornAt: longAgo, free: 1 }),
      new ScriptedLane('quick', { bornAt: longAgo }),
    ];
    const web = engine
      .container({ name: 'web' })
      .start()
      .print('stdout', text(numbered(0, 1)));
    {
      await using _reading = await Reading.of(engine, [dead, quick]);
      await until(() => dead.lines.length === 1);
      web.print('stdout', text(numbered(1, 2_500)));
      await until(() => quick.lines.length === 2_500);
    }

    const [stillDead, stillQuick] = [heirOf(dead, { free: 0 }), heirOf(quick)];
    await using _reading = await Reading.of(engine, [stillDead, stillQuick]);
    web.print('stdout', text(numbered(2_500, 2_510)));
    await until(() => stillQuick.lines.length === 10);
    stillDead.frees(1_000_000);
    await until(() => stillDead.lines.length === 2_509);

    expect(stillQuick.lines).toEqual(numbered(2_500, 2_510));
    expect(stillQuick.history).toBe(0);
    expect(stillDead.lines).toEqual(numbered(1, 2_510));
  });

  test('says of which containers that are gone it has not seen the end', async () => {
    const first = new ScriptedLane('all', { bornAt: longAgo });
    const [web, job] = [engine.container({ name: 'web' }), engine.container({ name: 'job' })];
    web.start().print('stdout', 'one\n');
    job.start().print('stdout', 'two\n').exit(0);
    {
      await using _reading = await Reading.of(engine, [first]);
      await until(() => first.lines.length === 2);
      await until(() => first.positions.get(job.id)?.ended !== undefined);
    }

    web.print('stdout', 'lost\n').exit(0).remove();
    job.remove();
    const second = heirOf(first);
    await using reading = await Reading.of(engine, [second]);
    await until(() => reading.counters.snapshot().log_unread_containers > 0);

    expect(reading.said.filter(({ level }) => level === 'warn')).toEqual([
      expect.objectContaining({
        message: 'A container was removed before its log was read to the end.',
        fields: expect.objectContaining({
          container: 'web',
          readUpTo: expect.stringMatching(/^20\d\d-/),
        }),
      }),
    ]);
    expect(second.positions.marks()).toEqual([]);
  });

  test('gives a lane that is new only what is printed from its birth on', async () => {
    const old = new ScriptedLane('old', { bornAt: longAgo });
    const web = engine
      .container({ name: 'web' })
      .start()
      .print('stdout', text(numbered(0, 5)));
    {
      await using _reading = await Reading.of(engine, [old]);
      await until(() => old.lines.length === 5);
    }

    web.print('stdout', text(numbered(5, 10)));
    const bornAt = timeOfNanos((web.log.readable().at(-1)?.timeNanos ?? 0n) + 1n);
    web.print('stdout', text(numbered(10, 12)));
    const lanes = [heirOf(old), new ScriptedLane('new', { bornAt })];
    await using _reading = await Reading.of(engine, lanes, { logs: { startAt: 'now' } });
    web.print('stdout', 'end\n');
    await until(() => lanes.every((lane) => lane.lines.includes('end')));

    expect(lanes.map((lane) => lane.lines)).toEqual([
      [...numbered(5, 12), 'end'],
      [...numbered(10, 12), 'end'],
    ]);
  });
});
