import type { NetworkUsage } from '@tallyman/sdk';
import type { ContainerDetails, NetworkDetails } from '../../../decode/inspect.ts';
import { interfacesFrom } from '../../../decode/net-dev.ts';
import { networkUsage } from '../../../decode/stat.ts';
import type { ContainerDirectory } from '../../containers.ts';

// Engines refuse a container that joins itself; a chain is as long as somebody made it.
const longestChain = 16;

/**
 * The network in which a container stands: its own, or that of the container whose network it joins, as the engine
 * finds it (moby daemon/stats_unix.go, getNetworkSandboxID). Nothing where that one is not known.
 */
export function networkOf(
  container: ContainerDetails,
  directory: Pick<ContainerDirectory, 'get' | 'all'>,
): NetworkDetails | undefined {
  let { network } = container;
  for (let joined = 0; joined < longestChain; joined++) {
    const [, name] = /^container:(.+)$/.exec(network.mode) ?? [];
    if (name === undefined) return network;
    const owner = directory.get(name) ?? directory.all().find((other) => other.name === name);
    if (owner === undefined) return undefined;
    network = owner.network;
  }
  return undefined;
}

/** Whether the engine gives a network: for that of the host, and for none, it leaves the section out. */
export function hasNetwork({ mode }: NetworkDetails): boolean {
  return mode !== 'host' && mode !== 'none';
}

/**
 * The interfaces that the engine made; a container may have others that the engine does not count, such as bridges
 * of its own. Nothing where there are fewer than networks: then some have names that only their driver knows.
 */
export function usageFrom(
  netDev: string,
  { endpoints, interfaceNames }: NetworkDetails,
): NetworkUsage | undefined {
  const made = [...interfacesFrom(netDev)].filter(
    ([name]) => /^eth\d+$/.test(name) || interfaceNames.includes(name),
  );
  return made.length < Math.max(1, endpoints) ? undefined : networkUsage(made);
}
