// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import type { OptionsOf } from '@tallyman/sdk';
import { sinkGrammar } from './grammar-sink.ts';
import { defaultAdminListen } from './places.ts';

/**
 * The part of JSON Schema in which the grammar is written. `duration`, `size` and `secret` are formats of
 * our own (validate.ts); `formatExclusiveMinimum` comes from ajv-formats.
 */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly formatExclusiveMinimum?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

const engine = {
  type: 'object',
  description: 'The Docker Engine to read from.',
  default: {},
  additionalProperties: false,
  properties: {
    host: {
      type: 'string',
      minLength: 1,
      description:
        'Address of the engine: unix:///path, tcp://host:port, http://host:port or https://host:port. Default: DOCKER_HOST, else unix:///var/run/docker.sock.',
      examples: ['tcp://10.0.0.5:2376', 'unix:///run/podman/podman.sock'],
    },
    tls: {
      type: 'object',
      description:
        'Files for TLS to a tcp address. Default: ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH where DOCKER_TLS_VERIFY is set.',
      additionalProperties: false,
      properties: {
        ca: {
          type: 'string',
          minLength: 1,
          description: 'Certificate authority of the engine.',
          examples: ['/certs/ca.pem'],
        },
        cert: {
          type: 'string',
          minLength: 1,
          description: 'Certificate of the agent.',
          examples: ['/certs/cert.pem'],
        },
        key: {
          type: 'string',
          minLength: 1,
          description: 'Key to the certificate of the agent.',
          examples: ['/certs/key.pem'],
        },
      },
    },
  },
} as const;

const logs = {
  type: 'object',
  description: 'What containers print.',
  default: {},
  additionalProperties: false,
  properties: {
    enabled: { type: 'boolean', default: true, description: 'Whether logs are collected.' },
    start_at: {
      type: 'string',
      default: 'now',
      anyOf: [{ enum: ['beginning', 'now'] }, { format: 'duration' }],
      description:
        'Where reading starts for a container that ran before the agent: beginning, now, or so long ago.',
      examples: ['beginning', '10m'],
    },
    reader: {
      type: 'string',
      default: 'auto',
      enum: ['auto', 'engine', 'file', 'attach'],
      description:
        'How logs are read: from the files of the engine where they are within reach and otherwise through the engine (auto, and file, which says where they are not), through the engine alone, or also by attaching to containers whose log cannot be read.',
    },
    rm: {
      type: 'string',
      default: 'engine',
      enum: ['engine', 'attach'],
      description:
        'How containers are read that are removed as soon as they stop (--rm): from the log of the engine, which may be gone first, or by attaching to them before they start.',
    },
    max_line: {
      type: 'string',
      format: 'size',
      formatExclusiveMinimum: '0B',
      default: '1MiB',
      description: 'A longer line is cut here and marked as truncated.',
    },
    count: {
      type: 'array',
      default: [],
      description: 'Patterns whose matches are counted per container and given with its stats.',
      examples: [[{ name: 'errors', pattern: 'ERROR|FATAL' }]],
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'pattern'],
        properties: {
          name: {
            type: 'string',
            minLength: 1,
            description: 'Name of the count.',
            examples: ['errors'],
          },
          pattern: {
            type: 'string',
            format: 'regex',
            minLength: 1,
            description: 'Regular expression (JavaScript), tried on every line.',
            examples: ['ERROR|FATAL'],
          },
        },
      },
    },
  },
} as const;

const stats = {
  type: 'object',
  description: 'What containers use: CPU, memory, network, block devices, processes.',
  default: {},
  additionalProperties: false,
  properties: {
    enabled: { type: 'boolean', default: true, description: 'Whether stats are collected.' },
    interval: {
      type: 'string',
      format: 'duration',
      formatExclusiveMinimum: '0s',
      default: '10s',
      description: 'Time between two samples of a container.',
    },
    reader: {
      type: 'string',
      default: 'auto',
      enum: ['auto', 'engine', 'cgroup'],
      description:
        'How stats are read: from the control groups of the host, through the engine, or auto: from the control groups where they can be read, else through the engine.',
    },
  },
} as const;

const events = {
  type: 'object',
  description: 'What happens to containers: start, die, oom, health_status …',
  default: {},
  additionalProperties: false,
  properties: {
    enabled: { type: 'boolean', default: true, description: 'Whether events are collected.' },
    exclude: {
      type: 'array',
      default: ['exec_*'],
      items: { type: 'string', minLength: 1 },
      description: 'Actions that are left out, as globs (*, ?, {a,b}).',
      examples: [['exec_*', 'health_status*']],
    },
  },
} as const;

