import type { ContainerOptions } from '../docker/containers.ts';
import { testImage } from '../docker/image.ts';

/** One thing done with the engine; all of a case but the first `run` concern the container of that `run`. */
export type Step =
  | { readonly run: ContainerOptions }
  | { readonly create: ContainerOptions }
  | {
      readonly act: 'start' | 'wait' | 'restart' | 'stop' | 'kill' | 'pause' | 'unpause' | 'remove';
    }
  | { readonly rename: string }
  | { readonly exec: string }
  /** Seconds, in which something happens inside. */
  | { readonly sleep: number }
  /** Takes the answer down. `{id}`, `{since}` and `{until}` in the path are filled in. */
  | { readonly record: string; readonly get: string };

/** The step as one would type it. */
export function commandLine(step: Step): string | undefined {
  if ('run' in step) return `docker run -d ${creation(step.run)}`;
  if ('create' in step) return `docker create ${creation(step.create)}`;
  if ('act' in step) return `docker ${step.act === 'remove' ? 'rm -f' : step.act} {id}`;
  if ('rename' in step) return `docker rename {id} ${step.rename}`;
  if ('exec' in step) return `docker exec {id} sh -c ${quoted(step.exec)}`;
  if ('sleep' in step) return `sleep ${step.sleep}`;
  return undefined;
}

function creation(options: ContainerOptions): string {
  const { command, hostConfig = {}, config = {} } = options;
  const flags = [
    ...(options.name === undefined ? [] : ['--name', options.name]),
    ...(options.tty ? ['--tty'] : []),
    ...(options.logDriver === undefined ? [] : ['--log-driver', options.logDriver]),
    ...Object.entries(options.labels ?? {}).flatMap(([key, value]) => [
      '--label',
      `${key}=${value}`,
    ]),
    // What has no short flag here is given in the API's words.
    ...(Object.keys(hostConfig).length > 0 ? [`[HostConfig ${JSON.stringify(hostConfig)}]`] : []),
    ...(Object.keys(config).length > 0 ? [`[Config ${JSON.stringify(config)}]`] : []),
  ];
  const words = typeof command === 'string' ? ['sh', '-c', quoted(command)] : command;
  return [...flags, options.image ?? testImage, ...words].join(' ');
}

function quoted(script: string): string {
  return `'${script.replaceAll("'", `'\\''`)}'`;
}
