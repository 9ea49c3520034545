import type { DockerClient } from '@tallyman/testkit/docker';
import { type AgentOptions, AgentProcess } from './agent-process.ts';

/** An agent that collects from this engine only the test's own containers: those whose names match. */
export function agentFor(
  client: DockerClient,
  name: string,
  { config = {}, ...options }: Omit<AgentOptions, 'config'> & { config?: object } = {},
): Promise<AgentProcess> {
  const select = { include: [{ name: client.nameOf(name) }] };
  return AgentProcess.start({
    socketPath: client.socketPath,
    ...options,
    config: { select, ...config },
  });
}
