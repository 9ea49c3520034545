import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { Doorway } from '../../src/admin/doorway.ts';

/** A doorway whose server can be made, or not yet. */
async function doorwayTo(server: () => Promise<FastifyInstance>) {
  const failures: unknown[] = [];
  const doorway = new Doorway({ server, failed: (error) => failures.push(error) });
  await doorway.listen({ host: '127.0.0.1', port: 0 });
  return { doorway, failures, address: doorway.address ?? '' };
}

function greeter(): FastifyInstance {
  const server = fastify();
  server.get('/', async () => 'hello');
  return server;
}

/** What is answered, or why nothing is. */
function asked(address: string): Promise<string> {
  return new Promise((resolve) => {
    get(address, { agent: false }, (answer) => {
      answer.setEncoding('utf8').once('data', resolve);
    }).on('error', ({ message }) => resolve(message));
  });
}

test('the server is made with the first connection, once for all', async () => {
  let made = 0;
  const { doorway, address } = await doorwayTo(async () => {
    made += 1;
    return greeter();
  });
  const madeBefore = made;

  const answers = await Promise.all([asked(address), asked(address), asked(address)]);

  expect(madeBefore).toBe(0);
  expect(answers).toEqual(['hello', 'hello', 'hello']);
  expect(made).toBe(1);
  await doorway.close();
});

test('where the server cannot be made, the connection ends and the next one tries again', async () => {
  let made = 0;
  const { doorway, failures, address } = await doorwayTo(async () => {
    made += 1;
    if (made === 1) throw new Error('not yet');
    return greeter();
  });

  const [first, second] = [await asked(address), await asked(address)];

  expect(first).toMatch(/hang up|ECONNRESET/);
  expect(second).toBe('hello');
  expect(failures).toEqual([new Error('not yet')]);
  await doorway.close();
});

test('a client that goes away while the server is made disturbs nobody', async () => {
  const ready = Promise.withResolvers<void>();
  const { doorway, failures, address } = await doorwayTo(async () => {
    await ready.promise;
    return greeter();
  });
  const client = connect(Number(new URL(address).port), '127.0.0.1');
  await once(client, 'connect');
  client.resetAndDestroy();
  const other = asked(address);
  ready.resolve();

  expect(await other).toBe('hello');
  expect(failures).toEqual([]);
  await doorway.close();
});

test('closing ends connections that are open, whether somebody ever asked or not', async () => {
  const { doorway, address } = await doorwayTo(async () => greeter());
  const { doorway: unasked } = await doorwayTo(async () => greeter());
  const client = connect(Number(new URL(address).port), '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(client, 'data');
  const ended = once(client, 'close');
  client.on('error', () => {});

  await Promise.all([doorway.close(), unasked.close()]);
  await ended;

  expect((client.address() as Partial<AddressInfo>).port).toBeUndefined();
  expect([doorway.address, unasked.address]).toEqual([undefined, undefined]);
});
