import { setFlagsFromString } from 'node:v8';
import type { StrainState } from '@tallyman/core';

// In percent of what was left after it was cleared; the bytes of lines, which are outside of the heap, count. Clearing
// it less often costs a fifth less of all CPU time. While records pile up there is more to grow by, and it matters
// less what a line costs than that the whole stays small.
const growth: Readonly<Record<StrainState, number>> = { eased: 100, strained: 50 };

/**
 * Says how far the heap may grow before it is cleared the next time. An engine that does not know these flags goes
 * on without them (V8: src/flags/flag-definitions.h).
 */
export function letHeapGrow(state: StrainState): void {
  setFlagsFromString(`--heap-growing-percent=${growth[state]}`);
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
