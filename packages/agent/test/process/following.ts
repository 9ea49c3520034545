import type { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { until } from '../support/until.ts';

/** Waits until the agent reads a log: of a container that ran before it, only what is printed then is new. */
export async function following(engine: EmbeddedEngine): Promise<void> {
  const isAsked = () => engine.requests.some((request) => request.includes('/logs?'));
  await until(isAsked, 'the agent asks for a log');
}
