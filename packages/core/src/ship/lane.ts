import type { Clock, ContainerRecord, RecordKind, SinkNeed } from '@tallyman/sdk';
import type { LogChunk } from '../decode/mark.ts';
import type { LaneSettings } from '../settings.ts';
import type { LanePositions, LaneState } from '../state/lane-state.ts';
import { Account, type AccountSnapshot } from '../vitals/account.ts';
import type { LaneVitals } from '../vitals/lane-vitals.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { batchIds } from './batch.ts';
import { DiskTier } from './disk-tier.ts';
import type { Entry } from './entry.ts';
import { Hold } from './hold.ts';
import { limitsFor } from './hold-limits.ts';
import { Intake } from './intake.ts';
import type { LanePort } from './lane-port.ts';
import { type LaneCondition, LaneConditions } from './lane-status.ts';
import { Ledger } from './ledger.ts';
import { placeAfter, recoveredEntries } from './recovery.ts';
import { Reports } from './reports.ts';
import { Room } from './room.ts';
import { Sending } from './sending.ts';
import { Settlement } from './settlement.ts';
import type { Spool } from './spool/spool.ts';
import { AttemptVitals } from './stages/observed.ts';
import type { Strain } from './strain.ts';

export interface LaneContext {
  readonly clock: Clock;
  readonly log: Diagnostics;
  /** In [0, 1), like `Math.random`. */
  readonly random: () => number;
  /** What the lane keeps beyond the process. It is closed by who opened it, after the lane has stopped. */
  readonly state: LaneState;
  /** Absent: nobody asks. */
  readonly strain?: Strain;
}

