import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { Connection, type Ending } from '../src/tcp/connection.ts';
import { Dialler } from '../src/tcp/dialler.ts';

const patience = () => AbortSignal.timeout(10_000);

/** Ends its first connection in order; the second, unread, with a FIN and then a reset, once the first flag is 1. */
const peer = `
const { parentPort, workerData } = require('node:worker_threads');
const flags = new Int32Array(workerData);
let connections = 0;
const server = require('node:net').createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
  socket.on('error', () => {});
  if (connections++ === 0) {
    socket.on('end', () => socket.end()).resume();
    return;
  }
  Atomics.wait(flags, 0, 0);
  socket.end();
  setTimeout(() => {
    socket.resetAndDestroy();
    setTimeout(() => {
      Atomics.store(flags, 1, 1);
      Atomics.notify(flags, 1);
    }, 50);
  }, 50);
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('a FIN confirms nothing where a reset came behind it before either was heard', async () => {
  const shared = new SharedArrayBuffer(8);
  const flags = new Int32Array(shared);
  const worker = new Worker(peer, { eval: true, workerData: shared });
  const [port] = (await once(worker, 'message')) as [number];
  const dialler = new Dialler({ host: '127.0.0.1', port, tls: false }, systemClock);
  const carry = async (closed: () => void) => {
    const wire = await dialler.dial(patience());
    const ending = Promise.withResolvers<Ending>();
    const connection = new Connection(wire, {
      clock: systemClock,
      taken: () => {},
      silenceMs: () => 0,
      isRepeatable: () => true,
      ended: ending.resolve,
    });
    // More than the peer's kernel takes of what nobody reads.
    connection.carry(Buffer.alloc(1024 * 1024, 'x'), () => {});
    connection.halfClose();
    wire.socket.once('finish', closed);
    return ending.promise;
  };

  const first = await carry(() => {});
  const second = await carry(() => {
    Atomics.store(flags, 0, 1);
    Atomics.notify(flags, 0);
    Atomics.wait(flags, 1, 0, 5_000);
  });
  await worker.terminate();

  expect(first.kind).toBe('answered');
  expect(second.kind).toBe('broken');
});
