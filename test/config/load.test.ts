import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfigFile } from '../../src/config/load.ts';
import { PROJECTS, projectWith } from './texts.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(directory, { recursive: true }));

const fileWith = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
};

const messagesOf = async (path: string): Promise<readonly string[]> => {
  const result = await loadConfigFile(path);
  return result.ok ? result.warnings : result.problems;
};

const EXPECTED = 'check the path (--config.file)';

describe('a configuration file', () => {
  it('is read', async () => {
    const path = await fileWith('good.yml', PROJECTS);

    const result = await loadConfigFile(path);

    expect(result).toMatchObject({ ok: true, warnings: [], config: { projects: [{ name: 'cn-north-4' }] } });
  });

  it('has errors reported with its name as given', async () => {
    const path = await fileWith('bad.yml', `polls: {}\n${PROJECTS}limits: 1\n`);

    expect(await messagesOf(path)).toEqual([
      `${path}:1: polls: unknown setting (did you mean poll?); expected one of poll, limits, rpo, tags, projects`,
      `${path}:6: limits: found a string; expected a mapping with the key resources`,
    ]);
  });

  it('that is missing is reported', async () => {
    const path = join(directory, 'missing.yml');

    expect(await messagesOf(path)).toEqual([
      `${path}: the file cannot be read: no such file or directory (ENOENT); ${EXPECTED}`,
    ]);
  });

  it('in a file instead of a directory is reported', async () => {
    const path = join(await fileWith('file', ''), 'config.yml');

    expect(await messagesOf(path)).toEqual([
      `${path}: the file cannot be read: a part of the path is not a directory (ENOTDIR); ${EXPECTED}`,
    ]);
  });

  it('that is a directory is reported', async () => {
    const path = join(directory, 'folder.yml');
    await mkdir(path);

    expect(await messagesOf(path)).toEqual([
      `${path}: the file cannot be read: it is a directory (EISDIR); ${EXPECTED}`,
    ]);
  });

  it('that is too large is reported', async () => {
    const path = await fileWith('large.yml', `${PROJECTS}#${'x'.repeat(1024 * 1024)}\n`);

    expect(await messagesOf(path)).toEqual([`${path}: the file is larger than 1024 KiB; ${EXPECTED}`]);
  });

  it('that is not text is reported', async () => {
    const path = await fileWith('binary.yml', Uint8Array.of(0x70, 0xff, 0xfe));

    expect(await messagesOf(path)).toEqual([`${path}: the file is not UTF-8 text; ${EXPECTED}`]);
  });

  it('may have up to 1 MiB', async () => {
    const path = await fileWith('just-right.yml', `${PROJECTS}#`.padEnd(1024 * 1024, 'x'));

    expect(await messagesOf(path)).toEqual([]);
  });
});

describe('the files named in a configuration', () => {
  it('may be created later: they are reported as warnings with their lines', async () => {
    await fileWith('empty', '\n');
    await fileWith('key', 'secret\n');
    const path = await fileWith(
      'named.yml',
      projectWith(
        'ca_file: ca.pem',
        'credentials:',
        '  type: access-key',
        '  access_key: AK',
        '  secret_key_file: key',
        '  security_token_file: ./empty',
      ),
    );

    const result = await loadConfigFile(path);

    expect(result.ok && result.warnings).toEqual([
      `${path}:2: projects[0].ca_file: the file ${directory}/ca.pem cannot be read: no such file or directory (ENOENT); it will be read again when needed`,
      `${path}:7: projects[0].credentials.security_token_file: the file ${directory}/empty is empty; expected the secret; it will be read again when needed`,
    ]);
  });

  it('are relative to the directory of the configuration file', async () => {
    await fileWith('password', 'secret');
    const path = await fileWith(
      'relative.yml',
      projectWith('credentials: { type: password, user: u, domain: d, password_file: password }'),
    );

    const result = await loadConfigFile(path);
    const credentials = result.ok ? result.config.projects[0]?.credentials : undefined;

    expect(result).toMatchObject({ warnings: [] });
    expect(credentials?.type === 'password' && (await credentials.password.read())).toBe('secret');
  });

  it('are not printed if they may be misplaced secrets', async () => {
    const path = await fileWith(
      'pasted.yml',
      projectWith('credentials: { type: password, user: u, domain: d, password_file: hunter2 }'),
    );

    const result = await loadConfigFile(path);
    const credentials = result.ok ? result.config.projects[0]?.credentials : undefined;

    expect(await messagesOf(path)).toEqual([
      `${path}:2: projects[0].credentials.password_file: the file in ${directory} named by this setting cannot be read: no such file or directory (ENOENT); it will be read again when needed`,
    ]);
    await expect(credentials?.type === 'password' && credentials.password.read()).rejects.toThrow(
      `the file in ${directory} named by projects[0].credentials.password_file cannot be read: no such file or directory (ENOENT)`,
    );
  });

  it('are reported if they are directories', async () => {
    const path = await fileWith(
      'refused.yml',
      projectWith(`credentials: { type: token, token_file: ${directory} }`),
    );

    expect(await messagesOf(path)).toEqual([
      `${path}:2: projects[0].credentials.token_file: the file ${directory} cannot be read: it is a directory (EISDIR); it will be read again when needed`,
    ]);
  });
});
