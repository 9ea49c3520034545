import { encodeJsonArray, permanent, retryable } from '@tallyman/sdk';

/** @import { Clock, ContainerRecord, Secret } from '@tallyman/sdk' */

/**
 * What a destination may answer to a batch that it did not accept as a whole.
 * @typedef {{ refused: readonly { index: number, reason?: string, retry?: boolean }[] }} Answer
 */

// More of an answer is not read.
const longestAnswerBytes = 262_144;

/** A URL that takes batches. Whatever its methods throw is a delivery error, without a credential in it. */
export class Webhook {
  #url;
  #headers;
  #clock;

  /**
   * @param {string} url
   * @param {Readonly<Record<string, string>>} headers
   * @param {Clock} clock
   */
  constructor(url, headers, clock) {
    this.#url = url;
    this.#headers = headers;
    this.#clock = clock;
  }

  /**
   * Finds out whether the destination is there and takes the token. That it knows POST alone is no fault.
   * @param {Secret | undefined} token
   * @param {AbortSignal} signal
   */
  async probe(token, signal) {
    const doing = 'reaching the webhook';
    const { response } = await this.#answerTo(doing, { method: 'HEAD', signal }, token);
    if (!response.ok && ![404, 405, 501].includes(response.status))
      throw this.#refusal(doing, response);
  }

  /**
   * Resolves with the records that were not accepted, once all others are.
   * @param {readonly ContainerRecord[]} records
   * @param {Secret | undefined} token
   * @param {AbortSignal} signal
   */
  async post(records, token, signal) {
    const doing = `posting ${records.length} records`;
    const request = { method: 'POST', body: encodeJsonArray({ records }), signal };
    const { response, text } = await this.#answerTo(doing, request, token);
    if (!response.ok) throw this.#refusal(doing, response);
    return refusedIn(text);
  }

  /**
   * @param {string} doing
   * @param {RequestInit} request
   * @param {Secret | undefined} token
   */
  async #answerTo(doing, request, token) {
    try {
      const headers = new Headers({ ...this.#headers, 'Content-Type': 'application/json' });
      if (token !== undefined) headers.set('Authorization', `Bearer ${token.reveal()}`);
      // A redirect is not followed: it may lead elsewhere, or make a GET without records of a POST.
      const response = await fetch(this.#url, { ...request, headers, redirect: 'manual' });
      return { response, text: await textOf(response) };
    } catch (error) {
      // The cause says what happened to the connection; the error itself may show headers.
      const cause = error instanceof Error ? error.cause : undefined;
      throw retryable(`${doing}: no answer`, { cause });
    }
  }

  /**
   * A redirect (the URL is wrong) and a destination that is busy or down are reasons to come again. From the status
   * the agent sees refused credentials (401, 403) and batches that are too large (413).
   * @param {string} doing
   * @param {Response} response
   */
  #refusal(doing, { status, headers }) {
    const message = `${doing}: HTTP ${status}`;
    const passes = status < 400 || status >= 500 || [408, 425, 429].includes(status);
    return passes
      ? retryable(message, { status, retryAfterMs: this.#waitMs(headers.get('Retry-After')) })
      : permanent(message, { status });
  }

  /**
   * `Retry-After` has seconds, or a date.
   * @param {string | null} header
   */
  #waitMs(header) {
    if (header === null) return undefined;
    const isSeconds = /^\d+$/.test(header);
    const ms = isSeconds ? Number(header) * 1_000 : Date.parse(header) - this.#clock.now();
    return Number.isNaN(ms) ? undefined : Math.max(0, ms);
  }
}

/**
 * The body, read so that the connection can serve the next request.
 * @param {Response} response
 */
async function textOf({ body }) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > longestAnswerBytes) break;
  }
  return Buffer.concat(chunks).toString();
}

/**
 * An answer that is no {@link Answer} refuses nothing.
 * @param {string} text
 * @returns {Answer['refused']}
 */
function refusedIn(text) {
  try {
    const { refused } = JSON.parse(text);
    return Array.isArray(refused) ? refused.filter((each) => Number.isInteger(each?.index)) : [];
  } catch {
    return [];
  }
}
