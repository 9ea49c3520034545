import type { Random } from '../random.ts';
import type { FaultKind, PlannedFault } from './kinds.ts';

/** Faults that exclude each other: they befall one thing. Those of different tracks overlap. */
export interface Track {
  readonly deck: readonly FaultKind[];
  /** The mean time from one fault to the next. */
  readonly everyMs: number;
  /** The shortest and the longest that a fault is on. */
  readonly lastsMs: readonly [number, number];
  /** What its faults befall; each draws one. */
  readonly targets?: readonly string[];
}

export interface ScheduleOptions {
  readonly tracks: readonly Track[];
  readonly kinds: readonly FaultKind[];
  readonly lengthMs: number;
  /** Multiplies the times between faults and, below 1, their durations. */
  readonly spacing: number;
}

/** Each track's faults in the order of their start. The same seed gives the same schedule. */
export function scheduled(random: Random, options: ScheduleOptions): PlannedFault[][] {
  let number = 0;
  return options.tracks.map((track) => {
    const kinds = track.deck.filter((kind) => options.kinds.includes(kind));
    const faults: PlannedFault[] = [];
    const everyMs = track.everyMs * options.spacing;
    let deck: FaultKind[] = [];
    let atMs = everyMs * (0.2 + 0.5 * random.next());
    while (kinds.length > 0 && atMs < options.lengthMs) {
      // Every kind once before any comes again.
      if (deck.length === 0) deck = random.shuffled(kinds);
      const kind = deck.pop();
      if (kind === undefined) break;
      const [least, most] = track.lastsMs;
      const durationMs = random.between(least, most) * Math.min(1, options.spacing * 2);
      const { targets = [] } = track;
      const target = targets[random.between(0, targets.length)];
      const lines = random.between(1, 400);
      const fault = { number: number++, kind, atMs, durationMs, lines };
      faults.push(target === undefined ? fault : { ...fault, target });
      atMs += durationMs + everyMs * (0.4 + 1.2 * random.next());
    }
    return faults;
  });
}

/** The tracks of a run: each receiver, the agent, the engine, the containers. */
export function tracksOf(
  sinks: Readonly<Record<string, 'tcp' | 'http'>>,
  writers: readonly string[],
): Track[] {
  const common: readonly FaultKind[] = [
    'receiver-down',
    'receiver-refuse',
    'receiver-stall',
    'receiver-close',
    'receiver-garbage',
  ];
  const receivers = Object.entries(sinks).map(
    ([name, kind], at): Track => ({
      deck: [
        ...common,
        ...(kind === 'http' ? (['receiver-429', 'receiver-500', 'receiver-503'] as const) : []),
        ...(at === 1 ? (['disk-full'] as const) : []),
      ],
      everyMs: 14_000,
      lastsMs: [1_000, 8_000],
      targets: [name],
    }),
  );
  return [
    ...receivers,
    { deck: ['agent-kill', 'agent-kill', 'agent-restart'], everyMs: 32_000, lastsMs: [100, 3_000] },
    { deck: ['daemon-restart', 'daemon-kill'], everyMs: 50_000, lastsMs: [200, 3_000] },
    { deck: ['container-restart', 'rm-exit'], everyMs: 16_000, lastsMs: [0, 1], targets: writers },
  ];
}
