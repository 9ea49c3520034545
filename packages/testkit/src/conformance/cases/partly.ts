import { isSinkError } from '@tallyman/sdk';
import { told } from '../call.ts';
import { type Case, Violation } from '../case.ts';
import { tried } from '../trial.ts';
import { missingOf } from './delivery.ts';

const records = 5;
const refusedIndexes = [1, 3];
const whatToDo =
  'reject with partial({ drop: [{ index, reason }] }), with indexes into batch.records: those that it does not name count as delivered';

export const inPart: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  const batch = trial.batch(trial.records.list(trial.kinds[0] ?? 'log', records));
  const refused = refusedIndexes.flatMap((index) => {
    const record = batch.records[index];
    return record === undefined ? [] : [{ index, record }];
  });
  await trial.behave({ kind: 'partial', refused });
  const write = sink.write(batch);
  await trial.settle(write);

  const { outcome } = write;
  const error = outcome.kind === 'rejected' ? outcome.error : undefined;
  if (!isSinkError(error) || error.disposition !== 'partial')
    throw new Violation({ expected: 'a partial error', seen: told(outcome), whatToDo });
  const named = error.drop.map(({ index }) => index).toSorted((a, b) => a - b);
  const isRight = String(named) === String(refusedIndexes) && error.retry.length === 0;
  if (!isRight)
    throw new Violation({
      expected: `indexes ${refusedIndexes.join(' and ')} under drop, the refused ones, and none under retry`,
      seen: told(outcome),
      whatToDo,
    });
  const accepted = batch.records.filter((_, index) => !refusedIndexes.includes(index));
  const missing = await missingOf(trial, accepted);
  if (missing.length > 0)
    throw new Violation({
      expected: 'the records that the error does not name to have arrived',
      seen: `${missing.length} of ${accepted.length} did not`,
      whatToDo,
    });
});
