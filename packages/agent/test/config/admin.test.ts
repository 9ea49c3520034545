import { describe, expect, test } from '@jest/globals';
import { complaints, load } from './loading.ts';

const adminOf = async (admin: string) =>
  (await load(`admin: ${admin}\nsinks: { stdout: {} }\n`)).admin;
const saidOf = (admin: string) => complaints(`admin: ${admin}\nsinks: { stdout: {} }\n`);

describe('admin.listen', () => {
  test.each([
    ['127.0.0.1:9180', { kind: 'tcp', host: '127.0.0.1', port: 9180 }],
    ['127.8.9.1:0', { kind: 'tcp', host: '127.8.9.1', port: 0 }],
    ['localhost:80', { kind: 'tcp', host: 'localhost', port: 80 }],
    ['[::1]:9180', { kind: 'tcp', host: '::1', port: 9180 }],
    ['unix:///run/tallyman.sock', { kind: 'unix', socketPath: '/run/tallyman.sock' }],
    ['none', { kind: 'none' }],
  ])('%s needs no token', async (listen, address) => {
    expect(await adminOf(`{ listen: "${listen}" }`)).toEqual({
      listen,
      address,
      configured: true,
    });
  });

  test.each(['0.0.0.0:9180', '[::]:9180', '10.0.0.5:9180', 'quay:9180', '127.evil.example:9180'])(
    '%s is refused without a token, and taken with one',
    async (listen) => {
      expect(await saidOf(`{ listen: "${listen}" }`)).toEqual([
        `c.yaml:1:18  admin.listen: other machines may reach ${listen}, and no token guards it; set admin.token, or listen on 127.0.0.1:9180`,
      ]);
      expect(await adminOf(`{ listen: "${listen}", token: t }`)).toMatchObject({ listen });
    },
  );

  test.each([':9180', '127.0.0.1', '127.0.0.1:70000', 'unix://run/t.sock', 'off'])(
    '%s is no address',
    async (listen) => {
      expect(await saidOf(`{ listen: "${listen}" }`)).toEqual([
        `c.yaml:1:18  admin.listen: expected HOST:PORT such as 127.0.0.1:9180, unix:///path, or none, found "${listen}"`,
      ]);
    },
  );

  test('whoever writes admin: off is told what turns it off', async () => {
    expect(await saidOf('off')).toEqual([
      'c.yaml:1:8  admin: expected a mapping such as {"listen":"none"}, found text',
    ]);
  });

  test('is known to be the default where the file does not name it', async () => {
    expect(await adminOf('{ token: t }')).toMatchObject({
      listen: '127.0.0.1:9180',
      configured: false,
    });
  });
});
