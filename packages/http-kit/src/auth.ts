import { retryable, Secret, type SinkError } from '@tallyman/sdk';

/** How a request proves who sends it. */
export type HttpAuth =
  | {
      readonly scheme: 'basic';
      readonly user: string | Secret;
      /** Empty where the user is the token. */
      readonly password?: Secret;
    }
  | { readonly scheme: 'bearer'; readonly token: Secret }
  | { readonly scheme: 'header'; readonly name: string; readonly token: Secret };

/** A header that is not to be shown, and every text that would give the credential away. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** Throws a `SinkError` with status 401 where the token cannot be sent at all. */
export function credentialsOf(auth: HttpAuth | undefined, subject: string): Credentials {
  switch (auth?.scheme) {
    case undefined:
      return { headers: {}, secrets: [] };
    case 'basic':
      return basic(auth);
    case 'bearer':
      return inHeader('Authorization', 'Bearer ', auth.token, subject);
    case 'header':
      return inHeader(auth.name, '', auth.token, subject);
  }
}

function basic({ user, password }: Extract<HttpAuth, { scheme: 'basic' }>): Credentials {
  const isToken = user instanceof Secret;
  const name = isToken ? user.reveal() : user;
  const word = password?.reveal() ?? '';
  const encoded = Buffer.from(`${name}:${word}`).toString('base64');
  const secrets = [encoded, word, ...(isToken ? [name] : [])];
  return { headers: { Authorization: `Basic ${encoded}` }, secrets };
}

// RFC 9110, section 5.5: what else a value may hold, Node refuses or receivers misread.
const sendable = /^[\x21-\x7e]+$/;

function inHeader(name: string, before: string, token: Secret, subject: string): Credentials {
  const text = token.reveal();
  if (!sendable.test(text)) throw unsendable(name, subject);
  return { headers: { [name]: before + text }, secrets: [text] };
}

function unsendable(name: string, subject: string): SinkError {
  return retryable(
    `${subject}: the token cannot stand in the header ${name}, because it is empty or has blanks, line breaks or characters beyond ASCII; check where it is read from`,
    { status: 401 },
  );
}
