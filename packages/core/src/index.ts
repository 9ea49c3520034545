export {
  addressText,
  type Engine,
  type EngineAddress,
  EngineError,
  type EngineErrorKind,
  type EngineInfo,
} from './collect/engine.ts';
export { HttpEngine, oldestApiVersion } from './collect/engine-http.ts';
export { type ReachedEngine, reachEngine } from './collect/reach.ts';
export { containerIdFrom } from './collect/self.ts';
export { type ContainerDetails, containerFrom, listedFrom } from './decode/inspect.ts';
export {
  type Accounts,
  Pipeline,
  type PipelinePorts,
  type RemovedLane,
} from './pipeline.ts';
export {
  type RoutableLane,
  type Route,
  type RoutedLane,
  Router,
  type RouterSettings,
} from './route/router.ts';
export type { Selectable } from './route/selector.ts';
export * from './settings.ts';
export type { LanePositions, LaneState } from './state/lane-state.ts';
export { MemoryState } from './state/memory-state.ts';
export {
  StateDirectory,
  type StateDirectorySettings,
  type StoredLane,
} from './state/state-directory.ts';
export { type LockHolder, StateError, StateLockedError } from './state/state-error.ts';
export { Account, type AccountSnapshot } from './vitals/account.ts';
export type { CollectorCounter } from './vitals/counters.ts';
export type { Diagnostics } from './vitals/log.ts';
