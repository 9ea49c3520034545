import { EngineError, type HttpEngine } from '@tallyman/core';
import { counted } from './counted.ts';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';
import { grouped } from './grouped.ts';
import type { SurveyedContainer } from './survey.ts';

const askedAtOnce = 8;

/** Whether the engine can read the log of each container whose logs are wanted. */
export async function examineLogDrivers(
  { survey, config }: Examined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await survey;
  if (found.kind === 'unreached') return [];
  const wanted = found.containers.filter(({ route }) => route.lanes.log.length > 0);
  if (wanted.length === 0) return [];
  const unreadable: SurveyedContainer[] = [];
  const left = wanted.values();
  const ask = async () => {
    for (const container of left)
      if (!(await isReadable(found.engine, container, signal))) unreadable.push(container);
  };
  await Promise.all(Array.from({ length: askedAtOnce }, ask));
  if (config.collect.logs.reader === 'attach' || unreadable.length === 0)
    return [readable(wanted.length, unreadable.length)];
  return grouped(unreadable, {
    where: ({ details }) => details.name,
    finding: ({ details, logOptions }) => ({
      code: 'log.unreadable',
      severity: 'warning',
      what: `its log driver (${details.logDriver}) cannot be read, so none of its lines are collected`,
      todo: remedyFor(details.logDriver, logOptions),
    }),
  });
}

/** The drivers that keep the log where the engine reads it need no question. */
async function isReadable(
  engine: HttpEngine,
  { details: { id, logDriver } }: SurveyedContainer,
  signal: AbortSignal,
): Promise<boolean> {
  if (logDriver === 'none') return false;
  if (['json-file', 'local', 'journald', 'k8s-file'].includes(logDriver)) return true;
  try {
    const answer = await engine.logs(id, { follow: false, tail: 1 }, signal);
    await answer.pump(() => undefined);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return !(error instanceof EngineError && error.kind === 'not_readable');
  }
}

function remedyFor(driver: string, options: SurveyedContainer['logOptions']): string {
  const anew = 'make the container anew with --log-driver local';
  const attach = 'or set collect.logs.reader: attach';
  const without = 'or do without its lines: --label tallyman.logs=false';
  if (driver === 'none') return `${anew}; ${attach}; ${without}`;
  const cached =
    options['cache-disabled'] === 'true'
      ? 'make the container anew without --log-opt cache-disabled=true'
      : 'update the engine to Docker 20.10, which keeps a copy of what this driver sends';
  return `${cached}, or with --log-driver local; ${attach}; ${without}`;
}

function readable(count: number, attached: number): Finding {
  const rest = attached === 0 ? '' : `, ${attached} of them as it is printed, by attaching`;
  return {
    code: 'log.readable',
    severity: 'fine',
    where: ['logs'],
    what: `${counted(count, 'log')} can be read${rest}`,
  };
}
