import type { EngineQuestion, LogSettings } from '@tallyman/core';

/** What the agent asks of an engine, and what lets it through the usual socket proxies. */
export interface Endpoint extends EngineQuestion {
  /** As documented: `GET /containers/{id}/logs`. */
  readonly shown: string;
  /** Switches of tecnativa/docker-socket-proxy and linuxserver/docker-socket-proxy. */
  readonly switches: readonly string[];
}

// No container has this id: the engine says so, and a proxy that forbids the endpoint does not get that far.
const nobody = '0'.repeat(64);
// Of a second long gone: the stream ends at once.
const pastEvents = 'since=1&until=2';

/** All that the agent asks with these settings, in this version of the API. */
export function neededEndpoints(
  { reader, rm }: Pick<LogSettings, 'reader' | 'rm'>,
  apiVersion: string,
): readonly Endpoint[] {
  const get = (shown: string, path: string, ...switches: readonly string[]): Endpoint => ({
    method: 'GET',
    path: `/v${apiVersion}${path}`,
    shown: `GET ${shown}`,
    switches,
  });
  const ofContainer = (rest: string, query = '') =>
    get(`/containers/{id}${rest}`, `/containers/${nobody}${rest}${query}`, 'CONTAINERS=1');
  const asked: Endpoint[] = [
    { method: 'GET', path: '/_ping', shown: 'GET /_ping', switches: ['PING=1'] },
    get('/version', '/version', 'VERSION=1'),
    get('/info', '/info', 'INFO=1'),
    get('/events', `/events?${pastEvents}`, 'EVENTS=1'),
    get('/containers/json', '/containers/json?limit=1', 'CONTAINERS=1'),
    ofContainer('/json'),
    ofContainer('/logs', '?stdout=1'),
    ofContainer('/stats', '?stream=false'),
  ];
  if (reader === 'attach' || rm === 'attach')
    asked.push({
      method: 'POST',
      path: `/v${apiVersion}/containers/${nobody}/attach?stream=1&stdout=1`,
      shown: 'POST /containers/{id}/attach',
      switches: ['CONTAINERS=1', 'POST=1'],
    });
  return asked;
}