/** Takes records for one sink and sees to it that each is delivered, or dropped and counted. */
export class Lane implements LanePort {
  readonly name: string;
  readonly positions: LanePositions;
  readonly #clock: Clock;
  readonly #account = new Account();
  readonly #attempts = new AttemptVitals();
  readonly #rooms = {
    live: new Room((wantedBytes) => this.#isOpenToLive(wantedBytes)),
    history: new Room((wantedBytes) => this.#isOpenToHistory(wantedBytes)),
  };
  readonly #conditions: LaneConditions;
  readonly #reports: Reports;
  readonly #ledger: Ledger;
  readonly #settlement: Settlement;
  readonly #hold: Hold;
  #settings: LaneSettings;
  #kinds: ReadonlySet<RecordKind>;
  #intake: Intake;
  readonly #sending: Sending;
  readonly #disk: DiskTier | undefined;
  readonly #strain: Strain | undefined;
  #stopping: Promise<void> | undefined;

  constructor(settings: LaneSettings, { clock, log, random, state, strain }: LaneContext) {
    const nextId = batchIds(settings.name, clock.now());
    this.#clock = clock;
    this.#strain = strain;
    this.#settings = settings;
    this.#kinds = new Set(settings.kinds);
    this.name = settings.name;
    this.positions = state.positions;
    this.#conditions = new LaneConditions(clock);
    this.#reports = new Reports({ sink: settings.name, log, clock });
    this.#ledger = new Ledger(state.positions);
    this.#hold = new Hold(limitsFor(settings, state.spool ? 'disk' : 'memory'), {
      clock,
      nextId,
      firstPlace: placeAfter(state.spool?.recovered ?? []),
      ripe: () => this.#sending.pump(),
      cut: (entry) => this.#cut(entry),
    });
    this.#settlement = new Settlement({
      account: this.#account,
      ledger: this.#ledger,
      reports: this.#reports,
      disk: () => this.#disk,
    });
    this.#intake = this.#newIntake();
    this.#sending = new Sending(settings, {
      clock,
      random,
      nextId,
      hold: this.#hold,
      vitals: this.#attempts,
      reports: this.#reports,
      settled: ({ entry }, outcome) => {
        this.#settlement.attempted(entry, outcome);
        this.#changed();
      },
      changed: () => this.#changed(),
    });
    this.#disk = state.spool && this.#diskTier(state.spool);
    if (state.spool) this.#recover(recoveredEntries(state.spool, state.positions, clock));
  }

  get kinds(): ReadonlySet<RecordKind> {
    return this.#kinds;
  }

  get needs(): ReadonlySet<SinkNeed> {
    return this.#settings.needs;
  }

  /** Begins to open the sink. What is offered before is held. */
  start(): void {
    this.#sending.start();
    this.#changed();
  }

  offerLog(chunk: LogChunk, age: 'live' | 'history'): boolean {
    if (this.#stopping || !this.#intake.offerLog(chunk, age)) return false;
    if (!this.#hold.mark(chunk.mark)) this.#ledger.mark(chunk.mark);
    this.#taken();
    return true;
  }

  offer(records: readonly ContainerRecord[]): void {
    if (this.#stopping) {
      this.#account.offered(records.length);
      this.#settlement.dropped(records.length, 'not_rereadable');
      return;
    }
    this.#intake.offer(records);
    this.#taken();
  }

  makesRoom(age: 'live' | 'history'): boolean {
    if (age === 'history') return this.#sending.status === 'healthy';
    return this.#disk?.relieves ?? false;
  }

  room(age: 'live' | 'history', signal: AbortSignal): Promise<void> {
    return this.#rooms[age].wait(signal);
  }

  account(): AccountSnapshot {
    return this.#account.snapshot(this.#hold.census().records);
  }

  state(): LaneCondition {
    return this.#conditions.current;
  }

  vitals(): LaneVitals {
    const { bytes: heldBytes, inFlightBytes } = this.#hold;
    const { records, oldestMs, ...stored } = this.#hold.census();
    const { failingSinceMs } = this.#conditions;
    const error = this.#sending.failureReason;
    return {
      ...this.#attempts.snapshot(),
      ...stored,
      heldBytes,
      inFlightBytes,
      heldRecords: records,
      oldestHeldMs: oldestMs === undefined ? 0 : this.#clock.monotonicMs() - oldestMs,
      consecutiveFailures: this.#sending.failures,
      ...(failingSinceMs !== undefined && { failingSinceMs }),
      ...(error !== undefined && { error }),
      ...(this.#disk && { disk: this.#disk.vitals }),
    };
  }

  /** For `SinkContext.progress`: attempts under way get their whole time again. */
  progress(): void {
    this.#sending.progress();
  }

  /**
   * Goes on by other settings of the same name, with all that it holds; those for retries and concurrency count
   * with another sink alone. Where the sink is another object, what the old one is writing has until the deadline
   * and is taken back then; that one is closed, and the new one opened. Resolves when the old one is closed.
   */
  async change(
    settings: LaneSettings,
    { deadline }: { readonly deadline: AbortSignal },
  ): Promise<void> {
    if (settings === this.#settings) return;
    const isSinkKept = settings.sink === this.#settings.sink;
    this.#settings = settings;
    this.#kinds = new Set(settings.kinds);
    this.#intake = this.#newIntake();
    this.#hold.bound(limitsFor(settings, this.#disk ? 'disk' : 'memory'));
    if (!isSinkKept) this.#reports.sinkChanged();
    const replaced = isSinkKept ? undefined : this.#sending.replace(settings, deadline);
    this.#changed();
    await replaced;
  }

  /**
   * Takes no more and delivers what it holds while the deadline lasts; then takes its attempts back, closes the
   * sink and writes to disk what is left, where it can. What is unsent stays counted as held.
   */
  stop({ deadline }: { readonly deadline: AbortSignal }): Promise<void> {
    this.#stopping ??= this.#shutDown(deadline);
    return this.#stopping;
  }

  async #shutDown(deadline: AbortSignal): Promise<void> {
    this.#rooms.live.close();
    this.#rooms.history.close();
    this.#hold.ripen();
    const deliveries = () => this.#sending.stop(deadline);
    await (this.#disk ? this.#disk.stop(deliveries, deadline) : deliveries());
    this.#hold.close();
    this.#conditions.stop();
    this.#strain?.note(this, 'eased');
  }

  #newIntake(): Intake {
    return new Intake(this.#settings, {
      hold: this.#hold,
      account: this.#account,
      settlement: this.#settlement,
      lacks: (bytes, age) => this.#lacks(bytes, age),
    });
  }

  #diskTier(spool: Spool): DiskTier {
    return new DiskTier({
      spool,
      hold: this.#hold,
      clock: this.#clock,
      isFailing: () => this.#sending.status !== 'healthy',
      canWait: () => this.#settings.queue.whenFull === 'wait',
      stored: (entry) => this.#stored(entry),
      lost: (entry, error) => this.#settlement.lost(entry, error),
      full: (neededBytes) => this.#intake.relieveDisk(neededBytes),
      changed: () => {
        this.#sending.pumpSoon();
        this.#changed();
      },
    });
  }

  /** What an earlier run left comes first, and counts anew. Once it is settled, so are the logs as far as they were stored. */
  #recover(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#account.offered(entry.left);
      this.#hold.recover(entry);
      if (entry.content === 'log') this.#ledger.add(entry);
    }
    if (entries.some(({ content }) => content === 'log'))
      for (const mark of this.positions.marks()) this.#ledger.mark(mark);
  }

  #taken(): void {
    this.#sending.pumpSoon();
    this.#changed();
  }

  #cut(entry: Entry): void {
    if (entry.content === 'log') this.#ledger.add(entry);
    this.#disk?.cut(entry);
  }

  #stored(entry: Entry): void {
    if (entry.content === 'log') this.#ledger.stored();
    else entry.isSafe = true;
  }

  #lacks(bytes: number, age: 'live' | 'history'): void {
    this.#rooms[age].lacks(bytes);
    this.#sending.pumpSoon();
    if (age === 'history' && !this.makesRoom(age)) this.#reports.parked();
    this.#changed();
  }

  #isOpenToLive(wantedBytes: number): boolean {
    return this.#hold.isEmpty || this.#hold.makeRoom(wantedBytes);
  }

  /** A failing lane that holds nothing learns of its recovery only by more. */
  #isOpenToHistory(wantedBytes: number): boolean {
    if (this.#hold.isEmpty) return true;
    const { isRoomy, freeBytes } = this.#hold;
    return isRoomy && freeBytes >= wantedBytes && this.#sending.status === 'healthy';
  }

  /** Does what may have become possible, and notes what may have become known. */
  #changed(): void {
    if (this.#conditions.current.status === 'stopped') return;
    this.#disk?.poke();
    this.#rooms.live.check();
    this.#rooms.history.check();
    if (this.#rooms.live.isShort && !this.makesRoom('live')) this.#reports.parked();
    this.#conditions.note(this.#sending.status, this.#rooms.live.isShort ? 'parked' : 'open');
    this.#strain?.note(this, this.#isStrained ? 'strained' : 'eased');
  }

  get #isStrained(): boolean {
    if (this.#conditions.failingSinceMs !== undefined) return true;
    return this.#rooms.live.isShort || this.#hold.onDiskOnly > 0;
  }
}
