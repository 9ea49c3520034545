import type { Batch, ContainerRecord } from '@tallyman/sdk';
import { type Outcome, told } from '../call.ts';
import { type Case, NotApplicable, Violation } from '../case.ts';
import { verdictOn } from '../failure.ts';
import { type Trial, tried } from '../trial.ts';
import { viewed } from '../viewed-log.ts';
import { missingOf } from './delivery.ts';

export const mayBeView: Case = tried(async (trial) => {
  if (!trial.kinds.includes('log')) throw new NotApplicable('the sink accepts no logs');
  const sink = await trial.openSink();
  const records = trial.records.list('log', 3);
  const write = sink.write({ ...trial.batch([]), records: records.map(viewed) });
  await trial.settle(write);

  const missing = await missingOf(trial, records);
  if (write.outcome.kind === 'resolved' && missing.length === 0) return;
  throw new Violation({
    expected: 'log records that are views to arrive as any others',
    seen: `${told(write.outcome)}; ${missing.length} of ${records.length} did not arrive`,
    whatToDo:
      'read fields by their names, or use JSON.stringify or encodeJsonLines: `{ ...record }` and Object.keys(record) find nothing',
  });
});

export const unknownFields: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  for (const kind of trial.kinds) {
    const record = {
      ...trial.records.next(kind),
      of_a_later_version: { list: [1, 'two'], flag: true },
    };
    const write = sink.write(trial.batch([record]));
    await trial.settle(write);
    const missing = await missingOf(trial, [record]);
    if (write.outcome.kind === 'resolved' && missing.length === 0) continue;
    throw new Violation({
      expected: `a ${kind} with a field that the sink does not know to arrive`,
      seen: told(write.outcome),
      whatToDo: 'ignore it, or pass it on: later versions of the agent add fields',
    });
  }
});

const texts: Readonly<Record<string, string>> = {
  'an empty text': '',
  blanks: ' \t ',
  'control characters': '\u0000\u0007\u001b[31m\r\u007f\u009b',
  'half a surrogate pair': 'a\ud800b\udc00c',
  'line separators': 'a\u2028b\u2029c\u0085d',
  'quotes and braces': '"}\\",{"id":"x"}\\',
  'signs of templates': '%s {{x}} $(x) <x>&amp;',
  'characters beyond ASCII': 'Grüße, 日本語, 👩‍👩‍👧',
  'a mebibyte': 'x'.repeat(1024 * 1024),
};

export const anyText: Case = tried(async (trial) => {
  const sink = await trial.openSink();
  for (const [name, text] of Object.entries(texts)) {
    for (const record of recordsWith(trial, text)) {
      const batch = trial.batch([record]);
      const write = sink.write(batch);
      await trial.settle(write);
      if (await isDealtWith(trial, batch, write.outcome)) continue;
      throw new Violation({
        expected: `a ${record.kind} with ${name} to arrive, or to be refused as permanent or dropped by name`,
        seen:
          write.outcome.kind === 'resolved'
            ? 'it resolved, but the record cannot be found at the destination'
            : told(write.outcome),
        whatToDo:
          'encode text with the means of the format, and clean it where the destination is particular',
      });
    }
  }
});

async function isDealtWith(trial: Trial, batch: Batch, outcome: Outcome): Promise<boolean> {
  if (outcome.kind === 'pending') return false;
  if (outcome.kind === 'rejected')
    return ['refused', 'too large'].includes(verdictOn(outcome.error, 1));
  return (await missingOf(trial, batch.records)).length === 0;
}

function recordsWith({ kinds, records }: Trial, text: string): readonly ContainerRecord[] {
  return kinds.map((kind) => withText(records.next(kind), text));
}

function withText(record: ContainerRecord, text: string): ContainerRecord {
  switch (record.kind) {
    case 'log':
      return { ...record, message: text };
    case 'stat':
      return { ...record, fields: { odd: text.slice(0, 1_000) } };
    case 'event':
      return { ...record, attributes: { ...record.attributes, odd: text.slice(0, 1_000) } };
  }
}
