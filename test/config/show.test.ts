import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { showConfig } from '../../src/config/show.ts';
import { endpointOfOne, ONE } from '../support/examples.ts';

const shown = (text: string): string => {
  const result = parseConfig(text, 'config.yml');
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return showConfig(result.config);
};

describe('the displayed configuration', () => {
  it('contains the defaults, and the origin of secrets instead of their values', () => {
    const text = shown(`
rpo:
  overrides:
    - match: { service: ${ONE}, resource_name: "^scratch-" }
      rpo: none
tags: [team]
projects:
  - name: prod
    region: cn-north-4
    proxy_url: http://someone:s3cr3t-proxy@proxy.example:3128
    credentials: { type: password, user: exporter, domain: company, password: s3cr3t-password }
    services:
      - type: ${ONE}
        include: { resource_name: "^prod-" }
`);

    expect(text).toBe(`poll:
  interval: 5m
  timeout: 2m
  request_timeout: 30s
  concurrency: 4
limits:
  resources: 20000
rpo:
  default: 1d2h
  overrides:
    - match:
        service: ${ONE}
        resource_name: ^scratch-
      rpo: none
tags:
  - team
projects:
  - name: prod
    region: cn-north-4
    iam_endpoint: https://iam.cn-north-4.myhuaweicloud.com
    proxy_url: http://secret:secret@proxy.example:3128/
    credentials:
      type: password
      user: exporter
      domain: company
      password: <secret> from projects[0].credentials.password in config.yml
    services:
      - type: ${ONE}
        endpoint: ${endpointOfOne('cn-north-4')}
        include:
          resource_name: ^prod-
        inventory: true
`);
  });

  it.each([
    'type: password, user: u, domain: d, password: s3cr3t',
    'type: password, user: u, domain: d, password_file: /run/secrets/password',
    'type: access-key, access_key: s3cr3t-id, secret_key: s3cr3t, security_token: s3cr3t-token',
    'type: token, token: s3cr3t',
    'type: oidc, idp_id: i, token_file: /run/secrets/token',
    'type: ecs-agency',
  ])('contains no secret of {%s}', (credentials) => {
    const text = shown(
      `projects: [{ region: cn-north-4, credentials: { ${credentials} }, services: [{ type: ${ONE} }] }]`,
    );

    expect(text).toContain(`type: ${/^type: ([\w-]+)/.exec(credentials)?.[1]}`);
    expect(text).not.toContain('s3cr3t');
  });
});
