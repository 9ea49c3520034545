import { DockerClient, engineAnswers, engineSocket } from '@tallyman/testkit';
import { isolation } from './isolation.ts';

const benchmarks = { isolation };

const [name = 'isolation', format] = process.argv.slice(2);
if (!Object.hasOwn(benchmarks, name)) {
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
  const { text, json } = await benchmarks.isolation(client);
  process.stdout.write(format === '--json' ? `${JSON.stringify(json)}\n` : `${text}\n`);
} finally {
  await client.cleanup();
}
