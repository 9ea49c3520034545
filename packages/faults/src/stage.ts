import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrivateEngine } from '@tallyman/testkit/docker';
import { AgentLives } from './agent.ts';
import { agentConfig, type LogReader, sinkKinds } from './agent-config.ts';
import { Containers } from './containers.ts';
import type { World } from './inject/world.ts';
import { LedgerReceiver } from './receivers/child.ts';
import { StateDisk } from './state-disk.ts';

/** All that a run takes place on. To be held with `await using`; what the agent said stays in the folder. */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly world: World;
  readonly #disposal: AsyncDisposableStack;

  private constructor(folder: string, world: World, disposal: AsyncDisposableStack) {
    this.folder = folder;
    this.world = world;
    this.#disposal = disposal;
  }

  /** Starts an engine and the receivers, and makes the agent ready to start. */
  static async set(reader: LogReader): Promise<Stage> {
    await using disposal = new AsyncDisposableStack();
    const folder = mkdtempSync('/var/tmp/tallyman-faults-');
    const disk = disposal.use(new StateDisk(join(folder, 'state')));
    // Containers go on without their engine: what they print meanwhile must not be lost either.
    const engine = new PrivateEngine({ arguments: ['--live-restore'] });
    disposal.defer(() => engine.dispose());
    await engine.start();
    await engine.client.ensureImage();
    const receivers = {
      tall: disposal.use(await LedgerReceiver.start(sinkKinds.tall)),
      small: disposal.use(await LedgerReceiver.start(sinkKinds.small)),
      posted: disposal.use(await LedgerReceiver.start(sinkKinds.posted)),
    };
    const agent = new AgentLives(folder);
    disposal.defer(() => agent.kill());
    const containers = new Containers(engine);
    const world: World = { engine, containers, agent, receivers, disk };
    writeConfig(folder, world, reader);
    return new Stage(folder, world, disposal.move());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposal.disposeAsync();
  }
}

function writeConfig(folder: string, { disk, engine, receivers }: World, reader: LogReader): void {
  const { socketPath, client } = engine;
  const { tall, small, posted } = receivers;
  const ports = { tall: tall.port, small: small.port, posted: posted.port };
  const names = client.nameOf('*');
  const config = agentConfig({ socketPath, names, reader, stateFolder: disk.folder, ports });
  // JSON is YAML.
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config, undefined, 2));
}
