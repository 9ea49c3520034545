import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from '@jest/globals';
import { program } from './agent-process.ts';

/** A user without any rights of its own. */
export const nobody = 65_534;

/** Whether this process may become another user, and that one can read the program. */
function canRunAsNobody(): boolean {
  const isOpen = (path: string): boolean =>
    (statSync(path).mode & constants.S_IXOTH) !== 0 && (path === '/' || isOpen(dirname(path)));
  accessSync(program);
  return process.getuid?.() === 0 && isOpen(dirname(program)) && isOpen(dirname(process.execPath));
}

/** A test that runs the agent as {@link nobody}. */
export const testAsNobody = canRunAsNobody() ? test : test.skip;
