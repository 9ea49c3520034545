import { isSinkError, type SinkError } from '@tallyman/sdk';

/**
 * What the lane makes of a rejection: `retried` whole, held because of its `credentials`, cut as `refused` or
 * `too large`, in `part`, or `suspect` where the sink did not say.
 */
export type Verdict = 'retried' | 'credentials' | 'too large' | 'refused' | 'part' | 'suspect';

/** As clauses 5.11 to 5.17 have it, for a batch of so many records. */
export function verdictOn(error: unknown, records: number): Verdict {
  if (!isSinkError(error)) return speaksOfConnection(error) ? 'retried' : 'suspect';
  if (error.disposition === 'partial') return partVerdict(error, records);
  if (error.status === 401 || error.status === 403) return 'credentials';
  if (error.status === 413) return 'too large';
  return error.disposition === 'permanent' ? 'refused' : 'retried';
}

/** A partial failure that leaves out nothing is as good as a whole one. */
function partVerdict({ retry, drop }: SinkError, records: number): Verdict {
  if (retry.length === records) return 'retried';
  if (drop.length < records) return 'part';
  return drop.every(({ reason }) => reason === 'too_large') ? 'too large' : 'refused';
}

const systemCode = /^(?:E(?!RR_)[A-Z0-9]+|UND_ERR_\w+|HPE_\w+)$/;

function speaksOfConnection(error: unknown): boolean {
  let link = error;
  for (let depth = 0; depth < 5 && typeof link === 'object' && link !== null; depth++) {
    if ('code' in link && typeof link.code === 'string' && systemCode.test(link.code)) return true;
    if ('name' in link && link.name === 'HTTPParserError') return true;
    link = 'cause' in link ? link.cause : undefined;
  }
  return false;
}
