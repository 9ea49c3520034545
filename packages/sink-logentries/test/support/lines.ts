import { type ContainerRecord, JsonBytes, Secret } from '@tallyman/sdk';
import type { Format } from '../../src/format/format.ts';
import { Framer } from '../../src/framing/framer.ts';
import { eventsToken, logsToken, statsToken } from './context.ts';

const tokens = {
  log: new Secret(logsToken),
  stat: new Secret(statsToken),
  event: new Secret(eventsToken),
};

/** The lines that a record becomes, without their newlines. */
export function linesOf(format: Format, record: ContainerRecord): readonly Buffer[] {
  const bytes = new JsonBytes();
  new Framer(format, tokens).write(record, bytes);
  const lines: Buffer[] = [];
  const written = bytes.view();
  for (let from = 0; from < written.length; ) {
    const end = written.indexOf(0x0a, from);
    if (end === -1) throw new Error('the last line has no end');
    lines.push(written.subarray(from, end));
    from = end + 1;
  }
  return lines;
}

/** What stands behind the token. Throws on what is not UTF-8. */
export function eventsOf(format: Format, record: ContainerRecord): readonly string[] {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return linesOf(format, record).map((line) => utf8.decode(line).slice(logsToken.length + 1));
}
