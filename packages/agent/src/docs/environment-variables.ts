import { type Predecessor, predecessors, type Timing } from '../predecessors/environment.ts';
import { alignedTable } from './table.ts';

/** The variables that the agent itself reads, and those that what it is made of reads. */
export const ownVariables: Readonly<Record<string, string>> = {
  TALLYMAN_CONFIG:
    'The configuration file, where `--config` names none. Default: `/etc/tallyman/config.yaml`, where that is there.',
  TALLYMAN_ADMIN:
    'For `top` and `tap`: the address of the agent that they ask. Default: `admin.listen` of the file.',
  TALLYMAN_ADMIN_TOKEN: 'For `top` and `tap`: the token that it asks for. Default: `admin.token`.',
  TALLYMAN_USER:
    'In the image: `root` has the agent [stay root](../guides/deploy.md#what-it-is-allowed).',
  DOCKER_HOST: 'The engine, where `engine.host` names none.',
  DOCKER_TLS_VERIFY: 'Any text, also `0`: `DOCKER_HOST` is spoken to with TLS.',
  DOCKER_CERT_PATH:
    'The folder of `ca.pem`, `cert.pem` and `key.pem`, where `DOCKER_TLS_VERIFY` is set. Default: `~/.docker`.',
  HTTPS_PROXY: 'The proxy for `https://`, for sinks that send by HTTP.',
  HTTP_PROXY: 'The proxy for `http://`.',
  NO_PROXY: 'Hosts that are reached without a proxy, with commas between them.',
  NODE_EXTRA_CA_CERTS:
    'A file of certificates of authorities that are trusted beside the usual ones.',
};

export function ownVariableTable(): string {
  const rows = Object.entries(ownVariables).map(([name, meaning]) => [`\`${name}\``, meaning]);
  return alignedTable([['variable', ''], ...rows]);
}

/** From the definitions of the predecessors: what each variable stands for in the file. */
export function predecessorVariableTable(): string {
  const rows = predecessors.flatMap(variablesOf).map(([name, place]) => [`\`${name}\``, place]);
  const cluster = ['`CLUSTER_NAME`', '`fields.cluster`'];
  return alignedTable([['variable', 'stands for'], ...rows, cluster]);
}

/** What comes with a sink that these variables choose. */
export function predecessorManners(): string {
  return predecessors
    .map(({ name, manner }) => {
      const options = Object.entries(manner).map(([option, value]) => `\`${option}: ${value}\``);
      return `- \`sinks.${name}\` has ${options.join(' and ')}, too.`;
    })
    .join('\n');
}

function variablesOf(one: Predecessor): readonly (readonly [string, string])[] {
  const { name, token, tokens, options, optional = {}, timing } = one;
  const sink = `sinks.${name}`;
  const ofOptions = Object.entries({ ...options, ...optional }).map(
    ([option, variable]) => [variable, `\`${sink}.options.${option}\``] as const,
  );
  const ofTokens = Object.entries(tokens).flatMap(([kind, variables]) =>
    variables.map((variable) => [variable, `\`${sink}.tokens.${kind}\``] as const),
  );
  return [
    ...ofOptions,
    ...(token === undefined ? [] : [[token, `\`${sink}.token\``] as const]),
    ...ofTokens,
    ...(timing === undefined ? [] : timesOf(timing, sink)),
  ];
}

function timesOf(
  { periodMs, samples }: Timing,
  sink: string,
): readonly (readonly [string, string])[] {
  return [
    [periodMs, `\`${sink}.options.period\`, in milliseconds`],
    [samples, '`collect.stats.interval`, in samples, one a second'],
  ];
}
