// Packs every package that is published, as it would be published:
//
//   node scripts/pack-all.js [--out FOLDER]
//
// Into .packed unless --out names another folder, which is emptied of tarballs first. Packs the build as it stands;
// `pnpm pack:all` makes a clean one before. The same sources give the same bytes.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { out } = parseArgs({ options: { out: { type: 'string', default: '.packed' } } }).values;
const folder = resolve(out);

const published = globSync('packages/*/package.json', { cwd: root })
  .sort()
  .map((file) => ({
    ...JSON.parse(readFileSync(join(root, file), 'utf8')),
    path: join(root, file, '..'),
  }))
  .filter(({ private: isPrivate }) => isPrivate !== true);
for (const each of published) removeStale(each.path);

mkdirSync(folder, { recursive: true });
for (const tarball of globSync('*.tgz', { cwd: folder })) rmSync(join(folder, tarball));
const packed = pnpm([
  ...published.map(({ name }) => `--filter=${name}`),
  'pack',
  '--json',
  `--pack-destination=${folder}`,
]);
for (const { name, version, filename, files } of JSON.parse(packed).sort(byName))
  console.log(
    `${name.padEnd(26)} ${version.padEnd(8)} ${String(files.length).padStart(4)} files ` +
      `${String(statSync(filename).size).padStart(8)} bytes  ${basename(filename)}`,
  );

/** What an earlier build has left, of a source that is gone, would be packed, too. */
function removeStale(path) {
  for (const file of globSync('dist/**/*.*', { cwd: path })) {
    const source = file.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)$/, '.ts');
    if (!existsSync(join(path, source))) rmSync(join(path, file), { force: true });
  }
}

function byName(a, b) {
  return a.name < b.name ? -1 : 1;
}

/** As a script of pnpm's it is on the PATH; else it comes from npm's cache. */
function pnpm(args) {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
  try {
    return execFileSync('pnpm', args, options);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return execFileSync('npx', ['-y', 'pnpm@12', ...args], options);
  }
}
