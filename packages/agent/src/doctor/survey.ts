import {
  type ContainerDetails,
  containerFrom,
  type EngineAddress,
  EngineError,
  type EngineInfo,
  type HostConfigDetails,
  HttpEngine,
  hostConfigFrom,
  listedFrom,
  type Route,
  Router,
} from '@tallyman/core';
import { type Clock, type RecordKind, systemClock } from '@tallyman/sdk';
import type { LoadedConfig } from '../config/model.ts';
import { engineAddress } from '../engine/address.ts';

/** Lanes by their names: all that routing needs of them. */
export interface NamedLane {
  readonly name: string;
  readonly kinds: ReadonlySet<RecordKind>;
}

/** A container of the engine, and where its records go. */
export interface SurveyedContainer extends HostConfigDetails {
  readonly details: ContainerDetails;
  readonly route: Route<NamedLane>;
}

/** An engine that answers all that the agent asks at its start. */
export interface Surveyed {
  readonly kind: 'reached';
  readonly address: EngineAddress;
  readonly engine: HttpEngine;
  readonly info: EngineInfo;
  /** Between these moments of this host's clock the engine told its own. */
  readonly asked: { readonly fromMs: number; readonly toMs: number };
  readonly containers: readonly SurveyedContainer[];
}

export type Survey =
  | Surveyed
  /** `address`: absent where its certificates cannot be read. */
  | { readonly kind: 'unreached'; readonly error: unknown; readonly address?: EngineAddress };

export interface SurveySettings {
  readonly config: LoadedConfig;
  readonly ownContainerId: string | undefined;
  readonly clock?: Clock;
}

/** Asks the engine who it is and what containers it has. Never rejects. */
export async function survey(settings: SurveySettings, signal: AbortSignal): Promise<Survey> {
  let address: EngineAddress;
  try {
    address = engineAddress(settings.config.engine);
  } catch (error) {
    return { kind: 'unreached', error };
  }
  try {
    return await surveyed(address, settings, signal);
  } catch (error) {
    return { kind: 'unreached', error, address };
  }
}

async function surveyed(
  address: EngineAddress,
  { config, ownContainerId, clock = systemClock }: SurveySettings,
  signal: AbortSignal,
): Promise<Surveyed> {
  const engine = new HttpEngine(address);
  const fromMs = clock.now();
  const info = await engine.connect(signal);
  const toMs = clock.now();
  const router = routerOf(config, ownContainerId);
  const listed = (await engine.list(signal)).map(listedFrom).filter((one) => one !== undefined);
  const inspected = await Promise.all(listed.map(({ id }) => inspectedIn(engine, id, signal)));
  const containers = inspected.flatMap((inspect) => {
    if (inspect === undefined) return [];
    const details = containerFrom(inspect);
    return [{ details, route: router.routeOf(details), ...hostConfigFrom(inspect) }];
  });
  return { kind: 'reached', address, engine, info, asked: { fromMs, toMs }, containers };
}

/** Nothing of a container that was removed since it was listed. */
async function inspectedIn(engine: HttpEngine, id: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await engine.inspect(id, signal);
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'gone') return undefined;
    throw error;
  }
}

function routerOf(config: LoadedConfig, ownContainerId: string | undefined): Router<NamedLane> {
  const lanes = config.sinks.map(({ name, kinds, include, exclude }) => ({
    lane: { name, kinds: new Set(kinds) },
    include,
    exclude,
  }));
  return new Router({
    ...config,
    lanes,
    ...(ownContainerId === undefined ? {} : { ownContainerId }),
  });
}
