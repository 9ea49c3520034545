import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { lineStart } from './numbered-lines.ts';

// The embedded engine in a process of its own: `node embedded-engine-process.js CONTAINERS PREFIX`. Each container
// has printed one numbered line and goes on running. Sends the socket's path; ends with its parent.

const [containers = '0', prefix = ''] = process.argv.slice(2);
const engine = await new EmbeddedEngine().start();
for (let at = 0; at < Number(containers); at++)
  engine
    .container({ name: `${prefix}-scale-${at}` })
    .start()
    .print('stdout', `${lineStart(at)}\n`);
process.on('message', () => process.send?.(engine.socketPath));
process.on('disconnect', () => {
  engine.close().then(
    () => process.exit(),
    () => process.exit(1),
  );
});
