import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type ContainerDetails,
  type ContainerOptions,
  type ContainerSummary,
  creationOf,
  detailsFrom,
  type ExecResult,
  outputsFrom,
  summariesFrom,
} from './containers.ts';
import { ensureTestImage, testImage } from './image.ts';
import {
  bodyOf,
  type EngineRequest,
  isRefusal,
  numberAt,
  requestEngine,
  textAt,
} from './transport.ts';

// Longest thing a test asks for is an image import or a stop; an engine that hangs must not hang the run.
const answerLimitMs = 60_000;
// A thousand at once hold up the engine, and the machine, for minutes.
const removedAtOnce = 16;

/**
 * What a test needs from a Docker engine, over its unix socket and nothing but node:http.
 * Containers are named `PREFIX-NAME` with a prefix of this client's own; {@link cleanup} removes
 * all that this client made.
 */
export class DockerClient {
  readonly socketPath: string;
  readonly prefix = `tallyman-test-${randomBytes(4).toString('hex')}`;
  readonly #created = new Set<string>();
  #image: Promise<string> | undefined;

  constructor(socketPath = '/var/run/docker.sock') {
    this.socketPath = socketPath;
  }

  /** The open response, its head read: for streams, and for what has no method here. */
  request(method: string, path: string, options?: EngineRequest): Promise<IncomingMessage> {
    return requestEngine(this.socketPath, method, path, options);
  }

  /** All bytes of the response. */
  async bytes(method: string, path: string, options: EngineRequest = {}): Promise<Buffer> {
    const signal = options.signal ?? AbortSignal.timeout(answerLimitMs);
    return bodyOf(await this.request(method, path, { ...options, signal }));
  }

  /** The response as JSON, undefined where it is empty. */
  async json(method: string, path: string, options?: EngineRequest): Promise<unknown> {
    const text = (await this.bytes(method, path, options)).toString('utf8');
    return text.trim() === '' ? undefined : JSON.parse(text);
  }

  async ping(signal?: AbortSignal): Promise<void> {
    await this.bytes('GET', '/_ping', { ...(signal && { signal }) });
  }

  async version(): Promise<{ engine: string; api: string }> {
    const json = await this.json('GET', '/version');
    return { engine: textAt(json, 'Version'), api: textAt(json, 'ApiVersion') };
  }

  /** The test image's name, once the engine has it. */
  ensureImage(): Promise<string> {
    this.#image ??= ensureTestImage(this);
    return this.#image;
  }

  /** The full name of the container that was created as `name`. */
  nameOf(name: string): string {
    return `${this.prefix}-${name}`;
  }

  /** Creates and starts a container; its id. */
  async run(options: ContainerOptions): Promise<string> {
    const id = await this.create(options);
    await this.start(id);
    return id;
  }

  async create(options: ContainerOptions): Promise<string> {
    const image = options.image ?? testImage;
    if (image === testImage) await this.ensureImage();
    const name = this.nameOf(options.name ?? `${this.#created.size + 1}`);
    const body = creationOf(options, image);
    const id = textAt(
      await this.json('POST', '/containers/create', { query: { name }, body }),
      'Id',
    );
    this.#created.add(id);
    return id;
  }

  async start(id: string): Promise<void> {
    await this.bytes('POST', `/containers/${id}/start`);
  }

  /** The engine sends SIGTERM, and SIGKILL after `timeoutSeconds`. A shell as process 1 ignores the first. */
  async stop(id: string, timeoutSeconds = 1): Promise<void> {
    await this.bytes('POST', `/containers/${id}/stop`, { query: { t: `${timeoutSeconds}` } });
  }

  async kill(id: string, killSignal = 'SIGKILL'): Promise<void> {
    await this.bytes('POST', `/containers/${id}/kill`, { query: { signal: killSignal } });
  }

  async restart(id: string, timeoutSeconds = 1): Promise<void> {
    await this.bytes('POST', `/containers/${id}/restart`, { query: { t: `${timeoutSeconds}` } });
  }

  /** Takes the last part of the new name, as `run` does. */
  async rename(id: string, name: string): Promise<void> {
    await this.bytes('POST', `/containers/${id}/rename`, { query: { name: this.nameOf(name) } });
  }

  async pause(id: string): Promise<void> {
    await this.bytes('POST', `/containers/${id}/pause`);
  }

  async unpause(id: string): Promise<void> {
    await this.bytes('POST', `/containers/${id}/unpause`);
  }

  /** Removes the container, running or not, with its volumes. */
  async remove(id: string): Promise<void> {
    await this.bytes('DELETE', `/containers/${id}`, { query: { force: 'true', v: 'true' } });
    this.#created.delete(id);
  }

  /** Resolves with the exit code once the container has stopped. */
  async wait(id: string, signal?: AbortSignal): Promise<number> {
    const options = { ...(signal && { signal }) };
    return numberAt(await this.json('POST', `/containers/${id}/wait`, options), 'StatusCode');
  }

  async inspect(id: string): Promise<ContainerDetails> {
    return detailsFrom(await this.json('GET', `/containers/${id}/json`));
  }

  /** All containers of the engine, stopped ones too, whoever made them. */
  async list(): Promise<ContainerSummary[]> {
    return summariesFrom(await this.json('GET', '/containers/json', { query: { all: 'true' } }));
  }

  /** Runs a command inside a running container. A text is run by `sh -c`. */
  async exec(id: string, command: string | readonly string[]): Promise<ExecResult> {
    const Cmd = typeof command === 'string' ? ['sh', '-c', command] : command;
    const body = { Cmd, AttachStdout: true, AttachStderr: true };
    const exec = textAt(await this.json('POST', `/containers/${id}/exec`, { body }), 'Id');
    const start = { Detach: false, Tty: false };
    const frames = await this.bytes('POST', `/exec/${exec}/start`, { body: start });
    const exitCode = numberAt(await this.json('GET', `/exec/${exec}/json`), 'ExitCode');
    return { exitCode, ...outputsFrom(frames) };
  }

  /** The log so far as the engine sends it: frames, or plain bytes of a terminal. */
  logs(id: string, query: Readonly<Record<string, string>> = {}): Promise<Buffer> {
    const outputs = { stdout: 'true', stderr: 'true' };
    return this.bytes('GET', `/containers/${id}/logs`, { query: { ...outputs, ...query } });
  }

  /** One sample, without the engine's own wait for a second one where it can do without. */
  stats(id: string): Promise<unknown> {
    const query = { stream: 'false', 'one-shot': 'true' };
    return this.json('GET', `/containers/${id}/stats`, { query });
  }

  /** Removes every container that this client made and that is still there. */
  async cleanup(): Promise<void> {
    const left = [...this.#created].values();
    const removing = Array.from({ length: removedAtOnce }, async () => {
      for (const id of left) await this.#removeIfThere(id);
    });
    await Promise.all(removing);
  }

  async #removeIfThere(id: string): Promise<void> {
    try {
      await this.remove(id);
    } catch (error) {
      // 404: removed by the test or by itself; 409: its removal is under way.
      if (!isRefusal(error, 404, 409)) throw error;
      this.#created.delete(id);
    }
  }
}
