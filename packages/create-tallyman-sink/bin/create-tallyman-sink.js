#!/usr/bin/env node
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `create-tallyman-sink: Node 24 or newer is needed, this is ${process.versions.node} (${process.execPath})\n`,
  );
  process.exit(1);
}

const { main } = await import('../dist/main.js');
process.exitCode = await main(process.argv.slice(2));
