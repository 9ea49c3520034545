import { get } from 'node:http';
import { messageOf } from '@tallyman/sdk';
import { configPath, defaultAdminListen } from '../config/places.ts';
import { printLines } from './output.ts';

// Started every few seconds in some places: what is imported here is what it costs.

const answerLimitMs = 4_000;
const longestAnswer = 4_096;

/** `tallyman health`: asks the agent that runs here how it is. Resolves to 0 where it is well, to 1 otherwise. */
export async function health({ config }: { readonly config?: string } = {}): Promise<number> {
  const url = `http://${reachable(await adminListen(configPath(config)))}/health`;
  try {
    const { status, text } = await answerOf(url);
    printLines([`${url}: ${status} ${text}`.trimEnd()]);
    return status === 200 ? 0 : 1;
  } catch (error) {
    printLines([`${url}: ${messageOf(error)}; does the agent run, and is this its configuration?`]);
    return 1;
  }
}

async function adminListen(path: string | undefined): Promise<string> {
  if (path === undefined) return defaultAdminListen;
  const { adminListenIn } = await import('../config/admin-listen.ts');
  return adminListenIn(path);
}

/** What listens on every address is asked on loopback. */
function reachable(listen: string): string {
  return listen.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:');
}

function answerOf(url: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(answerLimitMs);
    get(url, { agent: false, signal }, (answer) => {
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
