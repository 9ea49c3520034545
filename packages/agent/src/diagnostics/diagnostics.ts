import { isatty } from 'node:tty';
import type { Diagnostics } from '@tallyman/core';
import { systemClock } from '@tallyman/sdk';
import { printableJson, wantsColor } from '@tallyman/sink-stdout';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import { presentable } from './presentable.ts';
import { prettyLine } from './pretty.ts';
import { type LineOutput, StandardError } from './stderr.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export const logFormats = ['auto', 'json', 'pretty'] as const;

export interface DiagnosticsOptions {
  readonly level: (typeof logLevels)[number];
  /** `auto`: pretty on a terminal, json otherwise. */
  readonly format: (typeof logFormats)[number];
}

/** The agent's own log, on standard error; standard output belongs to the stdout sink. */
export interface AgentDiagnostics extends Diagnostics {
  /** The same log with these fields on every line. */
  child(fields: object): AgentDiagnostics;
  /** A line that is printed at every level and in every format as JSON: the account at the end. */
  statement(fields: object, message: string): void;
  /** Waits for what a slow reader has not taken yet, until the signal aborts. Call it before the process exits. */
  flush(signal: AbortSignal): Promise<void>;
}

/** Diagnostics on the process's standard error. */
export function standardDiagnostics({ level, format }: DiagnosticsOptions): AgentDiagnostics {
  const isTerminal = isatty(2);
  const output: LineOutput = new StandardError(systemClock, (lines) =>
    diagnostics.warn({ lines }, 'Standard error took nothing for a while, diagnostics were lost.'),
  );
  const diagnostics = createDiagnostics(
    {
      level,
      format: format === 'auto' ? (isTerminal ? 'pretty' : 'json') : format,
      color: wantsColor(isTerminal),
    },
    output,
  );
  return diagnostics;
}

interface DiagnosticsSettings {
  readonly level: DiagnosticsOptions['level'];
  readonly format: 'json' | 'pretty';
  readonly color: boolean;
}

/** Diagnostics on any output. No line holds a control character of what it tells about, nor a secret. */
export function createDiagnostics(
  settings: DiagnosticsSettings,
  output: LineOutput,
): AgentDiagnostics {
  const shown = settings.format === 'json' ? jsonLine : prettyLine({ color: settings.color });
  const logger = pino(
    {
      level: settings.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (level) => ({ level }),
        log: (fields) => presentableFields(fields),
      },
      // Errors under `err` are handled by formatters.log like all others.
      serializers: { err: (error: unknown) => error },
    },
    { write: (line) => output.write(shown(line)) },
  );
  return new PinoDiagnostics(logger, output);
}

class PinoDiagnostics implements AgentDiagnostics {
  readonly #logger: Logger;
  readonly #output: LineOutput;

  constructor(logger: Logger, output: LineOutput) {
    this.#logger = logger;
    this.#output = output;
  }

  debug(fields: object, message: string): void {
    this.#logger.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#logger.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#logger.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.#logger.error(fields, message);
  }

  child(fields: object): AgentDiagnostics {
    return new PinoDiagnostics(this.#logger.child(presentableFields(fields)), this.#output);
  }

  statement(fields: object, message: string): void {
    const time = new Date(systemClock.now()).toISOString();
    const line = { level: 'info', time, ...presentableFields(fields), msg: message };
    this.#output.write(jsonLine(JSON.stringify(line)));
  }

  flush(signal: AbortSignal): Promise<void> {
    return this.#output.flush(signal);
  }
}

function presentableFields(fields: object): Record<string, unknown> {
  const result = presentable(fields);
  return typeof result === 'object' && result !== null ? { ...result } : { value: result };
}

/** JSON escapes of its own accord only what JSON must; the rest would act on a terminal. */
function jsonLine(line: string): string {
  return `${printableJson(line.trimEnd())}\n`;
}
