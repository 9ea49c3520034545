import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeEngine, textAt } from '@tallyman/testkit/docker';
import { parse } from 'yaml';
import { ensureAgentImage } from '../support/agent-image.ts';
import { ContainedAgent } from '../support/contained-agent.ts';
import { until } from '../support/until.ts';

const repository = join(import.meta.dirname, '../../../..');
const buildLimitMs = 120_000;
const testLimitMs = 90_000;

/** The part of a service in our compose files that the engine is told of. */
interface Service {
  readonly volumes: readonly string[];
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt: readonly string[];
  readonly mem_limit: string;
  readonly pids_limit: number;
}

describeEngine('compose.yaml', (client) => {
  let image: string;

  beforeAll(async () => {
    image = await ensureAgentImage(client());
  }, buildLimitMs);

  afterAll(async () => {
    await client().cleanup();
    await client().bytes('DELETE', `/volumes/${client().prefix}-state`);
  });

  test(
    'runs under all of its restrictions, with its configuration, and becomes healthy',
    async () => {
      const { services } = parse(readFileSync(join(repository, 'compose.yaml'), 'utf8'));
      const service: Service = services.tallyman;
      const agent = await ContainedAgent.run(client(), {
        image,
        name: 'composed',
        line: `docker run ${flagsOf(service).join(' ')} tallyman`,
        // The image's own check, more often.
        config: { Healthcheck: { Interval: 500_000_000, Timeout: 5_000_000_000 } },
      });
      const { config, state } = await agent.saying('Tallyman starts.');
      await agent.saying('Connected to the engine.');
      const health = async () =>
        textAt(
          await client().json('GET', `/containers/${agent.id}/json`),
          'State',
          'Health',
          'Status',
        );
      await until(async () => (await health()) === 'healthy', 'it is healthy', { limitMs: 60_000 });
      const { userId, capabilities } = await agent.identity();
      const { exitCode } = await agent.stop();

      expect([config, state]).toEqual(['/etc/tallyman/config.yaml', '/var/lib/tallyman']);
      expect([userId.split('\t')[0], capabilities]).toEqual(['10000', '0'.repeat(16)]);
      expect(exitCode).toBe(0);
    },
    testLimitMs,
  );

  function flagsOf(service: Service): readonly string[] {
    const volumes = service.volumes.map((volume) =>
      volume
        .replace(/^\/var\/run\/docker\.sock:/, `${client().socketPath}:`)
        .replace(/^\.\//, `${repository}/`)
        .replace(/^state:/, `${client().prefix}-state:`),
    );
    return [
      ...volumes.map((volume) => `--volume ${volume}`),
      ...(service.read_only ? ['--read-only'] : []),
      ...service.cap_drop.map((name) => `--cap-drop ${name}`),
      ...(service.cap_add ?? []).map((name) => `--cap-add ${name}`),
      ...service.security_opt.map((option) => `--security-opt ${option}`),
      `--memory ${service.mem_limit}`,
      `--pids-limit ${service.pids_limit}`,
    ];
  }
});
