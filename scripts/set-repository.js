// Says in every package where the repository is, which npm shows and proves:
//
//   node scripts/set-repository.js https://github.com/OWNER/NAME
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [url = ''] = process.argv.slice(2);
if (!/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/.test(url))
  throw new Error(`setting the repository to "${url}": want https://github.com/OWNER/NAME`);

for (const file of ['package.json', ...globSync('packages/*/package.json', { cwd: root })]) {
  const path = join(root, file);
  const folder = dirname(file);
  const isRoot = folder === '.';
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  if (manifest.private === true && !isRoot) continue;
  const place = {
    homepage: isRoot ? `${url}#readme` : `${url}/tree/main/${folder}#readme`,
    bugs: `${url}/issues`,
    repository: { type: 'git', url: `git+${url}.git`, ...(!isRoot && { directory: folder }) },
  };
  writeFileSync(path, `${JSON.stringify({ ...manifest, ...place }, undefined, 2)}\n`);
}
