import type { Batch, ContainerRecord } from '@tallyman/sdk';
import { type WrongSink, wrong } from './wrong-sink.ts';

export const wrongDeliveries: readonly WrongSink[] = [
  wrong('4.1', 'does not wait for the answer to stats', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        const writing = sink.write(batch, signal);
        if (isOf(batch, 'stat')) writing.catch(() => {});
        else await writing;
      },
    }),
  }),
  wrong('4.2', 'leaves out events', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        if (batch.records.length < 3 || !isOf(batch, 'event')) await sink.write(batch, signal);
      },
    }),
  }),
  wrong('4.2', 'writes no more than two records of a few', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        const few = batch.records.length === 3 && isOf(batch, 'stat');
        await sink.write(few ? { ...batch, records: batch.records.slice(0, 2) } : batch, signal);
      },
    }),
  }),
  wrong('4.3', 'refuses a batch that it has written', {
    wrong: (sink) => {
      const written = new Set<string>();
      return {
        ...sink,
        write: async (batch, signal) => {
          if (written.has(batch.id)) throw new Error(`writing ${batch.id}: it was written`);
          await sink.write(batch, signal);
          written.add(batch.id);
        },
      };
    },
  }),
  wrong('6.1', 'writes the last record first', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) =>
        await sink.write({ ...batch, records: batch.records.toReversed() }, signal),
    }),
  }),
  wrong('6.2', 'keeps the batch in the sink while it looks up the host', {
    wrong: (sink) => {
      let current: Batch | undefined;
      return {
        ...sink,
        write: async (batch, signal) => {
          current = batch;
          await Promise.resolve();
          await sink.write(current, signal);
        },
      };
    },
  }),
  wrong('6.2', 'refuses to write twice at once', {
    wrong: (sink) => {
      let isBusy = false;
      return {
        ...sink,
        write: async (batch, signal) => {
          if (isBusy) throw new Error('writing: a write is under way');
          isBusy = true;
          await sink.write(batch, signal).finally(() => {
            isBusy = false;
          });
        },
      };
    },
  }),
  wrong('7.1', 'copies records with a spread', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        const records = batch.records.map((record): ContainerRecord => ({ ...record }));
        await sink.write({ ...batch, records }, signal);
      },
    }),
  }),
  wrong('7.4', 'refuses fields that it does not know', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        const odd = batch.records.find((record) => 'of_a_later_version' in record);
        if (odd !== undefined) throw new Error(`writing ${odd.id}: an unknown field`);
        await sink.write(batch, signal);
      },
    }),
  }),
  wrong('7.5', 'encodes messages in a way that not all of them bear', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        for (const record of batch.records)
          if (record.kind === 'log') encodeURIComponent(record.message);
        await sink.write(batch, signal);
      },
    }),
  }),
  wrong('7.5', 'passes over empty messages', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        const records = batch.records.filter(
          (record) => record.kind !== 'log' || record.message !== '',
        );
        await sink.write({ ...batch, records }, signal);
      },
    }),
  }),
];

function isOf({ records }: Batch, kind: ContainerRecord['kind']): boolean {
  return records.every((record) => record.kind === kind);
}
