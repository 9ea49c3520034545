import type { ContainerRecord, RecordList } from '@tallyman/sdk';

/** Records in their order. An array is one; those of a log are made when they are asked for. */
export interface Records<R extends ContainerRecord = ContainerRecord> extends RecordList<R> {
  slice(from?: number, to?: number): Records<R>;
  /** What the record at the index weighs, where that is known without making it. */
  weightAt?(index: number): number;
}
