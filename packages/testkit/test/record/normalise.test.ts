import { describe, expect, test } from '@jest/globals';
import { normalised, type Recording } from '../../src/record/index.ts';

function recording(request: string, body: string, name = 'logs-any'): Recording {
  return {
    name,
    engine: { version: '28.5.2', apiVersion: '1.51' },
    commands: [],
    request,
    status: 200,
    headers: { Date: 'today', Server: 'Docker/28.5.2+x (linux)' },
    sha256: '',
    chunks: [Buffer.from(body, 'latin1').toString('base64')],
  };
}

function frame(stream: number, payload: string): string {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, payload.length]);
  return header.toString('latin1') + payload;
}

const logOf = (body: string) => normalised(recording('/containers/x/logs?stdout=1', body));
const statOf = (body: unknown) =>
  normalised(recording('/containers/x/stats', JSON.stringify(body)));
const [early, late] = ['2026-01-01T00:00:00.000000001Z', '2026-01-01T00:00:00.000000002Z'];

describe('a normalised recording', () => {
  test('forgets when, and remembers which pieces share a time', () => {
    const once = logOf(frame(1, `${early} a`) + frame(1, `${early} b\n`));

    expect(once).toEqual(logOf(frame(1, `${late} a`) + frame(1, `${late} b\n`)));
    expect(once).not.toEqual(logOf(frame(1, `${early} a`) + frame(1, `${late} b\n`)));
  });

  test('sees one byte more, one frame less, another output', () => {
    const log = frame(1, `${early} a\n`) + frame(2, `${early} b\n`);

    for (const other of [
      frame(1, `${early} a\n`) + frame(2, `${early} b\r\n`),
      frame(1, `${early} a\n`),
      frame(2, `${early} a\n`) + frame(1, `${early} b\n`),
      frame(2, `${early} b\n`) + frame(1, `${early} a\n`),
    ])
      expect(logOf(other)).not.toEqual(logOf(log));
  });

  test('refuses a frame that is cut off', () => {
    expect(() => logOf(frame(1, 'long enough').slice(0, -1))).toThrow('cut off');
  });

  test('a counter is a number, whatever its value; a missing one is missing', () => {
    expect(statOf({ used: 1, read: early })).toEqual(statOf({ used: 2, read: late }));
    expect(statOf({ used: 1 })).not.toEqual(statOf({}));
    expect(statOf({ limits: null })).not.toEqual(statOf({ limits: [] }));
  });

  test('the zero time is no time', () => {
    expect(statOf({ read: '0001-01-01T00:00:00Z' })).not.toEqual(statOf({ read: early }));
  });

  test('stop and die side by side may change places, other events not', () => {
    const eventsOf = (actions: string) => {
      const lines = actions.split(' ').map((Action) => JSON.stringify({ Action }));
      return normalised(recording('/events', lines.join('\n')));
    };

    expect(eventsOf('kill stop die start')).toEqual(eventsOf('kill die stop start'));
    expect(eventsOf('kill die')).not.toEqual(eventsOf('die kill'));
  });

  test('headers stay, without the date and the patch of the version', () => {
    expect(logOf('')).toMatchObject({ headers: { Server: 'Docker/28.5 (linux)' } });
    expect(JSON.stringify(logOf(''))).not.toContain('today');
  });
});
