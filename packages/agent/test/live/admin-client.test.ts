import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Clock, messageOf, Secret, systemClock } from '@tallyman/sdk';
import { VirtualClock } from '@tallyman/testkit';
import { AdminClient } from '../../src/live/admin-client.ts';
import { AdminError } from '../../src/live/admin-error.ts';
import { stateFrom } from '../../src/live/answers.ts';
import { type Following, following } from '../../src/live/following.ts';
import { AdminEndpoint } from '../support/admin-endpoint.ts';
import { agentState } from '../support/sample-state.ts';
import { until } from '../support/until.ts';

const ending = new AbortController();
const { signal } = ending;

function clientOf(url: string, clock: Clock = systemClock): AdminClient {
  return new AdminClient({ url: new URL(url), source: '--admin' }, clock);
}

/** The error, with its help. */
async function failureOf(work: Promise<unknown>): Promise<{ message: string; help: string }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AdminError)) throw new Error(`no error of the agent: ${messageOf(error)}`);
  return { message: error.message, help: error.help.join('\n') };
}

describe('asking for the state', () => {
  test('gives it, and sends the token', async () => {
    await using endpoint = await new AdminEndpoint().start();
    const token = new Secret('sesame é');
    const client = new AdminClient(
      { url: new URL(endpoint.url), source: '--admin', token },
      systemClock,
    );

    const state = stateFrom(await client.state(signal));

    expect(state).toEqual(agentState());
    const [authorization = ''] = endpoint.authorizations;
    expect(Buffer.from(authorization, 'latin1').toString('utf8')).toBe('Bearer sesame é');
  });

  test('without a token sends none', async () => {
    await using endpoint = await new AdminEndpoint().start();

    await clientOf(endpoint.url).state(signal);

    expect(endpoint.authorizations).toEqual([undefined]);
  });

  test.each([401, 403, 421, 503])('%i says what the agent says, and its help', async (status) => {
    await using endpoint = await new AdminEndpoint().start();
    endpoint.refusal = { status, body: '{"error":"a token is needed","help":"send it"}' };

    const { message, help } = await failureOf(clientOf(endpoint.url).state(signal));

    expect(message).toContain(`${endpoint.url}: a token is needed (${status} `);
    expect(help).toBe('send it');
  });

  test.each([
    [{ status: 404, body: '<html>' }, /answered 404 Not Found/],
    [{ status: 301, body: '' }, /answered 301/],
    [{ status: 500, body: '{"error":7}' }, /answered 500/],
  ])('%j is not the answer of an agent', async (refusal, said) => {
    await using endpoint = await new AdminEndpoint().start();
    endpoint.refusal = refusal;

    const { message, help } = await failureOf(clientOf(endpoint.url).state(signal));

    expect(message).toMatch(said);
    expect(help).toContain('Is this the admin address');
  });

  test.each([
    ['no JSON', 'the state is not JSON'],
    ['{}', 'time is no string'],
    [JSON.stringify({ ...agentState(), lanes: [{}] }), 'lanes[0].sink is no string'],
    [JSON.stringify({ ...agentState(), containers: 7 }), 'containers is no list'],
  ])('%.20s is no state', (json, said) => {
    expect(() => stateFrom(json)).toThrow(said);
  });

  test('where nothing listens says what to do', async () => {
    const { message, help } = await failureOf(clientOf('http://127.0.0.1:1').state(signal));

    expect(message).toBe(
      'asking the agent at http://127.0.0.1:1: nothing listens there (connection refused)',
    );
    expect(help).toMatch(/Does the agent run.*admin\.listen.*--admin.*docker exec -it CONTAINER/s);
  });

  test('where there is no socket says so', async () => {
    const address = { url: new URL('http://localhost/'), socketPath: '/nowhere.sock', source: 'x' };

    const { message } = await failureOf(new AdminClient(address, systemClock).state(signal));

    expect(message).toContain('unix:///nowhere.sock: there is no such socket');
  });
});

describe('a server that says nothing', () => {
  const socketPath = join(tmpdir(), `tallyman-mute-${process.pid}.sock`);
  let server: Server | undefined;
  afterEach(async () => {
    await new Promise((resolve) => server?.close(resolve));
    rmSync(socketPath, { force: true });
  });

  test('is given up', async () => {
    const clock = new VirtualClock();
    let connected = 0;
    server = createServer((socket) => {
      connected++;
      socket.on('error', () => {}).resume();
    });
    await new Promise<void>((resolve) => server?.listen(socketPath, resolve));
    const address = { url: new URL('http://localhost/'), socketPath, source: '--admin' };
    const failure = failureOf(new AdminClient(address, clock).state(signal));
    await until(() => connected > 0, 'it is asked');

    await clock.advance(10_000);

    expect((await failure).message).toContain('nothing came for 10 s');
  });
});

/** Follows until it is told to stop; what happens is kept. */
function followed(endpoint: AdminEndpoint, clock: Clock) {
  const stop = new AbortController();
  const happened: Following[] = [];
  const links = { clock, random: () => 1, signal: stop.signal };
  const ended = (async () => {
    for await (const one of following(clientOf(endpoint.url, clock), { state: '1s' }, links))
      happened.push(one);
  })();
  return {
    happened,
    kinds: () => happened.map(({ kind }) => kind),
    ended,
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

describe('following', () => {
  test('an agent that was never reached fails at once', async () => {
    const endpoint = await new AdminEndpoint().start();
    await endpoint.stop();

    await expect(followed(endpoint, systemClock).ended).rejects.toThrow('nothing listens there');
  });

  test('goes on after the agent was away, and says both; the waits grow', async () => {
    await using endpoint = await new AdminEndpoint().start();
    const clock = new VirtualClock();
    const follower = followed(endpoint, clock);
    await until(() => follower.kinds().includes('events'), 'there is a state');

    await endpoint.stop();
    await until(
      () => follower.kinds().filter((kind) => kind === 'lost').length === 1,
      'it is lost',
    );
    await clock.advance(500);
    await until(
      () => follower.kinds().filter((kind) => kind === 'lost').length === 2,
      'still lost',
    );
    await endpoint.start();
    await until(() => clock.pending > 0, 'it waits');
    await clock.advance(1_000);
    await until(() => follower.kinds().at(-1) === 'events', 'there is a state again');
    await follower.stop();

    expect(follower.kinds()).toEqual(['reached', 'events', 'lost', 'lost', 'reached', 'events']);
    const waits = follower.happened.flatMap((one) => (one.kind === 'lost' ? [one.retryMs] : []));
    expect(waits).toEqual([500, 1_000]);
    expect(endpoint.streams).toBe(0);
  });

  test('notices a connection on which not even a heartbeat comes any more', async () => {
    await using endpoint = await new AdminEndpoint().start();
    const clock = new VirtualClock();
    const follower = followed(endpoint, clock);
    await until(() => follower.kinds().includes('events'), 'there is a state');
    await until(() => clock.pending > 0, 'it waits for the next bytes');

    await clock.advance(44_999);
    expect(follower.kinds()).not.toContain('lost');
    await clock.advance(1);
    await until(() => follower.kinds().includes('lost'), 'it is lost');
    await follower.stop();

    expect(follower.happened.at(-1)).toMatchObject({
      error: { message: expect.stringContaining('nothing came for 45 s') },
    });
  });

  test('ends with the signal', async () => {
    await using endpoint = await new AdminEndpoint().start();
    const follower = followed(endpoint, systemClock);
    await until(() => endpoint.streams === 1, 'it is connected');

    await follower.stop();

    await until(() => endpoint.streams === 0, 'the connection is closed');
  });
});
