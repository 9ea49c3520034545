import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@tallyman/sdk';
import { type Attaching, attachAnswer, type Refusal } from './attach-answer.ts';
import type { Fault } from './faults.ts';
import { routeOf } from './routes.ts';
import type { World } from './world.ts';

/** A request that asks for the connection itself. */
export interface UpgradeRequest {
  readonly url: string;
  readonly connection: Duplex;
}

/** Answers such a request: hands the connection to the container, or refuses as over plain HTTP. */
export async function upgrade(
  { url, connection }: UpgradeRequest,
  {
    world,
    clock,
    fault,
    open,
  }: {
    readonly world: World;
    readonly clock: Clock;
    readonly fault: Fault | undefined;
    /** Resolves at once, or when a stalled engine goes on. */
    readonly open: (signal: AbortSignal) => Promise<void>;
  },
): Promise<void> {
  const gone = new AbortController();
  connection.once('close', () => gone.abort());
  // Whoever attached may go away at any moment.
  connection.on('error', () => {});
  // What an attached client sends would be the container's input; reading it shows when it is gone.
  connection.resume();
  connection.once('end', () => connection.end());
  if (fault && 'delayMs' in fault) await clock.sleep(fault.delayMs, gone.signal);
  if (fault && 'connection' in fault) {
    if (fault.connection === 'reset') connection.destroy();
    return;
  }
  await open(gone.signal);
  if (gone.signal.aborted) return;
  const answer = answered(url, world, fault);
  if ('status' in answer) refuse(answer, connection);
  else {
    connection.write(head(101, switching));
    connection.write(answer.backlog);
    answer.container.attachments.add(connection);
  }
}

const switching = {
  'Content-Type': 'application/vnd.docker.raw-stream',
  Connection: 'Upgrade',
  Upgrade: 'tcp',
};

function answered(url: string, world: World, fault: Fault | undefined): Attaching | Refusal {
  if (fault && 'status' in fault)
    return { status: fault.status, message: fault.message ?? 'fault set by the test' };
  const route = routeOf(url, world.identity.apiVersion);
  return route?.endpoint === 'attach'
    ? attachAnswer(world.find(route.request.reference), route.request)
    : { status: 404, message: 'page not found' };
}

function refuse({ status, message }: Refusal, connection: Duplex): void {
  const body = Buffer.from(`${JSON.stringify({ message })}\n`);
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': `${body.length}`,
    Connection: 'close',
  };
  connection.end(Buffer.concat([head(status, headers), body]));
}

function head(status: number, headers: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const first = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`;
  return Buffer.from([first, ...lines, '', ''].join('\r\n'));
}
