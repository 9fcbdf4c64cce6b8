import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { renderJsonSchema } from '../../scripts/generate-config-docs.ts';
import { parseConfig } from '../../src/config/load.ts';
import { settingsSchema } from '../../src/config/schema.ts';
import { listSettings } from '../../src/config/settings-list.ts';
import { messagesIn } from '../config/texts.ts';

const ROOT = new URL('../../', import.meta.url);
/** The schema without the rules about groups of settings, which zod cannot read. */
const jsonSchema = () =>
  z.fromJSONSchema(JSON.parse(renderJsonSchema(), (key, value) => (key === 'allOf' ? undefined : value)));

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

describe('the examples', () => {
  it.each(['examples/config.yml', 'examples/config-full.yml'])('%s is valid', (path) => {
    expect(parseConfig(read(path), path)).toMatchObject({ ok: true, warnings: [] });
  });

  it('have every setting in the full one, shared ones of services once, with a comment', () => {
    const lines = read('examples/config-full.yml').split('\n');
    const paths = settingPathsIn(lines);

    for (const { path, variant } of listSettings(settingsSchema)) {
      const isShared = path.startsWith('projects[].services[]');
      const written = paths.filter((one) => one === path || one.startsWith(`${path} of `));
      if (isShared) expect(written, path).not.toEqual([]);
      else expect(paths, path).toContain(variant === undefined ? path : `${path} of ${variant}`);
    }
    for (const line of lines.filter((text) => /^ +(?:- )?[a-z_]+: \S/.test(text))) {
      if (/type: [a-z-]+$|name:|region:|cloud:|rpo: none|service:|api_version: v1.0/.test(line)) continue;
      expect(line).toMatch(/ # \w/);
    }
  });

  it.each(['examples/config.yml', 'examples/config-full.yml'])(
    '%s is valid according to the JSON Schema',
    (path) => {
      const schema = jsonSchema();

      expect(schema.safeParse(parse(read(path))).error).toBeUndefined();
    },
  );

  it('get an error on the line of a missing space, or the next, nearly everywhere', () => {
    const lines = readFileSync('examples/config-full.yml', 'utf8').split('\n');
    const indented = lines.flatMap((line, index) => (/^ +[^ #]/.test(line) ? [index] : []));

    const found = indented.map((index) => {
      const problems = messagesIn(lines.with(index, (lines[index] ?? '').slice(1)).join('\n'));
      expect(problems.length).toBeLessThan(2);
      const line = problems.map((problem) => Number(problem.split(':')[1])).at(0) ?? index + 1;
      return Math.abs(line - (index + 1));
    });

    expect(found.filter((distance) => distance > 1).length).toBeLessThan(indented.length / 20);
  });
});

/** The paths of all settings in YAML indented as in this project, commented out or not. */
function settingPathsIn(lines: readonly string[]): readonly string[] {
  const paths: string[] = [];
  let parents: { indent: number; path: string }[] = [];
  let variants: { indent: number; variant: string }[] = [];
  for (const line of lines) {
    const match = /^( *)(- |# )?([a-z_]+):(?: (\S+))?/.exec(line);
    if (match === null) continue;
    const [, spaces = '', mark = '', key = '', value = ''] = match;
    const item = mark === '- ';
    const indent = spaces.length + (item ? 2 : 0);
    parents = parents.filter((parent) => parent.indent < indent - (item ? 1 : 0));
    if (item || key === 'type') variants = variants.filter((other) => other.indent < indent);
    else variants = variants.filter((other) => other.indent <= indent);
    if (key === 'type') variants.push({ indent, variant: value });
    const parent = parents.at(-1)?.path;
    const path = parent === undefined ? key : `${parent}${isList(parent) ? '[]' : ''}.${key}`;
    const variant = variants.at(-1)?.variant;
    paths.push(path, `${path} of ${variant}`);
    parents.push({ indent, path });
  }
  return paths;
}

function isList(path: string): boolean {
  return listSettings(settingsSchema).some((setting) => setting.path.startsWith(`${path}[]`));
}
