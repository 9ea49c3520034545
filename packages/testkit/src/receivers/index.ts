// In this process (each is a Receiver, see receiver.ts), on loopback, plain unless `tls` is given:
//   await using receiver = await LibratoReceiver.start({ tokens: [{ token: 'x' }], plainHttp: 'allowed' });
//   receiver.script(['503', { status: 429, retryAfter: { seconds: 2 } }, 'reset', 'ok']);
//   … receiver.address.url … await receiver.until(({ points }) => points >= 10, signal); receiver.ledger().points
// In a process of its own, the same with promises:
//   await using receiver = await ReceiverProcess.start('librato', { tokens: … });
export { type Certificate, certificateFor } from './certificate.ts';
export { HttpReceiver } from './http/receiver.ts';
export type {
  HttpAnswerStep,
  HttpCounts,
  HttpFault,
  HttpScript,
  HttpStep,
  ReceivedRequest,
} from './http/steps.ts';
export {
  type LibratoErrorShape,
  libratoAnswers,
  libratoErrorBody,
} from './librato/answers.ts';
export { LibratoReceiver } from './librato/receiver.ts';
export type {
  LibratoAnnotation,
  LibratoCounts,
  LibratoLedger,
  LibratoOptions,
  LibratoPoint,
  LibratoRate,
  LibratoRefusal,
  LibratoStep,
  LibratoToken,
} from './librato/types.ts';
export { LogentriesReceiver } from './logentries/receiver.ts';
export type {
  LogentriesLedger,
  LogentriesLine,
  LogentriesOptions,
  LogentriesRefusal,
  LogentriesRule,
  LogentriesTally,
} from './logentries/types.ts';
export { LogentriesWebhook } from './logentries/webhook.ts';
export type { ReceiverKind, ReceiverKinds } from './process/kinds.ts';
export { ReceiverProcess } from './process/process.ts';
export type {
  CertificateKind,
  Receiver,
  ReceiverAddress,
  ReceiverOptions,
  ReceiverSettings,
} from './receiver.ts';
export { TcpReceiver } from './tcp/receiver.ts';
export type {
  ReceivedLine,
  ReceivedTail,
  TcpBreak,
  TcpCounts,
  TcpLedger,
  TcpStep,
  TcpStepDetail,
} from './tcp/steps.ts';
