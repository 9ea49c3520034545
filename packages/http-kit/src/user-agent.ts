import { arch, platform } from 'node:process';
import axios from 'axios';

/**
 * `tallyman/1.2.0 (sink:librato) node/24.1.0 (linux; x64) direct-axios/1.7.0`: agent, purpose, engine, platform
 * and library, in the order that Librato's clients use and its service shows as `created_by_ua`.
 */
export function userAgentOf({
  sink,
  version,
}: {
  readonly sink: string;
  readonly version: string;
}) {
  const engine = `node/${process.versions.node} (${platform}; ${arch})`;
  return `tallyman/${version} (sink:${sink}) ${engine} direct-axios/${axios.VERSION}`;
}
