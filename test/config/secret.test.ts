import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretSource } from '../../src/config/config.ts';
import { givenSecret, secretInFile } from '../../src/config/secret.ts';
import { configIn, projectWith } from './texts.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secret-'));
});
afterAll(() => rm(directory, { recursive: true }));

const fileWith = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
};

describe('a secret in a file', () => {
  it('is read each time', async () => {
    const path = await fileWith('rotated', 'first');
    const secret = secretInFile(path);
    const before = await secret.read();
    await writeFile(path, 'second');

    const after = await secret.read();

    expect([before, after]).toEqual(['first', 'second']);
  });

  it.each([
    ['a line break', 'secret\n', 'secret'],
    ['a Windows line break', 'secret\r\n', 'secret'],
    ['spaces and tabs', ' \tsecret \t', 'secret'],
    ['a byte order mark', '\uFEFFsecret', 'secret'],
    ['spaces, but with inner ones', 'my secret\n', 'my secret'],
  ])('is read without surrounding %s', async (what, content, expected) => {
    const path = await fileWith(what, content);

    expect(await secretInFile(path).read()).toBe(expected);
  });

  it.each([
    ['empty', '', 'is empty; expected the secret'],
    ['blank', ' \n\t\n', 'is empty; expected the secret'],
    ['long', 'secret\nsecret', 'has more than one line; expected only the secret'],
    ['large', 'x'.repeat(64 * 1024 + 1), 'is larger than 64 KiB'],
    ['binary', Uint8Array.of(0xff, 0xfe, 0x00), 'is not UTF-8 text'],
  ])('is rejected from an unsuitable file (%s), which the error names', async (name, content, wrong) => {
    const path = await fileWith(name, content);

    await expect(secretInFile(path).read()).rejects.toThrow(`the file ${path} ${wrong}`);
  });

  it('is reported if its file does not exist, is a directory or a cycle of links', async () => {
    const missing = join(directory, 'missing');
    const circle = join(directory, 'circle');
    await symlink(circle, circle);
    await mkdir(join(directory, 'folder'));
    const reasonFor = (path: string): Promise<string> =>
      secretInFile(path)
        .read()
        .catch((error: Error) => error.message);

    expect(await reasonFor(missing)).toBe(
      `the file ${missing} cannot be read: no such file or directory (ENOENT)`,
    );
    expect(await reasonFor(join(directory, 'folder'))).toBe(
      `the file ${directory}/folder cannot be read: it is a directory (EISDIR)`,
    );
    expect(await reasonFor(circle)).toBe(
      `the file ${circle} cannot be read: too many symbolic links (ELOOP)`,
    );
  });

  it('is available once its file exists', async () => {
    const path = join(directory, 'late');
    const secret = secretInFile(path);
    await expect(secret.read()).rejects.toThrow('no such file or directory');
    await writeFile(path, 'here');

    expect(await secret.read()).toBe('here');
  });
});

describe('a secret in memory', () => {
  const printed = (source: SecretSource): string => {
    const logged: string[] = [];
    pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }).info({ source }, 'look');
    const inspected = inspect(source, { depth: null, showHidden: true });
    return [...logged, inspected, JSON.stringify(source), String(source), JSON.stringify({ ...source })].join(
      '\n',
    );
  };

  it.each([
    ['given', () => Promise.resolve(givenSecret('hunter2', 'the variable HW_USER_PASSWORD'))],
    ['from a file', async () => secretInFile(await fileWith('printed', 'hunter2'))],
  ])('is never printed, %s', async (_, make) => {
    const source = await make();
    const secret = await source.read();

    expect(secret).toBe('hunter2');
    expect(printed(source)).not.toContain('hunter2');
  });

  it('is never printed with a whole configuration', async () => {
    const config = configIn(
      projectWith(
        'credentials: { type: access-key, access_key: AK, secret_key: hunter2, security_token: hunter2 }',
      ),
    );
    const [project] = config.projects;

    expect(inspect(config, { depth: null, showHidden: true })).not.toContain('hunter2');
    expect(JSON.stringify(config)).not.toContain('hunter2');
    expect(project?.credentials.type === 'access-key' && (await project.credentials.secretKey.read())).toBe(
      'hunter2',
    );
    expect(project?.credentials).toMatchObject({
      secretKey: { origin: 'projects[0].credentials.secret_key in config.yml' },
      securityToken: { origin: 'projects[0].credentials.security_token in config.yml' },
    });
  });
});
