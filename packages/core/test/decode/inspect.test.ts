import { describe, expect, test } from '@jest/globals';
import { containerFrom, listedFrom } from '../../src/decode/inspect.ts';
import { engines, recordedJson } from './recorded.ts';

describe.each(engines)('a container as %s describes it', (engine) => {
  const container = async (name: string) => containerFrom(await recordedJson(`${engine}/${name}`));

  test('when it was only created: it has neither run nor stopped', async () => {
    const created = await container('inspect-created');

    expect(created).toMatchObject({
      status: 'created',
      isRunning: false,
      tty: false,
      logDriver: 'json-file',
      isRemovedOnExit: false,
      image: 'tallyman-test/busybox:latest',
      imageId: expect.stringMatching(/^sha256:/),
      limitCpus: 0.5,
      labels: { team: 'qa', 'com.docker.compose.project': 'shop' },
      createdAt: expect.stringMatching(/\.\d{9}Z$/),
    });
    expect(created.name).toMatch(/^tallyman-test-/);
    expect(created).not.toHaveProperty('startedAt');
    expect(created).not.toHaveProperty('finishedAt');
  });

  test('while it runs, and while it is paused', async () => {
    expect(await container('inspect-running')).toMatchObject({
      status: 'running',
      isRunning: true,
    });
    expect(await container('inspect-paused')).toMatchObject({ status: 'paused', isRunning: true });
    expect(await container('inspect-running')).not.toHaveProperty('finishedAt');
    expect(await container('inspect-running')).not.toHaveProperty('health');
  });

  test('when it has ended, by itself or for want of memory', async () => {
    expect(await container('inspect-exited')).toMatchObject({
      isRunning: false,
      oomKilled: false,
      finishedAt: expect.any(String),
    });
    expect((await container('inspect-oom')).oomKilled).toBe(true);
  });

  test('with a health check', async () => {
    expect((await container('inspect-health')).health).toBe('healthy');
  });

  test('in a list', async () => {
    const list = await recordedJson(`${engine}/list`);

    expect(Array.isArray(list) && list.map(listedFrom)).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        name: expect.stringMatching(/^tallyman-test-/),
        status: 'running',
      },
    ]);
  });
});

describe('a container', () => {
  const id = 'f'.repeat(64);

  test('may have a name without a slash, as with Podman, or none', () => {
    expect(containerFrom({ Id: id, Name: 'web' }).name).toBe('web');
    expect(containerFrom({ Id: id }).name).toBe('ffffffffffff');
  });

  test('is known by its id at least', () => {
    expect(() => containerFrom({ message: 'page not found' })).toThrow('it has no "Id"');
    expect(containerFrom({ Id: id, Config: null, State: 'odd', HostConfig: [] })).toEqual({
      id,
      name: 'ffffffffffff',
      image: '',
      labels: {},
      tty: false,
      logDriver: '',
      rotatesLog: false,
      isRemovedOnExit: false,
      status: 'exited',
      isRunning: false,
      oomKilled: false,
      restartCount: 0,
      cgroupParent: '',
      network: { mode: '', endpoints: 0, interfaceNames: [] },
    });
  });

  test.each([
    ['json-file', {}, false, true],
    ['json-file', { 'max-size': '-1' }, false, true],
    ['json-file', { 'max-size': '10m' }, true, false],
    ['json-file', { 'max-size': '10m', 'max-file': '1' }, true, false],
    ['json-file', { 'max-size': '10m', 'max-file': '3' }, true, true],
    ['local', {}, true, true],
    ['local', { 'max-file': '1' }, true, false],
    ['syslog', {}, false, undefined],
  ])(
    'with the driver %s and %j rotates its log: %s, and keeps full files: %s',
    (Type, Config, rotates, keeps) => {
      const HostConfig = { LogConfig: { Type, Config } };

      const { rotatesLog, keepsFullLogFiles } = containerFrom({ Id: id, HostConfig });

      expect([rotatesLog, keepsFullLogFiles]).toEqual([rotates, keeps]);
    },
  );

  test.each([
    [{ NanoCpus: 1_500_000_000, CpuQuota: 10 }, 1.5],
    [{ CpuQuota: 50_000 }, 0.5],
    [{ CpuQuota: 50_000, CpuPeriod: 200_000 }, 0.25],
    [{ CpuQuota: -1 }, undefined],
    [{ NanoCpus: 0, CpuQuota: 0, CpuPeriod: 100_000 }, undefined],
  ])('with %j has %s cores', (HostConfig, cores) => {
    expect(containerFrom({ Id: id, HostConfig }).limitCpus).toBe(cores);
  });

  test.each([
    [{ Health: { Status: 'unhealthy' } }, 'unhealthy'],
    [{ Healthcheck: { Status: 'starting' } }, 'starting'],
    [{ Health: { Status: 'none' } }, undefined],
    [{ Healthcheck: { Status: '' } }, undefined],
  ])('with %j has health %s', (State, health) => {
    expect(containerFrom({ Id: id, State }).health).toBe(health);
  });

  test('in a list goes by its own name, not by those that links gave it', () => {
    const Names = ['/other/alias', '/web', '/third/web'];

    expect(listedFrom({ Id: id, Names, State: 'running' })).toEqual({
      id,
      name: 'web',
      status: 'running',
    });
    expect(listedFrom({ Id: id, Names: ['/other/alias'] })?.name).toBe('other/alias');
    expect(listedFrom({ Id: id, Names: null })).toEqual({ id, name: '', status: '' });
    expect(listedFrom('web')).toBeUndefined();
    expect(listedFrom({ Names })).toBeUndefined();
  });
});
