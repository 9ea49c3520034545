#!/usr/bin/env node
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `tallyman: Node 24 or newer is needed, this is ${process.versions.node} (${process.execPath})\n`,
  );
  process.exit(1);
}

// What a container's health check starts again and again: nothing but that is loaded.
if (process.argv.slice(2).join(' ') === 'health') {
  const { health } = await import('../dist/commands/health.js');
  process.exit(await health());
}

// Nearly all that is allocated for a line is garbage within milliseconds; these keep it from piling up. A small young
// generation, and one arena of malloc instead of one for each thread (glibc mallopt(3)), are settled before a process
// starts, so this one is replaced: same pid, same streams.
const youngGeneration = '--max-semi-space-size';
const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
if (process.execve !== undefined && !given.includes(youngGeneration)) {
  const args = [`${youngGeneration}=2`, ...process.execArgv, ...process.argv.slice(1)];
  const env = { MALLOC_ARENA_MAX: '1', ...process.env };
  process.execve(process.execPath, [process.execPath, ...args], env);
}

const { letHeapGrow } = await import('../dist/heap-growth.js');
letHeapGrow('eased');
await import('../dist/main.js');
