// Prints how large an image of the agent is and how soon one that runs is at work:
//
//   node scripts/image-figures.js [IMAGE] [RUNS]
//
// On the engine of DOCKER_HOST, else /var/run/docker.sock, and by its own times. Needs a build.

import { systemClock } from '../packages/sdk/dist/index.js';
import { DockerClient, engineSocket, outputsFrom } from '../packages/testkit/dist/docker/index.js';

const [image = 'tallyman', runs = '5'] = process.argv.slice(2);
const client = new DockerClient(engineSocket());
const mebibytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

const history = await client.json('GET', `/images/${image}/history`);
const bytes = history.reduce((sum, layer) => sum + layer.Size, 0);
const tree = history.find(({ CreatedBy }) => /\bCOPY .*\/opt\/tallyman/.test(CreatedBy));
console.log(`image ${mebibytes(bytes)}, of it above the base ${mebibytes(tree?.Size ?? 0)}`);

const connectedMs = [];
for (let run = 0; run < Number(runs); run++) connectedMs.push(await msToConnect());
connectedMs.sort((a, b) => a - b);
const median = connectedMs[Math.floor(connectedMs.length / 2)];
console.log(
  `from the container's start to "Connected to the engine.": ${median} ms (median of ${runs})`,
);

async function msToConnect() {
  const Binds = [`${client.socketPath}:/var/run/docker.sock`];
  const id = await client.run({ image, command: [], hostConfig: { Binds } });
  try {
    const connectedAt = await timeOf(id, 'Connected to the engine.');
    return Date.parse(connectedAt) - Date.parse((await client.inspect(id)).startedAt);
  } finally {
    await client.remove(id);
  }
}

/** The engine's time of the line that says this. */
async function timeOf(id, message) {
  const signal = AbortSignal.timeout(60_000);
  for (;;) {
    const { stderr } = outputsFrom(await client.logs(id, { timestamps: 'true' }));
    const line = stderr.split('\n').find((each) => each.includes(message));
    if (line !== undefined) return line.slice(0, line.indexOf(' '));
    await systemClock.sleep(50, signal);
  }
}
