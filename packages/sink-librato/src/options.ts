import type { OptionsOf } from '@tallyman/sdk';

/** What tags and sources can be made of. */
export const tagNames = [
  'host',
  'container',
  'container_id',
  'image',
  'compose_project',
  'compose_service',
  'swarm_service',
  'swarm_node',
  'fields',
  'labels',
] as const;

export const optionsSchema = {
  type: 'object',
  properties: {
    email: {
      type: 'string',
      format: 'email',
      description:
        'The account of the token: HTTP Basic `email:token`, as Librato wants it. Without it: `token:`, as AppOptics does.',
      examples: ['ops@example.com'],
    },
    url: {
      type: 'string',
      format: 'uri',
      pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
      default: 'https://metrics-api.librato.com',
      description:
        'Where the API is served, without `/v1/…`. The public service was retired on 2026-01-31: name a compatible endpoint. For an authority of your own set NODE_EXTRA_CA_CERTS.',
    },
    api: {
      type: 'string',
      enum: ['measurements', 'metrics'],
      description:
        '`measurements` with tags, or the older `metrics` with sources. Without it: `measurements`; with `naming: docker-librato`: `metrics`.',
    },
    naming: {
      type: 'string',
      enum: ['default', 'docker-librato'],
      default: 'default',
      description:
        '`docker-librato`: the names, gauges and source of octoblu/docker-librato, so that its charts go on. The source has the cluster from `fields.cluster`.',
    },
    prefix: {
      type: 'string',
      pattern: '^[A-Za-z0-9.:_-]{0,100}$',
      default: 'docker',
      description:
        'Put before each name, with a dot between: `docker.cpu.percent`. May be empty. Not for `naming: docker-librato`.',
    },
    period: {
      type: 'string',
      format: 'duration',
      default: '10s',
      description:
        'Times are snapped to its multiples, so that a point sent again replaces itself. Make it equal to `collect.stats.interval`. Whole seconds, at least one.',
    },
    max_age: {
      type: 'string',
      format: 'duration',
      default: '2h',
      description:
        'An older sample is dropped as `expired`: the service refuses old points, each with all that came in its request.',
    },
    gzip: {
      type: 'boolean',
      description:
        'Compresses requests. Without it: for `measurements` yes, for `metrics` no, as their servers are known to read them.',
    },
    tags: {
      type: 'array',
      items: { type: 'string', enum: tagNames },
      default: tagNames.filter((name) => name !== 'container_id'),
      description:
        'What `measurements` are tagged with, as far as a container has it. `fields` and `labels` stand for all that a record carries. `container_id` makes a new series of each container that is made anew.',
    },
    annotations: {
      type: 'string',
      pattern: '^([A-Za-z0-9.:_-]|\\{action\\}){1,100}$',
      default: 'docker.events',
      description:
        'The annotation stream that events go to. `{action}` in it stands for the action: `docker.{action}` makes a stream of each.',
    },
  },
} as const;

/** The options of the Librato sink. */
export type LibratoOptions = OptionsOf<typeof optionsSchema>;

/** One of {@link tagNames}. */
export type TagName = (typeof tagNames)[number];
