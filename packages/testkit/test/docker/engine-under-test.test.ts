import { expect, test } from '@jest/globals';
import { engineAnswers, engineSocket } from '../../src/docker/engine-under-test.ts';

test('takes the socket from DOCKER_HOST, otherwise the default one', () => {
  expect(engineSocket('')).toBe('/var/run/docker.sock');
  expect(engineSocket('unix:///run/other.sock')).toBe('/run/other.sock');
});

test('knows no engine where DOCKER_HOST is not a unix socket', () => {
  expect(engineSocket('tcp://127.0.0.1:2375')).toBeUndefined();
});

test('finds no engine where there is no socket or no engine behind it', () => {
  expect(engineAnswers('/nonexistent.sock')).toBe(false);
  expect(engineAnswers('/dev/null')).toBe(false);
});
