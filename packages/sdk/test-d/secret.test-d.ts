/** Compiles, or a Secret can be taken for a text. */
import { Secret } from '@tallyman/sdk';

const secret = new Secret('tok-4711');
secret.reveal() satisfies string;
// @ts-expect-error: a Secret is not a string
export const text: string = secret;
// @ts-expect-error: nor can it be joined to one
export const joined: string = secret + secret;
// @ts-expect-error: headers take strings
export const headers: Record<string, string> = { authorization: secret };
// @ts-expect-error: what looks like a Secret is none
export const forged: Secret = { reveal: () => '', toString: () => '', toJSON: () => '' };
