import { DockerClient } from '@tallyman/testkit/docker';

// Reads the stream of samples of each running container with a prefix: `node stats-streams-process.js SOCKET PREFIX`.

const [socketPath = '', prefix = ''] = process.argv.slice(2);
const client = new DockerClient(socketPath);
const containers = await client.list();
const asked = containers.filter(
  ({ name, state }) => name.startsWith(prefix) && state === 'running',
);
await Promise.all(
  asked.map(async ({ id }) => {
    const query = { stream: 'true' };
    const samples = await client.request('GET', `/containers/${id}/stats`, { query });
    samples.resume();
  }),
);
