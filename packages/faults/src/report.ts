import type { Life } from './agent.ts';
import { sinkNames } from './agent-config.ts';
import { type Check, mib } from './checks.ts';
import type { Evidence, Findings } from './findings.ts';

/** What a run came to, as it is written as JSON. */
export interface Result {
  readonly ok: boolean;
  readonly seed: number;
  readonly seconds: number;
  readonly linesPrinted: number;
  readonly lostByEngine: number;
  readonly damagedEntries: number;
  readonly faults: number;
  readonly sinks: Findings;
  readonly lives: readonly Life[];
  readonly duplicatesPerCrash: number;
  readonly kinds: readonly KindFigures[];
  readonly removed: RemovedFigures;
  readonly gaps: number;
  readonly checks: readonly Check[];
}

interface KindFigures {
  readonly kind: string;
  readonly injected: number;
  readonly bit: number;
  /** Deliveries that the agent said it tried again while the fault was on. */
  readonly retried: number;
  /** Batches (connections or requests) whose lines came again because of it, over all sinks. */
  readonly replayed: number;
  readonly lines: number;
}

interface RemovedFigures {
  readonly containers: number;
  readonly unreadLines: number;
}

/** The figures of a run. */
export function resultOf(
  evidence: Evidence,
  findings: Findings,
  checks: readonly Check[],
  { seed, seconds }: { readonly seed: number; readonly seconds: number },
): Result {
  const { faults, lives, printed, removed } = evidence;
  const kinds = kindFigures(evidence, findings);
  const crashes = lives.filter(({ how }) => how === 'killed').length;
  const ofCrashes = kinds
    .filter(({ kind }) => kind.startsWith('agent-kill'))
    .reduce((total, { lines }) => total + lines, 0);
  const sum = (of: (each: (typeof printed)[number]) => number) =>
    printed.reduce((total, each) => total + of(each), 0);
  return {
    ok: checks.every(({ ok }) => ok),
    seed,
    seconds: Math.round(seconds),
    linesPrinted: sum(({ total }) => total),
    lostByEngine: sum(({ lostByEngine }) => lostByEngine),
    damagedEntries: sum(({ damaged }) => damaged),
    faults: faults.length,
    sinks: findings,
    lives,
    duplicatesPerCrash: crashes === 0 ? 0 : ofCrashes / crashes,
    kinds,
    removed: {
      containers: removed.length,
      unreadLines: sinkNames.reduce((total, name) => total + findings[name].unread, 0),
    },
    gaps: lives.reduce((total, { counts }) => total + (counts?.log_gaps ?? 0), 0),
    checks,
  };
}

function kindFigures({ faults }: Evidence, findings: Findings): KindFigures[] {
  const causes = sinkNames.flatMap((name) => findings[name].causes);
  const kinds = [...new Set([...faults, ...causes].map(({ kind }) => kind))].sort();
  return kinds.map((kind) => {
    const injected = faults.filter((fault) => fault.kind === kind);
    const own = causes.filter((cause) => cause.kind === kind);
    return {
      kind,
      injected: injected.length,
      bit: injected.filter(({ bit }) => bit).length,
      retried: injected.reduce((sum, { retried }) => sum + retried, 0),
      replayed: own.reduce((sum, { batches }) => sum + batches, 0),
      lines: own.reduce((sum, { lines }) => sum + lines, 0),
    };
  });
}

/** The same for people. */
export function textOf(result: Result): string {
  const { kinds, lives, removed, sinks } = result;
  const peak = lives.reduce((most, { peakBytes }) => Math.max(most, peakBytes), 0);
  const longest = sinkNames.reduce((most, name) => Math.max(most, sinks[name].longestUnsavedMs), 0);
  const failed = result.checks.filter(({ ok }) => !ok);
  return [
    `seed ${result.seed}: ${result.faults} faults, ${result.linesPrinted} lines in ${result.seconds} s; agent's peak ${mib(peak)} MiB in ${lives.length} lives`,
    `the engine lost ${result.lostByEngine} lines itself, ${result.damagedEntries} entries of its logs are damaged; the agent counted ${result.gaps} gaps`,
    `${removed.containers} containers with --rm, ${removed.unreadLines} of their lines gone while nobody could read them`,
    '',
    table([
      [
        'sink',
        'printed',
        'received',
        'missing',
        'spurious',
        'corrupted',
        'order',
        'duplicates',
        'unexplained',
        'attempts',
      ],
      ...sinkNames.map((name) => {
        const of = sinks[name];
        const { printed, received, missing, spurious, corrupted, disordered } = of;
        const counts = [printed, received, missing, spurious, corrupted, disordered];
        return [name, ...[...counts, of.duplicates, of.unexplained, of.attempts].map(String)];
      }),
    ]),
    '',
    table([
      ['fault', 'injected', 'bit', 'tried again', 'batches replayed', 'lines repeated'],
      ...kinds.map(({ kind, injected, bit, retried, replayed, lines }) =>
        [kind, injected, bit, retried, replayed, lines].map(String),
      ),
    ]),
    `duplicates per crash: ${result.duplicatesPerCrash.toFixed(1)} lines over all sinks, answered ${longest} ms before it at most`,
    '',
    `${result.checks.length - failed.length} of ${result.checks.length} checks hold`,
    ...failed.map(({ name, detail }) => `FAILED ${name}: ${detail}`),
    '',
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
