import { test } from '@jest/globals';
import { EmbeddedEngine } from '@tallyman/testkit';
import { DockerodeEngine } from '../../src/collect/engine-dockerode.ts';

test('x', async () => {
  await using engine = await new EmbeddedEngine().start();
  const e = new DockerodeEngine({ kind: 'unix', path: engine.socketPath });
  try {
    console.log(await e.connect(AbortSignal.timeout(1000)));
  } catch (x) {
    console.log(x);
  }
  console.log(engine.requests);
});
