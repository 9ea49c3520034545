import { expect, test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit/embedded';
import { type AgentOptions, AgentProcess } from '../support/agent-process.ts';

// Clears the screen, sets the title, rings, goes back to the line's start, and the same as C1 controls.
const hostile = '\u001b[2J\u001b]0;owned\u0007\rfake\u009b31m';
// All but the newline.
const control = /(?!\n)\p{Cc}/u;

async function hostileEngine(): Promise<EmbeddedEngine> {
  const engine = await new EmbeddedEngine().start();
  engine
    .container({
      name: `web${hostile}`,
      image: `image${hostile}`,
      labels: { [`tallyman.nonsense${hostile}`]: hostile, 'tallyman.fields.x': hostile },
    })
    .start();
  // Its log cannot be read: a warning with its name follows.
  engine.container({ name: `mute${hostile}`, driver: 'none' }).start();
  return engine;
}

const pretty: AgentOptions = {
  flags: ['--log-format', 'pretty', '--log-level', 'debug'],
  config: { sinks: { stdout: { options: { format: 'pretty' } } }, collect: { labels: ['*'] } },
};

test('what a container says and is called reaches no terminal unescaped', async () => {
  await using engine = await hostileEngine();
  await using agent = await AgentProcess.start({ socketPath: engine.socketPath, ...pretty });
  await agent.until(() => agent.stderr.includes('Connected to the engine.'), 'it is connected');

  const later = engine.container({ name: `later${hostile}` }).start();
  later.print('stdout', `line ${hostile}\n`).print('stderr', `error ${hostile}\n`).exit(1);
  await agent.until(
    () => agent.stdout.includes('line ') && agent.stdout.includes('error '),
    'its lines are shown',
  );
  await agent.until(() => agent.stderr.includes('cannot be read'), 'the mute one is warned about');
  await agent.stop();

  expect(agent.stdout).toContain('later');
  expect(control.exec(agent.stdout)).toBeNull();
  expect(control.exec(agent.stderr)).toBeNull();
});

test('nor as logfmt, with diagnostics as JSON', async () => {
  await using engine = await hostileEngine();
  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    flags: ['--log-level', 'debug'],
    config: { sinks: { stdout: { options: { format: 'logfmt' } } }, collect: { labels: ['*'] } },
  });
  await agent.ready();

  engine
    .container({ name: `later${hostile}` })
    .start()
    .print('stdout', `line ${hostile}\n`);
  await agent.until(() => agent.stdout.includes('line '), 'its line is shown');
  await agent.until(() => agent.stderr.includes('cannot be read'), 'the mute one is warned about');
  await agent.stop();

  expect(control.exec(agent.stderr)).toBeNull();
  expect(control.exec(agent.stdout)).toBeNull();
});

test('nor through check', async () => {
  await using engine = await hostileEngine();

  await using agent = await AgentProcess.start({
    socketPath: engine.socketPath,
    args: ['check', '--config', 'config.yaml'],
  });
  await agent.ended();

  expect(agent.stdout).toContain('mute');
  expect(control.exec(agent.stdout)).toBeNull();
});
