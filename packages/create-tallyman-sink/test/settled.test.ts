import { describe, expect, test } from '@jest/globals';
import { settled } from '../src/settled.ts';

describe('what was said', () => {
  test('needs to be no more than the name', () => {
    expect(settled({ name: 'kafka' })).toEqual({
      packageName: 'tallyman-sink-kafka',
      type: 'kafka',
      directory: 'tallyman-sink-kafka',
      kinds: ['log', 'stat', 'event'],
      token: 'optional',
      destination: 'http',
      language: 'javascript',
    });
  });

  test('counts before the defaults, in any case and shortened where that is clear', () => {
    const said = {
      name: 'kafka',
      directory: 'here',
      kinds: 'Events, log',
      token: 'REQ',
      destination: 't',
      language: 'typescript',
    };

    expect(settled(said)).toMatchObject({
      directory: 'here',
      kinds: ['log', 'event'],
      token: 'required',
      destination: 'tcp',
      language: 'typescript',
    });
  });

  test.each([
    [{}, 'the name is missing; write it behind the command: npm create tallyman-sink kafka'],
    [{ name: 'kafka', kinds: 'logs,traces' }, 'kinds cannot be "logs,traces"; write logs, stats'],
    [{ name: 'kafka', kinds: ' ' }, 'kinds cannot be " "; write logs, stats'],
    [
      { name: 'kafka', token: 'maybe' },
      'the token cannot be "maybe"; write one of required, optional, none',
    ],
    [{ name: 'kafka', destination: '' }, 'the destination cannot be ""; write one of http, tcp'],
  ])('is refused where it cannot be: %j', (said, message) => {
    expect(() => settled(said)).toThrow(message);
  });
});
