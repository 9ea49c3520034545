import { createInterface, type Interface } from 'node:readline';
import { messageOf, systemClock } from '@tallyman/sdk';
import type { Receiver } from '../receiver.ts';
import type { ReceiverKind, ReceiverKinds } from './kinds.ts';
import type { Question, Reply } from './protocol.ts';
import { isReceiverKind, receiverKinds, startReceiver } from './start.ts';

const usage = `usage: receiver KIND [OPTIONS]
KIND is one of ${receiverKinds.join(', ')}; OPTIONS is a JSON object, or - for the first line of the input.
Listens on loopback until its input ends. Reads requests such as {"ask":"counts"}, one a line:
script (steps), always (step), refuse, listen, cut, ledger, counts, clear.`;

// Nothing that is measured takes longer; whoever forgets a receiver is rid of it then.
const longestLifeMs = 3_600_000;

type AnyReceiver<Kind extends ReceiverKind> = Receiver<
  ReceiverKinds[Kind]['step'],
  ReceiverKinds[Kind]['ledger'],
  ReceiverKinds[Kind]['counts']
>;

/** The command line of `receiver`; its exit code. Ends with its input, and so with its parent. */
export async function main(args: readonly string[]): Promise<number> {
  const [kind = '', options = '{}'] = args;
  if (!isReceiverKind(kind)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const lines = createInterface({ input: process.stdin });
  systemClock.after(longestLifeMs, () => lines.close());
  // A parent that is gone does not read.
  process.stdout.on('error', () => lines.close());
  const input = lines[Symbol.asyncIterator]();
  const given = options === '-' ? (await input.next()).value : options;
  try {
    await using receiver = await startReceiver(kind, JSON.parse(String(given ?? '{}')));
    say({ result: receiver.address });
    await serve(receiver, input);
    return 0;
  } catch (thrown) {
    say({ error: `starting a receiver: ${messageOf(thrown)}` });
    lines.close();
    return 1;
  }
}

async function serve<Kind extends ReceiverKind>(
  receiver: AnyReceiver<Kind>,
  input: ReturnType<Interface[typeof Symbol.asyncIterator]>,
): Promise<void> {
  for await (const line of input) {
    try {
      say({ result: await answer(receiver, JSON.parse(line)) });
    } catch (thrown) {
      say({ error: messageOf(thrown) });
    }
  }
}

async function answer<Kind extends ReceiverKind>(
  receiver: AnyReceiver<Kind>,
  question: Question<ReceiverKinds[Kind]['step']>,
): Promise<unknown> {
  switch (question.ask) {
    case 'script':
      return receiver.script(question.steps);
    case 'always':
      return receiver.always(question.step);
    case 'refuse':
    case 'listen':
    case 'cut':
    case 'ledger':
    case 'counts':
    case 'clear':
      return receiver[question.ask]();
  }
}

function say(reply: Reply): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
