import { expect, test } from '@jest/globals';
import { eventRecord, logRecord, statRecord } from '@tallyman/testkit';
import { formats } from '../src/format/formats.ts';
import { eventsOf } from './support/lines.ts';

const container = {
  id: 'b0ea03e2acff191d82b55e0539720506d208d0272eca1c573c20d79963980720',
  name: 'demo-pre',
  image: 'bb:latest',
  imageId: 'sha256:a91f2bc246e33372ff6701f85e8430e6696528b66fcca6156bb9d1fddc929a14',
};
const time = '2026-11-21T19:10:13.533123456Z';
const format = formats['docker-logentries'];

function written(record: Parameters<typeof eventsOf>[1]): string {
  return eventsOf(format, record).join('\n');
}

test('writes a log line as docker-logentries did, character by character', () => {
  const record = logRecord({
    container,
    time,
    message: 'pre line 1',
    host: 'vm',
    fields: { env: 'test' },
  });

  expect(written(record)).toBe(
    '{"v":0,"id":"b0ea03e2acff","long_id":"b0ea03e2acff191d82b55e0539720506d208d0272eca1c573c20d79963980720","image":"bb:latest","name":"demo-pre","time":1795288213533,"line":"pre line 1","host":"vm","env":"test"}',
  );
});

test('keeps the empty lines that docker-logentries lost', () => {
  expect(JSON.parse(written(logRecord({ container, message: '' })))).toMatchObject({ line: '' });
});

test('writes a stat as the raw sample, with cpu_percent where queries look for it', () => {
  const raw = {
    read: '2026-11-21T19:10:15.33483655Z',
    cpu_stats: { cpu_usage: { total_usage: 33_558_307 }, system_cpu_usage: 1_164_830_000_000 },
    memory_stats: { usage: 819_200 },
    name: '/demo-pre',
  };
  const cpu = { percent: 0.11, usageNanos: 33_558_307, onlineCpus: 2 };

  expect(written(statRecord({ container, raw, cpu, host: 'vm', fields: { env: 'test' } }))).toBe(
    '{"v":0,"id":"b0ea03e2acff","image":"bb:latest","name":"demo-pre","stats":{"read":"2026-11-21T19:10:15.33483655Z","cpu_stats":{"cpu_usage":{"total_usage":33558307,"cpu_percent":0.11},"system_cpu_usage":1164830000000},"memory_stats":{"usage":819200},"name":"/demo-pre"},"host":"vm","env":"test"}',
  );
  expect(raw.cpu_stats.cpu_usage).toEqual({ total_usage: 33_558_307 });
});

test('leaves cpu_percent out of the first sample, where docker-logentries gave the average since boot', () => {
  const { stats } = JSON.parse(
    written(statRecord({ raw: { cpu_stats: {} }, cpu: { usageNanos: 1, onlineCpus: 1 } })),
  );

  expect(stats).toEqual({ cpu_stats: { cpu_usage: {} } });
});

test('writes an event with its whole id, its image by digest and the host', () => {
  const record = eventRecord({ container, action: 'die', host: 'vm', fields: { env: 'test' } });

  expect(written(record)).toBe(
    '{"id":"b0ea03e2acff191d82b55e0539720506d208d0272eca1c573c20d79963980720","type":"die","image":"sha256:a91f2bc246e33372ff6701f85e8430e6696528b66fcca6156bb9d1fddc929a14","name":"demo-pre","host":"vm","env":"test"}',
  );
});

test.each([
  ['exec_create: echo hi', 'exec_create', { command: 'echo hi' }],
  ['health_status: healthy', 'health_status', { health: 'healthy' }],
])('puts together again what the engine said: %s', (type, action, attributes) => {
  expect(JSON.parse(written(eventRecord({ container, action, attributes })))).toMatchObject({
    type,
  });
});

test('lets a static field name the host, and none displace another key', () => {
  const fields = { host: 'other', line: 'x', type: 'zzz' };

  const log = JSON.parse(written(logRecord({ fields, message: 'm' })));

  expect(log).toMatchObject({ host: 'other', line: 'm' });
  expect(log).not.toHaveProperty('type');
});
