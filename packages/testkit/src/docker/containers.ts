import { numberAt, textAt, valueAt } from './transport.ts';

/** What a test asks for; everything else is the engine's default. */
export interface ContainerOptions {
  /** The last part of the container's name; the client puts its unique prefix before it. */
  readonly name?: string;
  /** A text is run by `sh -c`. */
  readonly command: string | readonly string[];
  /** Default: the test image, see `ensureImage`. */
  readonly image?: string;
  readonly tty?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly autoRemove?: boolean;
  readonly logDriver?: string;
  readonly logOptions?: Readonly<Record<string, string>>;
  /** In the engine's own words, over the ones above. */
  readonly hostConfig?: Readonly<Record<string, unknown>>;
  /** In the engine's own words, at the top level of the request: `Healthcheck`, `WorkingDir` … */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The engine's description of one container, with the names this project uses. */
export interface ContainerDetails {
  readonly id: string;
  /** Without the slash. */
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly status: string;
  readonly running: boolean;
  readonly pid: number;
  readonly exitCode: number;
  readonly restartCount: number;
  readonly createdAt: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly logPath: string;
  /** As the engine sent it. */
  readonly raw: unknown;
}

export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly state: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

// The first process of most test containers ignores SIGTERM, and a stopping engine waits 10 s for each.
const stopTimeoutSeconds = 1;

/** The body of `POST /containers/create`. */
export function creationOf(options: ContainerOptions, image: string): Record<string, unknown> {
  const { command, env = {}, logDriver, logOptions } = options;
  const logConfig = {
    ...(logDriver !== undefined && { Type: logDriver }),
    ...(logOptions && { Config: logOptions }),
  };
  return {
    Image: image,
    Cmd: typeof command === 'string' ? ['sh', '-c', command] : command,
    Tty: options.tty ?? false,
    StopTimeout: stopTimeoutSeconds,
    Labels: options.labels ?? {},
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    ...options.config,
    HostConfig: {
      AutoRemove: options.autoRemove ?? false,
      ...((logDriver !== undefined || logOptions) && { LogConfig: logConfig }),
      ...options.hostConfig,
    },
  };
}

export function detailsFrom(json: unknown): ContainerDetails {
  return {
    id: textAt(json, 'Id'),
    name: textAt(json, 'Name').replace(/^\//, ''),
    image: textAt(json, 'Config', 'Image'),
    imageId: textAt(json, 'Image'),
    status: textAt(json, 'State', 'Status'),
    running: valueAt(json, 'State', 'Running') === true,
    pid: numberAt(json, 'State', 'Pid'),
    exitCode: numberAt(json, 'State', 'ExitCode'),
    restartCount: numberAt(json, 'RestartCount'),
    createdAt: textAt(json, 'Created'),
    startedAt: textAt(json, 'State', 'StartedAt'),
    finishedAt: textAt(json, 'State', 'FinishedAt'),
    logPath: textAt(json, 'LogPath'),
    raw: json,
  };
}

export function summariesFrom(json: unknown): ContainerSummary[] {
  if (!Array.isArray(json)) return [];
  return json.map((entry: unknown) => ({
    id: textAt(entry, 'Id'),
    name: textAt(entry, 'Names', '0').replace(/^\//, ''),
    image: textAt(entry, 'Image'),
    state: textAt(entry, 'State'),
  }));
}

/** Both outputs of a stream of frames: type, three zeros, length (big-endian), payload. */
export function outputsFrom(frames: Buffer): { stdout: string; stderr: string } {
  const outputs: Buffer[][] = [[], []];
  for (let at = 0; at + 8 <= frames.length; ) {
    const end = at + 8 + frames.readUInt32BE(at + 4);
    outputs[frames[at] === 2 ? 1 : 0]?.push(frames.subarray(at + 8, end));
    at = end;
  }
  const [stdout = '', stderr = ''] = outputs.map((parts) => Buffer.concat(parts).toString('utf8'));
  return { stdout, stderr };
}
