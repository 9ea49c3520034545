import { Secret, type SinkContext } from '@tallyman/sdk';
import { observedContext as observed } from '@tallyman/testkit';

export const logsToken = '11111111-2222-3333-4444-555555555555';
export const statsToken = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
export const eventsToken = '99999999-8888-7777-6666-555555555555';
export const allTokens: readonly string[] = [logsToken, statsToken, eventsToken];

const tokens = { log: logsToken, stat: statsToken, event: eventsToken };

/** A context with a token for each kind that remembers what the sink did with it. */
export function observedContext(changes: Partial<SinkContext> = {}) {
  return observed({ name: 'logentries', token: (kind) => new Secret(tokens[kind]), ...changes });
}
