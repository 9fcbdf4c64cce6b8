import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { SERVICE_TYPES, SERVICES } from '../../src/services/index.ts';
import { endpointOfOne, ONE, OTHER, WITH_POLICY } from '../support/examples.ts';
import { configIn, PROJECTS, projectWith } from './texts.ts';

const warningsOf = (text: string): readonly string[] => {
  const result = parseConfig(text, 'config.yml');
  return result.ok ? result.warnings : [];
};

const projectIn = (text: string) => {
  const [project] = configIn(text).projects;
  if (project === undefined) throw new Error('no project');
  return project;
};

describe('a missing setting', () => {
  it('has a default', () => {
    expect(configIn(PROJECTS)).toEqual({
      poll: { interval: 300, timeout: 120, requestTimeout: 30, concurrency: 4 },
      limits: { resources: 20_000 },
      rpo: { default: { kind: 'age', seconds: 26 * 3600 }, overrides: [] },
      tags: [],
      projects: [
        {
          name: 'cn-north-4',
          region: 'cn-north-4',
          projectId: undefined,
          projectName: undefined,
          iamEndpoint: 'https://iam.cn-north-4.myhuaweicloud.com',
          caFile: undefined,
          proxyUrl: undefined,
          credentials: { type: 'ecs-agency' },
          namesServices: true,
          services: [
            {
              type: ONE,
              api: expect.anything(),
              errors: expect.anything(),
              own: expect.anything(),
              endpoint: endpointOfOne('cn-north-4'),
              interval: 300,
              include: undefined,
              exclude: undefined,
              inventory: true,
            },
          ],
        },
      ],
    });
  });

  it.each([
    ['', 300, 120, 30],
    ['interval: 150s', 150, 120, 30],
    ['interval: 1m', 60, 48, 30],
    ['interval: 30s', 30, 24, 24],
    ['interval: 1s', 1, 0.8, 0.8],
    ['interval: 7s', 7, 5.6, 5.6],
    ['interval: 30m', 1800, 120, 30],
    ['timeout: 10s', 300, 10, 10],
    ['timeout: 5m', 300, 300, 30],
    ['request_timeout: 90s', 300, 120, 90],
  ])('follows from the others: poll: { %s }', (settings, interval, timeout, requestTimeout) => {
    const { poll } = configIn(`poll: { ${settings} }\n${PROJECTS}`);

    expect(poll).toMatchObject({ interval, timeout, requestTimeout });
  });
});

describe('objectives', () => {
  it('are durations, none or policy, with unanchored expressions', () => {
    const { rpo } = configIn(`rpo:
  default: policy
  overrides:
    - match: { project: prod, service: ${ONE}, resource_name: "^scratch-" }
      rpo: none
    - match: { region: cn-east-3, service: ${WITH_POLICY}, resource_id: in07$ }
      rpo: policy
    - match: { resource_name: . }
      rpo: 1d12h
${PROJECTS}`);

    expect(rpo).toMatchObject({
      default: { kind: 'policy' },
      overrides: [
        {
          project: 'prod',
          region: undefined,
          service: ONE,
          resourceName: { source: '^scratch-' },
          resourceId: undefined,
          objective: { kind: 'none' },
        },
        {
          project: undefined,
          region: 'cn-east-3',
          service: WITH_POLICY,
          resourceName: undefined,
          resourceId: { source: 'in07$' },
          objective: { kind: 'policy' },
        },
        {
          project: undefined,
          region: undefined,
          service: undefined,
          resourceName: { source: '.' },
          resourceId: undefined,
          objective: { kind: 'age', seconds: 129_600 },
        },
      ],
    });
  });
});

