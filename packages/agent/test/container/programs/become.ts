/** Becomes the user that the first argument describes, and prints who each of its threads is then. */
import { readdirSync, readFileSync } from 'node:fs';
import { becomeUnprivileged } from '../../../src/container/unprivileged.ts';

// A thread of the pool that file system calls run on: it is there before the user changes.
await import('node:fs/promises').then(({ stat }) => stat('/'));
try {
  becomeUnprivileged(JSON.parse(process.argv[2] ?? ''));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: String(error) }));
  process.exit(1);
}

const threads = readdirSync('/proc/self/task').map((thread) => {
  const status = readFileSync(`/proc/self/task/${thread}/status`, 'utf8');
  const line = (name: string) => new RegExp(`^${name}:[\t ]*(.*?)[\t ]*$`, 'm').exec(status)?.[1];
  return ['Uid', 'Gid', 'Groups', 'CapEff', 'CapPrm'].map(line);
});
let way = 'none';
try {
  process.setuid?.(0);
  way = 'back to root';
} catch {
  // As it should be.
}
process.stdout.write(JSON.stringify({ threads, way }));
