import { once } from 'node:events';
import { createConnection, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import type { Clock } from '@tallyman/sdk';
import type { LockHolder } from './state-error.ts';
import { codeOf } from './system-error.ts';

/** Listens on a new socket and tells whoever connects who this is. Does not keep the process alive. */
export async function listenOn(path: string): Promise<Server> {
  const holder = `${JSON.stringify({ pid: process.pid, host: hostname() })}\n`;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.unref();
    socket.end(holder);
  });
  server.listen(path);
  await once(server, 'listening');
  // One that cannot accept, for want of file descriptors, holds the lock all the same.
  server.on('error', () => {});
  return server.unref();
}

/** Stops listening. Resolves when nobody can connect any more. */
export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

// The holder may be stopped, or busy for a while: it is there nonetheless.
const answerLimitMs = 2_000;
const longestAnswer = 1_024;

/**
 * Who listens on a socket: `dead` where nobody does any more, `gone` where there is no such socket. The kernel
 * refuses connections as soon as the process that listened is no more, whatever ended it; so no pid is looked at.
 */
export function holderOf(path: string, clock: Clock): Promise<LockHolder | 'dead' | 'gone'> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const cancel = clock.after(answerLimitMs, () => socket.destroy());
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (text.length > longestAnswer) socket.destroy();
    });
    socket.on('error', (error) => {
      const code = codeOf(error);
      if (code === 'ECONNREFUSED') resolve('dead');
      else if (code === 'ENOENT') resolve('gone');
      // Too many ask at once, or it ended while it was asked: somebody was there.
      else if (code === 'EAGAIN' || code === 'ECONNRESET' || code === 'EPIPE') resolve({});
      else reject(error);
    });
    socket.on('close', () => {
      cancel();
      resolve(holderFrom(text));
    });
  });
}

/** What the holder says of itself; nothing where it said nothing that can be read. */
function holderFrom(text: string): LockHolder {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said !== 'object' || said === null) return {};
    const pid = 'pid' in said && typeof said.pid === 'number' ? { pid: said.pid } : {};
    const host = 'host' in said && typeof said.host === 'string' ? { host: said.host } : {};
    return { ...pid, ...host };
  } catch {
    return {};
  }
}
