import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { renderConfigurationReference, renderJsonSchema } from '../../scripts/generate-config-docs.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.ts';
import { parseConfig } from '../../src/config/load.ts';
import { settingsSchema } from '../../src/config/schema.ts';
import { listSettings } from '../../src/config/settings-list.ts';
import { SERVICE_TYPES } from '../../src/services/index.ts';

const ROOT = new URL('../../', import.meta.url);
/** The schema as far as zod can read one: without the rules about groups of settings. */
const jsonSchema = () =>
  z.fromJSONSchema(JSON.parse(renderJsonSchema(), (key, value) => (key === 'allOf' ? undefined : value)));

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

describe('the generated reference', () => {
  it.each([
    ['docs/configuration.md', renderConfigurationReference],
    ['docs/config.schema.json', renderJsonSchema],
  ])('%s is what `node scripts/generate-config-docs.ts` writes', (path, render) => {
    expect(read(path)).toBe(render());
  });

  it('has a row for every setting, with its type and meaning', () => {
    const rows = renderConfigurationReference()
      .split('\n')
      .map((line) => line.split(' | '));

    for (const { path } of listSettings(settingsSchema)) {
      const row = rows.filter(([first]) => first === `| \`${path}\``);
      expect(row, path).toHaveLength(1);
      expect(row[0]?.[1], path).toMatch(/\w/);
      expect(row[0]?.[3], path).toMatch(/\w.*\. \|$/);
    }
  });

  it('has a row for every variable', () => {
    const reference = renderConfigurationReference();

    for (const { name } of ENVIRONMENT_VARIABLES) expect(reference).toContain(`| \`${name}\` | `);
  });
});

describe('the list of settings', () => {
  it('says of every setting what it is for', () => {
    expect(listSettings(settingsSchema).filter(({ description }) => description === '')).toEqual([]);
  });

  it('has every service', () => {
    const types = listSettings(settingsSchema).filter(({ path }) => path === 'projects[].services[].type');

    expect(types.map(({ variant }) => variant)).toEqual([...SERVICE_TYPES]);
  });
});

describe('the examples', () => {
  it.each(['examples/config.yml', 'examples/config-full.yml'])('%s is right', (path) => {
    expect(parseConfig(read(path), path)).toMatchObject({ ok: true, warnings: [] });
  });

  it('has every setting in the full one, those of every service once, with a comment', () => {
    const lines = read('examples/config-full.yml').split('\n');
    const paths = settingPathsIn(lines);

    for (const { path, variant } of listSettings(settingsSchema)) {
      const isOfEveryService = path.startsWith('projects[].services[]') && !path.endsWith('.type');
      const written = paths.filter((one) => one === path || one.startsWith(`${path} of `));
      if (isOfEveryService) expect(written, path).not.toEqual([]);
      else expect(paths, path).toContain(variant === undefined ? path : `${path} of ${variant}`);
    }
    for (const line of lines.filter((text) => /^ +(?:- )?[a-z_]+: \S/.test(text))) {
      if (/type: [a-z-]+$|name:|region:|cloud:|rpo: none|service:|api_version: v1.0/.test(line)) continue;
      expect(line).toMatch(/ # \w/);
    }
  });

  it.each(['examples/config.yml', 'examples/config-full.yml'])('%s is right to the JSON Schema', (path) => {
    const schema = jsonSchema();

    expect(schema.safeParse(parse(read(path))).error).toBeUndefined();
  });
});

describe('the JSON Schema', () => {
  const schema = jsonSchema();
  const fileWith = (project: object): object => ({
    projects: [{ region: 'r', credentials: { type: 'ecs-agency' }, services: [{ type: 'ges' }], ...project }],
  });

  it.each([
    ['nothing', {}],
    ['an unknown setting', fileWith({ regoin: 'r' })],
    ['a bad interval', { ...fileWith({}), poll: { interval: '5 minutes' } }],
    ['an interval without a unit', { ...fileWith({}), poll: { interval: 300 } }],
    ['a bad objective', { ...fileWith({}), rpo: { default: 'daily' } }],
    ['an unknown type', fileWith({ credentials: { type: 'passwort' } })],
    ['an unknown service', fileWith({ services: [{ type: 'gess' }] })],
    ['a setting of another service', fileWith({ services: [{ type: 'gaussdb-mysql', api_version: 'v2' }] })],
  ])('refuses %s', (_, value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });

  it.each([['all'], [[{ type: 'ges' }]], [undefined]])('takes %j for services', (services) => {
    expect(schema.safeParse(fileWith({ services })).error).toBeUndefined();
  });

  it('knows which settings exclude each other', () => {
    const text = renderJsonSchema();

    expect(text).toContain('"oneOf": [\n');
    expect(text).toContain('"required": ["password_file"]');
    expect(text).toContain('"required": ["security_token", "security_token_file"]');
  });
});

/** The paths of all settings that an indented YAML text of this project's style has, commented out or not. */
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
  return listSettings(settingsSchema).some((setting) => setting.path === path && setting.type === 'list');
}
