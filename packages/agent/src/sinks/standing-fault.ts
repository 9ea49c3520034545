import { accessSync, constants, lstatSync, readFileSync, statSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname } from 'node:path';
import { messageOf } from '@tallyman/sdk';
import { codeOf } from '@tallyman/sink-stdout';
import { danglingFault } from './find.ts';
import type { FoundSink } from './manifest.ts';
import { sdkMismatch } from './sdk-range.ts';
import { sdkName } from './supply-sdk.ts';

/** What keeps a sink from being loaded, and what to do, as far as it shows without running any of its code. */
export function standingFault({ file, manifest }: FoundSink): string | undefined {
  const mismatch = manifest?.sdkRange && sdkMismatch(manifest.sdkRange, ownSdkVersion());
  if (mismatch) return `${manifest.file}: ${mismatch}`;
  try {
    if (statSync(file).isDirectory())
      return `${file} is a folder; name the module in it, such as index.js`;
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return `${file} ${fileFault(error, file, manifest?.file)}`;
  }
}

function fileFault(error: unknown, file: string, manifest: string | undefined): string {
  switch (codeOf(error)) {
    case 'EACCES':
      return 'may not be read by the agent; chmod a+r the file, and a+x the folders above it';
    case 'ENOENT':
      if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return danglingFault;
      return manifest === undefined
        ? 'is gone'
        : `is not there, and ${manifest} names it; build the package (npm run build in ${dirname(manifest)}), or correct the path`;
    default:
      return `cannot be read: ${messageOf(error)}`;
  }
}

function ownSdkVersion(): string {
  const file = findPackageJSON(sdkName, import.meta.url);
  if (file === undefined)
    throw new Error(`looking for the agent's own ${sdkName}: it is not installed`);
  return String(JSON.parse(readFileSync(file, 'utf8')).version);
}
