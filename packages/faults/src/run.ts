import { systemClock } from '@tallyman/sdk';
import { sinkKinds } from './agent-config.ts';
import { checksOf } from './checks.ts';
import { type Evidence, findingsOf } from './findings.ts';
import { campaign } from './inject/campaign.ts';
import type { InjectedFault, PlannedFault } from './inject/kinds.ts';
import { scheduled, tracksOf } from './inject/schedule.ts';
import type { World } from './inject/world.ts';
import { missingText } from './missing.ts';
import type { RunOptions } from './options.ts';
import { Random } from './random.ts';
import { type Result, resultOf } from './report.ts';
import { untilPrinted, untilReceived } from './settled.ts';
import { Stage } from './stage.ts';

/** What a run is told besides: where it says what it does, and what ends it early. */
export interface RunPorts {
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface RunEnd {
  readonly result: Result;
  /** Missing lines and other examples, in words; empty where there are none. */
  readonly details: string;
  readonly folder: string;
}

// Outages cost the writers time that they do not make up for.
const rateReserve = 1.35;
// A sink that was down last may have much to catch up with.
const leastCatchUpMs = 120_000;

/** One run of the ledger test: writers print, faults befall, ledgers are compared. */
export async function runLedgerTest(options: RunOptions, ports: RunPorts): Promise<RunEnd> {
  const { lines, minutes, seed, memoryMiB } = options;
  await using stage = await Stage.set(options.reader);
  const { folder, world } = stage;
  const startedMs = systemClock.monotonicMs();
  const since = () => Math.round((systemClock.monotonicMs() - startedMs) / 1_000);
  const told = { ...ports, tell: (text: string) => ports.tell(`${since()} s  ${text}`) };

  world.agent.start();
  await world.containers.start(options.containers, (lines / minutes / 60) * rateReserve);
  const tracks = scheduleOf(options, world);
  const evidence = await evidenceOf(tracks, options, world, told);

  const findings = findingsOf(evidence);
  const demands = { lines, memoryBytes: memoryMiB * 2 ** 20, planned: tracks.flat() };
  const checks = checksOf(evidence, findings, demands);
  const result = resultOf(evidence, findings, checks, { seed, seconds: since() });
  const logPaths = await world.containers.logPaths();
  const details = missingText(findings, evidence, (id) => logPaths.get(id));
  return { result, details, folder };
}

function scheduleOf(options: RunOptions, { containers }: World): PlannedFault[][] {
  const writers = containers.writers.map(({ writer }) => `${writer}`);
  return scheduled(new Random(options.seed), {
    tracks: tracksOf(sinkKinds, writers),
    kinds: options.kinds,
    lengthMs: options.minutes * 60_000,
    spacing: options.spacing,
  });
}

/** Lets the faults befall, then lets everything come to rest and collects the ledgers. */
async function evidenceOf(
  tracks: readonly (readonly PlannedFault[])[],
  { lines, minutes }: RunOptions,
  world: World,
  { tell, signal }: RunPorts,
): Promise<Evidence> {
  const { agent, containers, receivers } = world;
  const lengthMs = minutes * 60_000;
  tell(`${containers.writers.length} writers print, ${tracks.flat().length} faults are to come`);
  const say = (fault: InjectedFault) => tell(lineOfFault(fault));
  const faults = await campaign(tracks, world, lengthMs, say, signal);

  await untilPrinted(lines, lengthMs, world, signal);
  await containers.end();
  const printed = await containers.printed();
  tell(`${printed.reduce((sum, { total }) => sum + total, 0)} lines are printed`);
  await untilReceived(printed, Math.max(leastCatchUpMs, lengthMs / 2), world, signal);
  await agent.stop();
  tell('the agent has stopped');

  const ledgers = {
    tall: await receivers.tall.ask({ ask: 'ledger' }),
    small: await receivers.small.ask({ ask: 'ledger' }),
    posted: await receivers.posted.ask({ ask: 'ledger' }),
  };
  const { lives, said } = agent;
  return { printed, removed: containers.removed, ledgers, lives, faults, said };
}

function lineOfFault({ number, kind, note, bit, startedAt, endedAt }: InjectedFault): string {
  return `#${number} ${kind} for ${endedAt - startedAt} ms, ${note}${bit ? '' : ' (did not bite)'}`;
}
