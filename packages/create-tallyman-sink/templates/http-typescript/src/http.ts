import {
  type Batch,
  type Clock,
  encodeJsonLines,
  permanent,
  recordsOf,
  retryable,
  type SinkError,
} from '@tallyman/sdk';

// Connections are kept by fetch. More of an answer than this is not read.
const longestAnswerBytes = 65_536;

/** Posts records to a URL. All it throws are delivery errors that say whether the same records may come again. */
export function httpClient(url: string, clock: Clock) {
  /** `doing` is for errors. */
  async function answerTo(doing: string, request: RequestInit): Promise<Response> {
    try {
      // A redirect is not followed: it would make a GET without records of a POST.
      const response = await fetch(url, { ...request, redirect: 'manual' });
      // Read to its end, so that the connection serves the next request.
      let bytes = 0;
      for await (const chunk of response.body ?? []) {
        bytes += chunk.length;
        if (bytes > longestAnswerBytes) break;
      }
      return response;
    } catch (error) {
      // The cause tells what happened to the connection; the error itself may show the headers.
      const cause = error instanceof Error ? error.cause : undefined;
      throw retryable(`${doing}: no answer`, { cause });
    }
  }

  return {
    /** Finds out whether the destination is there and lets us in. That it knows no HEAD is no fault. */
    async probe(signal: AbortSignal, headers: Record<string, string> = {}): Promise<void> {
      const doing = 'reaching the destination';
      const response = await answerTo(doing, { method: 'HEAD', headers, signal });
      const { status } = response;
      const isThere = status < 500 || status === 501;
      if (!isThere || [401, 403, 429].includes(status)) throw refusal(doing, response);
    },

    async post(
      batch: Pick<Batch, 'records'>,
      signal: AbortSignal,
      headers: Record<string, string> = {},
    ): Promise<void> {
      const doing = `posting ${recordsOf(batch).length} records`;
      const response = await answerTo(doing, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-ndjson', ...headers },
        body: encodeJsonLines(batch),
        signal,
      });
      if (!response.ok) throw refusal(doing, response);
    },
  };

  /**
   * What passes may be tried again: a wrong address (a redirect), a destination that is busy or down. All else
   * will not be accepted later either. From the status the agent sees refused credentials (401, 403) and batches
   * that are too large (413).
   */
  function refusal(doing: string, { status, headers }: Response): SinkError {
    const message = `${doing}: HTTP ${status}`;
    const passes = status < 400 || status >= 500 || [408, 425, 429].includes(status);
    if (!passes) return permanent(message, { status });
    return retryable(message, { status, retryAfterMs: waitMs(headers.get('Retry-After')) });
  }

  /** `Retry-After` has seconds, or a date. */
  function waitMs(header: string | null): number | undefined {
    if (header === null) return undefined;
    const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - clock.now();
    return Number.isNaN(ms) ? undefined : Math.max(0, ms);
  }
}
