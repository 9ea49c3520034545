import { HttpReceiver } from '../http/receiver.ts';
import { LibratoReceiver } from '../librato/receiver.ts';
import { LogentriesReceiver } from '../logentries/receiver.ts';
import { LogentriesWebhook } from '../logentries/webhook.ts';
import type { Receiver } from '../receiver.ts';
import { TcpReceiver } from '../tcp/receiver.ts';
import type { ReceiverKind, ReceiverKinds } from './kinds.ts';

type Of<Kind extends ReceiverKind> = Receiver<
  ReceiverKinds[Kind]['step'],
  ReceiverKinds[Kind]['ledger'],
  ReceiverKinds[Kind]['counts']
>;

const starts: {
  readonly [Kind in ReceiverKind]: (options: ReceiverKinds[Kind]['options']) => Promise<Of<Kind>>;
} = {
  http: (options) => HttpReceiver.start(options),
  tcp: (options) => TcpReceiver.start(options),
  librato: (options) => LibratoReceiver.start(options),
  logentries: (options) => LogentriesReceiver.start(options),
  'logentries-webhook': (options) => LogentriesWebhook.start(options),
};

export const receiverKinds: readonly string[] = Object.keys(starts);

export function isReceiverKind(name: string): name is ReceiverKind {
  return receiverKinds.includes(name);
}

export function startReceiver<Kind extends ReceiverKind>(
  kind: Kind,
  options: ReceiverKinds[Kind]['options'],
): Promise<Of<Kind>> {
  return starts[kind](options);
}
