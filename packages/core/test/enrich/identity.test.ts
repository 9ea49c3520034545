import { describe, expect, test } from '@jest/globals';
import { fieldsOf } from '../../src/enrich/fields.ts';
import { identityOf, labelChoice } from '../../src/enrich/identity.ts';

const compose = {
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'web',
  'com.docker.compose.container-number': '2',
};
const swarm = {
  'com.docker.swarm.service.name': 'shop_web',
  'com.docker.swarm.task.name': 'shop_web.1.abc',
  'com.docker.swarm.task.id': 'abc',
  'com.docker.swarm.node.id': 'n1',
};

const plain = { id: 'f'.repeat(64), name: 'web', image: 'nginx:1', labels: {} };
const none = labelChoice([]);

describe('the identity of a container', () => {
  test('has only what is known: absent is absent', () => {
    expect(Object.keys(identityOf(plain, none))).toEqual(['id', 'name', 'image']);
  });

  test('has image id and creation where they are known', () => {
    const createdAt = '2026-11-21T19:10:15.000000000Z';

    expect(identityOf({ ...plain, imageId: 'sha256:ab', createdAt }, none)).toMatchObject({
      imageId: 'sha256:ab',
      createdAt,
    });
  });

  test('names the compose service and its number', () => {
    const { 'com.docker.compose.container-number': _, ...unnumbered } = compose;

    expect(identityOf({ ...plain, labels: compose }, none).compose).toEqual({
      project: 'shop',
      service: 'web',
      number: 2,
    });
    expect(identityOf({ ...plain, labels: unnumbered }, none).compose).toEqual({
      project: 'shop',
      service: 'web',
    });
  });

  test('names the swarm task, by its id where it has no name', () => {
    const { 'com.docker.swarm.task.name': _, ...unnamed } = swarm;

    expect(identityOf({ ...plain, labels: swarm }, none).swarm).toEqual({
      service: 'shop_web',
      task: 'shop_web.1.abc',
      node: 'n1',
    });
    expect(identityOf({ ...plain, labels: unnamed }, none).swarm?.task).toBe('abc');
  });

  test.each([
    ['compose', { 'com.docker.compose.project': 'shop' }],
    ['swarm', { 'com.docker.swarm.service.name': 'shop_web' }],
  ])('leaves out half a %s identity', (key, labels) => {
    expect(identityOf({ ...plain, labels }, none)).not.toHaveProperty(key);
  });

  test('carries the labels that the globs name, and no key where none fits', () => {
    const labels = { team: 'qa', 'org.url': 'x', 'org.name': 'y' };
    const chosen = (...globs: string[]) =>
      identityOf({ ...plain, labels }, labelChoice(globs)).labels;

    expect(chosen('team')).toEqual({ team: 'qa' });
    expect(chosen('org.*', 'nothing')).toEqual({ 'org.url': 'x', 'org.name': 'y' });
    expect(chosen('*')).toEqual(labels);
    expect(identityOf({ ...plain, labels }, labelChoice(['none']))).not.toHaveProperty('labels');
    expect(identityOf({ ...plain, labels }, none)).not.toHaveProperty('labels');
  });
});

describe('the fields of a container’s records', () => {
  const labels = { 'tallyman.fields.team': 'qa', 'tallyman.fields.cluster': 'label', other: 'x' };
  const heeded = { labelOverrides: true };

  test('come from the configuration and from labels; the configuration wins', () => {
    expect(fieldsOf({ cluster: 'config' }, labels, heeded)).toEqual({
      team: 'qa',
      cluster: 'config',
    });
  });

  test('come from the configuration alone where labels are not heeded, or have none', () => {
    expect(fieldsOf({ a: '1' }, labels, { labelOverrides: false })).toEqual({ a: '1' });
    expect(fieldsOf({ a: '1' }, { 'tallyman.fields.': 'x' }, heeded)).toEqual({ a: '1' });
  });
});
