import { counted } from './counted.ts';
import type { Examined, ExaminedHost } from './examination.ts';
import type { Finding } from './finding.ts';
import { grouped } from './grouped.ts';
import { inotifyFindings } from './inotify.ts';
import { type LogWay, logWaysOf, type Obstacle } from './log-ways.ts';
import type { Surveyed } from './survey.ts';

/** Whether logs are read from the engine's files, if not, why, and what reading them through the engine takes there. */
export async function examineLogReader(
  examined: Examined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await examined.survey;
  if (found.kind === 'unreached') return [];
  const ways = await logWaysOf(examined, found, signal);
  return [...readerFindings(ways, found, examined), ...inotifyFindings(ways, found)];
}

function readerFindings(
  ways: readonly LogWay[],
  found: Surveyed,
  { config, host }: Examined,
): readonly Finding[] {
  const { reader } = config.collect.logs;
  const isFileWanted = reader === 'auto' || reader === 'file';
  if (ways.length === 0 || !isFileWanted) return [];
  const barred = ways.flatMap(({ container, obstacle }) =>
    obstacle === undefined ? [] : [{ name: container.details.name, obstacle }],
  );
  if (reader === 'auto' || barred.length === 0) {
    const obstacles = barred.map(({ obstacle }) => obstacle);
    return [chosen(ways, obstacles, found, host)];
  }
  return grouped(barred, {
    where: ({ name }) => name,
    finding: ({ obstacle }) => ({
      code: 'log.file_unreachable',
      severity: 'warning',
      what: `collect.logs.reader is file, and its log is read through the engine: ${words[obstacle]}`,
      todo: [remedyFor(obstacle, found, host), 'set collect.logs.reader: auto']
        .filter((remedy) => remedy !== undefined)
        .join('; or '),
    }),
  });
}

const words: Readonly<Record<Obstacle, string>> = {
  elsewhere: 'the engine is not on this host, or does not say where its files are',
  driver: 'its log driver keeps no file that can be read',
  no_file: 'there is no file of it',
  not_visible: 'the folder of logs is not visible here',
  denied: 'the folder of logs may not be opened',
  other_engine: 'the files that are visible here are another engine’s',
};

/** What brings the files within reach; nothing where only another place for the agent would. */
function remedyFor(
  obstacle: Obstacle,
  { info }: Surveyed,
  { isContainer }: ExaminedHost,
): string | undefined {
  const folder = `${info.rootDirectory}/containers`;
  switch (obstacle) {
    case 'elsewhere':
      return undefined;
    case 'driver':
      return 'make the container anew with --log-driver json-file or local';
    case 'denied':
      return 'in the image -e TALLYMAN_USER=root; otherwise run the agent as root, or with the capability DAC_READ_SEARCH';
    case 'no_file':
    case 'not_visible':
    case 'other_engine':
      // On the host itself there is nothing to mount.
      if (!isContainer) return undefined;
      return `give the agent’s container the folder of this engine: -v ${folder}:${folder}:ro`;
  }
}

function chosen(
  ways: readonly LogWay[],
  obstacles: readonly Obstacle[],
  found: Surveyed,
  host: ExaminedHost,
): Finding {
  const about = { code: 'log.reader', severity: 'fine', where: ['logs'] } as const;
  const fromFiles = counted(ways.length - obstacles.length, 'log');
  if (obstacles.length === 0)
    return { ...about, what: `${fromFiles} can be read from the engine’s files` };
  const different = [...new Set(obstacles)];
  const why = different.map((obstacle) => words[obstacle]).join('; ');
  const what = `${fromFiles} can be read from the engine’s files, ${obstacles.length} through the engine: ${why}`;
  // Another driver costs the container its log so far: that is no improvement.
  const better = different
    .filter((obstacle) => obstacle !== 'driver')
    .map((obstacle) => remedyFor(obstacle, found, host))
    .find((remedy) => remedy !== undefined);
  return better === undefined
    ? { ...about, what }
    : { ...about, what, todo: `to spare the engine: ${better}` };
}
