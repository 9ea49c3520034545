import { type Answer, type EngineRequest, flag, json, refusal } from './answer.ts';
import type { EmbeddedContainer } from './container.ts';
import { inspected, listed } from './container-answers.ts';
import { labelTraits, parseFilters, passesFilters } from './filters.ts';
import { logsAnswer } from './logs-answer.ts';
import { runningSample, stoppedSample } from './sample.ts';
import type { World } from './world.ts';

/** `/containers/json`. */
export function listAnswer(world: World, request: EngineRequest): Answer {
  const { query } = request;
  const filters = parseFilters(query.get('filters'));
  // Asking for a status asks for stopped containers too (moby daemon/list.go).
  const all = flag(query, 'all') || filters.has('status');
  const now = world.now();
  return json(
    world.containers
      .filter((container) => all || container.isUp || container.status === 'restarting')
      .filter((container) => passesFilters(filters, traitsOf(container)))
      .map((container) => listed(container, now, world)),
  );
}

/** `/containers/{id}/json`, `/logs` and `/stats`. */
export function containerAnswer(
  world: World,
  endpoint: 'inspect' | 'logs' | 'stats',
  request: EngineRequest,
): Answer {
  const container = world.find(request.reference);
  if (!container) return refusal(404, `No such container: ${request.reference}`);
  switch (endpoint) {
    case 'inspect':
      return json(inspected(container, world));
    case 'logs':
      return logsAnswer(container, request, sinceRule(world));
    case 'stats':
      return statsAnswer(world, container, request);
  }
}

function sinceRule(world: World): 'every-entry' | 'until-first-match' {
  return world.generation === '20.10' ? 'every-entry' : 'until-first-match';
}

function statsAnswer(world: World, container: EmbeddedContainer, request: EngineRequest): Answer {
  const { query } = request;
  const oneShot = flag(query, 'one-shot');
  if (flag(query, 'stream') || !query.has('stream'))
    return refusal(
      oneShot ? 400 : 501,
      oneShot
        ? 'cannot have stream=true and one-shot=true'
        : 'the embedded engine has no streaming stats; use stream=false',
    );
  return json(container.fixedSample ?? sampleOf(world, container, oneShot ? 'one' : 'two'));
}

function sampleOf(world: World, container: EmbeddedContainer, samples: 'one' | 'two'): unknown {
  const { id, name, options, load } = container;
  const now = world.now();
  const counters = container.countersAt(now);
  if (!counters) return stoppedSample({ id, name });
  const aSecondBefore = { ...counters, timeNanos: now - 1_000_000_000n };
  return runningSample({
    owner: samples === 'one' && world.generation === '28.5' ? undefined : { id, name },
    host: world.identity.host,
    load,
    counters,
    previous: samples === 'two' ? before(aSecondBefore, load.cpuPercent) : undefined,
    limitBytes: options.memoryLimitBytes,
    pidsLimit: options.pidsLimit,
    networks: options.network === 'host' ? 'none' : 'eth0',
  });
}

function before<C extends { readonly cpuNanos: number }>(counters: C, cpuPercent: number): C {
  return { ...counters, cpuNanos: Math.max(0, counters.cpuNanos - Math.round(cpuPercent * 1e7)) };
}

function traitsOf(container: EmbeddedContainer): Record<string, readonly string[]> {
  const { id, name, image, labels, status } = container;
  return {
    id: [id, id.slice(0, 12)],
    name: [name, `/${name}`],
    status: [status],
    ancestor: [image, image.replace(/:latest$/, '')],
    label: labelTraits(labels),
    health: [container.health ?? 'none'],
    network: [],
    volume: [],
  };
}
