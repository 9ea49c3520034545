#!/usr/bin/env node
// What the image starts: tallyman.js as an unprivileged user, and as a first process that signals can end.
import { endOnSignals } from '../dist/container/first-process.js';
import { becomeUnprivileged, engineSockets } from '../dist/container/unprivileged.js';

const [failure, usage] = [1, 2];

endOnSignals();
const { TALLYMAN_USER: wish = '' } = process.env;
if (!['', 'root'].includes(wish))
  refuse(`TALLYMAN_USER is root or not set; for another user than root: docker run --user`, usage);
try {
  if (wish !== 'root')
    becomeUnprivileged({
      // As the Dockerfile makes it.
      name: 'tallyman',
      userId: 10_000,
      groupId: 10_000,
      stateDirectory: '/var/lib/tallyman',
      socketPaths: engineSockets(),
    });
} catch (error) {
  refuse(error.message, failure);
}
await import('./tallyman.js');

function refuse(why, exitCode) {
  process.stderr.write(`tallyman: ${why}\n`);
  process.exit(exitCode);
}
