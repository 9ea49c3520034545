/**
 * Takes the lock of the given directory. Prints a line of JSON, `{"held": true}` or why not, and holds it until
 * it is killed; `leave`: until its own work is done.
 */
import { systemClock } from '../../../../sdk/src/clock.ts';
import { DirectoryLock } from '../../../src/state/directory-lock.ts';

const [directory = '', stay = 'stay'] = process.argv.slice(2);
if (stay === 'stay') setInterval(() => {}, 1_000);
try {
  await DirectoryLock.take(directory, systemClock);
  console.log(JSON.stringify({ held: true }));
} catch (error) {
  const holder = error instanceof Error && 'holder' in error ? error.holder : undefined;
  console.log(JSON.stringify({ held: false, holder, error: String(error) }));
}
