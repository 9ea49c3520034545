import { wrongCalls } from './calls.ts';
import { wrongDefinitions } from './definitions.ts';
import { wrongDeliveries } from './deliveries.ts';
import { wrongErrors } from './errors.ts';
import type { WrongSink } from './wrong-sink.ts';

export { tidyUp } from './calls.ts';
export type { WrongSink } from './wrong-sink.ts';

export const wrongSinks: readonly WrongSink[] = [
  ...wrongDefinitions,
  ...wrongCalls,
  ...wrongDeliveries,
  ...wrongErrors,
];
