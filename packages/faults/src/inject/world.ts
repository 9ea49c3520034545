import type { PrivateEngine } from '@tallyman/testkit/docker';
import type { AgentLives } from '../agent.ts';
import type { SinkName } from '../agent-config.ts';
import type { Containers } from '../containers.ts';
import type { LedgerReceiver } from '../receivers/child.ts';
import type { StateDisk } from '../state-disk.ts';

/** All that faults befall. */
export interface World {
  readonly engine: PrivateEngine;
  readonly containers: Containers;
  readonly agent: AgentLives;
  readonly receivers: Readonly<Record<SinkName, LedgerReceiver>>;
  readonly disk: StateDisk;
}
