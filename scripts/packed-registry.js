// Serves packed packages as a registry on loopback, so that npm finds them by name before they are published:
//
//   npx -y pnpm@12 pack:all
//   node scripts/packed-registry.js [--from FOLDER] [--port PORT]
//   export npm_config_registry=http://127.0.0.1:4873/     # in the shell where npm is to find them
//
// Everything else it redirects to the registry of npm. Ends with Ctrl-C.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { from, port } = parseArgs({
  options: {
    from: { type: 'string', default: '.packed' },
    port: { type: 'string', default: '4873' },
  },
}).values;
const others = 'https://registry.npmjs.org';
const tarballs = globSync('*.tgz', { cwd: resolve(from) }).map((name) => join(resolve(from), name));
if (tarballs.length === 0) {
  console.error(`serving the packages in ${from}: there are none; run: npx -y pnpm@12 pack:all`);
  process.exit(1);
}
const manifests = new Map(tarballs.map((file) => [file, manifestIn(file)]));

const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url);
  const tarball = tarballs.find((file) => path === `/-/${basename(file)}`);
  const packed = [...manifests].filter(([, { name }]) => path === `/${name}`);
  if (request.method !== 'GET') {
    response.writeHead(404).end();
  } else if (tarball !== undefined) {
    createReadStream(tarball).pipe(response);
  } else if (packed.length > 0) {
    // The same version may have other bytes the next time.
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(described(packed)));
  } else {
    response.writeHead(302, { Location: others + request.url }).end();
  }
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`export npm_config_registry=${urlOf('/')}`);
});

/** What a registry says of a package. */
function described(packed) {
  const versions = packed.map(([file, manifest]) => ({
    ...manifest,
    dist: {
      tarball: urlOf(`/-/${basename(file)}`),
      integrity: `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`,
    },
  }));
  const { name, version: latest } = versions[0];
  return {
    name,
    'dist-tags': { latest },
    versions: Object.fromEntries(versions.map((manifest) => [manifest.version, manifest])),
  };
}

function manifestIn(tarball) {
  const args = ['--extract', '--to-stdout', '--file', tarball, 'package/package.json'];
  return JSON.parse(execFileSync('tar', ['--gzip', ...args], { encoding: 'utf8' }));
}

function urlOf(path) {
  return `http://127.0.0.1:${server.address().port}${path}`;
}
