import { describe, expect, test } from '@jest/globals';
import { eventFrom, eventRecord, identityFromEvent, labelsAmong } from '../../src/decode/event.ts';
import { engines, recordedText } from './recorded.ts';

const origin = {
  host: 'quay',
  container: { id: 'f'.repeat(64), name: 'web', image: 'nginx' },
  fields: { cluster: 'c1' },
};

async function eventsIn(name: string) {
  const lines = (await recordedText(name)).trim().split('\n');
  return lines.flatMap((line) => eventFrom(line) ?? []);
}

function lineWith(parts: Readonly<Record<string, unknown>>, attributes: object = {}): string {
  const actor = { ID: 'ab', Attributes: { name: 'web', image: 'nginx', ...attributes } };
  return JSON.stringify({ Type: 'container', Action: 'start', Actor: actor, time: 1, ...parts });
}

function recordOf(line: string, ordinal = 0) {
  const event = eventFrom(line);
  if (event === undefined) throw new Error('no event');
  return eventRecord(event, origin, ordinal);
}

describe('an event of the engine', () => {
  test('says the same in its older shape and in that of API 1.52', async () => {
    expect(await eventsIn('written/events-life-api-1.52')).toEqual(
      await eventsIn('docker-28.5/events-life'),
    );
  });

  test.each(engines)('%s: a life is read whole, and exactly to the nanosecond', async (engine) => {
    const events = await eventsIn(`${engine}/events-life`);
    const lines = (await recordedText(`${engine}/events-life`)).trim().split('\n');

    expect(events).toHaveLength(lines.length);
    for (const [index, { nanos }] of events.entries())
      expect(lines[index]).toContain(`"timeNano":${nanos}}`);
    expect(new Set(events.map(({ action }) => action))).toEqual(
      new Set(
        'create start pause unpause rename exec_create exec_start exec_die kill stop die restart destroy'.split(
          ' ',
        ),
      ),
    );
    expect(events.every(({ containerId }) => /^[0-9a-f]{64}$/.test(containerId))).toBe(true);
  });

  test.each(engines)('%s: details stand behind the action', async (engine) => {
    const life = await eventsIn(`${engine}/events-life`);
    const health = await eventsIn(`${engine}/events-health`);
    const ofAction = (events: typeof life, action: string) =>
      events
        .filter((event) => event.action === action)
        .map((event) => eventRecord(event, origin, 0));

    expect(ofAction(life, 'exec_create')[0]?.attributes).toMatchObject({ command: 'sh -c exit 7' });
    expect(ofAction(life, 'exec_die')[0]).toMatchObject({
      exitCode: 7,
      attributes: { exitCode: '7' },
    });
    expect(ofAction(health, 'health_status')[0]).toMatchObject({
      action: 'health_status',
      attributes: { health: 'healthy' },
    });
  });

  test('has an id from its time, action and ordinal', () => {
    const line = lineWith({}).replace('"time":1', '"time":1,"timeNano":1795303753360613767');

    expect(recordOf(line, 2)).toEqual({
      kind: 'event',
      id: 'ab:v:1795303753360613767:start:2',
      time: '2026-11-21T23:29:13.360613767Z',
      action: 'start',
      attributes: { name: 'web', image: 'nginx' },
      ...origin,
    });
  });

  test('has the second for a time where the engine says no more', () => {
    expect(recordOf(lineWith({ time: 1_795_303_753 })).time).toBe('2026-11-21T23:29:13.000000000Z');
  });

  test('a command may contain what parts it from its action', () => {
    const line = lineWith({ Action: 'exec_create: sh -c echo a: b: c' });

    expect(recordOf(line)).toMatchObject({
      action: 'exec_create',
      attributes: { command: 'sh -c echo a: b: c' },
    });
  });

  test('keeps the container’s labels out of its attributes', () => {
    const line = lineWith({ Action: 'die' }, { exitCode: '137', team: 'qa', 'org.x': 'y' });
    const event = eventFrom(line);

    expect(recordOf(line)).toMatchObject({ exitCode: 137 });
    expect(recordOf(line).attributes).toEqual({ exitCode: '137', name: 'web', image: 'nginx' });
    expect(labelsAmong(event?.attributes ?? {})).toEqual({ team: 'qa', 'org.x': 'y' });
  });

  test('has an exit code only where the engine says one', () => {
    expect(recordOf(lineWith({}))).not.toHaveProperty('exitCode');
    expect(recordOf(lineWith({}, { exitCode: 'x' }))).not.toHaveProperty('exitCode');
    expect(recordOf(lineWith({}, { exitCode: '0' })).exitCode).toBe(0);
  });

  test('tells who it is about, where nobody else can any more', () => {
    const event = eventFrom(lineWith({}));
    const nameless = eventFrom('{"status":"die","id":"0123456789abcdef","time":1}');

    expect(event && identityFromEvent(event)).toEqual({ id: 'ab', name: 'web', image: 'nginx' });
    expect(nameless && identityFromEvent(nameless)).toEqual({
      id: '0123456789abcdef',
      name: '0123456789ab',
      image: '',
    });
  });

  test.each([
    ['of a network', lineWith({ Type: 'network' })],
    ['without an action', lineWith({ Action: undefined })],
    ['without a container', '{"Type":"container","Action":"start"}'],
    ['that is no object', '[1]'],
  ])('%s is none', (_, line) => {
    expect(eventFrom(line)).toBeUndefined();
  });

  test('that is no JSON is an error', () => {
    expect(() => eventFrom('{"Type":')).toThrow(SyntaxError);
  });
});
