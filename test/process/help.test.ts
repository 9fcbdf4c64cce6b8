import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/exporter-process.ts';
import { withoutServices } from '../support/help-text.ts';
import { PROGRAM } from './command-world.ts';

const golden = new URL('../commands/golden/', import.meta.url);
const HELP_FILES = readdirSync(golden).filter((file) => !file.startsWith('output-'));

describe('the program', () => {
  it.each(HELP_FILES)('prints its help (%s) on standard output and exits with 0', async (file) => {
    const command = file === 'help.txt' ? [] : file.replace('.txt', '').split('-');

    const { code, output, errors } = await runProgram([...command, '--help']);

    expect({ code, output: withoutServices(output), errors }).toEqual({
      code: 0,
      output: readFileSync(new URL(file, golden), 'utf8'),
      errors: '',
    });
  });

  it('prints its version, revision and Node.js', async () => {
    const { code, output, errors } = await runProgram(['--version'], {
      HUAWEICLOUD_BACKUP_EXPORTER_REVISION: 'abc1234',
    });

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(
      new RegExp(`^${PROGRAM} \\d+\\.\\d+\\.\\d+ \\(revision abc1234, node v\\d+\\.\\d+\\.\\d+\\)\\n$`),
    );
  });

  it.each([['chek'], ['--nonsense'], ['backups', 'create'], ['check', '--strict=yes']])(
    'rejects %j with one line on standard error, and exits with 2',
    async (...args) => {
      const { code, output, errors } = await runProgram(args);

      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(errors).toMatch(new RegExp(`^${PROGRAM}: [^\\n]+\\n$`));
    },
  );
});
