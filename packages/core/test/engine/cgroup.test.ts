import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import { systemClock } from '@tallyman/sdk';
import { type ContainerOptions, type DockerClient, describeEngine } from '@tallyman/testkit/docker';
import { HttpEngine } from '../../src/collect/engine-http.ts';
import { CgroupSource } from '../../src/collect/stats/cgroup/source.ts';
import { type ContainerDetails, containerFrom } from '../../src/decode/inspect.ts';
import { type StatSample, sampleFrom } from '../../src/decode/stat.ts';

const signal = AbortSignal.timeout(60_000);

/** Reads containers of an engine by both ways. */
class BothWays {
  readonly containers: ContainerDetails[] = [];
  readonly source: CgroupSource;
  readonly #client: DockerClient;
  readonly #engine: HttpEngine;

  private constructor(client: DockerClient) {
    this.#client = client;
    this.#engine = new HttpEngine({ kind: 'unix', socketPath: client.socketPath });
    const directory = {
      get: (id: string) => this.containers.find((container) => container.id === id),
      all: () => this.containers,
    };
    this.source = new CgroupSource({ clock: systemClock, directory });
  }

  static async to(client: DockerClient): Promise<BothWays> {
    const ways = new BothWays(client);
    await ways.#engine.connect(signal);
    return ways;
  }

  async run(options: ContainerOptions): Promise<string> {
    const id = await this.#client.run(options);
    this.containers.push(await this.inspect(id));
    return id;
  }

