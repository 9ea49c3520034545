import { type HttpResponse, isSuccess, refusalFrom } from '@tallyman/http-kit';
import { permanent, type SinkError } from '@tallyman/sdk';
import { type Complaint, complaintsIn } from './complaints.ts';
import { limitFrom } from './rate-limit.ts';

/** Attempts after which a 429 that names no limit is held against the records it answers. */
export const patientAttempts = 3;

/** What an answer means for the request that it answers. */
export type Answer =
  | { readonly kind: 'accepted' }
  /** In part or as a whole the request is at fault: what exactly, the complaints may tell. */
  | {
      readonly kind: 'faulty';
      /** A success that leaves some points out has taken the others. */
      readonly others: 'taken' | 'refused';
      readonly complaints: readonly Complaint[];
      /** How many points were left out, where it says. */
      readonly failed?: number;
      readonly error: SinkError;
    }
  /** The request is at fault, or a limit that goes unnamed. */
  | { readonly kind: 'unnamed-limit'; readonly error: SinkError }
  /** The request is not at fault: nothing more can be sent now. */
  | { readonly kind: 'failed'; readonly error: SinkError }
  /** The service does not take such requests at all. */
  | { readonly kind: 'unwanted'; readonly error: SinkError };

export interface AnswerContext {
  readonly nowMs: number;
  /** Points that the request carried. */
  readonly points: number;
  /** In the configuration's words: `tokens.stats`. */
  readonly tokenOption: string;
}

/** Reads an answer, trusting neither its status nor its body alone. */
export function answerFrom(response: HttpResponse, context: AnswerContext): Answer {
  const { status } = response;
  const body = response.json();
  if (isSuccess(response)) return successFrom(response, body);
  const limit = limitFrom(response, context);
  if (limit !== undefined) return { kind: 'failed', error: limit };
  const error = refusalFrom(response, {
    nowMs: context.nowMs,
    advice: adviceFor(response, context),
  });
  switch (status) {
    case 400:
    case 413:
    case 422:
      return { kind: 'faulty', others: 'refused', complaints: complaintsIn(body), error };
    case 429:
      return { kind: 'unnamed-limit', error };
    default:
      return { kind: error.disposition === 'permanent' ? 'unwanted' : 'failed', error };
  }
}

function successFrom({ subject, status }: HttpResponse, body: unknown): Answer {
  const failed = failedIn(body);
  const complaints = complaintsIn(isListOfErrors(body) ? { errors: body.errors } : undefined);
  // A summary without failures outweighs remarks under `errors`.
  if (failed === 0 || (failed === undefined && complaints.length === 0))
    return { kind: 'accepted' };
  const words = complaints.map(({ text }) => text).join('; ') || 'it does not say why';
  const error = permanent(`${subject}: HTTP ${status}, but points were left out: ${words}`);
  const known = failed === undefined ? {} : { failed };
  return { kind: 'faulty', others: 'taken', complaints, ...known, error };
}

function isListOfErrors(body: unknown): body is { readonly errors: unknown } {
  return typeof body === 'object' && body !== null && 'errors' in body;
}

/** `failed` of `{"measurements":{"summary":{"failed":1,…}}}`, wherever it stands; undefined where it does not. */
function failedIn(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('failed' in value && typeof value.failed === 'number') return value.failed;
  for (const inner of Object.values(value)) {
    const failed = failedIn(inner);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

function adviceFor({ text }: HttpResponse, { tokenOption }: AnswerContext): Record<number, string> {
  return {
    401: `the token is refused; check ${tokenOption}, and options.email`,
    403: adviceOnForbidden(text, tokenOption),
    404: 'there is no such API; check options.url and options.api',
    415: 'it does not take such bodies; try options.gzip: false',
  };
}

function adviceOnForbidden(text: string, tokenOption: string): string {
  if (/tag based measurements are not enabled/i.test(text))
    return 'the account has no tags; set options.api: metrics';
  if (/secure|https/i.test(text)) return 'it wants TLS; write https:// in options.url';
  return `${tokenOption} may not write; use a token with the role recorder`;
}
