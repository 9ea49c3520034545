import type { SinkDefinition } from '@tallyman/sdk';

/** A sink that the file configures, before its entry is judged. */
export interface ChosenSink {
  readonly name: string;
  readonly type: string;
  readonly definition: SinkDefinition;
  /** What the file says, as far as it is a mapping. */
  readonly entry: Readonly<Record<string, unknown>>;
}
