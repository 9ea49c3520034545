import type { ContainerRecord } from '@tallyman/sdk';
import type { AgentState } from '../admin/state.ts';
import { AdminError } from './admin-error.ts';
import { misfit, type Shape } from './shape.ts';

// What the views use of an answer. The agent may be older or newer than this program.
const sinkLists: Shape = { list: 'string' };

const container: Shape = {
  members: {
    id: 'string',
    name: 'string',
    image: 'string',
    status: 'string',
    health: 'string?',
    sinks: { members: { log: sinkLists, stat: sinkLists, event: sinkLists } },
    log: { optional: { members: { lines: 'number', bytes: 'number' } } },
    stat: {
      optional: {
        members: {
          time: 'string',
          cpuPercent: 'number?',
          memoryBytes: 'number',
          memoryLimitBytes: 'number?',
          memoryPercent: 'number?',
          rxBytes: 'number?',
          txBytes: 'number?',
          readBytes: 'number?',
          writeBytes: 'number?',
          pids: 'number?',
        },
      },
    },
  },
};

const lane: Shape = {
  members: {
    sink: 'string',
    type: 'string',
    status: 'string',
    since: 'string',
    error: 'string?',
    failingSince: 'string?',
    account: {
      members: { offered: 'number', delivered: 'number', dropped: 'counts', held: 'number' },
    },
    queue: {
      members: {
        memoryBytes: 'number',
        storedRecords: 'number',
        onDiskOnlyRecords: 'number',
        diskFreeBytes: 'number?',
        diskFailure: 'string?',
      },
    },
    attempts: { members: { failed: 'number' } },
    lag: {
      members: { containers: 'number', records: 'number', bytes: 'number', seconds: 'number' },
    },
    progress: { optional: { members: { doneBytes: 'number', totalBytes: 'number' } } },
  },
};

const state: Shape = {
  members: {
    time: 'string',
    agent: {
      members: {
        version: 'string',
        host: 'string',
        startedAt: 'string',
        configSource: 'string',
        cpuSeconds: 'number',
        rssBytes: 'number',
      },
    },
    engine: {
      members: {
        product: 'string?',
        apiVersion: 'string?',
        address: 'string',
        isConnected: 'boolean',
      },
    },
    containers: { list: container },
    lanes: { list: lane },
  },
};

const recordBase: Readonly<Record<string, Shape>> = {
  id: 'string',
  time: 'string',
  host: 'string',
  fields: 'texts',
};
const identity: Shape = { members: { id: 'string', name: 'string', image: 'string' } };

const records: Readonly<Record<ContainerRecord['kind'], Shape>> = {
  log: { members: { ...recordBase, container: identity, stream: 'string', message: 'string' } },
  stat: {
    members: {
      ...recordBase,
      container: identity,
      cpu: { members: { usageNanos: 'number', percent: 'number?' } },
      memory: { members: { usageBytes: 'number', workingSetBytes: 'number' } },
      logs: { members: { lines: 'number', bytes: 'number' } },
      state: { members: { status: 'string' } },
    },
  },
  event: {
    members: {
      ...recordBase,
      container: { optional: identity },
      action: 'string',
      attributes: 'texts',
    },
  },
};

/** Reads a state. Throws an {@link AdminError} where it is none. */
export function stateFrom(json: string): AgentState {
  const value = parsed(json, 'the state');
  const fault = misfit(value, state);
  if (fault !== undefined) throw AdminError.strange(`the state does not look like one: ${fault}`);
  return value as AgentState;
}

/** Reads a record. Throws an {@link AdminError} where it is none. */
export function recordFrom(json: string): ContainerRecord {
  const value = parsed(json, 'a record');
  const kind = kindOf(value);
  const fault = kind === undefined ? 'its kind is not known' : misfit(value, records[kind]);
  if (fault !== undefined) throw AdminError.strange(`a record does not look like one: ${fault}`);
  return value as ContainerRecord;
}

/** How many records the agent left out, as a `dropped` event says. */
export function droppedFrom(json: string): number {
  const value = parsed(json, 'a count of dropped records');
  const fault = misfit(value, { members: { count: 'number' } });
  if (fault !== undefined) throw AdminError.strange(`a count of dropped records: ${fault}`);
  return (value as { readonly count: number }).count;
}

function kindOf(value: unknown): ContainerRecord['kind'] | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  const { kind } = value;
  return kind === 'log' || kind === 'stat' || kind === 'event' ? kind : undefined;
}

function parsed(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw AdminError.strange(`${what} is not JSON`);
  }
}