  async inspect(id: string): Promise<ContainerDetails> {
    return containerFrom(await this.#engine.inspect(id, signal));
  }

  fromFiles(id: string): StatSample {
    const container = this.containers.find((one) => one.id === id);
    const reading = container && this.source.read(container);
    if (reading?.kind !== 'sample') throw new Error(`reading ${id}: ${reading?.why}`);
    return reading.sample;
  }

  /** Both, of a moment in which the container stood still: what the kernel charges to it may lag behind. */
  async both(id: string): Promise<Readonly<Record<'files' | 'engine', StatSample>>> {
    while (true) {
      const files = this.fromFiles(id);
      const engine = await this.fromEngine(id);
      if (isDeepStrictEqual(still(files), still(this.fromFiles(id)))) return { files, engine };
      await systemClock.sleep(20, signal);
    }
  }

  async fromEngine(id: string): Promise<StatSample> {
    const sample = sampleFrom(await this.#engine.stats(id, signal));
    if (sample === undefined) throw new Error(`asking for ${id}: there is no sample`);
    return sample;
  }
}

/** All that stands still while a container does: not the moment, nor the time of the host. */
function still({ cpu, memory, network, blockIo, pids }: StatSample): unknown {
  return { cpu, memory, network, blockIo, pids };
}

interface Case {
  readonly what: string;
  readonly options: ContainerOptions;
  /** What the case is there for: it is read once this figure has come so far. */
  readonly figure: (sample: StatSample) => number | undefined;
  readonly reaches: number;
}

const mebibyte = 1024 ** 2;
const asleep: Pick<Case, 'figure' | 'reaches'> = {
  figure: ({ pids }) => pids?.current,
  reaches: 1,
};
const disks = readdirSync('/sys/block').filter((name) => /^(sd|vd|xvd|nvme)/.test(name));
const cases: readonly Case[] = [
  {
    what: 'that burns CPU',
    options: { command: 'while :; do :; done' },
    figure: ({ cpu }) => cpu.userNanos,
    reaches: 200_000_000,
  },
  {
    what: 'with limits, throttled',
    options: {
      command: 'timeout 1 sh -c "while :; do :; done"; exec sleep 1000',
      hostConfig: { Memory: 64 * mebibyte, PidsLimit: 50, NanoCpus: 100_000_000 },
    },
    // It stands still again: a throttled process cannot always be paused.
    figure: ({ cpu, pids }) => (pids?.current === 1 ? cpu.throttledPeriods : 0),
    reaches: 3,
  },
  {
    what: 'with traffic on the bridge',
    options: {
      command:
        'ping -c 5 -i 0.1 $(ip route | sed -n "s/^default via \\([^ ]*\\).*/\\1/p"); exec sleep 1000',
    },
    figure: ({ network }) => network?.interfaces.eth0?.txPackets,
    reaches: 5,
  },
  {
    what: 'that writes to disk and reads it back',
    options: {
      command:
        'dd if=/dev/zero of=/data/f bs=64k count=64 oflag=direct; dd if=/data/f of=/dev/null bs=64k iflag=direct; exec sleep 1000',
      config: { Volumes: { '/data': {} } },
      // A kernel counts for cgroup v1 only where something is limited (6.10 on), be it as high as this.
      hostConfig: {
        BlkioDeviceWriteBps: disks.map((disk) => ({ Path: `/dev/${disk}`, Rate: 2 ** 40 })),
      },
    },
    figure: ({ blockIo }) => Math.min(blockIo?.readBytes ?? 0, blockIo?.writeBytes ?? 0),
    reaches: 4 * mebibyte,
  },
  {
    what: 'with --network host',
    options: { command: 'sleep 1000', hostConfig: { NetworkMode: 'host' } },
    ...asleep,
  },
  {
    what: 'with --network none',
    options: { command: 'sleep 1000', hostConfig: { NetworkMode: 'none' } },
    ...asleep,
  },
  {
    what: 'in a cgroup namespace',
    options: { command: 'sleep 1000', hostConfig: { CgroupnsMode: 'private' } },
    ...asleep,
  },
];

// Idle time, as the kernel gives it, may step back a little.
const hostTimeNoiseNanos = 100_000_000;

describeEngine('a container read from its control group', (client) => {
  test.each(cases)('$what gives what the engine gives', async ({ options, figure, reaches }) => {
    const ways = await BothWays.to(client());
    const id = await ways.run(options);
    while ((figure(ways.fromFiles(id)) ?? 0) < reaches) await systemClock.sleep(20, signal);

    await client().pause(id);
    const { files, engine } = await ways.both(id);
    const after = ways.fromFiles(id);

    expect(still(engine)).toEqual(still(files));
    const [from = Number.NaN, at = Number.NaN, to = Number.NaN] = [files, engine, after].map(
      ({ systemNanos }) => systemNanos,
    );
    expect(at).toBeGreaterThan(from - hostTimeNoiseNanos);
    expect(at).toBeLessThan(to + hostTimeNoiseNanos);
    await client().remove(id);
  });

  test('under a parent of its own is found, also without its process', async () => {
    const ways = await BothWays.to(client());
    const { CgroupDriver: driver } = Object(await client().json('GET', '/info'));
    const CgroupParent = driver === 'systemd' ? 'tallyman-test.slice' : '/';
    const hostConfig = { CgroupParent, NetworkMode: 'host' };
    const id = await ways.run({ command: 'sleep 1000', hostConfig });
    await client().pause(id);
    const { pid: _, ...container } = await ways.inspect(id);

    const { files, engine } = await ways.both(id);

    expect(still(files)).toEqual(still(engine));
    expect(ways.source.read(container)).toMatchObject({ sample: { memory: engine.memory } });
  });

  test('in the network of another gives that of the other', async () => {
    const ways = await BothWays.to(client());
    const owner = await ways.run({ command: 'sleep 1000' });
    const guest = await ways.run({
      command: 'sleep 1000',
      hostConfig: { NetworkMode: `container:${owner}` },
    });
    await client().pause(owner);
    await client().pause(guest);

    const { files, engine } = await ways.both(guest);

    expect(still(files)).toEqual(still(engine));
    expect(engine).toHaveProperty('network.interfaces.eth0');
  });

  test('is not read by the number of another container’s process', async () => {
    const ways = await BothWays.to(client());
    const one = await ways.inspect(await client().run({ command: 'sleep 1000' }));
    const other = await ways.inspect(await client().run({ command: 'sleep 1000' }));
    const { pid = 0 } = other;

    expect(ways.source.read({ ...one, pid })).toEqual({
      kind: 'unreadable',
      why: 'its process is not visible, and with that its network',
    });
  });

  test('is read no more when it has ended, and again when it runs again', async () => {
    const ways = await BothWays.to(client());
    const id = await ways.run({ command: 'sleep 1000' });
    const container = await ways.inspect(id);
    const kinds = [ways.source.read(container).kind];
    const files = readdirSync('/proc/self/fd').length;

    await client().stop(id);
    kinds.push(ways.source.read(container).kind);
    await client().start(id);
    kinds.push(ways.source.read(container).kind);
    kinds.push(ways.source.read(await ways.inspect(id)).kind);

    expect(kinds).toEqual(['sample', 'unreadable', 'unreadable', 'sample']);
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(files + 4);
  });
});
