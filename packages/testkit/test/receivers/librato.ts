import type { LibratoReceiver } from '../../src/receivers/index.ts';
import { ask, type Told } from './asking.ts';

export const token = { token: 'recorder-token', email: 'ops@example.com' };

export interface Said extends Told {
  readonly json: unknown;
}

/** Posts as the token's owner, unless told otherwise. */
export async function post(
  receiver: LibratoReceiver,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const told = await ask(receiver.address, path, {
    headers: {
      Authorization: basic(`${token.email}:${token.token}`),
      'Content-Type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
  const json = told.body.startsWith('{') ? JSON.parse(told.body) : undefined;
  return { ...told, json };
}

export function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/** Seconds since the epoch. */
export function now(): number {
  return Math.floor(Date.now() / 1_000);
}

export function many<Item>(count: number, item: (index: number) => Item): readonly Item[] {
  return Array.from({ length: count }, (_, index) => item(index));
}
