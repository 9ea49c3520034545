import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { VirtualClock } from '@tallyman/testkit';
import { wishesFrom } from '../../src/admin/stream-query.ts';
import { type StreamResponse, Streams } from '../../src/admin/streams.ts';

class FakeResponse extends EventEmitter implements StreamResponse {
  readonly destroyed = false;
  writableEnded = false;
  readonly writableLength = 0;
  text = '';

  write(bytes: Buffer): void {
    this.text += bytes.toString();
  }

  end(): void {
    this.writableEnded = true;
  }

  get states(): number {
    return this.text.split('event: state').length - 1;
  }

  get heartbeats(): number {
    return this.text.split(/^: $/m).length - 1;
  }
}

function opened(query: string) {
  const clock = new VirtualClock();
  let taps = 0;
  const view = {
    state: () => ({ time: clock.now() }),
    tap: () => {
      taps++;
      return () => void taps--;
    },
  };
  const streams = new Streams(view, clock);
  const response = new FakeResponse();
  streams.open(response, wishesFrom(new URLSearchParams(query), []));
  return { clock, streams, response, taps: () => taps };
}

test('a state comes at once and after every interval, a sign of life every 15 s', async () => {
  const { clock, response } = opened('state=2s');
  expect(response.states).toBe(1);

  await clock.advance(14_999);
  expect([response.states, response.heartbeats]).toEqual([8, 0]);
  await clock.advance(15_001);

  expect([response.states, response.heartbeats]).toEqual([16, 2]);
});

test('without states there are signs of life all the same', async () => {
  const { clock, response } = opened('state=off&records=logs');

  await clock.advance(30_000);

  expect(response.text).toBe(': \n\n: \n\n');
});

test('of a client that has gone nothing is left: no tap, no timer', async () => {
  const { clock, streams, response, taps } = opened('records=logs');
  expect([taps(), streams.clients]).toEqual([1, 1]);

  response.emit('close');
  await clock.advance(60_000);

  expect([taps(), streams.clients]).toEqual([0, 0]);
  expect([response.states, response.heartbeats]).toEqual([1, 0]);
});

test('where only states are wanted, no record is looked at', () => {
  expect(opened('state=1s').taps()).toBe(0);
});

test('all end with the agent, and get nothing more', async () => {
  const { clock, streams, response, taps } = opened('records=logs');

  streams.close();
  const { text } = response;
  response.emit('drain');
  await clock.advance(60_000);

  expect(response.writableEnded).toBe(true);
  expect(response.text).toBe(text);
  expect([taps(), streams.clients]).toEqual([0, 0]);
});
