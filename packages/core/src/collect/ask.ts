import type { EngineAddress } from './engine.ts';
import { AnswerError, Exchange } from './transport/exchange.ts';
import { bodyOf } from './transport/response.ts';

/** One question to an engine. */
export interface EngineQuestion {
  /** `POST` asks for the connection itself, as attaching does. */
  readonly method: 'GET' | 'POST';
  /** With the API version where one matters: `/v1.41/info`. */
  readonly path: string;
}

/** What came back, whatever its status. */
export interface EngineAnswer {
  readonly status: number;
  /** `Api-Version`; absent where it is not said, and of refusals. */
  readonly apiVersion?: string;
  /** The body; of a refusal the engine's message. */
  readonly said: string;
}

/**
 * Asks one thing, for whoever wants to know what is there rather than to work with it. Rejects as Node's HTTP client
 * does where there is no answer, so that the error has its code.
 */
export async function askEngine(
  address: EngineAddress,
  { method, path }: EngineQuestion,
  signal: AbortSignal,
): Promise<EngineAnswer> {
  const exchange = new Exchange(address);
  try {
    if (method === 'POST') {
      (await exchange.upgrade(path, signal)).destroy();
      return { status: 101, said: '' };
    }
    const response = await exchange.get(path, signal);
    const said = await bodyOf(response);
    const apiVersion = response.headers['api-version'];
    return { status: 200, said, ...(typeof apiVersion === 'string' ? { apiVersion } : {}) };
  } catch (error) {
    if (error instanceof AnswerError) return { status: error.statusCode, said: error.message };
    throw error;
  }
}
