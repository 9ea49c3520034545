import type { ServerResponse } from 'node:http';
import { type HttpAnswer, writeHead } from './answering.ts';
import type { HttpFault } from './steps.ts';

// What a head promises beyond what follows it.
const promisedBytes = 1_000;

/** Does what the fault says; whether the connection is over with it, or stays open in silence. */
export function fail(
  response: ServerResponse,
  fault: HttpFault,
  answer: HttpAnswer,
  reset: () => void,
): 'over' | 'silent' {
  switch (fault) {
    case 'reset':
    case 'reset-early':
      reset();
      return 'over';
    case 'reset-mid-body': {
      const body = writeHead(response, answer, promisedBytes);
      response.write(body.length > 0 ? body : ' ', reset);
      return 'over';
    }
    case 'close':
      response.socket?.end();
      return 'over';
    case 'garbage':
      response.socket?.end('* OK this is another protocol\r\n');
      return 'over';
    case 'hang-after-headers':
      writeHead(response, answer, promisedBytes);
      response.flushHeaders();
      return 'silent';
    case 'hang':
      return 'silent';
  }
}
