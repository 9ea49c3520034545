import type { DropReason } from '@tallyman/sdk';
import type { Account } from '../vitals/account.ts';
import type { Outcome } from './delivery.ts';
import type { DiskTier } from './disk-tier.ts';
import type { Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import type { Reports } from './reports.ts';

export interface SettlementContext {
  readonly account: Account;
  readonly ledger: Ledger;
  readonly reports: Reports;
  /** Absent: the lane holds in memory alone. */
  readonly disk: () => DiskTier | undefined;
}

/** Where the lane's responsibility for records ends: each is counted, and its batch, once nothing is left of it, closed. */
export class Settlement {
  readonly #context: SettlementContext;

  constructor(context: SettlementContext) {
    this.#context = context;
  }

  /** An attempt at the batch, or at a piece of it, is over. */
  attempted(entry: Entry, { delivered, dropped }: Outcome): void {
    const { account } = this.#context;
    account.delivered(delivered.length);
    for (const { records, reason } of dropped) account.dropped(reason, records.length);
    if (entry.left === 0) this.#close(entry);
  }

  /** The batch is given up; it is not in the hold any more. */
  drop(entry: Entry, reason: DropReason): void {
    this.dropped(entry.abandon(), reason);
    this.#close(entry);
  }

  /** Records are given up that are in no batch. */
  dropped(records: number, reason: DropReason): void {
    this.#context.account.dropped(reason, records);
    if (records > 0) this.#context.reports.lost(records, reason, 'the lane has no room');
  }

  /** The disk does not give the batch back. */
  lost(entry: Entry, error: string): void {
    const { account, reports } = this.#context;
    const { id, content } = entry;
    const records = entry.abandon();
    account.dropped('not_rereadable', records);
    reports.unreadable({ id, content, records }, error);
    this.#close(entry);
  }

  #close(entry: Entry): void {
    const { ledger, disk } = this.#context;
    if (entry.content === 'log') ledger.settled(entry);
    disk()?.settled(entry);
  }
}
