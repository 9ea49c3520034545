import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { messageOf } from '@tallyman/sdk';
import { codeOf } from '@tallyman/sink-stdout';
import type { FoundSink } from './manifest.ts';
import { sdkName } from './supply-sdk.ts';

/** Why a sink could not be imported, where, and what to do. */
export function importFailure(thrown: unknown, sink: FoundSink): string {
  const [said = ''] = messageOf(thrown).trim().split('\n');
  const isMissing = missingCodes.has(codeOf(thrown) ?? '');
  const place = isMissing ? requiredBy(thrown) : placeOf(thrown);
  return `${said}${place}; ${adviceFor(thrown, sink)}`;
}

// Node's names for what an import and a require do not find.
const missingCodes: ReadonlySet<string> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);
const typeScriptCodes: ReadonlySet<string> = new Set([
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
]);

function adviceFor(thrown: unknown, sink: FoundSink): string {
  const [code = '', message] = [codeOf(thrown), messageOf(thrown)];
  if (isAboutNative(code, message)) return nativeAdvice(message, sink);
  if (missingCodes.has(code)) return missingAdvice(message, sink);
  if (typeScriptCodes.has(code) || /extension "\.tsx?"/.test(message))
    return 'compile it to JavaScript, and name that';
  if (message.includes(`'${sdkName}' does not provide an export`))
    return 'the sink is written for a later SDK; update the agent, or install an older version of the sink';
  if (types.isNativeError(thrown) && thrown.name === 'SyntaxError')
    // Node keeps the line of a syntax error in a module to itself.
    return placeOf(thrown) === '' ? `node --check ${sink.file} shows the line` : 'correct it there';
  return 'correct it there; what can fail belongs into open(), where it is tried again';
}

/** Of a package for which a compiler is needed: what Node says, its loaders, and the names of what they load. */
function isAboutNative(code: string, message: string): boolean {
  return (
    code === 'ERR_DLOPEN_FAILED' ||
    /\.node(?![\w.])|bindings file|native (build|binding)/i.test(message) ||
    (missingCodes.has(code) && /-(linux|darwin|win32)-/.test(message))
  );
}

function nativeAdvice(message: string, sink: FoundSink): string {
  const here = `${process.platform}-${process.arch}, ${libcWords()}, Node ${process.versions.node}`;
  const why = nativeReasons.find(([pattern]) => pattern.test(message))?.[1];
  return `a native part of it ${why ?? 'is not built for where the agent runs'} (${here}); where the agent runs, npm rebuild in ${installFolder(sink)}, or remove its node_modules and npm install; for a container, install the sink in an image made from the agent's (docs/guides/deploy.md)`;
}

// What the dynamic linkers say. They name the C library that is missed, and say of a file for another processor that
// they cannot open it.
const nativeReasons: readonly (readonly [RegExp, string])[] = [
  [/NODE_MODULE_VERSION/, 'is built for another version of Node'],
  [
    /\.node: (cannot open|invalid ELF|file too short|wrong ELF)|mach-o/,
    'is built for another platform',
  ],
  [/libc\.so:|libc\.musl|ld-musl|ld-linux|GLIBC/, 'is built for another C library'],
  [/shared (object|library)/, 'needs a library that is not there'],
  [/Cannot find|Could not locate|No native build/, 'is not there'],
];

function libcWords(): string {
  const { header } = Object(process.report.getReport());
  return header?.glibcVersionRuntime === undefined ? 'musl' : `glibc ${header.glibcVersionRuntime}`;
}

function missingAdvice(message: string, sink: FoundSink): string {
  const [, specifier = ''] = /'([^']+)'/.exec(message) ?? [];
  if (existsSync(`${specifier}.js`)) return `write ${basename(specifier)}.js`;
  if (specifier.startsWith('.') || isAbsolute(specifier))
    return 'build the sink, and see that all of its files are there';
  const [name = ''] = /^(@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
  const command = sink.manifest === undefined ? `npm install ${name}` : 'npm install';
  const among = sink.manifest === undefined ? '' : `, with ${name} among its dependencies`;
  return `run ${command} in ${installFolder(sink)}${among}`;
}

/** Where npm has to run for this sink. */
function installFolder({ file, manifest }: FoundSink): string {
  const folder = dirname(manifest?.file ?? file);
  const at = folder.indexOf(`${sep}node_modules${sep}`);
  return at === -1 ? folder : folder.slice(0, at);
}

/** ` (required by FILE)`, where the message does not say it. */
function requiredBy(thrown: unknown): string {
  const [file] = Object(thrown).requireStack ?? [];
  return typeof file === 'string' ? ` (required by ${file})` : '';
}

const agentFolder = fileURLToPath(new URL('..', import.meta.url));

/** ` (FILE:LINE:COLUMN)`: the first place of the stack that is not the agent's. */
function placeOf(thrown: unknown): string {
  if (!types.isNativeError(thrown)) return '';
  const frames = (thrown.stack ?? '').matchAll(
    /(?<=^|[\s(])((?:file:\/\/)?\/\S*?)((?::\d+){1,2})(?=[)\s]|$)/g,
  );
  for (const [, path = '', position] of frames) {
    const file = path.startsWith('file:') ? fileURLToPath(path) : path;
    if (!file.startsWith(agentFolder)) return ` (${file}${position})`;
  }
  return '';
}
