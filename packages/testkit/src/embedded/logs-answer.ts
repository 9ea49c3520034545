import { type Answer, type EngineRequest, flag, isOlder, refusal } from './answer.ts';
import { framed } from './attachments.ts';
import type { EmbeddedContainer } from './container.ts';
import type { LogEntry, LogWindow, SinceRule } from './log-store.ts';
import { fixedTime, nanosFromQuery } from './time.ts';

// Drivers that moby reads without the dual-logging cache.
const readableDrivers = ['json-file', 'local', 'journald'];

/** `/containers/{id}/logs`. */
export function logsAnswer(
  container: EmbeddedContainer,
  request: EngineRequest,
  rule: SinceRule,
): Answer {
  const { query, apiVersion } = request;
  const shown = {
    stdout: flag(query, 'stdout'),
    stderr: flag(query, 'stderr'),
  };
  if (!shown.stdout && !shown.stderr)
    return refusal(400, 'Bad parameters: you must choose at least one stream');
  if (container.status === 'removing' || container.status === 'dead')
    return refusal(409, 'can not get logs from container which is dead or marked for removal');
  if (!readableDrivers.includes(container.options.driver ?? 'json-file'))
    return refusal(501, 'configured logging driver does not support reading');

  const window = windowOf(query);
  const tty = container.options.tty ?? false;
  const timestamps = flag(query, 'timestamps');
  return {
    status: 200,
    headers: isOlder(apiVersion, '1.42') ? {} : { 'Content-Type': contentType(tty) },
    early: true,
    body: async (body, signal) => {
      const entries = container.log.read(window, rule, () => body.flush(), signal);
      for await (const entry of entries)
        if (shown[entry.stream]) await body.write(encoded(entry, { timestamps, tty }));
    },
  };
}

function contentType(tty: boolean): string {
  return `application/vnd.docker.${tty ? 'raw' : 'multiplexed'}-stream`;
}

function windowOf(query: URLSearchParams): LogWindow {
  const tail = Number(query.get('tail') || 'all');
  return {
    sinceNanos: nanosFromQuery(query.get('since')),
    untilNanos: nanosFromQuery(query.get('until')),
    // What is no number, or negative, means all (moby daemon/logs.go).
    tail: Number.isInteger(tail) && tail >= 0 ? tail : undefined,
    follow: flag(query, 'follow'),
  };
}

function encoded(entry: LogEntry, form: { timestamps: boolean; tty: boolean }): Buffer {
  const time = form.timestamps ? `${fixedTime(entry.timeNanos)} ` : '';
  return framed(entry.stream, Buffer.concat([Buffer.from(time), entry.payload]), form.tty);
}
