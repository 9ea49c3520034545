import type { ContainerRecord, DropReason } from '@tallyman/sdk';
import type { LogChunk } from '../decode/mark.ts';
import type { Records } from '../decode/records.ts';
import { weightAt, weightOf } from '../decode/weight.ts';
import type { LaneSettings } from '../settings.ts';
import type { Account } from '../vitals/account.ts';
import type { Content } from './entry.ts';
import type { Hold } from './hold.ts';
import type { Settlement } from './settlement.ts';

export interface IntakeContext {
  readonly hold: Hold;
  readonly account: Account;
  readonly settlement: Settlement;
  /** A chunk of so many bytes was left to the engine. */
  readonly lacks: (bytes: number, age: 'live' | 'history') => void;
}

// What a full disk is relieved of at once: room comes back by whole segments of this size.
const segmentBytes = 8 * 1024 * 1024;

// Of the memory. Logs can be read again: they leave it to what cannot.
const reservedShare = 0.1;

/** Decides what a lane takes, and what it gives up for that. */
export class Intake {
  readonly #context: IntakeContext;
  readonly #memoryBytes: number;
  readonly #whenFull: LaneSettings['queue']['whenFull'];
  readonly #reservedBytes: number;
  /** Of the records of the chunk that is being taken. */
  readonly #weights: number[] = [];

  constructor({ kinds, queue: { memoryBytes, whenFull } }: LaneSettings, context: IntakeContext) {
    this.#context = context;
    this.#memoryBytes = memoryBytes;
    this.#whenFull = whenFull;
    const isShared = kinds.some((kind) => kind !== 'log');
    this.#reservedBytes = isShared ? memoryBytes * reservedShare : 0;
  }

  /** Takes the chunk's records, all or none. What is too large for any room is dropped. */
  offerLog({ records }: LogChunk, age: 'live' | 'history'): boolean {
    if (age === 'live' && this.#whenFull !== 'wait') {
      for (const record of records) this.#take(record, this.#reservedBytes);
      return true;
    }
    const { takeableBytes, tooLarge } = this.#weigh(records);
    if (!this.#hasRoom(takeableBytes, age)) return false;
    this.#context.account.offered(records.length - tooLarge);
    this.#putLogs(records);
    this.#context.account.offered(tooLarge);
    this.#context.settlement.dropped(tooLarge, 'too_large');
    return true;
  }

  /** Takes records that cannot be read again, each for itself. */
  offer(records: readonly ContainerRecord[]): void {
    for (const record of records) this.#take(record, 0);
  }

  /**
   * The disk has no room for so many bytes. Where the oldest is to go first, and memory is nearly full too, it
   * goes from the disk.
   */
  relieveDisk(neededBytes: number): void {
    const { hold, settlement } = this.#context;
    if (this.#whenFull !== 'drop_oldest' || hold.freeBytes > this.#memoryBytes / 4) return;
    for (let left = Math.max(neededBytes, segmentBytes); left > 0; ) {
      const oldest = hold.takeStored();
      if (!oldest) return;
      left -= oldest.bytes;
      settlement.drop(oldest, 'oldest');
    }
  }

  #hasRoom(bytes: number, age: 'live' | 'history'): boolean {
    const { hold, lacks } = this.#context;
    const neededBytes = bytes + this.#reservedBytes;
    if (bytes === 0 || hold.isEmpty) return true;
    const fits =
      age === 'live' ? hold.makeRoom(neededBytes) : hold.isRoomy && neededBytes <= hold.freeBytes;
    if (fits) return true;
    // So that what fills the lane does not wait for more.
    hold.ripen();
    lacks(neededBytes, age);
    return false;
  }

  #take(record: ContainerRecord, reservedBytes: number): void {
    const bytes = weightOf(record);
    this.#put(record, bytes, this.#refusal(bytes, bytes + reservedBytes));
  }

  #put(record: ContainerRecord, bytes: number, refusal: DropReason | undefined): void {
    const { hold, account, settlement } = this.#context;
    account.offered(1);
    if (refusal === undefined) hold.put(record, bytes);
    else settlement.dropped(1, refusal);
  }

  /** Makes room for a record, as the lane's policy is; or says why the record itself is given up. */
  #refusal(bytes: number, neededBytes: number): DropReason | undefined {
    const { hold } = this.#context;
    if (bytes > this.#memoryBytes) return 'too_large';
    if (hold.makeRoom(neededBytes) || hold.isEmpty) return undefined;
    hold.ripen();
    switch (this.#whenFull) {
      case 'wait':
        return this.#dropFor(neededBytes, 'not_rereadable', 'other');
      case 'drop_newest':
        return 'newest';
      case 'drop_oldest':
        return this.#dropFor(neededBytes, 'oldest');
    }
  }

  #dropFor(neededBytes: number, reason: DropReason, content?: Content): DropReason | undefined {
    const { hold, settlement } = this.#context;
    while (!hold.makeRoom(neededBytes, 'given up') && !hold.isEmpty) {
      const oldest = hold.takeOldest(content);
      if (!oldest) return reason;
      settlement.drop(oldest, reason);
    }
    return undefined;
  }

  /** Weighs each record, once: this is where most of what a lane is given passes. */
  #weigh(records: Records): { takeableBytes: number; tooLarge: number } {
    let [takeableBytes, tooLarge] = [0, 0];
    for (let index = 0; index < records.length; index++) {
      const bytes = weightAt(records, index);
      this.#weights[index] = bytes;
      if (bytes <= this.#memoryBytes) takeableBytes += bytes;
      else tooLarge += 1;
    }
    return { takeableBytes, tooLarge };
  }

  /** Puts in what was weighed, in runs between the records that are too large. */
  #putLogs(records: Records): void {
    const { hold } = this.#context;
    let from = 0;
    for (let to = 0; to <= records.length; to++) {
      if (to < records.length && (this.#weights[to] ?? 0) <= this.#memoryBytes) continue;
      hold.putLogs(records, this.#weights, from, to);
      from = to + 1;
    }
  }
}
