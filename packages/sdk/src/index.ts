export { type Clock, systemClock } from './clock.ts';
export {
  encodeJsonArray,
  encodeJsonLines,
  encodeRecord,
  type JsonWritable,
  writeJson,
} from './encode.ts';
export {
  type DropReason,
  dropReasons,
  isSinkError,
  messageOf,
  type PartialOutcome,
  partial,
  permanent,
  type RetryableOptions,
  retryable,
  SinkError,
  type SinkErrorOptions,
} from './errors.ts';
export { sinkHelpers } from './helpers.ts';
export { JsonBytes, type JsonTarget } from './json-bytes.ts';
export type {
  ArrayOption,
  BooleanOption,
  MapOption,
  NumberOption,
  OptionSchema,
  OptionsOf,
  OptionsSchema,
  StringOption,
} from './options.ts';
export { type Listed, type RecordList, recordList, recordsOf } from './record-list.ts';
export type * from './records.ts';
export { Secret } from './secret.ts';
export {
  type Batch,
  contractVersion,
  defineSink,
  type Sink,
  type SinkContext,
  type SinkDefaults,
  type SinkDefinition,
  type SinkDefinitionOf,
  type SinkLog,
  type SinkNeed,
} from './sink.ts';
