import { inotifyInstances, reservedInstances } from '@tallyman/core';
import type { Finding } from './finding.ts';
import type { LogWay } from './log-ways.ts';
import type { Surveyed } from './survey.ts';

/** Whether an engine of this host may have as many inotify instances as logs are followed through it. */
export function inotifyFindings(ways: readonly LogWay[], { info }: Surveyed): readonly Finding[] {
  const followed = ways.filter(({ obstacle }) => obstacle !== undefined).length;
  const instances = inotifyInstances();
  // Elsewhere the limit is that of another kernel.
  const isOfThisHost = info.rootDirectory !== undefined;
  if (!isOfThisHost || followed <= instances - reservedInstances) return [];
  const enough = 2 ** Math.ceil(Math.log2((followed + reservedInstances) * 2));
  const setting = `fs.inotify.max_user_instances=${enough}`;
  return [
    {
      code: 'log.inotify',
      severity: 'warning',
      where: ['fs.inotify.max_user_instances'],
      what: `${followed} logs are followed through the engine, each takes it one of ${instances} inotify instances, of which others need some: lines come up to 200 ms late, and other programs fail`,
      todo: `sudo sysctl -w ${setting}; to have it stay: echo ${setting} | sudo tee /etc/sysctl.d/60-tallyman.conf`,
    },
  ];
}
