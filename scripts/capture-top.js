// Writes what `tallyman top` shows beside `tallyman demo` into the documents: `pnpm build && node scripts/capture-top.js`.
// Needs tmux. Each document says where: a line `<!-- capture: top COLUMNSxROWS -->` before the block.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'packages/agent/bin/tallyman.js');
const documents = ['README.md', 'docs/guides/live-views.md'];
const block = /<!-- capture: top (\d+)x(\d+) -->\n\n```text\n[^`]*```/g;
// Two samples of the demo are five seconds apart; two of them make a rate.
const untilThereAreRatesMs = 14_000;

const demo = spawn(process.execPath, [program, 'demo'], {
  stdio: 'ignore',
  // No engine of this machine: the made-up containers are for everyone to see.
  env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
});
try {
  for (const document of documents) {
    const path = join(root, document);
    const before = readFileSync(path, 'utf8');
    const shown = new Map();
    for (const [, columns, rows] of before.matchAll(block))
      shown.set(`${columns}x${rows}`, await captured(columns, rows));
    writeFileSync(
      path,
      before.replace(block, (_, columns, rows) => {
        const size = `${columns}x${rows}`;
        return `<!-- capture: top ${size} -->\n\n\`\`\`text\n${shown.get(size)}\n\`\`\``;
      }),
    );
  }
} finally {
  demo.kill();
}

/** What a terminal of this size shows, without spaces at the ends. */
async function captured(columns, rows) {
  const folder = mkdtempSync(join(tmpdir(), 'tallyman-capture-'));
  const tmux = (...args) =>
    execFileSync('tmux', ['-S', join(folder, 'tmux'), '-f', '/dev/null', '-u', ...args], {
      encoding: 'utf8',
    });
  try {
    // The demo listens a moment after it was started.
    await setTimeout(2_000);
    tmux('new-session', '-d', '-x', columns, '-y', rows, process.execPath, program, 'top');
    await setTimeout(untilThereAreRatesMs);
    return tmux('capture-pane', '-p')
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  } finally {
    tmux('kill-server');
    rmSync(folder, { recursive: true, force: true });
  }
}
