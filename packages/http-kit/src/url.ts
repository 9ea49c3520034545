import { Secret } from '@tallyman/sdk';

/** A path, or its parts: those that are secret are percent-encoded, and never shown. */
export type HttpPath = string | readonly (string | Secret)[];

/** A request's URL as it is sent and as it may be shown. */
export interface Target {
  readonly url: string;
  readonly shown: string;
  readonly secrets: readonly string[];
}

/** The URL less user, password, fragment, and a slash at its end. Throws where nothing can be put behind it. */
export function urlWithoutCredentials(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new Error(
      'the URL is not one of http or https; write https://HOST, and a path if need be',
    );
  if (url.search !== '') throw new Error('the URL has a query; leave out what follows the ?');
  return (url.origin + url.pathname).replace(/\/$/, '');
}

/** Where a path below the base leads. */
export function targetOf(base: string, path: HttpPath): Target {
  const parts = typeof path === 'string' ? [path] : path;
  const secrets = parts.flatMap((part) => (part instanceof Secret ? [part.reveal()] : []));
  const joined = (write: (secret: Secret) => string) =>
    base + parts.map((part) => (part instanceof Secret ? write(part) : part)).join('');
  return {
    url: joined((secret) => encodeURIComponent(secret.reveal().toWellFormed())),
    shown: joined(String),
    secrets,
  };
}

/** Where a redirect points to, without what its query may carry. */
export function redirectTarget(location: string, from: string): string | undefined {
  const url = URL.canParse(location, from) ? new URL(location, from) : undefined;
  return url === undefined ? undefined : `${url.origin}${url.pathname}`;
}
