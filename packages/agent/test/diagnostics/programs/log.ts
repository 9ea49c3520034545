/** Logs to standard error; reports on descriptor 3. `exit`: one line, then exits. `flood`: more than a pipe holds. */
import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { standardDiagnostics } from '../../../src/diagnostics/diagnostics.ts';

const log = standardDiagnostics({ level: 'info', format: 'json' });

if (process.argv[2] === 'exit') {
  log.error({}, 'The last line.');
  process.exit(1);
}

for (let index = 0; index < 5_000; index++) log.info({ index, filling: '.'.repeat(200) }, 'Flood.');
await setTimeout(1);
writeSync(3, 'the event loop turns\n');
await log.flush(AbortSignal.timeout(20_000));
log.info({}, 'The last line.');
await log.flush(AbortSignal.timeout(20_000));
