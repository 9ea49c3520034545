import { readFile } from 'node:fs/promises';
import { sinkWith } from '../right-sink.ts';
import { slip, type WrongSink } from './wrong-sink.ts';

const url = { type: 'string', format: 'uri', description: 'Where to.' };
const optionsWith = (schema: object) => ({
  options: { type: 'object', properties: { url, ...schema }, required: ['url'] },
});

export const wrongDefinitions: readonly WrongSink[] = [
  slip('1.2', 'is named with capitals', { type: 'Lines' }),
  slip('1.3', 'is of a contract that there is not', { contract: 2 }),
  slip('1.4', 'has an empty summary', { summary: '' }),
  slip('1.4', 'is stable in its own words', { stability: 'production' }),
  slip('1.5', 'accepts a kind that there is not', { accepts: ['log', 'stat', 'event', 'metric'] }),
  slip('1.6', 'says that tokens are there', { token: 'yes' }),
  slip('1.6', 'has a password as plain text', {
    ...optionsWith({ password: { type: 'string', description: 'Of the account.' } }),
  }),
  slip('1.7', 'has a keyword that there is not', {
    ...optionsWith({ size: { type: 'integer', minimun: 1, description: 'How much.' } }),
  }),
  slip('1.7', 'has an option of two types', {
    ...optionsWith({ size: { type: ['string', 'integer'], description: 'How much.' } }),
  }),
  slip('1.9', 'leaves an option without a description', optionsWith({ size: { type: 'integer' } })),
  slip('1.10', 'has a default without its unit', {
    ...optionsWith({
      pause: { type: 'string', format: 'duration', default: '10', description: 'How long.' },
    }),
  }),
  slip('1.11', 'takes any text for a URL', {
    ...optionsWith({ url: { type: 'string', description: 'Where to.' } }),
  }),
  slip('1.12', 'needs what there is not', { needs: ['rawstats'] }),
  slip('1.13', 'has a default for what there is not', { defaults: { maxRecord: 10 } }),
  slip('1.13', 'writes batches of no records', { defaults: { maxRecords: 0 } }),
  slip('1.14', 'reads a file when it is made', {
    create: (options: unknown, context: never) => {
      readFile(import.meta.filename).catch(() => {});
      return sinkWith().create(options, context);
    },
  }),
  slip('1.14', 'starts a timer of the clock when it is made', {
    create: (
      options: unknown,
      context: { clock: { after(ms: number, then: () => void): void } },
    ) => {
      context.clock.after(1_000, () => {});
      return sinkWith().create(options, context as never);
    },
  }),
  slip('1.15', 'shares its destination with the sink that was opened before', sharedDestination()),
];

function sharedDestination() {
  let shared: { readonly url: string } | undefined;
  const right = sinkWith();
  return {
    create: (options: { readonly url: string }, context: never) => {
      const made = () => right.create(shared ?? options, context);
      return {
        open: async (signal: AbortSignal) => {
          shared ??= options;
          await made().open?.(signal);
        },
        write: async (batch: never, signal: AbortSignal) => await made().write(batch, signal),
        close: async () => {
          shared = undefined;
        },
      };
    },
  };
}
