import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  descriptionOf,
  renderConfigurationReference,
  renderJsonSchema,
} from '../../scripts/generate-config-docs.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.ts';
import { settingsSchema } from '../../src/config/schema.ts';
import { listSettings } from '../../src/config/settings-list.ts';
import { SERVICE_TYPES } from '../../src/services/index.ts';
import { ONE } from '../support/examples.ts';

/** The part of the schema that zod can read: without the rules about groups of settings. */
const jsonSchema = () =>
  z.fromJSONSchema(JSON.parse(renderJsonSchema(), (key, value) => (key === 'allOf' ? undefined : value)));

describe('the generated reference', () => {
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
  it('describes every setting', () => {
    expect(listSettings(settingsSchema).filter((setting) => descriptionOf(setting) === '')).toEqual([]);
  });

  it('has every service', () => {
    const types = listSettings(settingsSchema).filter(({ path }) => path === 'projects[].services[].type');

    expect(types.map(({ variant }) => variant)).toEqual([...SERVICE_TYPES]);
  });
});

describe('the JSON Schema', () => {
  const schema = jsonSchema();
  const fileWith = (project: object): object => ({
    projects: [{ region: 'r', credentials: { type: 'ecs-agency' }, services: [{ type: ONE }], ...project }],
  });

  it.each([
    ['nothing', {}],
    ['an unknown setting', fileWith({ regoin: 'r' })],
    ['a bad interval', { ...fileWith({}), poll: { interval: '5 minutes' } }],
    ['an interval without a unit', { ...fileWith({}), poll: { interval: 300 } }],
    ['a bad objective', { ...fileWith({}), rpo: { default: 'daily' } }],
    ['an unknown type', fileWith({ credentials: { type: 'passwort' } })],
    ['an unknown service', fileWith({ services: [{ type: `${ONE}s` }] })],
    ['a setting that no service has', fileWith({ services: [{ type: ONE, colour: 'red' }] })],
  ])('rejects %s', (_, value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });

  it.each([['all'], [[{ type: ONE }]], [undefined]])('accepts %j as services', (services) => {
    expect(schema.safeParse(fileWith({ services })).error).toBeUndefined();
  });

  it('contains which settings are mutually exclusive', () => {
    const text = renderJsonSchema();

    expect(text).toContain('"oneOf": [\n');
    expect(text).toContain('"required": ["password_file"]');
    expect(text).toContain('"required": ["security_token", "security_token_file"]');
  });
});
