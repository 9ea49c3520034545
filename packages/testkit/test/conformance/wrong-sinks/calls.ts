import type { ContainerRecord } from '@tallyman/sdk';
import { type WrongSink, wrong } from './wrong-sink.ts';

export const wrongCalls: readonly WrongSink[] = [
  wrong('2.3', 'repeats the token in an error', {
    errorFor: (error, { status }, { context }) =>
      status === 503
        ? context.sdk.retryable(`${error.message}, with ${context.token('log')?.reveal()}`)
        : error,
  }),
  wrong('2.3', 'keeps the header of a request in the cause', {
    errorFor: (error, { status }, { context }) => {
      const secret = context.token('log')?.reveal() ?? '';
      const authorization = Buffer.from(`me:${secret}`).toString('base64');
      return Object.assign(error, { cause: { status, request: { headers: { authorization } } } });
    },
  }),
  wrong('2.3', 'logs the token when it opens', {
    wrong: (sink, { context }) => ({
      ...sink,
      open: async (signal) => {
        context.log.debug({ token: context.token('log')?.reveal() }, 'Opening.');
        await sink.open(signal);
      },
    }),
  }),
  wrong('2.4', 'sends the token in the query as well', {
    wrong: (sink, { context, options }) => ({
      ...sink,
      open: async (signal) => {
        const secret = encodeURIComponent(context.token('log')?.reveal() ?? '');
        await fetch(`${options.url}/?token=${secret}`, { method: 'HEAD', signal }).catch(() => {});
        await sink.open(signal);
      },
    }),
  }),
  wrong('2.5', 'logs which container a batch begins with', {
    wrong: (sink, { context }) => ({
      ...sink,
      write: async (batch, signal) => {
        context.log.info({}, `Writing a batch from ${batch.records[0]?.container?.name}.`);
        await sink.write(batch, signal);
      },
    }),
  }),
  wrong('3.2', 'opens although its token is refused', {
    wrong: (sink) => ({
      ...sink,
      open: async (signal) => {
        await sink.open(signal).catch((error: unknown) => {
          if (!isStatus(error, 401)) throw error;
        });
      },
    }),
  }),
  wrong('3.3', 'can be opened only once', {
    wrong: (sink) => {
      let opened = 0;
      return {
        ...sink,
        open: async (signal) => {
          if (opened++ > 0) throw new Error('opening: it is being opened');
          await sink.open(signal);
        },
      };
    },
  }),
  wrong('3.5', 'closes what it has not opened', {
    wrong: (sink) => {
      let connection: { end(): void } | undefined;
      return {
        ...sink,
        open: async (signal) => {
          await sink.open(signal);
          connection = { end: () => {} };
        },
        close: async () => {
          if (connection === undefined) throw new TypeError('connection is undefined');
          connection.end();
        },
      };
    },
  }),
  wrong('3.6', 'goes on reporting after it was closed', {
    wrong: (sink) => {
      let timer: NodeJS.Timeout;
      return {
        ...sink,
        open: async (signal) => {
          await sink.open(signal);
          timer = setInterval(() => {}, 1_000);
          lingering.push(timer);
        },
      };
    },
  }),
  wrong('3.6', 'leaves a timer of the clock behind', {
    wrong: (sink, { context }) => ({
      ...sink,
      write: async (batch, signal) => {
        await sink.write(batch, signal);
        context.clock.after(60_000, () => {});
      },
    }),
  }),
  wrong('3.9', 'does not know of the signal', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch) => await sink.write(batch, never),
    }),
  }),
  wrong('3.9', 'stops waiting, and leaves the request running', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        const writing = sink.write(batch, never);
        writing.catch(() => {});
        const { promise, reject } = Promise.withResolvers<never>();
        const onAbort = () => reject(signal.reason);
        if (signal.aborted) onAbort();
        signal.addEventListener('abort', onAbort, { once: true });
        await Promise.race([writing, promise]);
      },
    }),
  }),
  wrong('3.10', 'shortens names in place', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        for (const record of batch.records)
          if (record.kind === 'stat') Object.assign(record, { host: record.host.slice(0, 8) });
        await sink.write(batch, signal);
      },
    }),
  }),
  wrong('3.10', 'sorts the list', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        (batch.records as ContainerRecord[]).sort((a, b) => a.time.localeCompare(b.time));
        await sink.write(batch, signal);
      },
    }),
  }),
  wrong('3.11', 'prints what it does', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        // Nothing to see, so that the output of the tests stays readable.
        process.stdout.write('');
        await sink.write(batch, signal);
      },
    }),
  }),
  wrong('3.11', 'exits where its token is refused', {
    wrong: (sink) => ({
      ...sink,
      write: async (batch, signal) => {
        await sink.write(batch, signal).catch((error: unknown) => {
          if (isStatus(error, 401)) process.exit(1);
          throw error;
        });
      },
    }),
  }),
  wrong('3.11', 'handles the signals of the process', {
    wrong: (sink) => {
      const onSignal = () => {};
      return {
        ...sink,
        open: async (signal) => {
          process.on('SIGUSR2', onSignal);
          handled.push(onSignal);
          await sink.open(signal);
        },
      };
    },
  }),
  wrong('3.12', 'tries three times', {
    wrong: (sink, { context }) => ({
      ...sink,
      write: async (batch, signal) => {
        for (let attempt = 1; ; attempt++) {
          try {
            await sink.write(batch, signal);
            return;
          } catch (error) {
            if (!isStatus(error, 503) || attempt === 3) throw error;
            await context.clock.sleep(200 * attempt, signal);
          }
        }
      },
    }),
  }),
];

const never = new AbortController().signal;
const lingering: NodeJS.Timeout[] = [];
const handled: (() => void)[] = [];

/** Takes back what sinks left behind that are wrong in just that. */
export function tidyUp(): void {
  for (const timer of lingering.splice(0)) clearInterval(timer);
  for (const handler of handled.splice(0)) process.off('SIGUSR2', handler);
}

function isStatus(error: unknown, status: number): boolean {
  return (
    typeof error === 'object' && error !== null && 'status' in error && error.status === status
  );
}
