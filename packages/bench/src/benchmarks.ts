import type { Benchmark } from './benchmark.ts';
import { isolation } from './isolation.ts';
import { logs } from './logs.ts';
import { outage } from './outage.ts';
import { restart } from './restart.ts';
import { rmLoss } from './rm.ts';

/** In the order in which `all` runs them. */
export const benchmarks: readonly Benchmark[] = [
  {
    name: 'logs',
    about: 'the log of a stopped container to a destination, beside curl and forwarders',
    run: logs,
  },
  {
    name: 'isolation',
    about: 'what a sink that never reads costs the other sink and the containers',
    run: isolation,
  },
  {
    name: 'rm',
    about: 'how many containers with --rm are received whole, in part or not at all',
    run: (client, { attach }) => rmLoss(client, attach ? ['engine', 'attach'] : ['engine']),
  },
  {
    name: 'outage',
    about: "what a sink that is down costs another and the agent's memory, and how it catches up",
    run: outage,
  },
  {
    name: 'restart',
    about: 'how soon a healthy sink is live after a restart beside one that was dead from the start',
    run: restart,
  },
];
