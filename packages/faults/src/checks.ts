import type { Life } from './agent.ts';
import { type SinkName, sinkNames } from './agent-config.ts';
import type { Evidence, Findings } from './findings.ts';
import type { InjectedFault, PlannedFault } from './inject/kinds.ts';
import type { Printed } from './ledger/printed.ts';
import type { ReceivedLedger } from './ledger/received.ts';

/** One thing that must hold, and whether it did. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** The figures it was judged by. */
  readonly detail: string;
}

export interface Demands {
  readonly lines: number;
  readonly memoryBytes: number;
  readonly planned: readonly PlannedFault[];
}

/** Judges a run. */
export function checksOf(evidence: Evidence, findings: Findings, demands: Demands): Check[] {
  const { lives, printed } = evidence;
  const total = printed.reduce((sum, each) => sum + each.total, 0);
  const peakBytes = lives.reduce((most, life) => Math.max(most, life.peakBytes), 0);
  const deaths = lives.filter(({ died }) => died);
  return [
    ...sinkNames.flatMap((sink) => linesKept(sink, findings)),
    ...lives.flatMap((life) => accountKept(life, evidence)),
    heldNothing(lives.at(-1)),
    ...(lives.length === 1
      ? sinkNames.map((sink) => offeredAll(sink, lives[0], total - findings[sink].unread))
      : []),
    check('agent never died by itself', deaths.length === 0, `${deaths.length} times`),
    check(
      'memory below its bound',
      peakBytes > 0 && peakBytes <= demands.memoryBytes,
      `peak ${mib(peakBytes)} of ${mib(demands.memoryBytes)} MiB`,
    ),
    check('enough was printed', total >= demands.lines, `${total} of ${demands.lines} lines`),
    fewFragments(evidence),
    ...everyKindBit(demands.planned, evidence.faults),
  ];
}

function linesKept(sink: SinkName, findings: Findings): Check[] {
  const of = findings[sink];
  const none = (what: string, count: number) =>
    check(`${sink}: ${what} = 0`, count === 0, `${count}`);
  return [
    check(`${sink}: something arrived`, of.received > 0, `${of.received} lines`),
    none('missing', of.missing),
    none('spurious', of.spurious),
    none('corrupted', of.corrupted),
    none('out of order', of.disordered),
    none('under another id', of.renamed),
    none('repeated without a crash or an unconfirmed connection', of.unexplained),
  ];
}

/** What a life that ended in good order says of itself, against what its receivers got from it. */
function accountKept(life: Life, { ledgers }: Evidence): Check[] {
  if (life.how === 'killed') return [];
  const title = `life ${life.number}`;
  if (life.account === undefined || life.exitCode !== 0)
    return [check(`${title}: ends in good order`, false, `exit code ${life.exitCode}`)];
  return Object.entries(life.account).flatMap(([sink, lane]) => {
    const { offered, delivered, dropped, held } = lane;
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    const ledger = Object.entries(ledgers).find(([name]) => name === sink)?.[1];
    const { records, isSound } = receivedOf(life, ledger);
    return [
      check(
        `${title}: ${sink} balances`,
        offered === delivered + lost + held,
        `offered ${offered} = delivered ${delivered} + dropped ${lost} + held ${held}`,
      ),
      check(`${title}: ${sink} dropped nothing`, lost === 0, JSON.stringify(dropped)),
      check(
        `${title}: ${sink} received what was called delivered`,
        isSound ? delivered === records : delivered <= records,
        `delivered ${delivered}, received ${records}${isSound ? '' : ' with failures'}`,
      ),
    ];
  });
}

/** What a receiver got over the connections that were opened in a life; sound: none of them failed. */
function receivedOf({ startedAt, exitedAt }: Life, ledger: ReceivedLedger | undefined) {
  const own = (ledger?.deliveries ?? []).filter(
    ({ openedAt }) => openedAt >= startedAt && openedAt <= exitedAt,
  );
  return {
    records: own.reduce((sum, { records }) => sum + records, 0),
    isSound: own.every(({ outcome, fault }) => outcome === 'answered' && fault === undefined),
  };
}

function heldNothing(last: Life | undefined): Check {
  const lanes = Object.values(last?.account ?? {});
  const held = lanes.reduce((sum, lane) => sum + lane.held, 0);
  const isSo = lanes.length === sinkNames.length && held === 0;
  return check('nothing is held at the end', isSo, `${held} records in ${lanes.length} lanes`);
}

function offeredAll(sink: SinkName, life: Life | undefined, total: number): Check {
  const offered = life?.account?.[sink]?.offered ?? 0;
  return check(`${sink}: offered is what was printed`, offered === total, `${offered} of ${total}`);
}

/** Only what ends a writer or the engine in the midst of a line may leave a piece of one on each stream. */
function fewFragments({ printed, faults }: Evidence): Check {
  const ends = (prefix: string) => faults.filter(({ kind }) => kind.startsWith(prefix)).length;
  const streams = 2 * printed.length;
  const most = 2 * streams * (ends('daemon-') + 1) + 2 * ends('container-');
  const fragments = printed.reduce((sum, each) => sum + fragmentsOf(each), 0);
  return check('what was printed is lines', fragments <= most, `${fragments} pieces of lines`);
}

function fragmentsOf({ fragments }: Printed): number {
  return [...fragments.values()].reduce((sum, times) => sum + times, 0);
}

function everyKindBit(planned: readonly PlannedFault[], faults: readonly InjectedFault[]): Check[] {
  return [...new Set(planned.map(({ kind }) => kind))].map((kind) => {
    const injected = faults.filter((fault) => fault.kind === kind);
    const bites = injected.filter(({ bit }) => bit).length;
    return check(`${kind} bit`, bites > 0, `${bites} of ${injected.length} times`);
  });
}

function check(name: string, ok: boolean, detail: string): Check {
  return { name, ok, detail };
}

/** Bytes as whole MiB. */
export function mib(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
