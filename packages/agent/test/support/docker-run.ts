import { parseArgs } from 'node:util';
import type { ContainerOptions } from '@tallyman/testkit/docker';

const list = { type: 'string', multiple: true } as const;
const flags = {
  volume: { ...list, short: 'v' },
  env: { ...list, short: 'e' },
  'group-add': list,
  'cap-add': list,
  'cap-drop': list,
  'security-opt': list,
  memory: { type: 'string' },
  'pids-limit': { type: 'string' },
  user: { type: 'string', short: 'u' },
  network: { type: 'string' },
  privileged: { type: 'boolean' },
  'read-only': { type: 'boolean' },
} as const;

/**
 * What a `docker run` line asks the engine for, so that tests can have the lines that people type. `tallyman` in it
 * stands for the image. Values are as the shell would leave them; there is no quoting.
 */
export function dockerRun(line: string, image: string): Omit<ContainerOptions, 'name'> {
  const [, , ...words] = line.replaceAll('\\\n', ' ').trim().split(/\s+/);
  const at = words.indexOf('tallyman');
  const { values } = parseArgs({ args: words.slice(0, at), options: flags });
  return {
    image,
    command: words.slice(at + 1),
    env: assignments(values.env),
    config: {
      // creationOf's is short, for containers that ignore SIGTERM; this is Docker's own.
      StopTimeout: 10,
      ...(values.user !== undefined && { User: values.user }),
    },
    hostConfig: {
      Binds: values.volume ?? [],
      Privileged: values.privileged ?? false,
      ReadonlyRootfs: values['read-only'] ?? false,
      GroupAdd: values['group-add'] ?? [],
      CapAdd: values['cap-add'] ?? [],
      CapDrop: values['cap-drop'] ?? [],
      SecurityOpt: values['security-opt'] ?? [],
      ...(values.memory !== undefined && { Memory: megabytes(values.memory) }),
      ...(values['pids-limit'] !== undefined && { PidsLimit: Number(values['pids-limit']) }),
      ...(values.network !== undefined && { NetworkMode: values.network }),
    },
  };
}

/** Of a size such as `256m`, in bytes. */
function megabytes(size: string): number {
  return Number(/^(\d+)m$/.exec(size)?.[1]) * 1024 * 1024;
}

function assignments(given: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
}
