import { hostname } from 'node:os';
import { type Clock, messageOf } from '@tallyman/sdk';
import { codeOf } from '@tallyman/sink-stdout';
import type { AdminConfig, ListenAddress } from '../config/model.ts';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';
import type { Guard } from './access.ts';
import { Doorway } from './doorway.ts';
import { guardSocket, removeLeftover } from './socket-file.ts';
import { Streams } from './streams.ts';
import type { AgentView } from './view.ts';

/** The admin endpoint while it is open, or what stands for one that there is not. */
export interface AdminEndpoint {
  /** Ends every connection. */
  close(): Promise<void>;
}

const noEndpoint: AdminEndpoint = { close: async () => {} };

/**
 * Opens the endpoint where one is wanted. `refused`: the address that was asked for is not to be had, and it is said
 * why; where nobody asked for it, the agent goes on without.
 */
export async function openEndpoint(
  { address, configured, listen, token }: AdminConfig,
  view: AgentView,
  { clock, log }: { readonly clock: Clock; readonly log: AgentDiagnostics },
): Promise<AdminEndpoint | 'refused'> {
  if (address.kind === 'none') return noEndpoint;
  const streams = new Streams(view, clock);
  const guard = { hosts: hostsOf(address), ...(token && { token }) };
  const doorway = new Doorway({
    server: async () => {
      const { adminServer } = await import('./server.ts');
      return adminServer({ view, guard, streams, log });
    },
    // Such as EMFILE. Nobody else would hear of it, and the process would end.
    failed: (error) => log.warn({ error }, 'The admin endpoint could not take a connection.'),
  });
  try {
    if (address.kind === 'unix') await removeLeftover(address.socketPath);
    await doorway.listen(address.kind === 'unix' ? { path: address.socketPath } : { ...address });
    if (address.kind === 'unix') guardSocket(address.socketPath);
    log.info({ address: doorway.address ?? listen }, 'The admin endpoint listens.');
  } catch (error) {
    await doorway.close();
    const facts = { address: listen, error: messageOf(error), advice: adviceFor(error, address) };
    if (configured) log.error(facts, 'The admin endpoint cannot listen, not starting.');
    else log.warn(facts, 'The admin endpoint cannot listen, going on without it.');
    return configured ? 'refused' : noEndpoint;
  }
  return {
    close: async () => {
      streams.close();
      await doorway.close();
    },
  };
}

function hostsOf(address: ListenAddress): Guard['hosts'] {
  if (address.kind !== 'tcp') return 'any';
  return [hostname(), address.host].map((host) => host.toLowerCase());
}

function adviceFor(error: unknown, address: ListenAddress): string {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `Another process listens there; this shows which: ${whoListens(address)}. Stop it, or choose another admin.listen; none turns the endpoint off.`;
    case 'EACCES':
      return 'This user may not listen there; choose a port above 1023, or a folder that the user may write.';
    case 'EADDRNOTAVAIL':
      return 'No interface of this machine has this address; choose another admin.listen.';
    default:
      return 'Choose another admin.listen; none turns the endpoint off.';
  }
}

function whoListens(address: ListenAddress): string {
  return address.kind === 'tcp' ? `ss -ltnp 'sport = :${address.port}'` : 'ss -lxp';
}
