// Examines the packages that `pack-all.js` has put into .packed as their users get them, and the sources for what
// nobody uses: `pnpm check:packages`. Says nothing but one line where there is nothing to say; needs no network.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tarballs = globSync('.packed/*.tgz', { cwd: root }).sort();

const failed = [
  tarballs.length === 0 && 'there is nothing in .packed; make it: npx -y pnpm@12 pack:all',
  ...tarballs.map((tarball) => outputOf(spawnSync('publint', [tarball, '--strict'], options()))),
  ...tarballs.map((tarball) =>
    outputOf(spawnSync('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii'], options())),
  ),
  outputOf(spawnSync('knip', [], options())),
].filter(Boolean);

for (const output of failed) console.error(output);
console.log(
  `packages: ${tarballs.length} packed, ${failed.length === 0 ? 'publint, attw and knip find nothing' : `${failed.length} complaints`}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function options() {
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  return { cwd: root, encoding: 'utf8', env: { ...process.env, PATH } };
}

/** What a tool said where it found something. */
function outputOf({ status, error, stdout, stderr }) {
  if (error !== undefined) throw error;
  return status === 0 ? '' : `${stdout}${stderr}`;
}
