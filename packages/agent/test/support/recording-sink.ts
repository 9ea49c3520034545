import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerRecord } from '@tallyman/sdk';
import { isRecord, jsonIn } from './said.ts';

/** What a recording sink does: `stall` until it is told otherwise, or the runtime takes the attempt back. */
export type SinkOrder = 'take' | 'refuse' | 'stall';

/**
 * The files of the sink `recording`: it appends what it takes to `NAME.taken` in the agent's folder, and obeys
 * `NAME.order` there. Needs `--sinks-dir .`.
 */
export const recordingSinkFiles: Readonly<Record<string, string>> = {
  'recording.mjs': `
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
export default {
  type: 'recording', summary: 'For a test.', stability: 'beta', contract: 1,
  accepts: ['log', 'stat', 'event'], token: 'none',
  options: { type: 'object', properties: {} },
  create: (options, { name, clock, sdk }) => {
    const order = () => (existsSync(name + '.order') ? readFileSync(name + '.order', 'utf8') : 'take');
    return {
      write: async ({ records }, signal) => {
        if (order() === 'stall') appendFileSync(name + '.stalled', '\\n');
        while (order() === 'stall') await clock.sleep(50, signal);
        if (order() === 'refuse') throw sdk.retryable('refused as ordered');
        appendFileSync(name + '.taken', records.map((record) => JSON.stringify(record) + '\\n').join(''));
      },
    };
  },
};
`,
};

/** Tells a recording sink what to do, also before its agent starts. */
export function order(folder: string, sink: string, what: SinkOrder): void {
  const path = join(folder, `${sink}.order`);
  if (what === 'take') rmSync(path, { force: true });
  else writeFileSync(path, what);
}

/** Whether a recording sink was ever given something that it stalled, as it was ordered to. */
export function hasStalled(folder: string, sink: string): boolean {
  return existsSync(join(folder, `${sink}.stalled`));
}

/** What a recording sink took, over all its runs. */
export function takenBy(folder: string, sink: string): ContainerRecord[] {
  const path = join(folder, `${sink}.taken`);
  return existsSync(path) ? jsonIn(readFileSync(path, 'utf8')).filter(isRecord) : [];
}

/** The lines of one container among records, in their order. */
export function messagesIn(records: readonly ContainerRecord[], containerId: string): string[] {
  return records.flatMap((record) =>
    record.kind === 'log' && record.container.id === containerId ? [record.message] : [],
  );
}

/** How many records a recording sink took. */
export function countTakenBy(folder: string, sink: string): number {
  const path = join(folder, `${sink}.taken`);
  if (!existsSync(path)) return 0;
  let count = 0;
  const bytes = readFileSync(path);
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}
