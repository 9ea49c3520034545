import { messageOf, type Sink } from '@tallyman/sdk';
import { type DependencyContainer, instancePerContainerCachingFactory } from 'tsyringe';
import type { SinkConfig } from '../config/model.ts';
import { sinkContext } from '../sinks/context.ts';
import { version } from '../version.ts';
import {
  clockToken,
  diagnosticsToken,
  hostToken,
  pipelineToken,
  provide,
  provideBy,
  randomToken,
  resolved,
  sinkConfigToken,
  sinkContextToken,
  sinkCountsToken,
  sinkToken,
} from './tokens.ts';

/** The child container of one sink: the only place that knows its tokens. */
export function sinkContainer(root: DependencyContainer, config: SinkConfig): DependencyContainer {
  const child = root.createChildContainer();
  provide(child, sinkConfigToken, config);
  // Cached by container: a root singleton first resolved through a child would be built with the child's values.
  provideBy(
    child,
    sinkContextToken,
    instancePerContainerCachingFactory((from) =>
      sinkContext({
        name: config.name,
        host: resolved(from, hostToken),
        version,
        tokens: resolved(from, sinkConfigToken).tokens,
        log: resolved(from, diagnosticsToken),
        clock: resolved(from, clockToken),
        random: resolved(from, randomToken),
        onProgress: () => resolved(root, pipelineToken).progress(config.name),
        onCount: (counter, amount) =>
          resolved(from, sinkCountsToken).add(config.name, counter, amount),
      }),
    ),
  );
  provideBy(child, sinkToken, instancePerContainerCachingFactory(createdSink));
  return child;
}

function createdSink(from: DependencyContainer): Sink {
  const { name, definition, options } = resolved(from, sinkConfigToken);
  try {
    return definition.create(options, resolved(from, sinkContextToken));
  } catch (cause) {
    throw new Error(`creating the sink "${name}": its create() throws: ${messageOf(cause)}`, {
      cause,
    });
  }
}
