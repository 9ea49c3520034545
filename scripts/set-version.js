// Gives every package and the image the same version, and the examples a range that has it:
//
//   node scripts/set-version.js 0.2.0
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [version = ''] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version))
  throw new Error(`setting the version to "${version}": want MAJOR.MINOR.PATCH`);

for (const file of globSync('packages/*/package.json', { cwd: root }))
  replace(file, /^( {2}"version": ")[^"]+/m);
for (const file of globSync('examples/*/package.json', { cwd: root }))
  replace(file, /("@tallyman\/[a-z-]+": "\^)[^"]+/g);
replace('Dockerfile', /^(ARG VERSION=).+/m);

function replace(file, place) {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  if (text.search(place) === -1)
    throw new Error(`setting the version: ${file} has no place for it`);
  writeFileSync(path, text.replace(place, `$1${version}`));
}
