import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  configFromEnvironment,
  ENVIRONMENT_VARIABLES,
  type Environment,
} from '../../src/config/environment.ts';
import { defaultEndpoint } from '../../src/services/host.ts';
import { SERVICE_TYPES, SERVICES } from '../../src/services/index.ts';
import { endpointOfOne, ONE, OTHER } from '../support/examples.ts';

const USER: Environment = { HW_USER_NAME: 'u', HW_USER_PASSWORD: 'hunter2', HW_DOMAIN_NAME: 'd' };
const KEY: Environment = { HW_ACCESS_KEY: 'AK', HW_SECRET_KEY: 'hunter2' };
const SDK_KEY: Environment = { HUAWEICLOUD_SDK_AK: 'SDK-AK', HUAWEICLOUD_SDK_SK: 'hunter2-sdk' };
const REGION: Environment = { HW_REGION_NAME: 'cn-north-4' };

const BY_DEFAULT = SERVICES.filter(({ byDefault }) => byDefault);

const endpointVariableOf = (type: string): string =>
  ENVIRONMENT_VARIABLES.find(({ service }) => service === type)?.name ?? '';

const messagesOf = (env: Environment): readonly string[] => {
  const result = configFromEnvironment(env);
  return result.ok ? [] : result.problems;
};

const configOf = (env: Environment) => {
  const result = configFromEnvironment(env);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
};

const projectOf = (env: Environment) => configOf(env).projects[0];

describe('a configuration from the environment', () => {
  it('has one project with all services and the defaults', () => {
    const config = configOf({ ...REGION, ...USER });

    expect(config).toMatchObject({
      poll: { interval: 300, timeout: 120, requestTimeout: 30, concurrency: 4 },
      limits: { resources: 20_000 },
      rpo: { default: { kind: 'age', seconds: 93_600 }, overrides: [] },
      projects: [
        {
          name: 'cn-north-4',
          region: 'cn-north-4',
          projectId: undefined,
          projectName: undefined,
          iamEndpoint: 'https://iam.cn-north-4.myhuaweicloud.com',
          credentials: { type: 'password', user: 'u', domain: 'd' },
          services: BY_DEFAULT.map((service) => ({
            type: service.type,
            endpoint: defaultEndpoint(service, 'cn-north-4', undefined),
          })),
        },
      ],
    });
    expect(config.projects).toHaveLength(1);
  });

  it('prefers the variables of the SDKs, and access keys to passwords', async () => {
    const project = projectOf({
      ...USER,
      ...KEY,
      HW_SECURITY_TOKEN: 'not-of-this-key',
      ...SDK_KEY,
      ...REGION,
      HUAWEICLOUD_SDK_REGION: 'cn-east-3',
      HW_PROJECT_ID: 'a'.repeat(32),
      HUAWEICLOUD_SDK_PROJECT_ID: 'b'.repeat(32),
    });

    expect(project).toMatchObject({
      region: 'cn-east-3',
      projectId: 'b'.repeat(32),
      credentials: {
        type: 'access-key',
        accessKey: 'SDK-AK',
        secretKey: { origin: 'the variable HUAWEICLOUD_SDK_SK' },
        securityToken: undefined,
      },
    });
    expect(project?.credentials.type === 'access-key' && (await project.credentials.secretKey.read())).toBe(
      'hunter2-sdk',
    );
  });

  it('prefers an access key to a password, with its security token', async () => {
    const project = projectOf({ ...USER, ...KEY, ...REGION, HW_SECURITY_TOKEN: 'hunter2-token' });

    expect(project?.credentials).toMatchObject({ type: 'access-key', accessKey: 'AK' });
    expect(
      project?.credentials.type === 'access-key' && (await project.credentials.securityToken?.read()),
    ).toBe('hunter2-token');
  });

  it('treats an empty variable as unset', () => {
    const project = projectOf({ ...USER, ...REGION, HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_REGION: ' ' });

    expect(project).toMatchObject({ region: 'cn-north-4', credentials: { type: 'password' } });
  });

  it.each([
    [ONE, [ONE]],
    [` ${OTHER} , ${ONE},`, [OTHER, ONE]],
    ['', BY_DEFAULT.map(({ type }) => type)],
  ])('polls the services %j', (HUAWEICLOUD_BACKUP_SERVICES, expected) => {
    const project = projectOf({ ...USER, ...REGION, HUAWEICLOUD_BACKUP_SERVICES });

    expect(project?.services.map(({ type }) => type)).toEqual(expected);
  });

  it('can be for a private cloud', () => {
    const env = {
      ...KEY,
      ...REGION,
      HW_PROJECT_NAME: 'cn-north-4_team',
      HUAWEICLOUD_BACKUP_CLOUD: 'cloud.example.com',
      HUAWEICLOUD_BACKUP_IAM_ENDPOINT: 'http://127.0.0.1:1/',
      HUAWEICLOUD_BACKUP_SERVICES: `${ONE},${OTHER}`,
      [endpointVariableOf(OTHER)]: 'https://db.example.com',
      HUAWEICLOUD_BACKUP_POLL_INTERVAL: '10s',
    };

    expect(configOf(env)).toMatchObject({
      poll: { interval: 10, timeout: 8, requestTimeout: 8 },
      projects: [
        {
          projectName: 'cn-north-4_team',
          iamEndpoint: 'http://127.0.0.1:1',
          services: [
            { endpoint: endpointOfOne('cn-north-4', 'cloud.example.com') },
            { endpoint: 'https://db.example.com' },
          ],
        },
      ],
    });
  });

  it('does not reveal secrets when it is printed', () => {
    const config = configOf({ ...REGION, ...KEY, HW_SECURITY_TOKEN: 'hunter2' });

    expect(inspect(config, { depth: null, showHidden: true })).not.toContain('hunter2');
    expect(JSON.stringify(config)).not.toContain('hunter2');
  });
});

