import { sizeText } from '../config/units.ts';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';
import { grouped } from './grouped.ts';
import type { SurveyedContainer } from './survey.ts';

const [kib, mib] = [1024, 1024 ** 2];
/** Five minutes of a hundred lines a second, of 160 bytes each. */
const leastKeptBytes = 5 * mib;

/** How much of a log the engine keeps: at least so many bytes, or all of it. */
type Kept = number | 'everything';

/** Whether logs are rotated at all, and not so soon that an agent that is away for minutes misses lines. */
export async function examineRotation({ survey }: Examined): Promise<readonly Finding[]> {
  const found = await survey;
  if (found.kind === 'unreached') return [];
  const wanted = found.containers.flatMap((container) => {
    const kept = container.route.lanes.log.length > 0 ? keptOf(container) : undefined;
    return kept === undefined ? [] : [{ name: container.details.name, kept }];
  });
  return [
    ...grouped(
      wanted.filter(({ kept }) => kept === 'everything'),
      { where: ({ name }) => name, finding: unbounded },
    ),
    ...grouped(
      wanted.filter(({ kept }) => kept !== 'everything' && kept < leastKeptBytes),
      { where: ({ name }) => name, finding: ({ kept }) => short(Number(kept)) },
    ),
  ];
}

/**
 * Right after a rotation there are only the older files, so that is what is kept for certain; with a single file that
 * is nothing (moby daemon/logger/loggerutils/logfile.go). Nothing where the driver keeps no files of its own.
 */
function keptOf({ details, logOptions }: SurveyedContainer): Kept | undefined {
  const sizes = { 'json-file': undefined, local: 20 * mib };
  if (details.logDriver !== 'json-file' && details.logDriver !== 'local') return undefined;
  const sizeBytes = bytesOf(logOptions['max-size']) ?? sizes[details.logDriver];
  if (sizeBytes === undefined) return 'everything';
  const files = Number(logOptions['max-file'] ?? (details.logDriver === 'local' ? 5 : 1));
  return Number.isInteger(files) ? sizeBytes * (files - 1) : undefined;
}

/** As the engine reads `max-size`: units of 1,024, in letters of any case (docker/go-units, RAMInBytes); -1 is no limit. */
function bytesOf(text = ''): number | undefined {
  const [, figure, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?)i?b?$/i.exec(text) ?? [];
  if (figure === undefined) return undefined;
  const factors: Readonly<Record<string, number>> = {
    '': 1,
    k: kib,
    m: mib,
    g: kib * mib,
    t: mib * mib,
  };
  return Math.floor(Number(figure) * (factors[unit.toLowerCase()] ?? 1));
}

const lasting = '--log-opt max-size=10m --log-opt max-file=3';
const everywhere = `for all containers that are made from then on: {"log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "3"}} in /etc/docker/daemon.json`;

function unbounded() {
  return {
    code: 'log.unbounded',
    severity: 'warning',
    what: 'its log is never rotated: it grows until the engine’s disk is full',
    todo: `make the container anew with ${lasting}; ${everywhere}`,
  } as const;
}

function short(keptBytes: number) {
  const kept = keptBytes === 0 ? 'nothing' : `${sizeText(keptBytes)}`;
  return {
    code: 'log.rotation',
    severity: 'warning',
    what: `right after a rotation its log keeps ${kept}: while the agent restarts, or a sink is behind, lines are rotated away unread`,
    todo: `make the container anew with ${lasting}`,
  } as const;
}
