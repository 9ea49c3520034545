import { readFileSync } from 'node:fs';
import type { Diagnostics } from '../../vitals/log.ts';

/** Of the instances, other programs of the engine's user need some. */
export const reservedInstances = 28;
const instancesFile = '/proc/sys/fs/inotify/max_user_instances';

/**
 * Each log that is followed through an engine of this host takes one inotify instance there. Where they are used up,
 * the engine looks every 200 ms whether a log went on, and other programs of its user fail.
 */
export class FollowersLimit {
  readonly #log: Diagnostics;
  readonly #most: number;
  #following = 0;
  #hasWarned = false;

  /** `instances`: how many its user may have; by default what the kernel of this host says. */
  constructor(log: Diagnostics, instances: number = inotifyInstances()) {
    this.#log = log;
    this.#most = instances - reservedInstances;
  }

  /** One more log is followed, until what is returned is called. */
  begin(): () => void {
    this.#following++;
    if (this.#following > this.#most) this.#warn();
    return () => {
      this.#following--;
    };
  }

  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#log.warn(
      { following: this.#following, instances: this.#most + reservedInstances },
      'The engine is about to run out of inotify instances, lines will come up to 200 ms late; raise fs.inotify.max_user_instances with sysctl, or let the agent read log files: mount the engine’s containers folder.',
    );
  }
}

/** How many inotify instances a user of this host may have; unbounded where the kernel does not say. */
export function inotifyInstances(): number {
  try {
    return Number(readFileSync(instancesFile, 'utf8'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
