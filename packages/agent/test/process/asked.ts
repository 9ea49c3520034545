import type { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { AdminClient, anyPort } from '../support/admin-client.ts';
import { type AgentOptions, AgentProcess } from '../support/agent-process.ts';

type AskedOptions = Omit<AgentOptions, 'config'> & { readonly config?: object };

/** An agent on an embedded engine, with sinks from its own folder, and a client of its admin endpoint. */
export async function asked(engine: EmbeddedEngine, { config, ...options }: AskedOptions = {}) {
  const agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    flags: ['--sinks-dir', '.'],
    ...options,
    config: { admin: anyPort, ...config },
  });
  await agent.ready();
  return { agent, admin: await AdminClient.of(agent) };
}
