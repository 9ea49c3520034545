import { parseArgs } from 'node:util';
import { type LogReader, logReaders } from './agent-config.ts';
import { type FaultKind, faultKinds, isFaultKind } from './inject/kinds.ts';

/** What a run is asked for. */
export interface RunOptions {
  readonly seed: number;
  /** How long faults are injected, in minutes. */
  readonly minutes: number;
  /** Lines to be printed in all, at least. */
  readonly lines: number;
  readonly containers: number;
  /** The kinds of fault to inject. */
  readonly kinds: readonly FaultKind[];
  /** How the agent reads logs. */
  readonly reader: LogReader;
  /** The mean time between two faults is multiplied by this. */
  readonly spacing: number;
  /** The most that an agent's resident memory may peak at. */
  readonly memoryMiB: number;
  /** Where the result goes as JSON. */
  readonly json?: string;
  readonly keep: boolean;
}

export const usage = `usage: node packages/faults/dist/main.js [OPTION]...
  --seed N        of the schedule; chosen and printed unless given
  --minutes N     how long faults are injected (10)
  --lines N       lines to be printed in all, at least (2000000)
  --containers N  (20)
  --only KIND     only this kind of fault; may be given again: ${faultKinds.join(', ')}
  --reader HOW    how the agent reads logs (auto): ${logReaders.join(', ')}
  --spacing X     the mean time between two faults times X (1)
  --memory-mib N  the most resident memory of the agent (200)
  --json FILE     writes the result there
  --keep          keeps the folder with the agent's diagnostics
  --short         what the tests run: half a minute of faults, 30,000 lines, 4 containers
`;

const long = { minutes: 10, lines: 2_000_000, containers: 20, spacing: 1 };
const short = { minutes: 0.45, lines: 30_000, containers: 4, spacing: 0.25 };

/** Reads the command line; throws on what it does not know. */
export function optionsFrom(args: readonly string[], seed: number): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      lines: { type: 'string' },
      containers: { type: 'string' },
      only: { type: 'string', multiple: true },
      reader: { type: 'string', default: 'auto' },
      spacing: { type: 'string' },
      'memory-mib': { type: 'string' },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
    },
  });
  const form = values.short ? short : long;
  const kinds = values.only ?? faultKinds;
  const unknown = kinds.find((kind) => !isFaultKind(kind));
  if (unknown !== undefined)
    throw new Error(`there is no fault "${unknown}"; there are: ${faultKinds.join(', ')}`);
  const reader = logReaders.find((known) => known === values.reader);
  if (reader === undefined)
    throw new Error(`there is no reader "${values.reader}"; there are: ${logReaders.join(', ')}`);
  return {
    reader,
    seed: numberFrom('seed', values.seed, seed),
    minutes: numberFrom('minutes', values.minutes, form.minutes),
    lines: numberFrom('lines', values.lines, form.lines),
    containers: numberFrom('containers', values.containers, form.containers),
    spacing: numberFrom('spacing', values.spacing, form.spacing),
    memoryMiB: numberFrom('memory-mib', values['memory-mib'], 200),
    kinds: kinds.filter(isFaultKind),
    keep: values.keep,
    ...(values.json !== undefined && { json: values.json }),
  };
}

function numberFrom(name: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(number) || number < 0)
    throw new Error(`--${name} wants a number, not "${text}"`);
  return number;
}