describe('an error in the environment', () => {
  it('names the flag, the file and the variables if nothing is configured', () => {
    const problems = messagesOf({ PATH: '/usr/bin' });

    expect(problems).toEqual([
      expect.stringMatching(
        /^no configuration: pass --config\.file, create \/etc\/huaweicloud-backup-exporter\/config\.yml, or set HUAWEICLOUD_SDK_REGION, HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK \(others: https:\/\/\S+\/docs\/configuration\.md\)$/,
      ),
    ]);
  });

  const NO_REGION =
    'environment: HUAWEICLOUD_SDK_REGION or HW_REGION_NAME: missing; expected letters, digits and hyphens, such as cn-north-4';
  const NO_CREDENTIALS =
    'environment: credentials are missing; expected HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or HW_ACCESS_KEY and HW_SECRET_KEY, or HW_USER_NAME and HW_USER_PASSWORD and HW_DOMAIN_NAME';

  it.each<[string, Environment, string]>([
    ['no region', USER, NO_REGION],
    ['no credentials', REGION, NO_CREDENTIALS],
    ['only a security token', { ...REGION, HW_SECURITY_TOKEN: 't' }, NO_CREDENTIALS],
    [
      'no secret key',
      { ...REGION, HW_ACCESS_KEY: 'AK' },
      'environment: HW_SECRET_KEY: missing; required together with HW_ACCESS_KEY',
    ],
    [
      'no access key',
      { ...REGION, HW_SECRET_KEY: 's' },
      'environment: HW_ACCESS_KEY: missing; required together with HW_SECRET_KEY',
    ],
    [
      'half an access key of the SDKs next to a complete one',
      { ...REGION, ...KEY, HUAWEICLOUD_SDK_AK: 'AK' },
      'environment: HUAWEICLOUD_SDK_SK: missing; required together with HUAWEICLOUD_SDK_AK',
    ],
    [
      'half an access key next to a user',
      { ...REGION, ...USER, HW_ACCESS_KEY: 'AK' },
      'environment: HW_SECRET_KEY: missing; required together with HW_ACCESS_KEY',
    ],
    [
      'no domain',
      { ...REGION, ...USER, HW_DOMAIN_NAME: '' },
      'environment: HW_DOMAIN_NAME: missing; required together with HW_USER_NAME and HW_USER_PASSWORD',
    ],
    [
      'a region with a dot',
      { ...USER, HW_REGION_NAME: 'a.b' },
      'environment: HW_REGION_NAME: "a.b" is not a region; expected letters, digits and hyphens, such as cn-north-4',
    ],
    [
      'an unknown service',
      { ...REGION, ...USER, HUAWEICLOUD_BACKUP_SERVICES: `${ONE},${ONE}s` },
      `environment: HUAWEICLOUD_BACKUP_SERVICES: "${ONE}s" is unknown (did you mean ${ONE}?); expected one of ${SERVICE_TYPES.join(', ')}`,
    ],
    [
      'a service twice',
      { ...REGION, ...USER, HUAWEICLOUD_BACKUP_SERVICES: `${ONE},${ONE}` },
      `environment: HUAWEICLOUD_BACKUP_SERVICES: "${ONE}" is given more than once for this project; expected each type once`,
    ],
    [
      'only commas instead of services',
      { ...REGION, ...USER, HUAWEICLOUD_BACKUP_SERVICES: ',' },
      'environment: HUAWEICLOUD_BACKUP_SERVICES: the list is empty; expected at least one item',
    ],
    [
      'an interval without a unit',
      { ...REGION, ...USER, HUAWEICLOUD_BACKUP_POLL_INTERVAL: '300' },
      'environment: HUAWEICLOUD_BACKUP_POLL_INTERVAL: "300" has no unit; expected a duration from 1s to 30m, such as 5m',
    ],
    [
      'an IAM endpoint over http',
      { ...REGION, ...USER, HUAWEICLOUD_BACKUP_IAM_ENDPOINT: 'http://iam' },
      'environment: HUAWEICLOUD_BACKUP_IAM_ENDPOINT: "http://iam" uses plain http to another machine; expected an https:// URL, or http:// to localhost, 127.0.0.0/8 or [::1], without user name, query and fragment',
    ],
    [
      'a project id with a slash',
      { ...REGION, ...USER, HUAWEICLOUD_SDK_PROJECT_ID: 'a/b' },
      'environment: HUAWEICLOUD_SDK_PROJECT_ID: "a/b" is not a project id; expected 32 hexadecimal digits, such as 0123456789abcdef0123456789abcdef',
    ],
    [
      'a security token with a space',
      { ...REGION, ...KEY, HW_SECURITY_TOKEN: 'hunter 2' },
      'environment: HW_SECURITY_TOKEN: the value contains characters other than visible ASCII; expected visible ASCII characters without white space',
    ],
  ])('names its variable: %s', (_, env, expected) => {
    expect(messagesOf(env)).toEqual([expected]);
  });

  it('does not hide another one', () => {
    const problems = messagesOf({
      HW_ACCESS_KEY: 'A K',
      HUAWEICLOUD_BACKUP_SERVICES: 'rdz',
      HUAWEICLOUD_BACKUP_CLOUD: 'https://cloud',
      HUAWEICLOUD_BACKUP_IAM_ENDPOINT: 'ftp://iam',
      HUAWEICLOUD_BACKUP_POLL_INTERVAL: '1h',
    });

    expect(problems.map((line) => line.split(': ')[1])).toEqual([
      'HW_SECRET_KEY',
      'HUAWEICLOUD_BACKUP_POLL_INTERVAL',
      'HUAWEICLOUD_SDK_REGION or HW_REGION_NAME',
      'HUAWEICLOUD_BACKUP_CLOUD',
      'HUAWEICLOUD_BACKUP_IAM_ENDPOINT',
      'HW_ACCESS_KEY',
      'HUAWEICLOUD_BACKUP_SERVICES',
    ]);
  });

  it('has no line', () => {
    expect(messagesOf({ HW_REGION_NAME: 'a.b' })).toEqual([
      expect.stringMatching(/^environment: credentials are missing/),
      expect.stringMatching(/^environment: HW_REGION_NAME: /),
    ]);
  });
});

it('the list of variables contains every variable that is read', () => {
  const read = new Set<string>();
  const env = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => {
        if (typeof name === 'string') read.add(name);
        return undefined;
      },
    },
  );
  configFromEnvironment(env);

  const listed = ENVIRONMENT_VARIABLES.map(({ name }) => name);

  expect([...read].toSorted()).toEqual(listed.toSorted());
});
