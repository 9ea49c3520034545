import {
  defineSink,
  encodeJsonLines,
  type OptionsOf,
  type Sink,
  type SinkContext,
} from '@tallyman/sdk';
import { wantsColor } from './colors.ts';
import { logfmtLines } from './logfmt.ts';
import { type Output, standardOutput } from './output.ts';
import { prettyLines } from './pretty.ts';
import { printableJson } from './printable.ts';
import { type Encode, PrintingSink } from './sink.ts';

export { wantsColor } from './colors.ts';
export { codeOf } from './error-code.ts';
export { type Output, standardOutput, streamOutput } from './output.ts';
export { ownDescriptor } from './own-descriptor.ts';
export { printable, printableJson } from './printable.ts';
export { type Encode, isReaderGone } from './sink.ts';
export { humanBytes, humanPercent } from './units.ts';

const optionsSchema = {
  type: 'object',
  properties: {
    format: {
      type: 'string',
      enum: ['pretty', 'json', 'logfmt'],
      description:
        'How records are printed: `pretty` for people, `json` with one record a line, `logfmt` as key=value pairs. Without it: pretty on a terminal, json otherwise.',
    },
    color: {
      type: 'string',
      enum: ['auto', 'always', 'never'],
      default: 'auto',
      description:
        'Colours of the pretty format. `auto`: on a terminal, unless NO_COLOR is set; FORCE_COLOR turns them on elsewhere.',
    },
  },
} as const;

/** The options of the stdout sink. */
export type StdoutOptions = OptionsOf<typeof optionsSchema>;

export default defineSink({
  type: 'stdout',
  summary: 'Prints records to standard output: pretty, JSON lines or logfmt.',
  stability: 'stable',
  contract: 1,
  accepts: ['log', 'stat', 'event'],
  token: 'none',
  options: optionsSchema,
  defaults: { maxWaitMs: 100 },
  create: (options, context) => createStdoutSink(options, context, standardOutput(context.clock)),
});

/** The sink on any output, e.g. a stream: `createStdoutSink(options, context, streamOutput(stream))`. */
export function createStdoutSink(
  options: StdoutOptions,
  context: SinkContext,
  output: Output,
): Sink {
  return new PrintingSink(encoderOf(options, output.isTerminal), output, context);
}

/** How the sink turns a batch into bytes: for those who print records without being a sink. */
export function encoderOf({ format, color }: StdoutOptions, isTerminal: boolean): Encode {
  switch (format ?? (isTerminal ? 'pretty' : 'json')) {
    case 'pretty':
      return prettyLines({ color: color === 'auto' ? wantsColor(isTerminal) : color === 'always' });
    case 'json':
      return isTerminal ? harmlessJsonLines : encodeJsonLines;
    case 'logfmt':
      return logfmtLines;
  }
}

// JSON must escape C0 only; DEL, C1 and the like would still act on a terminal.
const harmlessJsonLines: Encode = (batch) => {
  const lines = encodeJsonLines(batch).toString('utf8').trimEnd().split('\n');
  return Buffer.from(lines.map((line) => `${printableJson(line)}\n`).join(''));
};
