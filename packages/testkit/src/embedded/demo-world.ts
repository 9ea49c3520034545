import type { EmbeddedContainer } from './container.ts';
import type { EmbeddedEngine } from './engine.ts';

// A demo may run for days.
const keptLines = 5_000;

const compose = (service: string) => ({
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': service,
  'com.docker.compose.container-number': '1',
});

/**
 * A small lively host: a web server, a worker with a terminal, a job that keeps crashing, a cache that gets a
 * new name. Moves until the signal aborts.
 */
export async function demoWorld(engine: EmbeddedEngine, signal: AbortSignal): Promise<void> {
  const lives = [webLife, workerLife, crashingLife, renamedLife];
  const ended = await Promise.allSettled(lives.map((life) => life(engine, signal)));
  const broken = ended.find((each) => each.status === 'rejected' && !signal.aborted);
  if (broken?.status === 'rejected') throw broken.reason;
}

type Life = (engine: EmbeddedEngine, signal: AbortSignal) => Promise<void>;

const webLife: Life = async (engine, signal) => {
  const web = engine
    .container({
      name: 'shop-web-1',
      image: 'nginx:1.27',
      labels: compose('web'),
      healthCheck: true,
      memoryLimitBytes: 256 * 1024 ** 2,
    })
    .start();
  const paths = ['/', '/cart', '/checkout', '/api/items?page=2', '/health'];
  for (let request = 0; ; request++) {
    await engine.clock.sleep(400, signal);
    const path = paths[request % paths.length];
    web.print('stdout', `10.0.0.${request % 20} "GET ${path} HTTP/1.1" 200 ${512 + request * 7}\n`);
    if (request % 9 === 5) web.print('stderr', `[error] upstream timed out on ${path}\n`);
    if (request === 6) web.becomes('healthy');
    swing(web, request, { cpuPercent: 12, memoryMiB: 48 });
  }
};

const workerLife: Life = async (engine, signal) => {
  const worker = engine
    .container({
      name: 'shop-worker-1',
      image: 'shop/worker:3',
      labels: compose('worker'),
      tty: true,
    })
    .start();
  for (let job = 1; ; job++) {
    await engine.clock.sleep(700, signal);
    worker.print('stdout', `\u001b[32mjob ${job}\u001b[0m resized ${job * 3} images\n`);
    swing(worker, job, { cpuPercent: 60, memoryMiB: 120 });
  }
};

const crashingLife: Life = async (engine, signal) => {
  const job = engine
    .container({
      name: 'shop-mailer-1',
      image: 'shop/mailer:3',
      labels: compose('mailer'),
      restart: 'always',
    })
    .start();
  for (let attempt = 1; ; attempt++) {
    job.print('stdout', `attempt ${attempt}: connecting to mail:25\n`);
    await engine.clock.sleep(3_000, signal);
    // Without a newline, as a program that dies in the middle of a word.
    job.print('stderr', 'Traceback (most recent call last):\n  connection refu');
    if (attempt % 4 === 0) job.oom();
    else job.exit(1);
    await engine.clock.sleep(1_500, signal);
    job.log.rotate(keptLines);
    job.start();
  }
};

const renamedLife: Life = async (engine, signal) => {
  const cache = engine.container({ name: 'cache-next', image: 'redis:7' }).start();
  for (let turn = 1; ; turn++) {
    await engine.clock.sleep(1_000, signal);
    cache.print('stdout', `1:M * ${turn * 100} changes saved\n`);
    if (turn % 8 === 0) cache.rename(cache.name === 'cache' ? 'cache-next' : 'cache');
    if (turn % 13 === 0) cache.exec('redis-cli ping');
    swing(cache, turn, { cpuPercent: 3, memoryMiB: 30 });
  }
};

/** Up and down around a middle, so that a graph shows something. */
function swing(
  container: EmbeddedContainer,
  turn: number,
  middle: { readonly cpuPercent: number; readonly memoryMiB: number },
): void {
  container.log.rotate(keptLines);
  const wave = 1 + Math.sin(turn / 5) / 2;
  container.uses({
    cpuPercent: middle.cpuPercent * wave,
    memoryBytes: Math.round(middle.memoryMiB * wave) * 1024 ** 2,
    rxBytesPerSecond: Math.round(20_000 * wave),
    txBytesPerSecond: Math.round(90_000 * wave),
    writeBytesPerSecond: Math.round(4_096 * wave),
  });
}
