import type { RequestOptions } from 'node:http';
import { messageOf } from '@tallyman/sdk';
import { listenAddress } from '../config/listen.ts';
import { configPath, defaultAdminListen } from '../config/places.ts';
import { printLines } from './output.ts';

// Started every few seconds in some places: what is imported here is what it costs.

// An import of it would bring Node's fetch along.
const { get } = process.getBuiltinModule('node:http');

const answerLimitMs = 4_000;
const longestAnswer = 4_096;

/** `tallyman health`: asks the agent that runs here how it is. Resolves to 0 where it is well, to 1 otherwise. */
export async function health({ config }: { readonly config?: string } = {}): Promise<number> {
  const listen = await adminListen(configPath(config));
  const target = targetOf(listen);
  if (target === undefined) {
    printLines([`admin.listen is ${listen}: there is nobody to ask, and nothing against it`]);
    return 0;
  }
  try {
    const { status, text } = await answerOf(target);
    printLines([`${listen}: ${status} ${text}`.trimEnd()]);
    return status === 200 ? 0 : 1;
  } catch (error) {
    const why = messageOf(error);
    printLines([`${listen}: ${why}; does the agent run, and is this its configuration?`]);
    return 1;
  }
}

async function adminListen(path: string | undefined): Promise<string> {
  if (path === undefined) return defaultAdminListen;
  const { adminListenIn } = await import('../config/admin-listen.ts');
  return adminListenIn(path);
}

/** Where requests go; nothing where nobody listens. What listens on every address is asked on loopback. */
function targetOf(listen: string): RequestOptions | undefined {
  const address = listenAddress(listen);
  if (address === undefined || address.kind === 'none') return undefined;
  if (address.kind === 'unix') return { socketPath: address.socketPath };
  const { host, port } = address;
  return { host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port };
}

function answerOf(
  target: RequestOptions,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(answerLimitMs);
    get({ ...target, path: '/health', agent: false, signal }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text = (text + part).slice(0, longestAnswer);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    }).on('error', reject);
  });
}
