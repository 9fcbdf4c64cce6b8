import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/find.ts';
import { projectWith } from './texts.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'find-'));
  for (const name of ['flag', 'variable', 'standard']) {
    await writeFile(join(directory, name), projectWith(`region: ${name}`));
  }
});
afterAll(() => rm(directory, { recursive: true }));

/** Loads with files of these names in the temporary directory. */
const load = (flag: string | undefined, variable: string | undefined, standard: string) => {
  const environment = {
    HW_REGION_NAME: 'environment',
    HW_ACCESS_KEY: 'AK',
    HW_SECRET_KEY: 'SK',
    HUAWEICLOUD_BACKUP_CONFIG_FILE: variable && join(directory, variable),
  };
  return loadConfiguration(flag && join(directory, flag), environment, join(directory, standard));
};

const messagesOf = async (...names: Parameters<typeof load>): Promise<readonly string[]> => {
  const result = await load(...names);
  return result.ok ? [] : result.problems;
};

describe('the configuration comes from', () => {
  it.each([
    ['the file of the flag', 'flag', 'variable', 'standard', 'flag'],
    ['otherwise the file of the variable', undefined, 'variable', 'standard', 'variable'],
    ['otherwise the standard file', undefined, undefined, 'standard', 'standard'],
    ['the standard file if the variable is empty', undefined, '', 'standard', 'standard'],
    ['otherwise the environment', undefined, undefined, 'missing', 'environment'],
    [
      'the environment if a part of the standard path is a file',
      undefined,
      undefined,
      'flag/x',
      'environment',
    ],
  ])('%s', async (_, flag, variable, standard, region) => {
    const result = await load(flag, variable, standard);

    expect(result.ok && result.config.projects.map((project) => project.region)).toEqual([region]);
  });

  it.each([
    ['the flag', 'missing', 'variable', 'missing'],
    ['the variable', undefined, 'missing', 'missing'],
  ])('nowhere else if %s names a file that does not exist', async (_, flag, variable, named) => {
    expect(await messagesOf(flag, variable, 'standard')).toEqual([
      `${directory}/${named}: the file cannot be read: no such file or directory (ENOENT); check the path (--config.file)`,
    ]);
  });

  it('nowhere else if the standard file is invalid', async () => {
    await writeFile(join(directory, 'wrong'), 'projects: []\n');

    expect(await messagesOf(undefined, undefined, 'wrong')).toEqual([
      `${directory}/wrong:1: projects: the list is empty; expected at least one item`,
    ]);
  });
});
