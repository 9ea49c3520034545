import { SinkUnavailable } from '../config/catalogue.ts';

/** There is such a sink, but it is not loaded: what was being done with which file, what is wrong, what to do. */
export function refusal(message: string, cause?: unknown): SinkUnavailable {
  return new SinkUnavailable('refused', message, { cause });
}
