import { hostname } from 'node:os';
import { isSinkError, messageOf } from '@tallyman/sdk';
import { type Probe, probeSinks } from '../compose/probe.ts';
import { SinkCounts } from '../sinks/counts.ts';
import { causeCodeOf, isNoTls, isUnknownHost, unfitCodes, untrustedCodes } from './error-codes.ts';
import type { Examined } from './examination.ts';
import type { Finding, FindingCode } from './finding.ts';

/** Whether each sink opens: its destination is there and takes its credentials, as far as that can be asked. */
export async function examineSinks(
  { config, diagnostics }: Examined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const parts = { config, diagnostics, counts: new SinkCounts(), host: hostname() };
  try {
    return (await probeSinks(parts, signal)).map(probed);
  } catch (error) {
    signal.throwIfAborted();
    // One of them cannot even be created; the error names it.
    return [uncreated(messageOf(error))];
  }
}

function uncreated(what: string): Finding {
  return {
    code: 'sink.failed',
    severity: 'problem',
    where: ['sinks'],
    what,
    todo: 'correct the options of that sink; until then no sink is opened for a trial',
  };
}

function probed({ sink, failure }: Probe): Finding {
  if (failure === undefined)
    return { code: 'sink.opened', severity: 'fine', where: [sink], what: 'opened' };
  const { code, todo } = diagnosed(failure, sink);
  const what = `does not open: ${messageOf(failure)}`;
  return { code, severity: 'problem', where: [sink], what, todo };
}

/** What opening a sink can come to. */
export const openingCodes: ReadonlySet<FindingCode> = new Set([
  'sink.opened',
  'sink.refused',
  'sink.unknown_host',
  'sink.connection_refused',
  'sink.unreachable',
  'sink.tls',
  'sink.failed',
]);

interface Diagnosis {
  readonly code: FindingCode;
  readonly todo: string;
}

/** What kept a sink from opening, from its status or the code of what caused it. */
function diagnosed(failure: unknown, sink: string): Diagnosis {
  const status = isSinkError(failure) ? failure.status : undefined;
  if (status === 401 || status === 403)
    return {
      code: 'sink.refused',
      todo: `correct sinks.${sink}.token (or tokens): take a valid one that may write from the service, and see that user or e-mail in its options belong to it`,
    };
  const code = causeCodeOf(failure);
  if (isUnknownHost(code))
    return {
      code: 'sink.unknown_host',
      todo: `correct the host in sinks.${sink}.options, or the DNS of this host: getent hosts NAME has to answer`,
    };
  if (code === 'ECONNREFUSED')
    return {
      code: 'sink.connection_refused',
      todo: `correct host and port in sinks.${sink}.options, or start what should listen there`,
    };
  if (isAboutTls(code))
    return {
      code: 'sink.tls',
      todo: `see that TLS, host and port in sinks.${sink}.options are what the server speaks; trust an authority of your own with the option ca, or NODE_EXTRA_CA_CERTS=FILE`,
    };
  const isTimeout = ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNRESET'].includes(code);
  if (isTimeout || /no answer within|timed out|timeout/i.test(messageOf(failure)))
    return {
      code: 'sink.unreachable',
      todo: 'let the connection through the firewall, or set HTTPS_PROXY where the way out is a proxy; see whether the service is up, and speaks TLS as asked',
    };
  return {
    code: 'sink.failed',
    todo: `see the page of the sink's type for sinks.${sink}.options, and correct what its words name`,
  };
}

function isAboutTls(code: string): boolean {
  return (
    isNoTls(code) || untrustedCodes.has(code) || unfitCodes.has(code) || code.startsWith('ERR_SSL_')
  );
}
