import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { laneFolder, laneOfFolder } from '@tallyman/core';
import type { Examined } from './examination.ts';
import type { Finding } from './finding.ts';
import { shellWord } from './shell-word.ts';
import { itemsIn, type StateItem } from './state-files.ts';

/** What lies in the state directory that somebody should look at. */
export async function leftFindings(
  path: string,
  { config, host }: Examined,
): Promise<readonly Finding[]> {
  const items = await itemsIn(path);
  const damaged = items.filter(({ name }) => name.includes('.damaged-'));
  const [foreign, orphans] = await Promise.all([
    shutTo(items),
    orphansIn(path, new Set(config.sinks.map(({ name }) => laneFolder(name)))),
  ]);
  return [
    ...(foreign.length > 0 ? [owned(path, foreign, host.userId)] : []),
    ...(damaged.length > 0 ? [setAside(damaged)] : []),
    ...orphans,
  ];
}

/** What this user may not use. Sockets are held, not written. */
async function shutTo(items: readonly StateItem[]): Promise<readonly string[]> {
  const own = items.filter(({ name }) => !/^(lock|candidate)\./.test(name));
  const shut = await Promise.all(
    own.map(async ({ path, isFolder }) => {
      const { R_OK, W_OK, X_OK } = constants;
      const isOpen = await access(path, R_OK | W_OK | (isFolder ? X_OK : 0)).then(
        () => true,
        () => false,
      );
      return isOpen ? [] : [path];
    }),
  );
  return shut.flat();
}

function owned(path: string, foreign: readonly string[], userId: number): Finding {
  return {
    code: 'state.owner',
    severity: 'problem',
    where: foreign,
    what: `user ${userId} may not use them, as if another user had run the agent before: these sinks go on in memory alone`,
    todo: `sudo chown -R ${userId} ${shellWord(path)}; or run the agent as that user`,
  };
}

function setAside(damaged: readonly StateItem[]): Finding {
  const bytes = damaged.reduce((sum, item) => sum + item.bytes, 0);
  const paths = damaged.map(({ path }) => path);
  return {
    code: 'state.damaged',
    severity: 'warning',
    where: paths,
    what: `they were damaged, and set aside by an agent that went on without them; they take ${bytes} bytes, which count against queue.disk`,
    todo: `read in the guide what each meant; once you do not need them, stop the agent and rm ${paths.map(shellWord).join(' ')}`,
  };
}

/** The folders of sinks that are configured no more. */
async function orphansIn(path: string, own: ReadonlySet<string>): Promise<readonly Finding[]> {
  const folders = await readdir(join(path, 'lanes')).catch(() => []);
  return folders
    .filter((folder) => !own.has(folder))
    .map((folder) => ({
      code: 'state.orphan',
      severity: 'warning',
      where: [join(path, 'lanes', folder)],
      what: `the sink ${laneOfFolder(folder)} is configured no more, and has left what it held`,
      todo: `configure it again to have that delivered; or rm -r ${shellWord(join(path, 'lanes', folder))}`,
    }));
}
