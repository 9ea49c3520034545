import { askEngine, type EngineAddress } from '@tallyman/core';
import type { Clock } from '@tallyman/sdk';
import type { EngineConfig } from '../config/model.ts';
import { engineAddress } from '../engine/address.ts';
import type { Ping } from './examination.ts';

const limitMs = 5_000;

/** Asks the engine whether it is there, with a limit of its own. Never rejects. */
export async function pingOf(config: EngineConfig, clock: Clock): Promise<Ping> {
  let address: EngineAddress;
  try {
    address = engineAddress(config);
  } catch (error) {
    return { kind: 'unaddressed', error };
  }
  const over = new AbortController();
  const cancel = clock.after(limitMs, () => over.abort());
  try {
    const answer = await askEngine(address, { method: 'GET', path: '/_ping' }, over.signal);
    return { kind: 'answered', address, answer };
  } catch (error) {
    if (over.signal.aborted) return { kind: 'silent', address, limitMs };
    return { kind: 'failed', address, error };
  } finally {
    cancel();
  }
}
