import { DockerClient, engineAnswers, engineSocket } from '@tallyman/testkit';
import { isolation } from './isolation.ts';
import { rmLoss } from './rm.ts';

/** `rm --attach` compares both ways of reading; without it, only the default is measured. */
const benchmarks = {
  isolation,
  rm: (client: DockerClient) =>
    rmLoss(client, flags.includes('--attach') ? ['engine', 'attach'] : ['engine']),
};

const [name = 'isolation', ...flags] = process.argv.slice(2);
if (!isBenchmark(name)) {
  process.stderr.write(
    `there is no benchmark "${name}"; there are: ${Object.keys(benchmarks).join(', ')}\n`,
  );
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
  const { text, json } = await benchmarks[name](client);
  process.stdout.write(flags.includes('--json') ? `${JSON.stringify(json)}\n` : `${text}\n`);
} finally {
  await client.cleanup();
}

function isBenchmark(asked: string): asked is keyof typeof benchmarks {
  return Object.hasOwn(benchmarks, asked);
}
