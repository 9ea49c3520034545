#!/usr/bin/env node
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `tallyman: Node 24 or newer is needed, this is ${process.versions.node} (${process.execPath})\n`,
  );
  process.exit(1);
}
await import('../dist/main.js');
