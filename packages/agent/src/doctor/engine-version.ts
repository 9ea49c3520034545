import {
  addressText,
  askEngine,
  EngineError,
  isOlder,
  newestApiVersion,
  oldestApiVersion,
} from '@tallyman/core';
import { messageOf } from '@tallyman/sdk';
import { counted } from './counted.ts';
import type { Examined, Ping } from './examination.ts';
import type { Finding } from './finding.ts';
import type { Surveyed } from './survey.ts';

/** Who the engine is, and whether it speaks a version of the API that the agent does. */
export async function examineVersion(
  { survey, ping }: Examined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await survey;
  if (found.kind === 'reached') return present(found);
  if (found.error instanceof EngineError && found.error.kind === 'too_old')
    return [tooOld(found.error)];
  return tooNew(await ping, signal);
}

function present({ address, info, containers }: Surveyed): readonly Finding[] {
  const { product, apiVersion, isPodman } = info;
  const about = { where: [addressText(address)] };
  const findings: Finding[] = [
    {
      ...about,
      code: 'engine.reached',
      severity: 'fine',
      what: `${product} answers, API ${apiVersion}, ${counted(containers.length, 'container')}`,
    },
  ];
  if (apiVersion === oldestApiVersion && !isPodman)
    findings.push({
      ...about,
      code: 'engine.old_api',
      severity: 'warning',
      what: `API ${apiVersion} knows no one-shot stats: each sample takes the engine two seconds`,
      todo: 'update the engine to Docker 20.10 or newer',
    });
  if (isPodman)
    findings.push({
      ...about,
      code: 'engine.podman',
      severity: 'fine',
      what: 'with Podman logs are read through its Docker API, never from files, and CPU percentages are worked out from wall time',
    });
  return findings;
}

function tooOld(error: EngineError): Finding {
  return {
    code: 'engine.too_old',
    severity: 'problem',
    where: ['engine'],
    what: messageOf(error),
    todo: 'update the engine to Docker 19.03 or newer',
  };
}

/** An engine that no longer speaks what the agent does refuses every question but the ping. */
async function tooNew(ping: Ping, signal: AbortSignal): Promise<readonly Finding[]> {
  if (ping.kind !== 'answered' || ping.answer.apiVersion === undefined) return [];
  const { address } = ping;
  const { said } = await askEngine(address, { method: 'GET', path: '/version' }, signal);
  const oldest = oldestSpoken(said);
  if (oldest === undefined || !isOlder(newestApiVersion, oldest)) return [];
  return [
    {
      code: 'engine.too_new',
      severity: 'problem',
      where: [addressText(address)],
      what: `the engine speaks API ${oldest} and newer, and this version of Tallyman ${newestApiVersion} and older`,
      todo: `update Tallyman; until then set DOCKER_MIN_API_VERSION=${newestApiVersion} in the daemon’s environment and restart it`,
    },
  ];
}

function oldestSpoken(version: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(version);
    const isNamed = typeof answer === 'object' && answer !== null && 'MinAPIVersion' in answer;
    return isNamed && typeof answer.MinAPIVersion === 'string' ? answer.MinAPIVersion : undefined;
  } catch {
    return undefined;
  }
}
