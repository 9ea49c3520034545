import { type StatSample, sampleFrom } from '../../src/decode/stat.ts';
import { recordedJson } from './recorded.ts';

/** The sample of this recording. */
export async function sampleIn(name: string): Promise<StatSample> {
  const sample = sampleFrom(await recordedJson(name));
  if (sample === undefined) throw new Error(`${name} is no sample`);
  return sample;
}

/** A sample of a running container, with this said otherwise. */
export function statsWith(sections: Readonly<Record<string, unknown>>): unknown {
  return {
    read: '2026-01-01T00:00:00Z',
    cpu_stats: { cpu_usage: { total_usage: 1 }, online_cpus: 1 },
    memory_stats: { usage: 1 },
    ...sections,
  };
}
