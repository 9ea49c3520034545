import type { HttpAnswer } from '../http/answering.ts';
import type { HttpAnswerStep } from '../http/steps.ts';
import type { Violation } from './violation.ts';

// Wire contract 1.5, "Error body variants": the words of the real answer.
const limitHit =
  'You have hit the API limit for measurements [measure:raw_rate]. Contact: support@librato.com to adjust this limit.';

/** Where a client finds what was wrong: each is met in the wild (wire contract 1.5, "Error body variants"). */
export type LibratoErrorShape =
  | 'params'
  | 'request-list'
  | 'request-text'
  | 'system'
  | 'list'
  | 'flat'
  | 'message'
  | 'html'
  | 'empty';

/** An error body of that shape. */
export function libratoErrorBody(shape: LibratoErrorShape, message: string): string | object {
  switch (shape) {
    case 'params':
      return { errors: { params: { name: [message] } } };
    case 'request-list':
      return { errors: { request: [message] } };
    case 'request-text':
      return { errors: { request: message } };
    case 'system':
      return { errors: { system: [message] } };
    case 'list':
      return { errors: [message] };
    case 'flat':
      return { request_time: 1467306906, error: message };
    case 'message':
      return { message };
    case 'html':
      return `<html><body><h1>${message}</h1></body></html>`;
    case 'empty':
      return '';
  }
}

// 1.1, "accounts not tag-enabled": `errors` is a list.
const tagsNotEnabled =
  'Tag based measurements are not enabled for this account. Contact support@librato.com.';

/** Answers for scripts, as the service gives them. */
export const libratoAnswers = {
  /** 1.5: 503, maintenance. */
  maintenance: {
    status: 503,
    body: libratoErrorBody('system', 'The API is currently down for maintenance.'),
  },
  /** 1.5: a 429 that says until when. */
  rateLimited: (resetSeconds: number): HttpAnswerStep => ({
    status: 429,
    headers: {
      'X-Librato-RateLimit-Agg': `limit=600000,remaining=598000,reset=${resetSeconds}`,
      'X-Librato-RateLimit-Std': `limit=1000,remaining=0,reset=${resetSeconds}`,
    },
    body: libratoErrorBody('flat', limitHit),
  }),
  /** 1.5: a 429 that names the limit in its body only. */
  rateLimitedWithoutHeaders: { status: 429, body: libratoErrorBody('flat', limitHit) },
  /** 1.5: the older way to say so. */
  rateLimitedAsForbidden: { status: 403, body: libratoErrorBody('flat', limitHit) },
  /** 1.5: "it's possible some data was permitted": here all of it was. */
  rateLimitedYetAccepted: {
    status: 429,
    accept: 'first',
    body: libratoErrorBody('flat', limitHit),
  },
  /** 1.5: a 429 for measurements that could not be parsed: it names no limit. */
  unparsable: { status: 429, body: libratoErrorBody('request-list', 'could not be parsed') },
  /** 1.1: the account has no tags. */
  tagsNotEnabled: { status: 403, body: { errors: [tagsNotEnabled] } },
  /** 1.5: "be happy with empty body". */
  acceptedSilently: { status: 202, accept: 'first', body: '' },
} as const satisfies Readonly<
  Record<string, HttpAnswerStep | ((resetSeconds: number) => HttpAnswerStep)>
>;

/** 1.2, 1.4: which parameter it is about, and of which metric where the service says so. */
export function violationAnswer(violation: Violation, now: number): HttpAnswer {
  const { message, options, param } = violation;
  const { answer, metric } = options;
  if (answer) return answer;
  const params = { [param]: [message], ...(metric === undefined ? {} : { name: metric }) };
  return { status: 400, body: { errors: { params }, request_time: now } };
}

/** 1.5, "Partial failure": a list of errors, and a summary that counts them. */
export function summaryAnswer(total: number, violations: readonly Violation[]): HttpAnswer {
  const failed = violations.length;
  const summary = { total, accepted: total - failed, failed, filtered: 0 };
  const body = { measurements: { summary } };
  const errors = violations.map(({ message, param }) => ({ param, reason: message }));
  return { status: 202, body: failed === 0 ? body : { ...body, errors } };
}
