import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../src/services/index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAX_LINES = 450;

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** The type of a service and the names of products in its title: `GES`, `TaurusDB`. */
const wordsOf = ({ type, title }: { readonly type: string; readonly title: string }): readonly string[] => [
  type,
  ...(title.match(/\b[A-Z]+[a-z]*[A-Z]\w*/g) ?? []).filter((word) => word !== 'MySQL'),
];

const WORDS = new RegExp(`\\b(${SERVICES.flatMap(wordsOf).join('|')})\\b`, 'i');

describe('the specifics of a service', () => {
  it.each(['src', 'scripts', 'alerts', 'dashboards/source', 'charts/huaweicloud-backup-exporter/templates'])(
    'appear in no file of %s outside its folder',
    (folder) => {
      const named = filesIn(folder)
        .filter((file) => !file.startsWith(join(ROOT, 'src/services/')))
        .flatMap((file) =>
          readFileSync(file, 'utf8')
            .split('\n')
            .filter((line) => WORDS.test(line))
            .map((line) => `${file}: ${line.trim()}`),
        );

      expect(named).toEqual([]);
    },
  );

  it('are imported only by their own folder and the list of services', () => {
    const folderOf = (file: string): string | undefined =>
      SERVICES.find(({ type }) => file.startsWith(join(ROOT, 'src/services', type, '/')))?.type;

    const imports = ['src', 'test', 'scripts', 'bench', 'dashboards']
      .flatMap(filesIn)
      .filter((file) => file.endsWith('.ts') && file !== join(ROOT, 'src/services/index.ts'))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g)]
          .map(([, specifier = '']) => join(dirname(file), specifier))
          .filter((imported) => (folderOf(imported) ?? folderOf(file)) !== folderOf(file))
          .map((imported) => `${file} imports ${imported}`),
      );

    expect(imports).toEqual([]);
  });

  it.each(SERVICES)('fit into fewer than 450 lines: $type', ({ type }) => {
    const lines = filesIn(`src/services/${type}`)
      .filter((file) => file.endsWith('.ts') && !/\/(?:simulated[\w-]*\.ts$|test\/)/.test(file))
      .reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length, 0);

    expect(lines).toBeLessThan(MAX_LINES);
  });
});
