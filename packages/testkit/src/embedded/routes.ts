import type { Clock } from '@tallyman/sdk';
import { type Answer, type EngineRequest, isOlder, refusal, text } from './answer.ts';
import { containerAnswer, listAnswer } from './container-routes.ts';
import { eventsAnswer } from './events-answer.ts';
import type { Endpoint } from './faults.ts';
import { isRefusedQuery } from './refused-query.ts';
import { infoAnswer, pingAnswer, versionAnswer } from './system-answers.ts';
import type { World } from './world.ts';

/** Where a request goes. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly request: EngineRequest;
}

const paths: readonly (readonly [RegExp, Endpoint])[] = [
  [/^\/_ping$/, 'ping'],
  [/^\/version$/, 'version'],
  [/^\/info$/, 'info'],
  [/^\/events$/, 'events'],
  [/^\/containers\/json$/, 'list'],
  [/^\/containers\/([^/]+)\/json$/, 'inspect'],
  [/^\/containers\/([^/]+)\/logs$/, 'logs'],
  [/^\/containers\/([^/]+)\/attach$/, 'attach'],
  [/^\/containers\/([^/]+)\/stats$/, 'stats'],
];

/** The path without its `/v1.41`, and the version it asked for. */
export function unversioned(url: string): { url: URL; path: string; apiVersion?: string } {
  const parsed = new URL(url, 'http://docker');
  const [, apiVersion, rest] = /^\/v(\d+\.\d+)(\/.*)$/.exec(parsed.pathname) ?? [];
  if (apiVersion === undefined || rest === undefined) return { url: parsed, path: parsed.pathname };
  return { url: parsed, path: rest, apiVersion };
}

/** undefined where the embedded engine has no such endpoint. */
export function routeOf(requestUrl: string, ownApiVersion: string): Route | undefined {
  const { url, path, apiVersion = ownApiVersion } = unversioned(requestUrl);
  for (const [pattern, endpoint] of paths) {
    const match = pattern.exec(path);
    if (!match) continue;
    const reference = decodeURIComponent(match[1] ?? '');
    return { endpoint, request: { apiVersion, query: url.searchParams, reference } };
  }
  return undefined;
}

/** What the world answers; a query that cannot be read is refused as engines do. */
export function answerOf(route: Route, world: World, clock: Clock): Answer {
  const { apiVersion, minApiVersion } = world.identity;
  const asked = route.request.apiVersion;
  if (isOlder(apiVersion, asked))
    return withoutExperimental(
      refusal(
        400,
        `client version ${asked} is too new. Maximum supported API version is ${apiVersion}`,
      ),
    );
  if (isOlder(asked, minApiVersion))
    return text(
      `client version ${asked} is too old. Minimum supported API version is ${minApiVersion}, please upgrade your client to a newer version`,
      400,
    );
  try {
    return endpointAnswer(route, world, clock);
  } catch (error) {
    if (isRefusedQuery(error)) return refusal(400, error.message);
    throw error;
  }
}

// Versions are checked before that header is set (moby api/server/middleware).
function withoutExperimental(answer: Answer): Answer {
  return { ...answer, without: ['Docker-Experimental'] };
}

function endpointAnswer({ endpoint, request }: Route, world: World, clock: Clock): Answer {
  switch (endpoint) {
    case 'ping':
      return pingAnswer(world);
    case 'version':
      return versionAnswer(world);
    case 'info':
      return infoAnswer(world);
    case 'events':
      return eventsAnswer(world, request, clock);
    case 'list':
      return listAnswer(world, request);
    case 'attach':
      return refusal(400, 'the embedded engine attaches only who asks for an upgrade to tcp');
    case 'inspect':
    case 'logs':
    case 'stats':
      return containerAnswer(world, endpoint, request);
  }
}
