import { hostname } from 'node:os';
import {
  type ContainerDetails,
  containerFrom,
  EngineError,
  HttpEngine,
  listedFrom,
  Router,
} from '@tallyman/core';
import type { RecordKind } from '@tallyman/sdk';
import { messageOf } from '@tallyman/sdk';
import { probeSinks } from '../compose/probe.ts';
import type { LoadedConfig, SinkConfig } from '../config/model.ts';
import { Configuration } from '../configured.ts';
import { standardDiagnostics } from '../diagnostics/diagnostics.ts';
import { engineAddress } from '../engine/address.ts';
import { adviceFor } from '../engine/advice.ts';
import { ownContainerId } from '../engine/own-container.ts';
import { SinkCounts } from '../sinks/counts.ts';
import type { CommonOptions } from './options.ts';
import { printLines, table } from './output.ts';

export interface CheckOptions extends CommonOptions {
  /** Also opens every sink, and insists on the engine. */
  readonly connect: boolean;
}

const kinds: readonly RecordKind[] = ['log', 'stat', 'event'];
const words = { log: 'logs', stat: 'stats', event: 'events' } as const;
const answerLimitMs = 5_000;

/** `tallyman check`: whether the configuration is sound, and what it comes to, container by container. */
export async function check(options: CheckOptions): Promise<number> {
  const { config, source, equivalent } = await new Configuration(options).read();
  printLines([`${source} is sound.`]);
  if (equivalent !== undefined) printLines(equivalent.trimEnd().split('\n'));
  printLines(['', 'Sinks:', ...table(config.sinks.map(sinkRow))]);
  printLines(config.notes.map((note) => `Note: ${note}`));
  const hasEngine = await explainContainers(config);
  if (!options.connect) return 0;
  const haveOpened = await openSinks(config, options);
  return hasEngine && haveOpened ? 0 : 1;
}

function sinkRow({ name, type, kinds: taken, include, exclude }: SinkConfig): readonly string[] {
  const narrowed = [
    ...(include.length > 0 ? [`only ${JSON.stringify(include)}`] : []),
    ...(exclude.length > 0 ? [`not ${JSON.stringify(exclude)}`] : []),
  ];
  return [`  ${name}`, type, taken.map((kind) => words[kind]).join(', '), narrowed.join(' ')];
}

async function explainContainers(config: LoadedConfig): Promise<boolean> {
  const address = engineAddress(config.engine);
  const signal = AbortSignal.timeout(answerLimitMs);
  try {
    const engine = new HttpEngine(address);
    const { product, apiVersion } = await engine.connect(signal);
    const listed = (await engine.list(signal)).map(listedFrom).filter((one) => one !== undefined);
    const containers = await Promise.all(
      listed.map(async ({ id }) => containerFrom(await engine.inspect(id, signal))),
    );
    printLines(['', `Engine: ${product}, API ${apiVersion}, ${containers.length} containers`]);
    const router = routerOf(config);
    printLines(containers.flatMap((container) => explained(router, container)));
    return true;
  } catch (error) {
    const advice = error instanceof EngineError ? adviceFor(error, address) : '';
    printLines(['', `Engine: not reached. ${messageOf(error)}`, advice]);
    return false;
  }
}

/** Lanes by their names: all that routing needs of them. */
interface NamedLane {
  readonly name: string;
  readonly kinds: ReadonlySet<RecordKind>;
}

function routerOf(config: LoadedConfig): Router<NamedLane> {
  const lanes = config.sinks.map(({ name, kinds: taken, include, exclude }) => ({
    lane: { name, kinds: new Set(taken) },
    include,
    exclude,
  }));
  const own = ownContainerId();
  return new Router({ ...config, lanes, ...(own === undefined ? {} : { ownContainerId: own }) });
}

function explained(router: Router<NamedLane>, container: ContainerDetails): readonly string[] {
  const { lanes, reasons, unknownLabels } = router.routeOf(container);
  const goes = kinds.map((kind) => {
    const names = lanes[kind].map(({ name }) => name);
    return `${words[kind]} → ${names.length > 0 ? names.join(', ') : 'nowhere'}`;
  });
  return [
    `  ${container.name} (${container.image}): ${goes.join('; ')}`,
    ...reasons.map((reason) => `      ${reason}`),
    ...unknownLabels.map((label) => `      its label ${label} means nothing here`),
  ];
}

async function openSinks(config: LoadedConfig, options: CheckOptions): Promise<boolean> {
  const diagnostics = standardDiagnostics({ level: options.logLevel, format: options.logFormat });
  const parts = { config, diagnostics, counts: new SinkCounts(), host: hostname() };
  const probes = await probeSinks(parts, new AbortController().signal);
  const rows = probes.map(({ sink, failure }) => [
    `  ${sink}`,
    failure === undefined ? 'opened' : `does not open: ${messageOf(failure)}`,
  ]);
  printLines(['', 'Opening sinks:', ...table(rows)]);
  return probes.every(({ failure }) => failure === undefined);
}
