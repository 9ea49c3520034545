import type { Delivery, ReceivedLedger } from './received.ts';

/** When an agent's life ended, and how. Milliseconds since the Unix epoch. */
export interface AgentEnd {
  readonly how: 'killed' | 'stopped';
  /** When the signal was sent. */
  readonly signalledAt: number;
  readonly exitedAt: number;
}

/** A time during which a fault was on. */
export interface Period {
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Occasions {
  readonly ends: readonly AgentEnd[];
  /** When the state directory could not be written: positions grow old by as much. */
  readonly unsaved: readonly Period[];
  /** The kind of a fault by its number. */
  readonly kindOf: (fault: number) => string;
}

/** Why lines came again. */
interface Cause {
  /** Of a fault, or `connection`: it broke without one. */
  readonly kind: string;
  /** Connections or requests, or what of them, that came again. */
  batches: number;
  lines: number;
}

export interface Explanation {
  readonly causes: readonly Cause[];
  readonly unexplained: number;
  /** Some of the unexplained, in words. */
  readonly examples: readonly string[];
  /** The longest from an answer to the crash that made its lines come again, in milliseconds. */
  readonly longestUnsavedMs: number;
}

// Positions are saved at most a second late; an fsync on a busy disk may take as long again, and more.
const savedLateMs = 5_000;
const mostExamples = 20;

/** What a crashed agent had on disk was not yet noted as read, and was read again besides. */
const twiceAfterCrash = 'agent-kill, held and read again';

/**
 * Finds for all that came again the crash, or the connection that was not confirmed, before it. What was answered
 * soundly, and no agent crashed within {@link savedLateMs} of it, must not come again.
 */
export function explain(
  { repeats, deliveries }: Pick<ReceivedLedger, 'repeats' | 'deliveries'>,
  occasions: Occasions,
): Explanation {
  const causes = new Map<string, Cause>();
  const examples: string[] = [];
  let unexplained = 0;
  let longestUnsavedMs = 0;
  for (const { prior, again, lines, newestAt } of repeats) {
    const [one, other] = [deliveries[prior], deliveries[again]];
    const [earlier, later] = one && other ? inTimeOrder(one, other) : [one, other];
    const found =
      earlier &&
      later &&
      (causeOf(earlier, later, occasions) ?? afterCrash(earlier, newestAt, occasions));
    if (found === undefined) {
      unexplained += lines;
      if (examples.length < mostExamples)
        examples.push(`${lines} lines: ${JSON.stringify(earlier)} and ${JSON.stringify(later)}`);
      continue;
    }
    longestUnsavedMs = Math.max(longestUnsavedMs, found.unsavedMs ?? 0);
    const cause = causes.get(found.kind) ?? { kind: found.kind, batches: 0, lines: 0 };
    causes.set(found.kind, cause);
    cause.batches++;
    cause.lines += lines;
  }
  return { causes: [...causes.values()], unexplained, examples, longestUnsavedMs };
}

interface Found {
  readonly kind: string;
  /** From the answer to the crash. */
  readonly unsavedMs?: number;
}

/** What a stalled receiver reads late may have been sent before what it read first. */
function inTimeOrder(one: Delivery, other: Delivery): readonly [Delivery, Delivery] {
  return other.openedAt < one.openedAt ? [other, one] : [one, other];
}

function causeOf(
  earlier: Delivery,
  later: Delivery,
  { ends, unsaved, kindOf }: Occasions,
): Found | undefined {
  if (earlier.fault !== undefined) return { kind: kindOf(earlier.fault) };
  const endedAt = earlier.endedAt || later.openedAt;
  for (const end of ends) {
    const isBetween = end.signalledAt >= earlier.openedAt && end.signalledAt <= later.openedAt;
    if (end.how === 'stopped') {
      // Stopped in good order, it knows what was answered; what was still open it may have had to leave.
      if (
        earlier.openedAt <= end.exitedAt &&
        endedAt >= end.signalledAt &&
        later.openedAt >= end.signalledAt
      )
        return { kind: 'agent-restart' };
    } else if (isBetween) {
      const unsavedMs = end.signalledAt - endedAt;
      if (
        unsavedMs <= savedLateMs ||
        unsaved.some((period) => spans(period, endedAt, end.signalledAt))
      )
        return { kind: 'agent-kill', unsavedMs };
    }
  }
  return earlier.outcome === 'answered' ? undefined : { kind: 'connection' };
}

/** Both receipts are of the life that began after a crash, which the lines are older than. */
function afterCrash(
  { openedAt }: Delivery,
  newestAt: number,
  { ends }: Occasions,
): Found | undefined {
  const before = ends.findLast(({ signalledAt }) => signalledAt < openedAt);
  const isCrash = before?.how === 'killed' && newestAt <= before.exitedAt;
  return isCrash ? { kind: twiceAfterCrash } : undefined;
}

/** Whether all but {@link savedLateMs} at either end of the time lies in the period. */
function spans({ startedAt, endedAt }: Period, from: number, to: number): boolean {
  return from >= startedAt - savedLateMs && to <= endedAt + savedLateMs;
}
