import type { Benchmark } from './benchmark.ts';
import { churn } from './churn.ts';
import { growth } from './growth.ts';
import { idle } from './idle.ts';
import { isolation } from './isolation.ts';
import { latency } from './latency.ts';
import { live } from './live.ts';
import { logs } from './logs.ts';
import { outage } from './outage.ts';
import { restart } from './restart.ts';
import { rmLoss } from './rm.ts';
import { rotation } from './rotation.ts';
import { scale } from './scale.ts';
import { stats } from './stats.ts';

/** In the order in which `all` runs them. */
export const benchmarks: readonly Benchmark[] = [
  {
    name: 'logs',
    about: 'the log of a stopped container to a destination, beside curl and forwarders',
    run: logs,
  },
  {
    name: 'live',
    about:
      'a container that prints as fast as it can while it is followed, beside others that follow',
    run: live,
  },
  {
    name: 'stats',
    about: 'samples of 200 containers every ten seconds, beside streams of samples',
    run: stats,
  },
  {
    name: 'latency',
    about: 'from a printed line to its bytes at the destination, of 50 and of 200 containers',
    run: latency,
  },
  {
    name: 'idle',
    about: 'what the agent takes when 50 containers say nothing',
    run: idle,
  },
  {
    name: 'growth',
    about: "how the agent's CPU grows with lines, containers, sinks and the length of lines",
    run: growth,
  },
  {
    name: 'scale',
    about: 'how soon 1,000 containers are followed, and what each of them costs',
    run: scale,
  },
  {
    name: 'churn',
    about: 'containers that come and go for minutes: what is lost, and what piles up',
    run: churn,
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
    name: 'rotation',
    about: 'what is lost, repeated and torn of logs that rotate, beside a plain follower',
    run: (client, { seconds = 60 }) => rotation(client, { seconds }),
  },
  {
    name: 'outage',
    about: "what a sink that is down costs another and the agent's memory, and how it catches up",
    run: outage,
  },
  {
    name: 'restart',
    about:
      'how soon a healthy sink is live after a restart beside one that was dead from the start',
    run: restart,
  },
];
