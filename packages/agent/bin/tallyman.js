#!/usr/bin/env node
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `tallyman: Node 24 or newer is needed, this is ${process.versions.node} (${process.execPath})\n`,
  );
  process.exit(1);
}

// Nearly all that is allocated for a line is garbage within milliseconds. A small young generation, a heap that
// less than doubles before it is cleared, and one arena of malloc instead of one for each thread (glibc mallopt(3))
// keep it from piling up. All are settled before a process starts, so this one is replaced: same pid, same streams.
const youngGeneration = '--max-semi-space-size';
const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
if (process.execve !== undefined && !given.includes(youngGeneration)) {
  const flags = [`${youngGeneration}=2`, '--heap-growing-percent=80'];
  const args = [...flags, ...process.execArgv, ...process.argv.slice(1)];
  const env = { MALLOC_ARENA_MAX: '1', ...process.env };
  process.execve(process.execPath, [process.execPath, ...args], env);
}

await import('../dist/main.js');
