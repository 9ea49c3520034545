#!/usr/bin/env node
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `tallyman: Node 24 or newer is needed, this is ${process.versions.node} (${process.execPath})\n`,
  );
  process.exit(1);
}

// Nearly all that is allocated for a line is garbage within milliseconds. A small young generation keeps it from
// piling up; its size can be set only before the process starts. The process is replaced: same pid, same streams.
const youngGeneration = '--max-semi-space-size';
const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
if (process.execve !== undefined && !given.includes(youngGeneration)) {
  const args = [`${youngGeneration}=4`, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, [process.execPath, ...args]);
}

await import('../dist/main.js');
