import { describe, expect, test } from '@jest/globals';
import { earlier } from '../../../src/decode/timestamp.ts';
import { until, untilOn } from '../../until.ts';
import { AttachUnderTest, ScriptedLog } from './under-test.ts';

describe('a container that is removed when it stops', () => {
  test('is read whole, to its unterminated end, where it was attached to before it started', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const log = new ScriptedLog();
    const reader = await under.readerOf('job', log);

    const ended = reader.run(under.signal);
    await under.attachedTo(job);
    job.start().print('stdout', 'out\nlast').print('stderr', 'err\n').exit(0);

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['out', 'err', 'last']);
    expect(log.isAskedFor).toBe(false);
    expect(reader.hasConnected).toBe(true);
  });

  test('is read from the engine’s log where it was faster, and nothing comes twice', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const log = new ScriptedLog();
    const reader = await under.readerOf('job', log);

    job.start().print('stdout', 'early\n');
    const ended = reader.run(under.signal);
    await until(() => log.isAskedFor);
    log.hasRead = true;
    job.print('stdout', 'later\n');
    await until(() => job.attachments.count === 0);
    log.ends('gone');

    expect(await ended).toBe('gone');
    expect(log.since).toBeUndefined();
    expect(under.lines).toEqual([]);
  });

  test('is read from what was received where the engine’s log was gone before it could be opened', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const log = new ScriptedLog().ends('gone');
    const reader = await under.readerOf('job', log);

    job.start().print('stdout', 'early\n');
    const ended = reader.run(under.signal);
    await under.read('early');
    job.print('stdout', 'later\n').exit(0);

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['early', 'later']);
    expect(reader.hasConnected).toBe(true);
  });

  test('is read from what was received where the log was opened and gave nothing, as 20.10 does', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const log = new ScriptedLog();
    const reader = await under.readerOf('job', log);

    job.start().print('stdout', 'early\n');
    const ended = reader.run(under.signal);
    await until(() => log.isAskedFor);
    log.hasConnected = true;
    job.exit(0);
    log.ends('gone');

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['early']);
  });

  test('is read from what was received where it was gone before anything could be asked', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const log = new ScriptedLog().ends('gone');
    const reader = await under.readerOf('job', log);

    job.start().print('stdout', 'early\n');
    const ended = reader.run(under.signal);
    await until(() => job.attachments.count === 2);
    job.exit(0);

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['early']);
  });

  test('that was attached to at its announcement is read from there, running or gone', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const announced = under.announced(job);
    await until(() => job.attachments.count === 1);
    job.start().print('stdout', 'early\n');
    const log = new ScriptedLog().ends('gone');
    const reader = await under.readerOf('job', log, { announced });
    job.exit(0);

    expect(await reader.run(under.signal)).toBe('gone');
    expect(under.lines).toEqual(['early']);
    expect(under.asks('/attach')).toBe(1);
  });

  test('that was attached to at its announcement lets that go where it was attached to in time', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const announced = under.announced(job);
    const reader = await under.readerOf('job', new ScriptedLog(), { announced });

    const ended = reader.run(under.signal);
    await until(() => under.asks('/attach') === 2);
    await under.attachedTo(job);
    job.start().print('stdout', 'once\n').exit(0);

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['once']);
  });

  test('holds no more than it may while the log is opened', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const log = new ScriptedLog();
    const reader = await under.readerOf('job', log, { holdBytes: 10_000 });

    job.start().print('stdout', 'early\n');
    const ended = reader.run(under.signal);
    await until(() => log.isAskedFor);
    job.print('stdout', `${'x'.repeat(20_000)}\n`);
    await until(() => job.attachments.count === 0);
    log.ends('gone');

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual([]);
  });

  test('is read from the engine’s log where it cannot be attached to', async () => {
    await using under = await AttachUnderTest.started();
    under.container({ name: 'job', autoRemove: true });
    under.engine.fault('attach', { status: 500, message: 'oops', times: 2 });
    const log = new ScriptedLog().ends('stopped');
    const reader = await under.readerOf('job', log);

    expect(await reader.run(under.signal)).toBe('stopped');
    expect(log.isAskedFor).toBe(true);
  });

  test('is read on from the engine’s log where the connection is cut, and the gap is told', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const log = new ScriptedLog().ends('gone');
    const reader = await under.readerOf('job', log);

    const ended = reader.run(under.signal);
    await under.attachedTo(job);
    job.start().print('stdout', 'before\nbegun');
    await under.read('before');
    under.engine.cutConnections();
    await untilOn(under.clock, () => log.isAskedFor);

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['before']);
    // When the line was received that had begun.
    expect(log.since).toBe(earlier(under.records[0]?.time ?? '', -1e-6));
    expect(under.gaps).toEqual([expect.stringMatching(/was cut: lines about that moment may be/)]);
  });

  test('is read on from the engine’s log where it runs a second time', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job' });
    const log = new ScriptedLog().ends('gone');
    const reader = await under.readerOf('job', log);

    const first = reader.run(under.signal);
    await under.attachedTo(job);
    job.start().print('stdout', 'first run\n').exit(0);
    expect(await first).toBe('stopped');
    const { readUpTo } = reader;
    job.start();

    expect(await reader.run(under.signal)).toBe('gone');
    expect(readUpTo).toMatch(/^2025-01-01T00:00:01/);
    expect(log.since).toBe(readUpTo);
    expect(under.gaps).toEqual([]);
  });

  test('that is removed before it ever ran keeps no connection', async () => {
    await using under = await AttachUnderTest.started();
    const job = under.container({ name: 'job', autoRemove: true });
    const reader = await under.readerOf('job', new ScriptedLog());

    const ended = reader.run(under.signal);
    await under.attachedTo(job);
    job.remove();
    reader.gone();
    await untilOn(under.clock, () => job.attachments.count === 0);

    expect(await ended).toBe('gone');
  });
});

