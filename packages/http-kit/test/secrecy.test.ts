import { inspect, types } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Secret } from '@tallyman/sdk';
import { HttpReceiver, type ReceivedRequest } from '@tallyman/testkit';
import fc from 'fast-check';
import { type HttpAuth, type HttpRequest, refusalFrom } from '../src/index.ts';
import { clientOf, never, post } from './sending.ts';

const faults = ['reset', 'reset-mid-body', 'close', 'garbage', 'echo', 'refused', 'tls'] as const;

let receiver: HttpReceiver;

beforeAll(async () => {
  receiver = await HttpReceiver.start();
});

afterAll(() => receiver.close());

/** Says back whatever it was sent, as a debugging proxy does. */
function echo({ headers, path, body }: ReceivedRequest) {
  const said = { headers, path, body, decoded: decodeURIComponent(path) };
  return { status: 400, headers: { 'x-path': path }, body: said };
}

/** Everything that logs, tools and people get to see of an error or an answer. */
function shown(value: unknown): string {
  const seen = [inspect(value, { depth: Infinity, showHidden: true }), JSON.stringify(value)];
  let link = value;
  while (types.isNativeError(link)) {
    seen.push(`${link.stack}`, `${link.name}: ${link.message}`, JSON.stringify(link));
    link = link.cause;
  }
  return seen.join('\n');
}

async function outcomeOf(fault: (typeof faults)[number], request: HttpRequest): Promise<string> {
  receiver.script([]);
  if (fault === 'echo') receiver.scriptWith(echo);
  else if (fault !== 'refused' && fault !== 'tls') receiver.script([fault]);
  const { url } = receiver.address;
  const urls = { refused: 'http://127.0.0.1:1', tls: url.replace('http:', 'https:') };
  using client = clientOf(fault === 'refused' || fault === 'tls' ? urls[fault] : url);
  try {
    const answer = await client.send(request, never);
    return `${shown(answer)}\n${shown(refusalFrom(answer, { nowMs: 0 }))}`;
  } catch (error) {
    return shown(error);
  }
}

const printable = fc
  .array(
    fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    {
      minLength: 8,
      maxLength: 64,
    },
  )
  .map((characters) => characters.join(''));

const schemes: Readonly<Record<string, (token: Secret) => HttpAuth>> = {
  user: (token) => ({ scheme: 'basic', user: token }),
  password: (token) => ({ scheme: 'basic', user: 'me@quay.io', password: token }),
  bearer: (token) => ({ scheme: 'bearer', token }),
  header: (token) => ({ scheme: 'header', name: 'X-Token', token }),
};

test('no token is in anything that is thrown or answered', async () => {
  await fc.assert(
    fc.asyncProperty(
      printable,
      fc.constantFrom(...Object.keys(schemes)),
      fc.constantFrom(...faults),
      async (text, scheme, fault) => {
        const token = new Secret(text);
        const auth = schemes[scheme]?.(token);
        const path = ['/', token];

        const seen = await outcomeOf(fault, { ...post, path, ...(auth && { auth }) });

        const basic = [`${text}:`, `me@quay.io:${text}`].map((pair) =>
          Buffer.from(pair).toString('base64'),
        );
        for (const form of [text, encodeURIComponent(text), ...basic])
          expect(seen).not.toContain(form);
      },
    ),
    { numRuns: 150 },
  );
});
