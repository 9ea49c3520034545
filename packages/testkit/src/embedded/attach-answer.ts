import { type EngineRequest, flag } from './answer.ts';
import { framed } from './attachments.ts';
import type { EmbeddedContainer } from './container.ts';

/** A request to attach that was granted: what is sent first, and to whom the connection then belongs. */
export interface Attaching {
  readonly container: EmbeddedContainer;
  /** What the log has already, where it was asked for: without times. */
  readonly backlog: Buffer;
}

/** A request to attach that was not. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** `POST /containers/{id}/attach` as 20.10 and 28.5 answer it: also for a container that does not run. */
export function attachAnswer(
  container: EmbeddedContainer | undefined,
  { reference, query }: EngineRequest,
): Attaching | Refusal {
  if (!container) return { status: 404, message: `No such container: ${reference}` };
  const { id, status } = container;
  if (status === 'paused')
    return {
      status: 409,
      message: `container ${id} is paused, unpause the container before attach`,
    };
  if (status === 'restarting')
    return {
      status: 409,
      message: `container ${id} is restarting, wait until the container is running`,
    };
  container.emit('attach');
  const tty = container.options.tty ?? false;
  const kept = flag(query, 'logs') ? container.log.readable() : [];
  const backlog = kept.map(({ stream, payload }) => framed(stream, payload, tty));
  return { container, backlog: Buffer.concat(backlog) };
}
