import {
  addressText,
  askEngine,
  type EngineAddress,
  EngineError,
  oldestApiVersion,
} from '@tallyman/core';
import { type Clock, messageOf } from '@tallyman/sdk';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';
import { type Endpoint, neededEndpoints } from './needed-endpoints.ts';
import type { Survey } from './survey.ts';

const answerLimitMs = 8_000;

/** Whether each endpoint that the agent needs answers. */
export async function examineEndpoints(
  { config, ping, survey, clock }: Examined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const pinged = await ping;
  if (pinged.kind !== 'answered') return [];
  const { address, answer } = pinged;
  const isEngine = answer.status === 200 || answer.status === 403 || answer.status >= 500;
  if (!isEngine) return [];
  const needed = neededEndpoints(config.collect.logs, answer.apiVersion ?? oldestApiVersion);
  const replies = await Promise.all(
    needed.map((endpoint) => replyTo(endpoint, address, clock, signal)),
  );
  const where = addressText(address);
  const forbidden = replies.filter(({ status }) => status === 403 || status === 405);
  const failing = replies.filter(isFailure);
  if (forbidden.length + failing.length === 0) return unsurveyed(where, await survey);
  const forbids = forbidden.map(({ endpoint }) => endpoint);
  return [
    ...(forbids.length > 0 ? [forbiddenTo(where, forbids)] : []),
    ...failing.map((reply) => failed(where, failureOf(reply))),
  ];
}

/** What came back. */
interface Reply {
  readonly endpoint: Endpoint;
  /** Undefined where nothing came within the limit, 0 where the connection broke. */
  readonly status: number | undefined;
  readonly said: string;
}

async function replyTo(
  endpoint: Endpoint,
  address: EngineAddress,
  clock: Clock,
  signal: AbortSignal,
): Promise<Reply> {
  const over = new AbortController();
  const cancel = clock.after(answerLimitMs, () => over.abort());
  try {
    const limited = AbortSignal.any([signal, over.signal]);
    return { endpoint, ...(await askEngine(address, endpoint, limited)) };
  } catch (error) {
    signal.throwIfAborted();
    if (over.signal.aborted) return { endpoint, status: undefined, said: '' };
    return { endpoint, status: 0, said: messageOf(error) };
  } finally {
    cancel();
  }
}

// 501 may be about the container, which is not there.
function isFailure({ status }: Reply): boolean {
  return status === undefined || status === 0 || (status >= 500 && status !== 501);
}

function failureOf({ endpoint: { shown }, status, said }: Reply): string {
  if (status === undefined) return `the engine does not answer ${shown} within ${answerLimitMs} ms`;
  if (status === 0) return `the connection breaks at ${shown}: ${said}`;
  return `the engine answers ${shown} with ${status} "${said}"`;
}

/** What no question alone shows: answers that together take too long, or one about a single container. */
function unsurveyed(where: string, found: Survey): readonly Finding[] {
  if (found.kind === 'reached') return [];
  const said = messageOf(found.error);
  // That it speaks other versions is the matter of another examination.
  if (/client version .* is too old/.test(said)) return [];
  if (found.error instanceof EngineError && found.error.kind === 'too_old') return [];
  return [failed(where, `the engine did not answer all that is asked at a start: ${said}`)];
}

function forbiddenTo(where: string, endpoints: readonly Endpoint[]): Finding {
  const switches = new Set(endpoints.flatMap((endpoint) => endpoint.switches));
  return {
    code: 'engine.forbidden',
    severity: 'problem',
    where: [where],
    what: `a proxy or a plugin in front of the engine forbids ${endpoints.map(({ shown }) => shown).join(', ')}`,
    todo: `allow it; for a socket proxy like tecnativa’s set ${[...switches].join(' ')} in its environment and start it anew`,
  };
}

function failed(where: string, what: string): Finding {
  return {
    code: 'engine.failed',
    severity: 'problem',
    where: [where],
    what,
    todo: 'see what it says of itself: sudo journalctl -u docker --since -10m; then sudo systemctl restart docker',
  };
}
