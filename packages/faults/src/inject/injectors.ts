import { systemClock } from '@tallyman/sdk';
import { type SinkName, sinkNames } from '../agent-config.ts';
import type { ReceiverFault } from '../receivers/orders.ts';
import type { FaultKind, PlannedFault } from './kinds.ts';
import type { World } from './world.ts';

/** What a fault came to. */
export interface Bite {
  readonly bit: boolean;
  /** See `InjectedFault`. */
  readonly retried?: number;
  readonly note: string;
}

type Injector = (fault: PlannedFault, world: World, signal: AbortSignal) => Promise<Bite>;

// How much longer a receiver's fault waits for somebody to meet it, and how often it looks.
const [patienceMs, lookEveryMs] = [8_000, 100];
const refillEveryMs = 250;
// What the engine is left down for beside the time it needs itself.
const longestDownMs = 3_000;

/** Puts a fault upon the world for its time and takes it away again. */
export function inject(fault: PlannedFault, world: World, signal: AbortSignal): Promise<Bite> {
  return injectors[fault.kind](fault, world, signal);
}

const injectors: Readonly<Record<FaultKind, Injector>> = {
  'agent-kill': (fault, world, signal) => endAgent('killed', fault, world, signal),
  'agent-restart': (fault, world, signal) => endAgent('stopped', fault, world, signal),
  'daemon-restart': (fault, world, signal) => endDaemon('stop', fault, world, signal),
  'daemon-kill': (fault, world, signal) => endDaemon('kill', fault, world, signal),
  'container-restart': async ({ target }, { containers }) => {
    const { writers } = containers;
    const writer = writers.find((each) => `${each.writer}` === target) ?? writers[0];
    if (writer === undefined) return { bit: false, note: 'there is no writer' };
    await containers.restart(writer);
    return { bit: true, note: `writer ${writer.writer}` };
  },
  'rm-exit': async ({ number }, { containers }, signal) => {
    // Numbers that no writer has which stays.
    const { startedAt, endedAt } = await containers.runRemoved(10_000 + number, signal);
    return { bit: true, note: `lived for ${endedAt - startedAt} ms` };
  },
  'disk-full': fillDisk,
  'receiver-down': (fault, world, signal) => atReceiver('down', fault, world, signal),
  'receiver-refuse': (fault, world, signal) => atReceiver('refuse', fault, world, signal),
  'receiver-stall': (fault, world, signal) => atReceiver('stall', fault, world, signal),
  'receiver-close': (fault, world, signal) => atReceiver('close', fault, world, signal),
  'receiver-garbage': (fault, world, signal) => atReceiver('garbage', fault, world, signal),
  'receiver-429': (fault, world, signal) => atReceiver('429', fault, world, signal),
  'receiver-500': (fault, world, signal) => atReceiver('500', fault, world, signal),
  'receiver-503': (fault, world, signal) => atReceiver('503', fault, world, signal),
};

/** Bites when it ran, and ended as it was told to. */
async function endAgent(
  how: 'killed' | 'stopped',
  { durationMs }: PlannedFault,
  { agent }: World,
  signal: AbortSignal,
): Promise<Bite> {
  const ranMs = systemClock.now() - agent.startedAt;
  const wasRunning = agent.running;
  if (how === 'killed') await agent.kill();
  else await agent.stop();
  const life = agent.lives.at(-1);
  await systemClock.sleep(durationMs, signal).catch(() => undefined);
  if (!agent.running) agent.start();
  const bit = wasRunning && life !== undefined && !life.died && life.how === how;
  return { bit, note: `after ${Math.round(ranMs / 1_000)} s` };
}

/** Bites when the engine was away and answers again. */
async function endDaemon(
  how: 'stop' | 'kill',
  { durationMs }: PlannedFault,
  { containers, engine }: World,
  signal: AbortSignal,
): Promise<Bite> {
  return containers.inTurn(async () => {
    const startedAt = systemClock.now();
    await engine[how]();
    const wasAway = !engine.running;
    await systemClock.sleep(Math.min(durationMs, longestDownMs), signal).catch(() => undefined);
    await engine.start();
    return { bit: wasAway, note: `away for ${systemClock.now() - startedAt} ms` };
  });
}

/**
 * Bites when a connection or request was affected, or the agent said that a delivery failed; one that is down also
 * when nothing came here while there was something to come elsewhere.
 */
async function atReceiver(
  what: ReceiverFault,
  { durationMs, lines, number, target }: PlannedFault,
  { agent, receivers }: World,
  signal: AbortSignal,
): Promise<Bite> {
  const sink = sinkOf(target);
  const receiver = receivers[sink];
  const saidBefore = agent.said.length;
  const before = await recordsAt(receivers);
  const complaints = () => agent.said.slice(saidBefore).filter((said) => said.sink === sink);
  const pause = (ms: number) => systemClock.sleep(ms, signal).catch(() => undefined);
  // Whoever finds the port closed leaves no trace at it.
  const isStarved = async () =>
    what === 'down' && cameElsewhere(sink, before, await recordsAt(receivers));
  await receiver.ask({ ask: 'fault', fault: what, number, lines });
  await pause(durationMs);
  const deadlineMs = systemClock.monotonicMs() + patienceMs;
  // The agent may be away itself, or have nothing to send.
  while (complaints().length === 0 && systemClock.monotonicMs() < deadlineMs) {
    if ((await receiver.ask({ ask: 'counts' })).affected > 0) break;
    if (await isStarved()) break;
    await pause(lookEveryMs);
  }
  const isWithout = await isStarved();
  const { affected } = await receiver.ask({ ask: 'clear' });
  const retried = complaints().reduce((sum, { times }) => sum + times, 0);
  return { bit: affected + retried > 0 || isWithout, retried, note: `${sink}: ${affected} met it` };
}

type Records = Readonly<Record<SinkName, number>>;

async function recordsAt({ tall, small, posted }: World['receivers']): Promise<Records> {
  const counts = [tall, small, posted].map((each) => each.ask({ ask: 'counts' }));
  const [ofTall = 0, ofSmall = 0, ofPosted = 0] = (await Promise.all(counts)).map(
    ({ records }) => records,
  );
  return { tall: ofTall, small: ofSmall, posted: ofPosted };
}

function cameElsewhere(sink: SinkName, before: Records, now: Records): boolean {
  const others = sinkNames.filter((name) => name !== sink);
  return now[sink] === before[sink] && others.some((name) => now[name] > before[name]);
}

/** A receiver is down while the state's file system has no room. Bites when there was none all the time. */
async function fillDisk(fault: PlannedFault, world: World, signal: AbortSignal): Promise<Bite> {
  const { disk } = world;
  let taken = disk.fill();
  const filling = new AbortController();
  const refilled = (async () => {
    // What the agent gives back meanwhile goes as well.
    while (!filling.signal.aborted) {
      await systemClock.sleep(refillEveryMs, filling.signal).catch(() => undefined);
      if (!filling.signal.aborted) taken += disk.fill();
    }
  })();
  const down = await atReceiver(
    'down',
    { ...fault, durationMs: fault.durationMs + 2_000 },
    world,
    signal,
  );
  const free = disk.freeBytes;
  filling.abort();
  await refilled;
  disk.empty();
  const bit = disk.isOwn && taken > 0 && down.bit;
  return {
    bit,
    note: `${down.note}; ${Math.round(taken / 2 ** 20)} MiB taken, ${free} bytes free`,
  };
}

function sinkOf(target: string | undefined): SinkName {
  const sink = sinkNames.find((name) => name === target);
  if (sink === undefined) throw new Error(`injecting a fault: there is no sink ${target}`);
  return sink;
}
