#!/usr/bin/env node
// What the image starts: tallyman.js as an unprivileged user, and as a first process that signals can end.
import { endOnSignals } from '../dist/container/first-process.js';
import { becomeUnprivileged, engineSockets } from '../dist/container/unprivileged.js';

endOnSignals();
try {
  if (process.env.TALLYMAN_USER !== 'root')
    becomeUnprivileged({
      // As the Dockerfile makes it.
      name: 'tallyman',
      userId: 10_000,
      groupId: 10_000,
      stateDirectory: '/var/lib/tallyman',
      socketPaths: engineSockets(),
    });
} catch (error) {
  process.stderr.write(`tallyman: ${error.message}\n`);
  process.exit(1);
}
await import('./tallyman.js');
