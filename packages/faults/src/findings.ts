import type { Life, Said } from './agent.ts';
import type { SinkName } from './agent-config.ts';
import type { Removed } from './containers.ts';
import type { InjectedFault } from './inject/kinds.ts';
import { type AgentEnd, type Explanation, explain, type Period } from './ledger/explained.ts';
import type { Printed } from './ledger/printed.ts';
import type { ReceivedLedger } from './ledger/received.ts';
import { type SinkVerdict, verdictOf } from './ledger/verdict.ts';

/** All that was seen of a run, before it is judged. */
export interface Evidence {
  readonly printed: readonly Printed[];
  readonly removed: readonly Removed[];
  readonly ledgers: Readonly<Record<SinkName, ReceivedLedger>>;
  readonly lives: readonly Life[];
  readonly faults: readonly InjectedFault[];
  /** The agent's warnings and errors. */
  readonly said: readonly Said[];
}

/** One sink's verdict, and why lines came again. */
interface SinkFindings extends SinkVerdict, Explanation {
  /** Requests that the agent itself called another attempt. */
  readonly attempts: number;
}

export type Findings = Readonly<Record<SinkName, SinkFindings>>;

const unreadReport = /^A container was removed before its log/;
// From the start of the process to the first line read.
const startMs = 3_000;

/** What became of each sink's lines. */
export function findingsOf(evidence: Evidence): Findings {
  const [tall, small, posted] = [
    findingsAt('tall', evidence),
    findingsAt('small', evidence),
    findingsAt('posted', evidence),
  ];
  return { tall, small, posted };
}

function findingsAt(sink: SinkName, { printed, removed, ledgers, lives, faults, said }: Evidence) {
  const away = awayPeriods(lives, faults);
  const reported = reportedFor(sink, said);
  const excused = new Set(
    removed
      .filter(
        (each) =>
          reported.has(each.id.slice(0, 12)) || away.some((period) => overlaps(period, each)),
      )
      .map(({ id }) => id),
  );
  const ledger = ledgers[sink];
  const kinds = new Map(faults.map(({ number, kind }) => [number, kind]));
  const explanation = explain(ledger, {
    ends: lives.map(endOf),
    unsaved: faults.filter(({ kind }) => kind === 'disk-full'),
    kindOf: (number) => kinds.get(number) ?? `fault ${number}`,
  });
  const verdict = verdictOf(printed, ledger, (id) => excused.has(id));
  const attempts = ledger.deliveries.filter(({ attempt = 1 }) => attempt > 1).length;
  const examples = [...verdict.examples, ...explanation.examples];
  return { ...explanation, ...verdict, examples, attempts };
}

/** The containers of which the agent said that they were gone before this sink had their log. */
function reportedFor(sink: SinkName, said: readonly Said[]): ReadonlySet<string> {
  const reports = said.filter(({ message, sinks = [] }) => {
    // One that was gone at the agent's start names no sinks.
    const isForSink = sinks.length === 0 || sinks.includes(sink);
    return isForSink && unreadReport.test(message);
  });
  return new Set(reports.flatMap(({ container }) => container ?? []));
}

/** When nobody read logs: what a container with `--rm` takes along then is not promised. */
function awayPeriods(lives: readonly Life[], faults: readonly InjectedFault[]): readonly Period[] {
  const betweenLives = lives.slice(0, -1).map(({ signalledAt }, at) => ({
    startedAt: signalledAt,
    endedAt: (lives[at + 1]?.startedAt ?? signalledAt) + startMs,
  }));
  const ofEngine = faults
    .filter(({ kind }) => kind.startsWith('daemon-'))
    .map(({ startedAt, endedAt }) => ({ startedAt, endedAt: endedAt + startMs }));
  return [...betweenLives, ...ofEngine];
}

function overlaps(one: Period, other: Period): boolean {
  return one.startedAt <= other.endedAt && other.startedAt <= one.endedAt;
}

/** A stopped agent that did not get to its account is as one that was killed. */
function endOf(life: Life): AgentEnd {
  const isOrderly = life.how === 'stopped' && life.account !== undefined;
  return { ...life, how: isOrderly ? 'stopped' : 'killed' };
}
