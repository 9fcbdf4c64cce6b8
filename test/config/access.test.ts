import { describe, expect, it } from 'vitest';
import { isSameAccess, type ProjectAccess } from '../../src/config/access.ts';
import type { Credentials } from '../../src/config/config.ts';
import { givenSecret, secretInFile } from '../../src/config/secret.ts';
import { config, gadgetService, project } from '../support/config.ts';

const given = (password: string, origin = 'projects[0].credentials.password'): Credentials => ({
  type: 'password',
  user: 'reader',
  domain: 'company',
  password: givenSecret(password, origin),
});
const inFile = (path: string): Credentials => ({
  type: 'access-key',
  accessKey: 'AK',
  secretKey: secretInFile(path),
  securityToken: undefined,
});
const access = (
  fields: Parameters<typeof project>[0],
  poll: Partial<ProjectAccess['poll']> = {},
): ProjectAccess => ({ project: project(fields), poll: { ...config().poll, ...poll } });

describe('two configurations access a project in the same way', () => {
  it.each([
    ['with the same password', { credentials: given('one') }, { credentials: given('one') }],
    [
      'with the same password in a different place',
      { credentials: given('one') },
      { credentials: given('one', 'elsewhere') },
    ],
    ['with the same file', { credentials: inFile('/run/key') }, { credentials: inFile('/run/key') }],
    ['with different services', {}, { services: [gadgetService()] }],
  ])('%s', (_, one, other) => {
    expect(isSameAccess(access(one), access(other))).toBe(true);
  });

  it.each([
    ['another password', { credentials: given('one') }, { credentials: given('other') }],
    ['another file', { credentials: inFile('/run/key') }, { credentials: inFile('/run/other') }],
    ["a file of the password's name", { credentials: given('/k') }, { credentials: inFile('/k') }],
    [
      'a security token',
      { credentials: inFile('/run/key') },
      { credentials: { ...inFile('/run/key'), securityToken: givenSecret('token', 'here') } },
    ],
    ['another endpoint of IAM', {}, { iamEndpoint: 'https://other.test' }],
    ['another project of the cloud', {}, { projectId: undefined }],
    ['another proxy', {}, { proxyUrl: 'http://proxy:1' }],
    ['another authority', {}, { caFile: '/ca.pem' }],
  ])('but not with %s', (_, one, other) => {
    expect(
      isSameAccess(
        access(one as Parameters<typeof project>[0]),
        access(other as Parameters<typeof project>[0]),
      ),
    ).toBe(false);
  });

  it('but not with another limit of concurrent requests', () => {
    expect(isSameAccess(access({}), access({}, { concurrency: 1 }))).toBe(false);
  });
});
