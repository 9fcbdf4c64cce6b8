import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { forbiddenImports, PARTS, partOf, renderParts } from '../../scripts/parts.ts';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  // The tests of a service may import what other tests may.
  (file) => file.endsWith('.ts') && !/^services\/[^/]+\/test\//.test(file),
);

describe('the parts of src', () => {
  it('import only what their table allows', () => {
    const forbidden = files.flatMap((file) => forbiddenImports(file, readFileSync(`${SRC}${file}`, 'utf8')));

    expect(forbidden).toEqual([]);
  });

  it('are all in the table, except top-level files', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map(partOf));

    expect([...folders].filter((folder) => PARTS[folder] === undefined)).toEqual([]);
  });

  it('import only parts listed before them, so there are no cycles', () => {
    const names = Object.keys(PARTS);
    const backwards = names.flatMap((name, index) =>
      (PARTS[name]?.imports ?? []).filter((imported) => names.indexOf(imported) >= index),
    );

    expect(backwards).toEqual([]);
  });

  it('are listed in ARCHITECTURE.md', () => {
    const page = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');

    expect(page).toContain(renderParts());
  });

  it.each([
    ['domain/backup.ts', "import type { Config } from '../config/config.ts';"],
    ['services/rds/index.ts', "import { createClient } from '../../cloud/client.ts';"],
    ['services/rds/index.ts', "import { gaussdbMysql } from '../gaussdb-mysql/index.ts';"],
    ['services/rds/index.ts', "import { rows } from './test/rows.ts';"],
    ['services/rds/index.ts', "import { JSON_ROW } from '../../../test/support/rows.ts';"],
    ['state/served.ts', "const encode = await import('../metrics/encode.ts');"],
    ['state/served.ts', "import '../poll/schedule.ts';"],
    ['simulated-cloud/world.ts', "import { sign } from '../cloud/signature.ts';"],
    ['poll/read-list.ts', "import { request } from 'undici';"],
    ['web/app.ts', "import { Registry } from 'prom-client/lib/registry.js';"],
  ])('%s must not contain %s', (file, text) => {
    expect(forbiddenImports(file, text)).toHaveLength(1);
  });
});
