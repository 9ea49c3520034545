import type { SinkConfig } from '../config/model.ts';
import { kindWords } from '../config/tokens.ts';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';

/** Whether the tokens look like tokens. None of them is ever shown. */
export async function examineTokens({ config }: Examined): Promise<readonly Finding[]> {
  return config.sinks.flatMap((sink) => [...tokenless(sink), ...doubtful(sink)]);
}

function tokenless({ name, tokenless: kinds }: SinkConfig): readonly Finding[] {
  return kinds.map((kind) => ({
    code: 'sink.kind_without_token',
    severity: 'warning',
    where: [name],
    what: `there is no token for ${kindWords[kind]}, so they are not sent to it`,
    todo: `write sinks.${name}.tokens.${kindWords[kind]}, or leave ${kindWords[kind]} out of sinks.${name}.match.kinds`,
  }));
}

function doubtful({ name, tokens }: SinkConfig): readonly Finding[] {
  const texts = new Set(Object.values(tokens).map((token) => token.reveal()));
  const findings: Finding[] = [];
  if ([...texts].some((text) => text !== text.trim()))
    findings.push({
      code: 'sink.token_whitespace',
      severity: 'warning',
      where: [name],
      what: 'a token has blanks or line ends around it, which are sent as part of it',
      todo: `take them out of sinks.${name}.token or tokens; a file is best written with printf %s TOKEN > FILE`,
    });
  if ([...texts].some((text) => isPlaceholder(text.trim())))
    findings.push({
      code: 'sink.token_placeholder',
      severity: 'warning',
      where: [name],
      what: 'a token looks like the placeholder of an example',
      todo: `write the service's own token into sinks.${name}.token or tokens, or into the variable or file that it comes from`,
    });
  return findings;
}

const placeholders: readonly RegExp[] = [
  /^(.)\1*$/,
  /^[0-]+$/,
  /^[<[{(].*[>\]})]$/,
  /^\$/,
  /^(my|your|the|some|an?)[-_ ]?.*(token|key|secret)/i,
  /^(change[-_ ]?me|replace[-_ ]?me|insert[-_ ].*|to[-_ ]?do|none|null|undefined|token|secret|password|example|placeholder|dummy)$/i,
  /^(token|secret|key)[-_ ](here|goes[-_ ]here)$/i,
];

function isPlaceholder(token: string): boolean {
  return token === '' || placeholders.some((placeholder) => placeholder.test(token));
}
