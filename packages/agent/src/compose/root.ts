import 'reflect-metadata';
import {
  type Engine,
  type LaneSettings,
  type LaneState,
  Pipeline,
  type PipelinePorts,
  type PipelineSettings,
  type ReachedEngine,
} from '@tallyman/core';
import { type Sink, systemClock } from '@tallyman/sdk';
import { container, type DependencyContainer, instanceCachingFactory } from 'tsyringe';
import type { LoadedConfig, SinkConfig } from '../config/model.ts';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';
import type { Changes } from '../reload/changes.ts';
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
  readonly strain: NonNullable<PipelinePorts['strain']>;
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

/** The agent, put together. */
export interface Composition {
  readonly pipeline: Pipeline;
  /**
   * What another configuration comes to for this pipeline: sinks that are new or changed are built, the others stay
   * as they are. Nothing happens yet. Throws where a sink's `create` does.
   */
  settingsBy(config: LoadedConfig, changes: Changes): PipelineSettings;
}

/** Puts the agent together. Nothing runs yet. */
export function composeAgent(parts: PipelineParts): Composition {
  const root = rootContainer(parts);
  const composedLanes = (sinks: readonly SinkConfig[]) =>
    composeSinks(root, sinks).map(({ config, sink }) =>
      laneSettings(config, parts.around(sink, config)),
    );
  provide(root, engineToken, parts.engine);
  provideBy(
    root,
    pipelineToken,
    instanceCachingFactory(
      (from) =>
        new Pipeline(pipelineSettings(parts, composedLanes(parts.config.sinks)), {
          engine: resolved(from, engineToken),
          engineInfo: parts.engineInfo,
          clock: resolved(from, clockToken),
          random: resolved(from, randomToken),
          log: resolved(from, diagnosticsToken),
          explain: parts.explain,
          strain: parts.strain,
          lanes: parts.lanes,
        }),
    ),
  );
  const pipeline = resolved(root, pipelineToken);
  return {
    pipeline,
    settingsBy(config, { left, rematched }) {
      const inForce = new Map(pipeline.settings.lanes.map((lane) => [lane.name, lane]));
      const lanes = config.sinks.flatMap((sink) => {
        const before = inForce.get(sink.name);
        if (before !== undefined && left.includes(sink.name)) return [before];
        return before !== undefined && rematched.includes(sink.name)
          ? [{ ...before, ...matchOf(sink) }]
          : composedLanes([sink]);
      });
      return pipelineSettings({ ...parts, config }, lanes);
    },
  };
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
  const { name, batch, queue, retry, definition, options, tokens } = config;
  const { accepts, token } = definition;
  const needs =
    typeof definition.needs === 'function' ? definition.needs(options) : (definition.needs ?? []);
  return {
    name,
    sink,
    ...matchOf(config),
    accepts: token === 'required' ? accepts.filter((kind) => tokens[kind]) : accepts,
    needs: new Set(needs),
    batch,
    queue,
    retry,
  };
}

function matchOf({ kinds, include, exclude }: SinkConfig) {
  return { kinds, include, exclude };
}
