import { bodyOf, type Recording, sha256 } from './recording.ts';

const moby = 'moby daemon/stats_unix.go (statsV2)';
const podman =
  'containers/podman v5 pkg/api/handlers/compat/containers_stats_linux.go and types.go; podman#24730, #28761';
const id = '5f2c6d6e7e3b1a0c9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a3928';
const noBlockIo = {
  io_serviced_recursive: null,
  io_queue_recursive: null,
  io_service_time_recursive: null,
  io_wait_time_recursive: null,
  io_merged_recursive: null,
  io_time_recursive: null,
  sectors_recursive: null,
};
const noThrottling = { periods: 0, throttled_periods: 0, throttled_time: 0 };
const noCpu = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: noThrottling,
};
const network = {
  rx_bytes: 24_576,
  rx_packets: 120,
  rx_errors: 0,
  rx_dropped: 0,
  tx_bytes: 9_216,
  tx_packets: 80,
  tx_errors: 0,
  tx_dropped: 0,
};
const zeroTime = '0001-01-01T00:00:00Z';
const blockIo = (read: number, write: number) => ({
  io_service_bytes_recursive: [
    { major: 254, minor: 0, op: 'read', value: read },
    { major: 254, minor: 0, op: 'write', value: write },
  ],
  ...noBlockIo,
});

/** cgroup v2: no `percpu_usage`, no `max_usage`, other memory keys, blkio operations in lower case. */
const cgroupV2 = {
  read: '2026-03-01T10:00:10.123456789Z',
  preread: zeroTime,
  pids_stats: { current: 7, limit: 0 },
  blkio_stats: blockIo(1_048_576, 4_096),
  num_procs: 0,
  storage_stats: {},
  cpu_stats: {
    cpu_usage: {
      total_usage: 812_345_000,
      usage_in_kernelmode: 212_345_000,
      usage_in_usermode: 600_000_000,
    },
    system_cpu_usage: 98_765_430_000_000,
    online_cpus: 4,
    throttling_data: { periods: 40, throttled_periods: 12, throttled_time: 345_678_000 },
  },
  precpu_stats: noCpu,
  memory_stats: {
    usage: 52_428_800,
    stats: {
      active_anon: 4_096,
      active_file: 2_097_152,
      anon: 41_943_040,
      anon_thp: 0,
      file: 8_388_608,
      file_dirty: 0,
      file_mapped: 1_048_576,
      file_writeback: 0,
      inactive_anon: 41_938_944,
      inactive_file: 6_291_456,
      kernel_stack: 114_688,
      pgactivate: 0,
      pgdeactivate: 0,
      pgfault: 12_345,
      pglazyfree: 0,
      pglazyfreed: 0,
      pgmajfault: 3,
      pgrefill: 0,
      pgscan: 0,
      pgsteal: 0,
      shmem: 0,
      slab: 786_432,
      slab_reclaimable: 524_288,
      slab_unreclaimable: 262_144,
      sock: 0,
      thp_collapse_alloc: 0,
      thp_fault_alloc: 0,
      unevictable: 0,
      workingset_activate: 0,
      workingset_nodereclaim: 0,
      workingset_refault: 0,
    },
    limit: 268_435_456,
  },
  networks: { eth0: network },
};

/** Podman: empty precpu, `cpu` beside the counters, no memory details, name without a slash. */
function podmanSample(
  read: string,
  cpuNanos: number,
  systemNanos: number,
): Record<string, unknown> {
  return {
    read,
    preread: zeroTime,
    pids_stats: { current: 2 },
    blkio_stats: blockIo(65_536, 0),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: {
      cpu_usage: {
        total_usage: cpuNanos,
        usage_in_kernelmode: Math.round(cpuNanos / 4),
        usage_in_usermode: cpuNanos - Math.round(cpuNanos / 4),
      },
      // Of the container's cgroup tree rather than of the machine.
      system_cpu_usage: systemNanos,
      online_cpus: 4,
      cpu: 12.5,
      throttling_data: noThrottling,
    },
    precpu_stats: { ...noCpu, cpu: 0 },
    memory_stats: { usage: 20_971_520, max_usage: 20_971_520, limit: 8_589_934_592 },
    name: 'web',
    Id: id,
    networks: { eth0: network },
  };
}

const unlimitedPids = 18_446_744_073_709_551_615n;

/** Answers of engines that could not be asked. Each says from what it was written. */
export function writtenRecordings(recordedLife: Recording): readonly Recording[] {
  const first = podmanSample('2026-03-01T10:00:00.5Z', 1_000_000_000, 7_000_000_000);
  const second = podmanSample('2026-03-01T10:00:10.5Z', 2_250_000_000, 17_600_000_000);
  return [
    written(
      'stats-cgroup-v2',
      moby,
      stats,
      asJson(cgroupV2).replace('"limit":0', `"limit":${unlimitedPids}`),
    ),
    written('stats-podman-first', podman, stats, asJson(first)),
    written('stats-podman-second', podman, stats, asJson(second)),
    written(
      'stats-podman-no-online-cpus',
      `${podman}, #15754`,
      stats,
      asJson(second).replace('"online_cpus":4,', ''),
    ),
    written(
      'events-life-api-1.52',
      'docker-28.5/events-life.json without status, id and from (moby api/docs/CHANGELOG.md, v1.52)',
      { path: '/events', version: '29.0.0', apiVersion: '1.52' },
      withoutLegacyFields(recordedLife),
    ),
  ];
}

interface Origin {
  readonly path: string;
  readonly version: string;
  readonly apiVersion: string;
}
const stats: Origin = {
  path: `/containers/${id}/stats?stream=false&one-shot=true`,
  version: 'none',
  apiVersion: '1.41',
};

function written(name: string, source: string, origin: Origin, body: string): Recording {
  const bytes = Buffer.from(body);
  const isEvents = origin.path === '/events';
  const chunks = isEvents ? body.split(/(?<=\n)/).map((line) => Buffer.from(line)) : [bytes];
  return {
    name,
    engine: { version: origin.version, apiVersion: origin.apiVersion },
    source: `written, not recorded, after ${source}`,
    commands: [],
    request: origin.path,
    status: 200,
    headers: { 'Api-Version': origin.apiVersion, 'Content-Type': 'application/json' },
    sha256: sha256(bytes),
    chunks: chunks.map((chunk) => chunk.toString('base64')),
  };
}

function asJson(content: unknown): string {
  return `${JSON.stringify(content)}\n`;
}

/** By text: parsed and printed again, `timeNano` would lose digits. */
function withoutLegacyFields(recording: Recording): string {
  return bodyOf(recording)
    .toString('utf8')
    .replaceAll(/^\{"status":"[^"]*","id":"[^"]*","from":"[^"]*",/gm, '{');
}
