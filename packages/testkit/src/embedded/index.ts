export type { Chunking } from './chunking.ts';
export type {
  ContainerOptions as EmbeddedContainerOptions,
  ContainerStatus as EmbeddedContainerStatus,
  EmbeddedContainer,
} from './container.ts';
export { demoWorld } from './demo-world.ts';
export { EmbeddedEngine, type StopOptions } from './engine.ts';
export type { EmbeddedEngineOptions } from './engine-options.ts';
export type { Endpoint, Fault } from './faults.ts';
export type { Rotation } from './log-files.ts';
export type { OutputStream } from './log-store.ts';
export type { Counters, Load } from './usage.ts';
