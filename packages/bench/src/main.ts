import { parseArgs } from 'node:util';
import { DockerClient, engineAnswers, engineSocket } from '@tallyman/testkit';
import { isolation } from './isolation.ts';
import { outage } from './outage.ts';
import type { Report } from './report.ts';
import { restart } from './restart.ts';
import { rmLoss } from './rm.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    attach: { type: 'boolean' },
    lines: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
  },
});
const lines = Number(flags.lines);
const rounds = Number(flags.rounds);

/** `rm --attach` compares both ways of reading; without it, only the default is measured. */
const benchmarks: Readonly<Record<string, (client: DockerClient) => Promise<Report>>> = {
  isolation,
  rm: (client) => rmLoss(client, flags.attach === true ? ['engine', 'attach'] : ['engine']),
  outage: (client) => outage(client, { lines, rounds }),
  restart: (client) => restart(client, { lines }),
};

const [name = 'isolation'] = positionals;
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (benchmark === undefined) {
  process.stderr.write(
    `there is no benchmark "${name}"; there are: ${Object.keys(benchmarks).join(', ')}\n`,
  );
  process.exit(2);
}
if (!(lines >= 1 && rounds >= 1)) {
  process.stderr.write('--lines and --rounds are numbers from 1\n');
  process.exit(2);
}
const socket = engineSocket();
if (socket === undefined || !engineAnswers(socket)) {
  process.stderr.write('no Docker engine answers; benchmarks need a real one\n');
  process.exit(1);
}
const client = new DockerClient(socket);
await client.ensureImage();
try {
  const { text, json, failures = [] } = await benchmark(client);
  process.stdout.write(flags.json === true ? `${JSON.stringify(json)}\n` : `${text}\n`);
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
} finally {
  await client.cleanup();
}
