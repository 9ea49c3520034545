import type { StopReason } from '../stop-request.ts';
import type { AgentState, LaneState } from './state.ts';

/** What a probe is answered. */
export interface ProbeAnswer {
  readonly status: 200 | 503;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Whether the agent does its work, as well as engine and destinations let it: starting it anew would help nothing. */
export function health(stopping: StopReason | undefined): ProbeAnswer {
  if (stopping !== undefined)
    return { status: 503, body: { status: 'stopping', why: stopping.why } };
  return { status: 200, body: { status: 'ok' } };
}

/**
 * Whether it collects: the engine is reached, and every sink was tried. A sink that fails does not count against it,
 * as its records are held, but is named.
 */
export function readiness(
  { engine, lanes }: Pick<AgentState, 'engine' | 'lanes'>,
  stopping: StopReason | undefined,
): ProbeAnswer {
  const opening = lanes.filter(({ status }) => status === 'opening');
  const why = [
    ...(stopping === undefined ? [] : [`the agent is stopping: ${stopping.why}`]),
    ...(engine.isConnected ? [] : [`the engine at ${engine.address} is not connected`]),
    ...opening.map(({ sink }) => `the sink ${sink} was not opened yet`),
  ];
  const failing = lanes.filter(isFailing).map(({ sink, status }) => ({ sink, status }));
  const isReady = why.length === 0;
  return { status: isReady ? 200 : 503, body: { ready: isReady, why, failing } };
}

function isFailing({ failingSince }: LaneState): boolean {
  return failingSince !== undefined;
}
