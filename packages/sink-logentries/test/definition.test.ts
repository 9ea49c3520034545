import { expect, test } from '@jest/globals';
import { Secret } from '@tallyman/sdk';
import { eventRecord } from '@tallyman/testkit';
import { destinationOf, webhookOf } from '../src/destination.ts';
import definition, { type LogentriesOptions } from '../src/index.ts';
import { logsToken, observedContext } from './support/context.ts';

const defaults: LogentriesOptions = {
  tls: true,
  format: 'json',
  transport: 'tcp',
  confirm: 'fin',
};

test.each<[Partial<LogentriesOptions>, string]>([
  [{}, 'data.logentries.com:443'],
  [{ tls: false }, 'data.logentries.com:80'],
  [{ region: 'eu' }, 'eu.data.logs.insight.rapid7.com:443'],
  [{ region: 'us2', tls: false, port: 514 }, 'us2.data.logs.insight.rapid7.com:514'],
  [{ host: 'datahub.local', port: 10_000 }, 'datahub.local:10000'],
])('%j leads to %s', (options, expected) => {
  const { host, port } = destinationOf({ ...defaults, ...options });

  expect(`${host}:${port}`).toBe(expected);
});

test.each<[Partial<LogentriesOptions>, string]>([
  [{}, 'https://webhook.logentries.com/noformat/logs/'],
  [{ region: 'eu' }, 'https://eu.webhook.logs.insight.rapid7.com/v1/noformat/'],
  [{ host: '::1', port: 8080, tls: false }, 'http://[::1]:8080/v1/noformat/'],
])('events of %j are posted behind %s', (options, expected) => {
  const { url, path } = webhookOf({ ...defaults, ...options });

  expect(url + path).toBe(expected);
});

test('refuses a region beside a host', () => {
  const { context } = observedContext();

  expect(() =>
    definition.create({ ...defaults, region: 'eu', host: 'datahub.local' }, context),
  ).toThrow('options.region and options.host');
});

test('refuses a token that the service would take for part of the text, without showing it', () => {
  const { context } = observedContext({ token: () => new Secret('sesame, open') });

  expect(() => definition.create(defaults, context)).toThrow(/^the token for logs is not/);
  expect(() => definition.create(defaults, context)).not.toThrow('sesame');
});

test('refuses a record of a kind without a token, for good', async () => {
  const { context } = observedContext({
    token: (kind) => (kind === 'log' ? new Secret(logsToken) : undefined),
  });
  const sink = definition.create({ ...defaults, host: '127.0.0.1', port: 9 }, context);

  const batch = { id: '1', records: [eventRecord()], attempt: 1 };

  const write = sink.write(batch, new AbortController().signal);

  await expect(write).rejects.toMatchObject({ disposition: 'permanent' });
});

test('needs the raw samples only where it writes them', () => {
  const { needs } = definition;
  if (typeof needs !== 'function') throw new Error('needs is not a function');

  expect(needs({ ...defaults, format: 'docker-logentries' })).toEqual(['rawStats', 'command']);
  expect(needs(defaults)).toEqual([]);
});