const collect = {
  type: 'object',
  description: 'What is collected.',
  default: {},
  additionalProperties: false,
  properties: {
    labels: {
      type: 'array',
      default: [],
      items: { type: 'string', minLength: 1 },
      description: 'Label keys (globs) that records carry. Matching sees all labels anyway.',
      examples: [['com.example.*']],
    },
    logs,
    stats,
    events,
    label_overrides: {
      type: 'boolean',
      default: true,
      description: 'Whether the labels tallyman.* of a container are heeded.',
    },
  },
} as const;

/** What a container is chosen by. */
export const matcher = {
  type: 'object',
  description: 'Matches a container where all keys given match. Globs: *, ?, {a,b}.',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      description: 'Name of the container.',
      examples: ['web-*'],
    },
    image: {
      type: 'string',
      minLength: 1,
      description: 'Image, with or without registry and tag.',
      examples: ['nginx', 'acme/{api,worker}'],
    },
    label: {
      type: 'string',
      minLength: 1,
      description: 'Label: KEY or KEY=VALUE.',
      examples: ['team=shop'],
    },
    compose: {
      type: 'string',
      minLength: 1,
      description: 'Compose project.',
      examples: ['shop'],
    },
    id: {
      type: 'string',
      minLength: 1,
      description: 'Beginning of the container id.',
      examples: ['3f2a9c1b7d04'],
    },
  },
} as const;

const select = {
  type: 'object',
  description: 'Whose logs, stats and events are collected.',
  default: {},
  additionalProperties: false,
  properties: {
    mode: {
      type: 'string',
      default: 'all',
      enum: ['all', 'labelled'],
      description: 'labelled: only containers with the label tallyman.enable=true.',
    },
    include: {
      type: 'array',
      default: [],
      items: matcher,
      description: 'Containers to collect from; one entry has to match. Empty: all.',
      examples: [[{ name: 'web-*' }, { image: 'nginx', label: 'team=shop' }]],
    },
    exclude: {
      type: 'array',
      default: [],
      items: matcher,
      description: 'Containers to leave out, even where include matches.',
      examples: [[{ image: 'redis*' }, { compose: 'qa' }]],
    },
  },
} as const;

const fields = {
  type: 'object',
  description: 'Put on every record.',
  default: {},
  additionalProperties: { type: 'string', description: 'Value of a field.' },
  examples: [{ cluster: 'eu-1' }],
} as const;

const state = {
  type: 'object',
  description: 'Where positions and the disk queues are kept.',
  default: {},
  additionalProperties: false,
  properties: {
    directory: {
      type: 'string',
      minLength: 1,
      default: '/var/lib/tallyman',
      description: 'Directory, which has to outlive the container of the agent.',
    },
    max_size: {
      type: 'string',
      format: 'size',
      formatExclusiveMinimum: '0B',
      default: '2GiB',
      description: 'Bound on all disk queues together.',
    },
  },
} as const;

const admin = {
  type: 'object',
  description: 'The endpoint for health, metrics and live views of the agent itself.',
  default: {},
  examples: [{ listen: 'none' }],
  additionalProperties: false,
  properties: {
    listen: {
      type: 'string',
      default: defaultAdminListen,
      format: 'listen',
      description:
        'HOST:PORT or unix:///path to listen on; none: there is no endpoint. Other than on loopback and a socket it needs a token.',
      examples: ['unix:///run/tallyman.sock', 'none'],
    },
    token: {
      type: 'string',
      format: 'secret',
      minLength: 1,
      description: 'Bearer token that requests have to carry, all but those for /health.',
      examples: ['${TALLYMAN_ADMIN_TOKEN}'],
    },
  },
} as const;

/** The grammar of the configuration file, as JSON Schema 2020-12. */
export const grammar = {
  type: 'object',
  description: 'Configuration of Tallyman.',
  additionalProperties: false,
  required: ['sinks'],
  properties: {
    engine,
    collect,
    select,
    fields,
    state,
    admin,
    sinks: {
      type: 'object',
      description: 'Destinations, by name.',
      minProperties: 1,
      propertyNames: { pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' },
      additionalProperties: sinkGrammar(matcher),
    },
  },
} as const;

/** The schema of one sink's entry. */
export const entryGrammar = grammar.properties.sinks.additionalProperties;

/** A sink's entry, checked and settled. */
export type SinkEntry = OptionsOf<typeof entryGrammar>;
