// Gives every package and the image the same version: node scripts/set-version.js 0.2.0
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [version = ''] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version))
  throw new Error(`setting the version to "${version}": want MAJOR.MINOR.PATCH`);

for (const file of globSync('packages/*/package.json', { cwd: root }))
  replace(file, /^( {2}"version": ")[^"]+/m);
replace('Dockerfile', /^(ARG VERSION=).+/m);

function replace(file, place) {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  if (!place.test(text)) throw new Error(`setting the version: ${file} has no place for it`);
  writeFileSync(path, text.replace(place, `$1${version}`));
}
