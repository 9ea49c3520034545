import type { gapReasons, LaneStatus } from '@tallyman/core';
import type { DropReason } from '@tallyman/sdk';
import type { FindingCode } from '../doctor/finding.ts';

/** What a word of the program means, and what a person does about it; nothing, where it is well. */
export interface Meaning {
  readonly meaning: string;
  readonly todo: string;
}

type Area = FindingCode extends `${infer Prefix}.${string}` ? Prefix : never;

/** Which heading of docs/guides/troubleshoot.md explains the findings that begin so. */
export const findingHeadings: Readonly<Record<Area, string>> = {
  engine: 'The engine',
  clock: 'The clocks',
  log: 'Logs and stats',
  stat: 'Logs and stats',
  sink: 'The sinks',
  state: 'The state directory',
  label: 'Labels and selection',
  agent: "The agent's own container",
  config: 'The configuration',
  check: 'The configuration',
};

export const dropMeanings: Readonly<Record<DropReason, Meaning>> = {
  queue_full: {
    meaning: 'There was no room. The agent itself never drops for this reason; a sink may.',
    todo: "See the sink's own page.",
  },
  oldest: {
    meaning: 'The sink had no room, and `queue.when_full` is `drop_oldest`.',
    todo: 'Look at the destination. `wait` leaves logs to the engine instead; or raise `queue.memory` or `queue.disk`.',
  },
  newest: {
    meaning: 'The same with `drop_newest`.',
    todo: 'The same.',
  },
  refused: {
    meaning:
      'The destination will not take this record, now or later; or, after a reload, the new type of the sink does not accept its kind.',
    todo: "The log line `Records were dropped.` has the destination's words.",
  },
  too_large: {
    meaning: 'One record is larger than the destination, or `queue.memory`, takes.',
    todo: 'Lower `collect.logs.max_line`, or raise `queue.memory`.',
  },
  poison: {
    meaning:
      'One record makes the sink fail again and again in a way that it does not explain, while others go through.',
    todo: "Report it to the sink's author, with the error of the log line.",
  },
  gave_up: {
    meaning: '`retry.give_up_after` was reached.',
    todo: 'Look at the destination. `never`, the default, goes on trying.',
  },
  expired: {
    meaning: 'It is older than the service takes; the Librato sink drops so.',
    todo: 'Look why it came late: an outage, or clocks that differ. The option `max_age` has the bound.',
  },
  not_rereadable: {
    meaning:
      'Stats, events, or lines of an attached container came while the sink had no room, and cannot be read again as logs can; or a batch could not be read back from disk.',
    todo: 'Look at the destination; raise `queue.memory` or `queue.disk`.',
  },
};

export const gapMeanings: Readonly<Record<keyof typeof gapReasons, Meaning>> = {
  line_gone: {
    meaning:
      'The last known line was not there when reading went on: the log was rotated while nobody read it, or somebody has emptied or cut the file.',
    todo: 'Larger log files: `--log-opt max-size=… --log-opt max-file=…`. Do not empty log files in place.',
  },
  line_before_damage: {
    meaning:
      'Something in the file of the log cannot be read by the engine, mostly zeros after a power cut. What stands before and behind it was read as far as the engine gives it.',
    todo: 'Nothing; look at the disk if it happens again.',
  },
  file_damaged: {
    meaning:
      'The same, where the agent reads the file itself. Only the entry in that place may be lost.',
    todo: 'The same.',
  },
  rotated_unread: {
    meaning:
      'No sink had room for more than 3 s, and the log was rotated meanwhile. Its engine keeps one file of it only, so that a rotation drops what is in there.',
    todo: 'A second log file: `--log-opt max-file=2` or more; without it there is one. Larger queues.',
  },
  attached_late: {
    meaning: 'A container printed before the agent had attached to it.',
    todo: 'Where its log can be read, do not attach: `collect.logs.reader: auto`, `collect.logs.rm: engine`.',
  },
  connection_cut: {
    meaning: 'The engine or the network ended the connection to a container that is attached to.',
    todo: 'The same.',
  },
  removed_unread: {
    meaning:
      'The log went together with its container, before a sink had all of it. The warning is `A container was removed before its log was read to the end.`',
    todo: 'See [containers that are removed](../guides/troubleshoot.md#containers-are-removed-before-they-are-read).',
  },
};

export const statusMeanings: Readonly<Record<LaneStatus, Meaning>> = {
  opening: { meaning: 'The sink has not opened yet.', todo: '' },
  healthy: { meaning: 'It works.', todo: '' },
  retrying: {
    meaning: 'The last attempt failed. Records are held and tried again; nothing is lost.',
    todo: 'Look at the destination; `error` has its words.',
  },
  refused: {
    meaning: 'The destination refuses the credentials. Records are held and tried again slowly.',
    todo: 'Correct the token and have the file [read again](../specs/config.md#reload).',
  },
  parked: {
    meaning:
      'Memory and disk of the sink are full. Logs are left to the engine, and read later from there.',
    todo: 'See [the lane is full](../guides/troubleshoot.md#the-lane-is-full).',
  },
  stopped: { meaning: 'It was closed.', todo: '' },
};
