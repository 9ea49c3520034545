export { askEngine, type EngineAnswer, type EngineQuestion } from './collect/ask.ts';
export { Backoff } from './collect/backoff.ts';
export {
  addressText,
  type Engine,
  type EngineAddress,
  EngineError,
  type EngineErrorKind,
  type EngineInfo,
} from './collect/engine.ts';
export { HttpEngine, isOlder, newestApiVersion, oldestApiVersion } from './collect/engine-http.ts';
export { gapReasons } from './collect/gap-reasons.ts';
export { engineReasons } from './collect/logs/chosen-logs.ts';
export { FileReach, type FileReachability } from './collect/logs/file-reach.ts';
export { inotifyInstances, reservedInstances } from './collect/logs/followers-limit.ts';
export { type ReachedEngine, reachEngine } from './collect/reach.ts';
export { containerIdFrom } from './collect/self.ts';
export { CgroupSource } from './collect/stats/cgroup/source.ts';
export type { Sighting, Tap } from './collect/taps.ts';
export { type HostConfigDetails, hostConfigFrom } from './decode/host-config.ts';
export { type ContainerDetails, containerFrom, listedFrom } from './decode/inspect.ts';
export {
  type Accounts,
  type ContainerReport,
  type LaneReport,
  Pipeline,
  type PipelinePorts,
  type RemovedLane,
} from './pipeline.ts';
export { type Glob, globOf } from './route/glob.ts';
export { knownLabels, overridesFrom } from './route/label-overrides.ts';
export {
  type RoutableLane,
  type Route,
  type RoutedLane,
  Router,
  type RouterSettings,
} from './route/router.ts';
export { type Selectable, type Selector, selectorOf } from './route/selector.ts';
export * from './settings.ts';
export { type LaneStatus, laneStatuses } from './ship/lane-status.ts';
export { reservedShare } from './ship/spool/spool-space.ts';
export type { StrainState } from './ship/strain.ts';
export { stateVersion } from './state/birth.ts';
export { lockHolder } from './state/directory-lock.ts';
export { laneFolder, laneOfFolder } from './state/lane-folder.ts';
export type { LanePositions, LaneState } from './state/lane-state.ts';
export { MemoryState } from './state/memory-state.ts';
export {
  StateDirectory,
  type StateDirectorySettings,
  type StoredLane,
} from './state/state-directory.ts';
export { type LockHolder, StateError, StateLockedError } from './state/state-error.ts';
export type { AccountSnapshot } from './vitals/account.ts';
export { type CollectorCounter, Counters } from './vitals/counters.ts';
export type { Diagnostics } from './vitals/log.ts';
