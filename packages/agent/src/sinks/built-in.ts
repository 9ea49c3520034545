import type { SinkDefinition } from '@tallyman/sdk';

/** A sink that comes with the agent. */
export interface BuiltInSink {
  readonly type: string;
  /** Its npm package, which is not listed a second time as one that is installed. */
  readonly packageName: string;
  readonly load: () => Promise<{ readonly default: SinkDefinition }>;
}

/** All of them. Each is imported only where the configuration asks for it. */
export const builtInSinks: readonly BuiltInSink[] = [
  {
    type: 'librato',
    packageName: '@tallyman/sink-librato',
    load: () => import('@tallyman/sink-librato'),
  },
  {
    type: 'logentries',
    packageName: '@tallyman/sink-logentries',
    load: () => import('@tallyman/sink-logentries'),
  },
  {
    type: 'stdout',
    packageName: '@tallyman/sink-stdout',
    load: () => import('@tallyman/sink-stdout'),
  },
];
