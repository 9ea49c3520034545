import type { SinkDefinition } from '@tallyman/sdk';

/** A sink that comes with the agent. */
export interface BuiltInSink {
  readonly type: string;
  readonly load: () => Promise<{ readonly default: SinkDefinition }>;
}

/** All of them. Each is imported only where the configuration asks for it. */
export const builtInSinks: readonly BuiltInSink[] = [
  { type: 'librato', load: () => import('@tallyman/sink-librato') },
  { type: 'logentries', load: () => import('@tallyman/sink-logentries') },
  { type: 'stdout', load: () => import('@tallyman/sink-stdout') },
];
