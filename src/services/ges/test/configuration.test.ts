import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderJsonSchema } from '../../../../scripts/generate-config-docs.ts';
import { configIn, messagesIn, PROJECTS, projectWith } from '../../../../test/config/texts.ts';
import { OTHER } from '../../../../test/support/examples.ts';
import { configFromEnvironment } from '../../../config/environment.ts';

const servicesIn = (text: string) => configIn(text).projects[0]?.services;

describe('the API version', () => {
  it('is v2 by default', () => {
    expect(servicesIn(projectWith('services: [{ type: ges }]'))).toMatchObject([
      { own: { api_version: 'v2' }, api: { resources: { call: { path: '/v2/{project_id}/graphs' } } } },
    ]);
  });

  it('may be v1.0', () => {
    expect(servicesIn(projectWith('services: [{ type: ges, api_version: v1.0 }]'))).toMatchObject([
      { own: { api_version: 'v1.0' }, api: { resources: { call: { path: '/v1.0/{project_id}/graphs' } } } },
    ]);
  });

  it.each([
    [
      'unknown',
      '{ type: ges, api_version: v3 }',
      '"v3" is unknown (did you mean v2?); expected one of v2, v1.0',
    ],
    [
      'a number',
      '{ type: ges, api_version: 1.0 }',
      '"1.0" is unknown (did you mean v1.0?); expected one of v2, v1.0',
    ],
    [
      'a setting of another service',
      `{ type: ${OTHER}, api_version: v2 }`,
      'unknown setting (it belongs to projects[].services[] of type ges); expected one of type, endpoint, include,',
    ],
  ])('is refused if it is %s', (_, service, wrong) => {
    const problems = messagesIn(projectWith(`services: [${service}]`));

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`config.yml:2: projects[0].services[0].api_version: ${wrong}`);
  });

  it('is a setting of only GES in the JSON Schema', () => {
    const text = renderJsonSchema();
    const schema = z.fromJSONSchema(JSON.parse(text, (key, value) => (key === 'allOf' ? undefined : value)));
    const accepts = (type: string): boolean =>
      schema.safeParse({
        projects: [
          { region: 'r', credentials: { type: 'ecs-agency' }, services: [{ type, api_version: 'v2' }] },
        ],
      }).success;

    expect([accepts('ges'), accepts(OTHER)]).toEqual([true, false]);
  });
});

describe('the backup policy of a graph', () => {
  it('cannot set the objective, because the API does not expose it', () => {
    const text = `rpo:\n  overrides:\n    - match: { service: ges }\n      rpo: policy\n${PROJECTS}`;

    expect(messagesIn(text)).toEqual([
      'config.yml:4: rpo.overrides[0].rpo: "policy" is not supported for service ges, whose API does not expose the backup policy; expected a duration or none',
    ]);
  });
});

describe('the endpoint', () => {
  it('may come from an environment variable', () => {
    const result = configFromEnvironment({
      HW_REGION_NAME: 'cn-north-4',
      HW_ACCESS_KEY: 'AK',
      HW_SECRET_KEY: 'SK',
      HUAWEICLOUD_BACKUP_GES_ENDPOINT: 'https://ges.example.com',
    });

    expect(result.ok && result.config.projects[0]?.services[0]?.endpoint).toBe('https://ges.example.com');
  });
});
