// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Environment } from '../../src/config/source.ts';
import { adminAddress, placeText } from '../../src/live/address.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallyman-address-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

// What the agent has and this program does not need: a variable, a sink of a third party.
const rest = `fields: { a: "\${NOT_SET_HERE}" }\nsinks: { far: { type: nowhere } }\n`;
const guarded = file('guarded.yaml', `admin: { listen: "0.0.0.0:9999", token: sesame }\n${rest}`);

/** Where it is, what opens it, and who said so. */
async function found(
  choice: { admin?: string; config?: string },
  { env = {}, byDefault = 'nowhere.yaml' }: { env?: Environment; byDefault?: string } = {},
): Promise<readonly (string | undefined)[]> {
  const address = await adminAddress(choice, {
    env,
    defaultConfigPath: join(folder, byDefault),
  });
  return [placeText(address), address.token?.reveal(), address.source];
}

describe('the address', () => {
  test('is the default where nothing is said', async () => {
    expect(await found({})).toEqual(['http://127.0.0.1:9180', undefined, 'the default']);
  });

  test.each([
    ['quay:9180', 'http://quay:9180'],
    ['https://quay.example/tallyman', 'https://quay.example'],
    ['[::1]:9180', 'http://[::1]:9180'],
    ['unix:///run/tallyman.sock', 'unix:///run/tallyman.sock'],
  ])('--admin %s is %s', async (admin, place) => {
    expect(await found({ admin })).toEqual([place, undefined, '--admin']);
  });

  test('keeps the path of a URL', async () => {
    const { url } = await adminAddress(
      { admin: 'https://quay.example/tallyman?x=1' },
      { env: {}, defaultConfigPath: 'nowhere' },
    );

    expect(new URL('api/state', url).href).toBe('https://quay.example/tallyman/api/state');
  });

  test('comes from the file with its token, whatever else is in the file', async () => {
    expect(await found({ config: guarded })).toEqual(['http://127.0.0.1:9999', 'sesame', guarded]);
    expect(await found({}, { env: { TALLYMAN_CONFIG: guarded } })).toEqual([
      'http://127.0.0.1:9999',
      'sesame',
      guarded,
    ]);
    expect((await found({}, { byDefault: 'guarded.yaml' }))[1]).toBe('sesame');
  });

  test('of a file without an admin section is the default one', async () => {
    const config = file('plain.yaml', rest);

    expect(await found({ config })).toEqual(['http://127.0.0.1:9180', undefined, config]);
  });

  (process.getuid?.() === 0 ? test : test.skip)(
    'is the default where the default file is not for this user',
    async () => {
      chmodSync(folder, 0o755);
      chmodSync(guarded, 0o600);
      process.seteuid?.(65_534);
      // The file is looked for before anything is waited for.
      const address = found({}, { byDefault: 'guarded.yaml' });
      process.seteuid?.(0);

      expect(await address).toEqual([
        'http://127.0.0.1:9180',
        undefined,
        `the default, as ${guarded} may not be read by this user`,
      ]);
    },
  );

  test('may be a socket', async () => {
    const config = file('socket.yaml', 'admin: { listen: "unix:///run/tallyman.sock" }');

    expect((await found({ config }))[0]).toBe('unix:///run/tallyman.sock');
  });

  test('on all addresses is reached on this one', async () => {
    const config = file('six.yaml', 'admin: { listen: "[::]:9180", token: x }');

    expect((await found({ config }))[0]).toBe('http://[::1]:9180');
  });
});

describe('the token', () => {
  test('of the variable goes before that of the file', async () => {
    const env = { TALLYMAN_ADMIN_TOKEN: 'mellon' };

    expect((await found({ config: guarded }, { env }))[1]).toBe('mellon');
  });

  test('of a file that nobody named is not sent to an address that the file does not name', async () => {
    expect(await found({ admin: 'quay:9180' }, { byDefault: 'guarded.yaml' })).toEqual([
      'http://quay:9180',
      undefined,
      '--admin',
    ]);
    const env = { TALLYMAN_ADMIN: 'quay:9180', TALLYMAN_CONFIG: guarded };
    expect((await found({}, { env }))[1]).toBeUndefined();
  });

  test('of a file that is named is', async () => {
    expect(await found({ admin: 'quay:9180', config: guarded })).toEqual([
      'http://quay:9180',
      'sesame',
      '--admin',
    ]);
  });
});

describe('refused, with what to do:', () => {
  test.each([
    [{ admin: 'ftp://quay' }, '--admin: expected the address of the admin endpoint'],
    [{ admin: 'http://' }, '--admin: expected the address of the admin endpoint'],
    [{ admin: 'http://me:pass@quay' }, 'set TALLYMAN_ADMIN_TOKEN'],
  ])('%j', async (choice, said) => {
    await expect(found(choice)).rejects.toThrow(said);
  });

  test('a password, without repeating it', async () => {
    await expect(found({ admin: 'http://me:passw0rd@quay' })).rejects.not.toThrow('passw0rd');
  });

  test.each([
    ['listen: none', 'this agent has no endpoint'],
    ['listen: "0.0.0.0:9180"', 'no token guards it'],
    ['listen: "127.0.0.1:0"', 'leaves the port to the system'],
    ['listen: 9180', /:1:\d+ {2}admin\.listen: expected HOST:PORT/],
    ['token: "${NO_SUCH}"', 'admin.token'],
    ['lisen: "a:1"', 'did you mean listen?'],
  ])('admin: { %s }', async (text, said) => {
    const config = file('bad.yaml', `admin: { ${text} }`);

    await expect(found({ config })).rejects.toThrow(said);
  });

  test('a file that is not there', async () => {
    await expect(found({ config: 'nowhere.yaml' })).rejects.toThrow('does not exist');
  });
});
