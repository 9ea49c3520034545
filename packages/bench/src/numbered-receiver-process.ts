import { type AddressInfo, createServer } from 'node:net';
import { systemClock } from '@tallyman/sdk';
import { NumberFinder } from './numbered-lines.ts';
import type { ReceiverAnswer, ReceiverQuestion } from './numbered-receiver.ts';

// The program of a `NumberedReceiver`: `node numbered-receiver-process.js LINES`. Ends with its parent.

const host = '127.0.0.1';
const times = new Uint8Array(Number(process.argv[2]));
let distinct = 0;
let arrived = 0;
let spurious = 0;
let bytes = 0;
let firstMs: number | undefined;
let lastMs: number | undefined;
let port = 0;

// A peer that has ended its side is answered with the end of ours once all that it sent is read.
const server = createServer((socket) => {
  const finder = new NumberFinder(take);
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    finder.take(chunk);
  });
  socket.on('error', () => {});
});

function take(number: number): void {
  const before = times[number];
  if (before === undefined) {
    spurious++;
    return;
  }
  arrived++;
  if (before === 255) return;
  times[number] = before + 1;
  if (before > 0) return;
  distinct++;
  lastMs = systemClock.now();
  firstMs ??= lastMs;
}

function answer(question: ReceiverQuestion, reply: (answer: ReceiverAnswer) => void): void {
  const state = () =>
    reply({ host, port, distinct, repeated: arrived - distinct, spurious, bytes, firstMs, lastMs });
  switch (question) {
    case 'counts':
      state();
      return;
    case 'refuse':
      server.close(state);
      return;
    case 'listen':
      server.listen(port, host, () => {
        ({ port } = server.address() as AddressInfo);
        state();
      });
  }
}

process.on('message', (question: ReceiverQuestion) => {
  answer(question, (reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());
