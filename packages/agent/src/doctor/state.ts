import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, constants, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { lockHolder, stateVersion } from '@tallyman/core';
import { messageOf } from '@tallyman/sdk';
import { causeCodeOf } from './error-codes.ts';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';
import { shellWord } from './shell-word.ts';
import { lastingFindings } from './state-lasting.ts';
import { leftFindings } from './state-left.ts';
import { roomFindings } from './state-room.ts';

/**
 * Whether the state directory can be used, is large enough, outlives this process and its container, and what lies
 * in it that somebody should look at. Takes no lock, makes no directory; what it writes it removes.
 */
export async function examineState(examined: Examined): Promise<readonly Finding[]> {
  const path = resolve(examined.config.state.directory);
  const found = await stat(path).catch(() => undefined);
  const base = found === undefined ? await existingAbove(path) : path;
  const wrong = await unusable(path, { base, found, examined });
  if (wrong !== undefined) return [wrong];
  const real = await realpath(base);
  const [room, left, held] = await Promise.all([
    roomFindings(path, base, examined.config),
    found === undefined ? [] : leftFindings(path, examined),
    found === undefined ? [] : holderFindings(path, examined),
  ]);
  const lasting = lastingFindings(path, real, examined.host);
  const is = found === undefined ? 'it is not there yet, and can be made' : 'it can be written';
  const usable: Finding = { code: 'state.usable', severity: 'fine', where: [path], what: is };
  return [usable, ...held, ...room, ...lasting, ...left];
}

interface Place {
  /** The directory, or what there is of the way to it. */
  readonly base: string;
  readonly found: Stats | undefined;
  readonly examined: Examined;
}

async function unusable(path: string, place: Place): Promise<Finding | undefined> {
  const { base, found, examined } = place;
  // One that nobody asked for may be unwritable: the agent goes on in memory alone.
  const severity = examined.config.state.configured ? 'problem' : 'warning';
  const there = found ?? (await stat(base));
  if (!there.isDirectory())
    return {
      code: 'state.not_a_directory',
      severity,
      where: [base],
      what: 'it is no directory, so there is no state directory',
      todo: `move it away (mv ${shellWord(base)} ${shellWord(`${base}.old`)}), or name another directory in state.directory`,
    };
  const error = found === undefined ? await refusalToMake(base) : await refusalToWrite(path);
  // A full disk comes to an end; it is told with the room that there is.
  if (error !== undefined && !['ENOSPC', 'EDQUOT'].includes(causeCodeOf(error)))
    return unwritable(path, { base, owner: there.uid, severity, error, examined });
  return newer(path);
}

interface Refusal {
  readonly base: string;
  readonly owner: number;
  readonly severity: 'problem' | 'warning';
  readonly error: unknown;
  readonly examined: Examined;
}

function unwritable(
  path: string,
  { base, owner, severity, error, examined: { host } }: Refusal,
): Finding {
  const code = causeCodeOf(error);
  const isReadOnly = code === 'EROFS';
  const user = host.userId;
  const word = shellWord(path);
  const writable =
    base === path
      ? `make it this user’s: sudo chown -R ${user} ${word} && sudo chmod u+rwx ${word}`
      : `make it for this user: sudo mkdir -p ${word} && sudo chown ${user} ${word}`;
  const remount = 'its file system is mounted read-only: mount a writable volume there';
  return {
    code: 'state.unwritable',
    severity,
    where: [path],
    what: `user ${user} may not write ${base}, which belongs to user ${owner} (${code || messageOf(error)})${severity === 'warning' ? ': the agent keeps its state in memory alone' : ''}`,
    todo: `${isReadOnly ? remount : writable}; or name another directory in state.directory. If the agent runs as another user, run this check as that one`,
  };
}

/** The deepest directory, or whatever is in its place, on the way to one that is not there. */
async function existingAbove(path: string): Promise<string> {
  const above = dirname(path);
  if (above === path) return path;
  return stat(above).then(
    () => above,
    () => existingAbove(above),
  );
}

async function refusalToMake(parent: string): Promise<unknown> {
  return access(parent, constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function refusalToWrite(path: string): Promise<unknown> {
  // Should the process end here: an agent that has the lock tidies candidates away.
  const probe = join(path, `candidate.${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(probe, '', { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

async function newer(path: string): Promise<Finding | undefined> {
  const text = await readFile(join(path, 'tallyman.json'), 'utf8').catch(() => '');
  const version = Number(/"version":\s*(\d+)/.exec(text)?.[1] ?? 0);
  if (version <= stateVersion) return undefined;
  return {
    code: 'state.newer',
    severity: 'problem',
    where: [path],
    what: `a newer version of Tallyman wrote it (format ${version}, this one knows ${stateVersion})`,
    todo: `run that version; or begin anew: mv ${shellWord(path)} ${shellWord(`${path}.newer`)}`,
  };
}

/** An agent that runs is a good sign; a second one would be turned away. */
async function holderFindings(path: string, { clock }: Examined): Promise<readonly Finding[]> {
  const holder = await lockHolder(path, clock).catch(() => undefined);
  if (holder === undefined) return [];
  const { pid = 'unknown', host = 'an unknown host' } = holder;
  return [
    {
      code: 'state.in_use',
      severity: 'fine',
      where: [path],
      what: `an agent uses it: pid ${pid} on ${host}`,
    },
  ];
}
