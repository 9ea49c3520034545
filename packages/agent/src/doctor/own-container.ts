import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';
import type { SurveyedContainer } from './survey.ts';

const mib = 1024 ** 2;
// Its peak with a queue of 16 MiB full is 130 MiB (docs/reference/benchmarks.md).
const ownBytes = 114 * mib;

/** The container that this runs in: whether it is known to be the agent's, and what memory it may use. */
export async function examineOwnContainer({
  survey,
  host,
  config,
}: Examined): Promise<readonly Finding[]> {
  const found = await survey;
  if (found.kind === 'unreached' || !host.isContainer) return [];
  const own = found.containers.find(
    ({ details }) =>
      details.id === host.ownContainerId || details.labels['tallyman.agent'] === 'true',
  );
  if (own === undefined) return host.ownContainerId === undefined ? [unrecognised()] : [];
  const heldBytes = config.sinks.reduce((sum, { queue }) => sum + queue.memoryBytes, 0);
  return [unheard(own), ...memory(own, ownBytes + heldBytes)];
}

function unrecognised(): Finding {
  return {
    code: 'agent.unrecognised',
    severity: 'warning',
    where: ['the agent’s container'],
    what: 'this runs in a container and cannot tell in which: if its logs are collected, what it prints comes back to it without end',
    todo: 'make the agent’s container anew with --label tallyman.agent=true',
  };
}

function unheard({ details }: SurveyedContainer): Finding {
  return {
    code: 'agent.own_logs',
    severity: 'fine',
    where: [details.name],
    what: 'it is the agent’s own: its logs and events are not collected, its stats are',
  };
}

function memory(
  { details, memoryLimitBytes }: SurveyedContainer,
  neededBytes: number,
): readonly Finding[] {
  const needed = Math.ceil(neededBytes / mib);
  const todo = `docker update --memory ${needed}m --memory-swap ${needed}m ${details.name}; and the same options where it is made`;
  const about = { severity: 'warning', where: [details.name], todo } as const;
  if (memoryLimitBytes === undefined)
    return [
      {
        ...about,
        code: 'agent.memory_unlimited',
        what: 'the agent’s container has no memory limit: whatever goes wrong in it is at the cost of the whole host',
      },
    ];
  if (memoryLimitBytes >= neededBytes) return [];
  return [
    {
      ...about,
      code: 'agent.memory_low',
      what: `the agent’s container may use ${Math.floor(memoryLimitBytes / mib)} MiB, and with all queues in memory full it takes up to ${needed} MiB: it would be killed in an outage`,
    },
  ];
}
