import type { Clock, ContainerRecord, DropReason, RecordKind, SinkNeed } from '@tallyman/sdk';
import { weightOf } from '../decode/weight.ts';
import type { LaneSettings, QueueSettings } from '../settings.ts';
import { Account, type AccountSnapshot } from '../vitals/account.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { batchIds } from './batch.ts';
import type { Outcome } from './delivery.ts';
import { Hold } from './hold.ts';
import type { LanePort } from './lane-port.ts';
import { type LaneState, LaneStates } from './lane-state.ts';
import { Reports } from './reports.ts';
import { Room } from './room.ts';
import { Sender } from './sender.ts';
import { type AttemptCounts, AttemptVitals } from './stages/observed.ts';

export interface LaneContext {
  readonly clock: Clock;
  readonly log: Diagnostics;
  /** In [0, 1), like `Math.random`. */
  readonly random: () => number;
}

/** What a lane counts beside its account. */
export interface LaneVitals extends AttemptCounts {
  readonly heldBytes: number;
  readonly inFlightBytes: number;
}

const reservedShare = 0.1;

/** Takes records for one sink and sees to it that each is delivered, or dropped and counted. */
export class Lane implements LanePort {
  readonly name: string;
  readonly kinds: ReadonlySet<RecordKind>;
  readonly needs: ReadonlySet<SinkNeed>;
  readonly #queue: QueueSettings;
  readonly #account = new Account();
  readonly #vitals = new AttemptVitals();
  readonly #room = new Room();
  readonly #states: LaneStates;
  readonly #reports: Reports;
  readonly #hold: Hold;
  readonly #sender: Sender;
  #stopping: Promise<void> | undefined;

  constructor(settings: LaneSettings, { clock, log, random }: LaneContext) {
    const nextId = batchIds(settings.name);
    this.name = settings.name;
    this.kinds = new Set(settings.kinds);
    this.needs = settings.needs;
    this.#queue = settings.queue;
    this.#states = new LaneStates(clock);
    this.#reports = new Reports({ sink: settings.name, log, clock });
    this.#hold = new Hold(settings, { clock, nextId, ripe: () => this.#sender.pump() });
    this.#sender = new Sender(settings, {
      clock,
      random,
      nextId,
      hold: this.#hold,
      vitals: this.#vitals,
      reports: this.#reports,
      settled: (outcome) => this.#outcome(outcome),
      changed: () => this.#noteState(),
    });
  }

  /** Begins to open the sink. What is offered before is held. */
  start(): void {
    this.#sender.start();
  }

  offer(records: readonly ContainerRecord[]): number {
    if (this.#stopping) return 0;
    let taken = 0;
    for (const record of records) {
      const bytes = weightOf(record);
      const neededBytes = bytes + this.#reservedFor(record);
      const decision = neededBytes <= this.#hold.freeBytes ? 'take' : this.#whenFull(neededBytes);
      if (decision === 'wait') break;
      taken += 1;
      this.#account.offered(1);
      if (decision === 'take') this.#hold.put(record, bytes);
      else this.#drop([record], decision);
    }
    this.#sender.pumpSoon();
    return taken;
  }

  refuse(records: number, reason: DropReason): void {
    this.#account.offered(records);
    this.#account.dropped(reason, records);
    if (records > 0) this.#reports.lost(records, reason, 'the lane is full');
  }

  room(signal: AbortSignal): Promise<void> {
    return this.#room.wait(signal);
  }

  account(): AccountSnapshot {
    return this.#account.snapshot(this.#hold.count());
  }

  state(): LaneState {
    return this.#states.current;
  }

  vitals(): LaneVitals {
    const { bytes: heldBytes, inFlightBytes } = this.#hold;
    return { ...this.#vitals.snapshot(), heldBytes, inFlightBytes };
  }

  /** For `SinkContext.progress`: attempts under way get their whole time again. */
  progress(): void {
    this.#sender.progress();
  }

  /**
   * Takes no more and delivers what it holds while the deadline lasts; then takes its attempts back and closes
   * the sink. What is unsent stays counted as held.
   */
  stop({ deadline }: { readonly deadline: AbortSignal }): Promise<void> {
    this.#stopping ??= this.#shutDown(deadline);
    return this.#stopping;
  }

  async #shutDown(deadline: AbortSignal): Promise<void> {
    this.#room.close();
    this.#hold.ripen();
    await this.#sender.stop(deadline);
    this.#hold.close();
    this.#states.enter('stopped');
  }

  #outcome({ delivered, dropped }: Outcome): void {
    this.#settled(delivered, 'delivered');
    for (const { records, reason } of dropped) this.#settled(records, reason);
    this.#room.freed(this.#hold.freeBytes);
    this.#noteState();
  }

  /** The one place where the lane's responsibility for records ends. */
  #settled(records: readonly ContainerRecord[], how: 'delivered' | DropReason): void {
    if (how === 'delivered') this.#account.delivered(records.length);
    else this.#account.dropped(how, records.length);
  }

  #drop(records: readonly ContainerRecord[], reason: 'oldest' | 'newest' | 'too_large'): void {
    this.#settled(records, reason);
    this.#reports.dropped({ records, reason, sample: 'the lane has no room' });
  }

  /** Logs can be read again: they leave room for what cannot. */
  #reservedFor({ kind }: ContainerRecord): number {
    return kind === 'log' && this.kinds.size > 1 ? this.#queue.memoryBytes * reservedShare : 0;
  }

  /** What to do with a record that does not fit; `bytes` with the room it has to leave. */
  #whenFull(bytes: number): 'take' | 'wait' | 'oldest' | 'newest' | 'too_large' {
    if (bytes > this.#queue.memoryBytes) return 'too_large';
    this.#room.lacks(bytes);
    // So that what fills the lane does not wait for more.
    this.#hold.ripen();
    this.#noteState();
    switch (this.#queue.whenFull) {
      case 'wait':
        return 'wait';
      case 'drop_newest':
        return 'newest';
      case 'drop_oldest':
        return this.#evictFor(bytes) ? 'take' : 'oldest';
    }
  }

  #evictFor(bytes: number): boolean {
    while (this.#hold.freeBytes < bytes) {
      const evicted = this.#hold.evict();
      if (!evicted) return false;
      this.#drop(evicted.records, 'oldest');
    }
    return true;
  }

  #noteState(): void {
    const { status } = this.#sender;
    this.#states.enter(this.#room.short && status !== 'refused' ? 'full' : status);
  }
}
