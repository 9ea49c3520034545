import type { LibratoToken } from './types.ts';

/**
 * Whose Basic credentials these are, by wire contract 1.1: `email:token` of Librato; of AppOptics the token as user,
 * or `token` as user and the token as password.
 */
export function ownerOf(
  header: string | undefined,
  tokens: readonly LibratoToken[],
): LibratoToken | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  if (colon === -1) return undefined;
  const user = credentials.slice(0, colon);
  const password = credentials.slice(colon + 1);
  return tokens.find(({ email, token }) => {
    if (email !== undefined) return user === email && password === token;
    return (user === token && password === '') || (user === 'token' && password === token);
  });
}

/** 1.1, "token roles": an inactive token is refused, and a viewer may not write. */
export function mayWrite({ role = 'recorder', state = 'active' }: LibratoToken): boolean {
  return state === 'active' && role !== 'viewer';
}
