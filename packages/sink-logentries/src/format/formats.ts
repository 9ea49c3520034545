import type { LogentriesOptions } from '../options.ts';
import { dockerLogentriesFormat } from './docker-logentries.ts';
import type { Format } from './format.ts';
import { jsonFormat } from './json.ts';
import { kvpFormat } from './kvp.ts';
import { textFormat } from './text.ts';

/** The format of each name. */
export const formats: Readonly<Record<LogentriesOptions['format'], Format>> = {
  json: jsonFormat,
  kvp: kvpFormat,
  text: textFormat,
  'docker-logentries': dockerLogentriesFormat,
};
