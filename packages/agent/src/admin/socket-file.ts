import { chmodSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { codeOf } from '@tallyman/sink-stdout';

/** Removes the file of a socket that nobody listens on any more, as a killed process leaves it. */
export async function removeLeftover(path: string): Promise<void> {
  if (isSocket(path) && !(await answers(path))) rmSync(path, { force: true });
}

/** Lets the user and the group of the process connect, and nobody else. */
export function guardSocket(path: string): void {
  chmodSync(path, 0o660);
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED'));
  });
}
