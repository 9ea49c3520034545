import { createRequire } from 'node:module';
import { printable } from '@tallyman/sink-stdout';
import type PinoPretty from 'pino-pretty';

const require = createRequire(import.meta.url);

/** A line of the log for people, from the line as JSON. */
export function prettyLine({ color }: { readonly color: boolean }): (json: string) => string {
  // It is thirty files, for a terminal alone.
  const { prettyFactory }: typeof PinoPretty = require('pino-pretty');
  const pretty = prettyFactory({
    colorize: color,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (json) => pretty(JSON.parse(json, (key, value) => printableValue(key, value)));
}

/** A stack keeps its lines; no other text ends the line it stands on. */
function printableValue(key: string, value: unknown): unknown {
  if (typeof value === 'string')
    return key === 'stack' ? value.split('\n').map(printable).join('\n') : printable(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [printable(name), item]));
}
