/** The wait that `Retry-After` asks for: seconds, or an HTTP date. Undefined where there is none or it is neither. */
export function retryAfterMsFrom(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1_000);
  // Date.parse reads almost anything as a date; HTTP dates begin with a weekday (RFC 9110, section 5.6.7).
  const dateMs = /^[A-Z][a-z]{2,8}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
