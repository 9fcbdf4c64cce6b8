import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Import = readonly [part: string, imported: string];

const REFUSED: readonly Import[] = [
  ['domain', '../config/config.ts'],
  ['domain', '../state/served.ts'],
  ['log', '../domain/backup.ts'],
  ['config', '../cloud/client.ts'],
  ['cloud', '../sources/source.ts'],
  ['sources', '../state/served.ts'],
  ['pages', '../state/served.ts'],
  ['state', '../metrics/encode.ts'],
  ['state', '../cloud/client.ts'],
  ['state-file', '../poll/schedule.ts'],
  ['metrics', '../web/app.ts'],
  ['history', '../poll/schedule.ts'],
  ['status', '../web/app.ts'],
  ['poll', '../web/app.ts'],
  ['web', '../poll/schedule.ts'],
  ['web', '../exporter.ts'],
  ['web/doors', '../../status/page.ts'],
  ['simulated-cloud', '../cloud/signature.ts'],
  ['simulated-cloud', '../domain/backup.ts'],
  ['state', 'prom-client'],
  ['poll', 'undici'],
  ['metrics', 'express'],
  ['sources', 'zod'],
  ['web', 'commander'],
  ['cloud', 'pino'],
];

const ALLOWED: readonly Import[] = [
  ['config', '../domain/backup.ts'],
  ['cloud', '../config/config.ts'],
  ['poll', '../metrics/publisher.ts'],
  ['web', '../metrics/exposition.ts'],
  ['metrics', 'prom-client'],
  ['cloud', 'undici'],
];

/** The planted imports that the linter refuses, found in one run over a tree of one file for each. */
function refusedImports(planted: readonly Import[]): ReadonlySet<Import> {
  const tree = mkdtempSync(join(tmpdir(), 'boundaries-'));
  try {
    const settings = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as Record<string, unknown>;
    const { $schema: _, vcs: __, ...rest } = settings;
    writeFileSync(join(tree, 'biome.json'), JSON.stringify(rest));
    const files = planted.map(([part], index) => join('src', part, `planted-${index}.ts`));
    for (const [index, file] of files.entries()) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), `import '${planted[index]?.[1]}';\n`);
    }
    const { stdout } = spawnSync(
      join(ROOT, 'node_modules/.bin/biome'),
      ['lint', '--only=style/noRestrictedImports', '--reporter=github', '--max-diagnostics=none'],
      { cwd: tree, encoding: 'utf8' },
    );
    const findings = stdout.split('\n').filter((line) => line.includes('noRestrictedImports'));
    return new Set(
      planted.filter((_import, index) => findings.some((line) => line.includes(`planted-${index}.ts,`))),
    );
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

describe('the boundaries between the parts of src', () => {
  const refused = refusedImports([...REFUSED, ...ALLOWED]);

  it.each(REFUSED.map((planted) => [...planted, planted] as const))(
    'refuse that %s imports %s',
    (_part, _imported, planted) => {
      expect(refused.has(planted)).toBe(true);
    },
  );

  it.each(ALLOWED.map((planted) => [...planted, planted] as const))(
    'allow that %s imports %s',
    (_part, _imported, planted) => {
      expect(refused.has(planted)).toBe(false);
    },
  );
});
