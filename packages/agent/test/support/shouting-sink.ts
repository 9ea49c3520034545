import { gzipSync } from 'node:zlib';
import { type TarEntry, tarOf } from '@tallyman/testkit/docker';

/** By which a configuration chooses the sink once npm has installed it. */
export const shoutingPackage = '@acme/tallyman-sink-shout';

/** A sink in one file, which needs the SDK: it says on standard error what containers print, louder. */
export const shoutingSource = `import { defineSink, recordsOf } from '@tallyman/sdk';
export default defineSink({
  type: 'shout', summary: 'Says it louder.', stability: 'beta', contract: 1,
  accepts: ['log'], token: 'none', options: { type: 'object', properties: {} },
  create: (options, { log }) => ({
    write: async (batch) => {
      for (const { message } of recordsOf(batch)) log.info({ message: message.toUpperCase() }, 'Shouted.');
    },
  }),
});
`;

/** The same as a package, by path in its folder. */
export const shoutingFiles: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: shoutingPackage,
    version: '1.0.0',
    type: 'module',
    tallyman: { sinks: { shout: { module: './index.js', stability: 'beta', accepts: ['log'] } } },
    peerDependencies: { '@tallyman/sdk': '^0.1.0' },
  }),
  'index.js': shoutingSource,
};

/** The package as `npm pack` makes it. */
export function packedShoutingSink(): Buffer {
  const entries = Object.entries(shoutingFiles);
  return gzipSync(tarOf(entries.map(([path, text]) => plainFile(`package/${path}`, text))));
}

/** A file of an archive that everybody may read. */
export function plainFile(path: string, content: string | Buffer): TarEntry {
  return { kind: 'file', path, mode: 0o644, bytes: Buffer.from(content) };
}