describe('a container whose log cannot be read', () => {
  test('is attached to for all its life: also what its next run prints is read', async () => {
    await using under = await AttachUnderTest.started();
    const mute = under.container({ name: 'mute', driver: 'none' });
    const reader = await under.readerOf('mute');

    const ended = reader.run(under.signal);
    await under.attachedTo(mute);
    mute.start().print('stdout', 'first run\nno end').exit(0);
    await under.attachedTo(mute);
    mute.start().print('stdout', 'second run\n');
    await under.read('first run', 'no end', 'second run');
    mute.remove();

    expect(await ended).toBe('gone');
    expect(under.gaps).toEqual([]);
  });

  test('that ran before the agent is read from now on, without a word', async () => {
    await using under = await AttachUnderTest.started();
    const mute = under.container({ name: 'mute', driver: 'none' }).start();
    mute.print('stdout', 'before\n');
    const reader = await under.readerOf('mute', undefined, { bornAt: '2025-01-01T00:00:02Z' });

    const ended = reader.run(under.signal);
    await until(() => mute.attachments.count === 1);
    mute.print('stdout', 'after\n').remove();

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['after']);
    expect(under.gaps).toEqual([]);
  });

  test('that started before it could be attached to has a gap', async () => {
    await using under = await AttachUnderTest.started();
    const mute = under.container({ name: 'mute', driver: 'none' });
    const reader = await under.readerOf('mute');

    mute.start().print('stdout', 'lost\n');
    const ended = reader.run(under.signal);
    await until(() => under.gaps.length > 0);
    mute.print('stdout', 'read\n').remove();

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['read']);
    expect(under.gaps).toEqual([
      'what the container printed before it was attached to may be lost',
    ]);
  });

  test('is attached to again where the connection is cut, with a gap, and a line that had begun', async () => {
    await using under = await AttachUnderTest.started();
    const mute = under.container({ name: 'mute', driver: 'none' });
    const reader = await under.readerOf('mute');

    const ended = reader.run(under.signal);
    await under.attachedTo(mute);
    mute.start().print('stdout', 'one\nbegun');
    await under.read('one');
    under.engine.cutConnections();
    await untilOn(under.clock, () => under.gaps.length > 0);
    mute.print('stdout', 'two\n').remove();

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['one', 'begun', 'two']);
  });

  test('is asked for again while it waits for its restart', async () => {
    await using under = await AttachUnderTest.started();
    const mute = under.container({ name: 'mute', driver: 'none', restart: 'always' }).start();
    const reader = await under.readerOf('mute');
    mute.exit(1);

    const ended = reader.run(under.signal);
    await untilOn(under.clock, () => under.asks('/attach') === 2);
    mute.start();
    await untilOn(under.clock, () => mute.attachments.count === 1);
    mute.print('stdout', 'back\n').remove();

    expect(await ended).toBe('gone');
    expect(under.lines).toEqual(['back']);
  });

  test('never waits for whom it is read for, however much it prints', async () => {
    await using under = await AttachUnderTest.started();
    const mute = under.container({ name: 'mute', driver: 'none' });
    const reader = await under.readerOf('mute', undefined, { take: () => {} });

    const ended = reader.run(under.signal);
    await under.attachedTo(mute);
    mute.start();
    for (let printed = 0; printed < 50; printed++) {
      mute.print('stdout', `${'x'.repeat(1_023)}\n`.repeat(900));
      await until(() => !mute.attachments.isBlocked);
    }
    mute.remove();

    expect(await ended).toBe('gone');
  });

  test('is let go when the agent stops', async () => {
    await using under = await AttachUnderTest.started();
    const mute = under.container({ name: 'mute', driver: 'none' }).start();
    const reader = await under.readerOf('mute');

    const ended = reader.run(under.signal);
    await until(() => mute.attachments.count === 1);
    under.abort();

    await expect(ended).rejects.toThrow('stopping');
    await until(() => mute.attachments.count === 0);
  });
});
