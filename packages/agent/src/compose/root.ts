import 'reflect-metadata';
import {
  type Engine,
  type LaneSettings,
  type LaneState,
  Pipeline,
  type PipelinePorts,
  type ReachedEngine,
} from '@tallyman/core';
import { type Sink, systemClock } from '@tallyman/sdk';
import { container, type DependencyContainer, instanceCachingFactory } from 'tsyringe';
import type { LoadedConfig, SinkConfig } from '../config/model.ts';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';
import type { SinkCounts } from '../sinks/counts.ts';
import { sinkContainer } from './sink.ts';
import {
  clockToken,
  diagnosticsToken,
  engineToken,
  hostToken,
  pipelineToken,
  provide,
  provideBy,
  randomToken,
  resolved,
  sinkCountsToken,
  sinkToken,
} from './tokens.ts';

/** What the agent is put together from. */
export interface Parts {
  readonly config: LoadedConfig;
  readonly diagnostics: AgentDiagnostics;
  readonly counts: SinkCounts;
  /** Name of the Docker host. */
  readonly host: string;
}

/** What a pipeline needs beside. */
export interface PipelineParts extends Parts {
  readonly engine: Engine;
  readonly engineInfo: ReachedEngine;
  readonly explain: PipelinePorts['explain'];
  readonly ownContainerId: string | undefined;
  /** What each lane keeps beyond the process, by the sink's name. */
  readonly lanes: ReadonlyMap<string, LaneState>;
  /** Put around every sink, e.g. to see how its writes end. */
  readonly around: (sink: Sink, config: SinkConfig) => Sink;
}

/** The container of everything that sinks share. It knows no token of any of them. */
export function rootContainer({
  diagnostics,
  counts,
  host,
}: Omit<Parts, 'config'>): DependencyContainer {
  const root = container.createChildContainer();
  provide(root, clockToken, systemClock);
  provide(root, randomToken, Math.random);
  provide(root, diagnosticsToken, diagnostics);
  provide(root, sinkCountsToken, counts);
  provide(root, hostToken, host);
  return root;
}

/** Builds every sink, each in a child container of its own. Throws where a sink's `create` does. */
export function composeSinks(
  root: DependencyContainer,
  sinks: readonly SinkConfig[],
): readonly { readonly config: SinkConfig; readonly sink: Sink }[] {
  return sinks.map((config) => ({
    config,
    sink: resolved(sinkContainer(root, config), sinkToken),
  }));
}

/** Puts the agent together. Nothing runs yet. */
export function composePipeline(parts: PipelineParts): Pipeline {
  const root = rootContainer(parts);
  provide(root, engineToken, parts.engine);
  provideBy(
    root,
    pipelineToken,
    instanceCachingFactory((from) => {
      const lanes = composeSinks(from, parts.config.sinks).map(({ config, sink }) =>
        laneSettings(config, parts.around(sink, config)),
      );
      return new Pipeline(pipelineSettings(parts, lanes), {
        engine: resolved(from, engineToken),
        engineInfo: parts.engineInfo,
        clock: resolved(from, clockToken),
        random: resolved(from, randomToken),
        log: resolved(from, diagnosticsToken),
        explain: parts.explain,
        lanes: parts.lanes,
      });
    }),
  );
  return resolved(root, pipelineToken);
}

function pipelineSettings(
  { config, host, ownContainerId }: PipelineParts,
  lanes: readonly LaneSettings[],
) {
  const { collect, select, fields } = config;
  const own = ownContainerId === undefined ? {} : { ownContainerId };
  return { host, collect, select, fields, lanes, ...own };
}

function laneSettings(config: SinkConfig, sink: Sink): LaneSettings {
  const { name, kinds, include, exclude, batch, queue, retry, definition, options } = config;
  const needs =
    typeof definition.needs === 'function' ? definition.needs(options) : (definition.needs ?? []);
  return { name, sink, kinds, include, exclude, needs: new Set(needs), batch, queue, retry };
}
