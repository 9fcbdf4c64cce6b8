import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SERVICES } from '../../src/services/index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Folders that are not part of the program. */
const EXCLUDED = ['.git', 'node_modules', 'dist', 'tools'];

/** The folders whose tests depend on the list of services; the others take services as arguments. */
const FOLDERS = ['test/config', 'test/commands', 'test/recording', 'test/project'];

/** A copy of the project without one service: its folder, its import and its entry. */
function copyWithout(type: string): string {
  const copy = mkdtempSync(join(tmpdir(), `without-${type}-`));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  for (const name of readdirSync(ROOT)) {
    if (!EXCLUDED.includes(name)) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  rmSync(join(copy, 'src/services', type), { recursive: true });
  const list = join(copy, 'src/services/index.ts');
  const before = readFileSync(list, 'utf8');
  const [line, name] =
    new RegExp(`^import \\{ (\\w+) \\} from './${type}/index\\.ts';\\n`, 'm').exec(before) ?? [];
  if (line === undefined) throw new Error(`${type} is not imported`);
  writeFileSync(list, before.replace(line, '').replace(`\n  ${name},\n`, '\n'));
  return copy;
}

/** Runs a program of node_modules in a folder; returns the end of its output if it fails. */
function errorsOf(folder: string, program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules', program), ...args],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  return status === 0 ? '' : `${stdout}${stderr}`.slice(-4000);
}

describe.each(SERVICES.map(({ type }) => type))('without %s', (type) => {
  it('everything else compiles, has no dead code and passes its tests', { timeout: 180_000 }, () => {
    const copy = copyWithout(type);

    expect(errorsOf(copy, 'typescript/bin/tsc')).toBe('');
    expect(errorsOf(copy, 'knip/bin/knip.js')).toBe('');
    expect(errorsOf(copy, 'vitest/vitest.mjs', 'run', '--project=unit', ...FOLDERS)).toBe('');
  });
});