describe('a project', () => {
  it('may have its own name, id, endpoints, authority, proxy and filters', () => {
    const project = projectIn(
      projectWith(
        'name: prod',
        'project_id: 0123456789abcdef0123456789abcdef',
        'project_name: cn-north-4_team',
        'iam_endpoint: https://iam.example.com/prefix/',
        'ca_file: certificates/ca.pem',
        'proxy_url: http://user:secret@proxy.example.com:3128',
        `services: [{ type: ${OTHER}, endpoint: "http://127.0.0.1:8080/", inventory: false, include: { resource_name: "^prod" }, exclude: { resource_id: x } }]`,
      ),
    );

    expect(project).toMatchObject({
      name: 'prod',
      projectId: '0123456789abcdef0123456789abcdef',
      projectName: 'cn-north-4_team',
      iamEndpoint: 'https://iam.example.com/prefix',
      caFile: `${process.cwd()}/certificates/ca.pem`,
      proxyUrl: 'http://user:secret@proxy.example.com:3128',
      services: [
        {
          type: OTHER,
          endpoint: 'http://127.0.0.1:8080',
          inventory: false,
          include: { resourceName: { source: '^prod' }, resourceId: undefined },
          exclude: { resourceName: undefined, resourceId: { source: 'x' } },
        },
      ],
    });
  });

  it('may be in another cloud', () => {
    const project = projectIn(projectWith('cloud: otc.t-systems.com', 'region: eu-de'));

    expect(project.iamEndpoint).toBe('https://iam.eu-de.otc.t-systems.com');
    expect(project.services[0]?.endpoint).toBe(endpointOfOne('eu-de', 'otc.t-systems.com'));
  });

  it.each([
    ['"true"', 'true'],
    ['true', 'true'],
    ['0123', '0123'],
    ['1.0', '1.0'],
  ])('may have the name %s, which is text', (written, name) => {
    expect(projectIn(projectWith(`name: ${written}`)).name).toBe(name);
  });

  it('may have numbers and booleans in quotes', () => {
    const config = configIn(
      `poll: { concurrency: "8" }\n${projectWith(`services: [{ type: ${ONE}, inventory: "false" }]`)}`,
    );

    expect(config.poll.concurrency).toBe(8);
    expect(config.projects[0]?.services[0]?.inventory).toBe(false);
  });

  it.each([
    ['without services', PROJECTS.replace(/^ *services:.*\n/m, '')],
    ['with all services', projectWith('services: all')],
  ])('has every service %s', (_, text) => {
    const { services, namesServices } = projectIn(text);

    expect(services.map(({ type }) => type)).toEqual(SERVICE_TYPES);
    expect(namesServices).toBe(false);
  });

  it('polls services that need a request per resource less often, unless an interval is set', () => {
    const text = projectWith('services: all');
    const intervals = (given: string) =>
      configIn(given).projects[0]?.services.map(({ interval }) => interval);

    const suitable = SERVICES.map(({ defaultInterval }) => Math.max(300, defaultInterval ?? 0));
    expect(intervals(text)).toEqual(suitable);
    expect(intervals(`poll: { interval: 2m }\n${text}`)).toEqual(suitable.map(() => 120));
  });

  it.each([
    ['type: password, user: u, domain: d, password: secret', { type: 'password', user: 'u', domain: 'd' }],
    [
      'type: access-key, access_key: AK, secret_key: secret',
      { type: 'access-key', accessKey: 'AK', securityToken: undefined },
    ],
    ['type: ecs-agency', { type: 'ecs-agency' }],
    [
      'type: oidc, idp_id: idp, token_file: /run/jwt',
      { type: 'oidc', idpId: 'idp', token: { origin: 'the file /run/jwt' } },
    ],
    [
      'type: token, token: secret',
      { type: 'token', token: { origin: 'projects[0].credentials.token in config.yml' } },
    ],
    [
      'type: token, token_file: ./token',
      { type: 'token', token: { origin: `the file ${process.cwd()}/token` } },
    ],
    [
      'type: token, token_file: token',
      {
        type: 'token',
        token: { origin: `the file in ${process.cwd()} named by projects[0].credentials.token_file` },
      },
    ],
  ])('may sign in with { %s }', (settings, expected) => {
    expect(projectIn(projectWith(`credentials: { ${settings} }`)).credentials).toMatchObject(expected);
  });

  it('reads a relative secret file from the directory of the configuration file', async () => {
    const text = projectWith('credentials: { type: token, token_file: secrets/token }');
    const result = parseConfig(text, '/etc/exporter/config.yml');
    const credentials = result.ok ? result.config.projects[0]?.credentials : undefined;

    const reading = credentials?.type === 'token' && credentials.token.read();

    await expect(reading).rejects.toThrow('the file /etc/exporter/secrets/token cannot be read');
  });
});

describe('a warning', () => {
  it('is given for a request timeout longer than the timeout', () => {
    expect(warningsOf(`poll:\n  timeout: 10s\n  request_timeout: 20s\n${PROJECTS}`)).toEqual([
      'config.yml:3: poll.request_timeout: 20s is longer than the timeout of 10s, which ends requests first',
    ]);
  });

  it('is given for a request timeout longer than the default timeout', () => {
    expect(warningsOf(`poll: { request_timeout: 3m }\n${PROJECTS}`)).toEqual([
      'config.yml:1: poll.request_timeout: 3m is longer than the timeout of 2m, which ends requests first',
    ]);
  });

  it('is given for an override for an unknown project or region', () => {
    const text = `rpo:
  overrides:
    - match: { project: cn-north-5, region: eu-west-101 }
      rpo: none
    - match: { project: cn-north-4, region: cn-north-4 }
      rpo: none
${PROJECTS}`;

    expect(warningsOf(text)).toEqual([
      'config.yml:3: rpo.overrides[0].match.project: no project has the name "cn-north-5" (did you mean cn-north-4?), so the override matches nothing',
      'config.yml:3: rpo.overrides[0].match.region: no project has the region "eu-west-101", so the override matches nothing',
    ]);
  });
});
