import type { Diagnostics } from '@tallyman/core';
import { messageOf } from '@tallyman/sdk';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Guard, type Refusal, refusalOf } from './access.ts';
import { health, type ProbeAnswer, readiness } from './probes.ts';
import { QueryError, type StreamWishes, wishesFrom } from './stream-query.ts';
import type { Streams } from './streams.ts';
import type { AgentView } from './view.ts';

export interface AdminServerSettings {
  readonly view: AgentView;
  readonly guard: Guard;
  readonly streams: Streams;
  readonly log: Diagnostics;
}

const paths = 'GET /health, /ready, /metrics, /api/state and /api/stream';
// A request is a line and some headers. The last cuts off a client of a stream that takes nothing, by its second turn
// at the latest: with the first, Node may still count bytes that the kernel took before.
const limits = { requestTimeout: 10_000, keepAliveTimeout: 5_000, connectionTimeout: 60_000 };
const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The endpoint's routes. It listens to nothing yet. */
export function adminServer({ view, guard, streams, log }: AdminServerSettings): FastifyInstance {
  const server = fastify({
    ...limits,
    bodyLimit: 1024,
    forceCloseConnections: true,
    frameworkErrors: (error, _request, reply) => void failed(error, reply, log),
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    },
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    const { method, url } = request;
    const { host, authorization } = request.headers;
    const path = url.split('?', 1)[0] ?? '';
    const refusal = refusalOf({ method, path, host, authorization }, guard);
    if (refusal !== undefined) return refused(refusal, reply);
  });
  server.setNotFoundHandler((_request, reply) =>
    refused({ status: 404, error: 'there is nothing here', help: `there are ${paths}` }, reply),
  );
  server.setErrorHandler((error, _request, reply) => failed(error, reply, log));

  server.get('/health', (_request, reply) => probed(health(view.stopping), reply));
  server.get('/ready', (_request, reply) => probed(readiness(view.state(), view.stopping), reply));
  server.get('/api/state', async () => view.state());
  const metrics = lazily(async () => new (await import('./metrics/registry.ts')).Metrics());
  server.get('/metrics', async (_request, reply) => {
    const registry = await metrics();
    reply.type(registry.contentType);
    return registry.text({ state: view.state(), streams });
  });
  server.get('/api/stream', (request, reply) => streamed(request, reply, { view, streams }));
  return server;
}

function streamed(
  request: FastifyRequest,
  reply: FastifyReply,
  { view, streams }: Pick<AdminServerSettings, 'view' | 'streams'>,
): FastifyReply {
  const wishes = wishesFrom(new URL(request.url, 'http://localhost').searchParams, view.sinks);
  const refusal = streamRefusal(wishes, view, streams);
  if (refusal !== undefined) return refused(refusal, reply);
  reply.header('content-type', 'text/event-stream');
  if (request.method === 'HEAD') return reply.send();
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
  response.flushHeaders();
  streams.open(response, wishes);
  return reply;
}

function streamRefusal(
  { kinds }: StreamWishes,
  view: AgentView,
  streams: Streams,
): Refusal | undefined {
  if (streams.isFull)
    return {
      status: 503,
      error: `there are ${streams.clients} streams already, which is the most there may be`,
      help: 'end one of them, such as a forgotten tallyman top or tap',
    };
  if (kinds.size === 0 || view.isCollecting) return undefined;
  return {
    status: 503,
    error: 'the engine was not reached yet, so that there are no records',
    help: 'try again; GET /ready says when',
  };
}

function probed({ status, body }: ProbeAnswer, reply: FastifyReply): FastifyReply {
  return reply.code(status).send(body);
}

function refused({ status, headers: own = {}, error, help }: Refusal, reply: FastifyReply) {
  return reply.code(status).headers(own).send({ error, help });
}

function failed(error: unknown, reply: FastifyReply, log: Diagnostics): FastifyReply {
  if (error instanceof QueryError)
    return refused({ status: 400, error: error.message, help: error.help }, reply);
  const status = statusOf(error);
  if (status < 500)
    return refused({ status, error: messageOf(error), help: `there are ${paths}` }, reply);
  log.error({ error }, 'Answering a request to the admin endpoint failed.');
  const help = 'what happened is in the log of the agent';
  return refused({ status, error: 'answering this failed', help }, reply);
}

/** What fastify says of a request that it cannot read. */
function statusOf(error: unknown): number {
  const isKnown = typeof error === 'object' && error !== null && 'statusCode' in error;
  return isKnown && typeof error.statusCode === 'number' ? error.statusCode : 500;
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
