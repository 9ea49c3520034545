import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, messageOf } from '@tallyman/sdk';
import type { Spool } from '../ship/spool/spool.ts';
import type { SpoolSpace } from '../ship/spool/spool-space.ts';
import type { Diagnostics } from '../vitals/log.ts';
import { isLeftover, type ReplaceFile, setAside } from './atomic-file.ts';
import { bytesIn } from './lane-folder.ts';
import type { LaneState } from './lane-state.ts';
import { type ContainerMarks, MarkedPositions } from './marked-positions.ts';
import { positionsFrom, printedPositions, type SavedPositions } from './positions-file.ts';
import { Saver } from './saver.ts';
import { codeOf } from './system-error.ts';

/** Opens the spool in a directory, which it makes where it is missing. */
export type OpenSpool = (settings: {
  readonly directory: string;
  readonly maxBytes: number;
  readonly space: SpoolSpace;
  readonly clock: Clock;
  readonly log: Diagnostics;
}) => Promise<Spool>;

export interface DiskLanePorts {
  readonly clock: Clock;
  readonly log: Diagnostics;
  readonly openSpool: OpenSpool;
  /** What all lanes share. */
  readonly space: SpoolSpace;
  readonly replaceFile: ReplaceFile;
}

export interface DiskLaneSettings {
  readonly name: string;
  /** Bound on the spool. 0: none. */
  readonly diskBytes: number;
  /** The lane's own folder. */
  readonly folder: string;
  /** When the state directory was born. */
  readonly directoryBornAt: string;
  /** The present moment, on the engine's clock: a new lane's birth. */
  readonly now: string;
}

const fileName = 'positions.json';

/** What one lane keeps in its folder of the state directory. */
export class DiskLane implements LaneState {
  readonly positions: MarkedPositions;
  readonly spool?: Spool;
  readonly #saver: Saver;

  private constructor(
    { name, folder }: DiskLaneSettings,
    found: SavedPositions,
    spool: Spool | undefined,
    { clock, log, replaceFile }: DiskLanePorts,
  ) {
    if (spool !== undefined) this.spool = spool;
    this.positions = new MarkedPositions(found.bornAt, found.containers, () =>
      this.#saver.changed(),
    );
    const { positions } = this;
    const file = join(folder, fileName);
    this.#saver = new Saver({
      clock,
      save: async () => {
        const { bornAt } = positions;
        const text = printedPositions({ bornAt, containers: positions.all() });
        // Somebody may have removed it, or there was no room to make it.
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await replaceFile(file, text);
      },
      failed: (error) =>
        log.error(
          { sink: name, file, error: messageOf(error) },
          'How far logs were read cannot be saved, trying again. After a restart they would be read again from where it was saved last.',
        ),
      recovered: () => log.info({ sink: name, file }, 'How far logs were read can be saved again.'),
    });
  }

  /** Opens what is there, or begins anew. Whatever is wrong with it is said and survived. */
  static async open(settings: DiskLaneSettings, ports: DiskLanePorts): Promise<DiskLane> {
    const isNew = await madeFolder(settings, ports.log);
    const found = await foundPositions(settings, ports, isNew);
    const spool = await openedSpool(settings, ports);
    const containers = trusted(found.containers, spool, settings, ports.log);
    const lane = new DiskLane(settings, { ...found, containers }, spool, ports);
    // Its birth must not be forgotten, however soon the agent is killed.
    lane.#saver.changed();
    await lane.#saver.saved();
    if (spool?.isIntact === false && lane.#saver.isSaved) await spool.setDamageAside();
    return lane;
  }

  /** Closes the spool, then saves for the last time. Never rejects. */
  async close(): Promise<void> {
    await this.spool?.close();
    await this.#saver.close();
  }
}

async function madeFolder({ name, folder }: DiskLaneSettings, log: Diagnostics): Promise<boolean> {
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = await readdir(folder);
    const leftovers = names.filter((one) => isLeftover(one, fileName));
    await Promise.all(leftovers.map((one) => rm(join(folder, one), { force: true })));
    return made !== undefined;
  } catch (error) {
    log.error(
      { sink: name, folder, error: messageOf(error) },
      "The sink's folder of the state directory cannot be used, it goes on in memory alone. Make room for it, or move away what is in its place, and restart.",
    );
    return true;
  }
}

async function foundPositions(
  { name, folder, directoryBornAt, now }: DiskLaneSettings,
  { clock, log }: DiskLanePorts,
  isNew: boolean,
): Promise<SavedPositions> {
  // A folder without positions is one whose first save failed: what was born since is read rather twice than never.
  const anew = { bornAt: isNew ? now : directoryBornAt, containers: [] };
  const file = join(folder, fileName);
  try {
    return positionsFrom(await readFile(file, 'utf8'));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return anew;
    const aside = await setAside(file, clock);
    log.error(
      { sink: name, file: aside, error: messageOf(error), bornAt: directoryBornAt },
      'How far logs were read cannot be known: containers younger than the state directory are read again from their beginning, older ones as collect.logs.start_at says. The file is set aside; restore it in its old place and restart, or delete it.',
    );
    return { bornAt: directoryBornAt, containers: [] };
  }
}

async function openedSpool(
  { name, folder, diskBytes }: DiskLaneSettings,
  { log, openSpool, space, clock }: DiskLanePorts,
): Promise<Spool | undefined> {
  const directory = join(folder, 'spool');
  if (diskBytes > 0) {
    try {
      return await openSpool({ directory, maxBytes: diskBytes, space, clock, log });
    } catch (error) {
      log.error(
        { sink: name, directory, error: messageOf(error) },
        'The queue on disk cannot be opened, the sink goes on in memory alone. Make its directory usable, or move it away, and restart.',
      );
      return undefined;
    }
  }
  const bytes = await bytesIn(directory);
  if (bytes > 0)
    log.warn(
      { sink: name, directory, bytes },
      'queue.disk is 0B, what an earlier run left in the queue on disk stays there. Raise queue.disk to have it delivered, or delete the directory.',
    );
  return undefined;
}

/**
 * Marks that can be relied on. Where something that was stored is lost, or is not looked at, `delivered` alone
 * counts. So it does where the queue is empty though more was stored than delivered: either somebody has
 * emptied it, or the agent was killed before it saved that all of it was delivered.
 */
function trusted(
  containers: readonly ContainerMarks[],
  spool: Spool | undefined,
  { name }: DiskLaneSettings,
  log: Diagnostics,
): readonly ContainerMarks[] {
  if (spool?.isIntact && spool.recovered.length > 0) return containers;
  const logs = containers.filter(({ stored }) => stored !== undefined).length;
  if (logs > 0)
    log.warn(
      { sink: name, logs },
      'The queue on disk does not hold all that was stored and not delivered: these logs are read again from what is known as delivered.',
    );
  return containers.map(deliveredAlone);
}

/** A log of which nothing was delivered is still one that was seen before: its mark has no position. */
function deliveredAlone({ delivered, stored }: ContainerMarks): ContainerMarks {
  if (delivered !== undefined || stored === undefined) return delivered ? { delivered } : {};
  const { containerId, name } = stored;
  return { delivered: { containerId, name } };
}
