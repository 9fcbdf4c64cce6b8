import { describe, expect, it } from 'vitest';
import type { SimulatedCloud, SimulatedPermission } from '../../src/services/simulated-cloud.ts';
import {
  DAY,
  get,
  type JsonObject,
  passwordSignIn,
  post,
  rowsOf,
  START,
  send,
  signedHeaders,
} from './cloud-under-test.ts';
import { startMadeUpCloud } from './made-up-apis.ts';

const LIST = '/v1/{p}/widgets/backups';
const GADGETS = '/v1/{p}/gadgets/backups';

const sendJson = (cloud: SimulatedCloud, path: string, body: unknown, headers: Record<string, string> = {}) =>
  send(cloud, path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json;charset=utf8', ...headers },
    body: JSON.stringify(body),
  });

const signIn = (cloud: SimulatedCloud, change: JsonObject = {}, scope?: unknown) =>
  sendJson(cloud, '/v3/auth/tokens?nocatalog=true', passwordSignIn({ ...cloud.account, ...change }, scope));

describe('signing in with a password', () => {
  it('returns a new, long token in a header, with its user and expiry', async () => {
    const { cloud } = await startMadeUpCloud();

    const first = await signIn(cloud);
    const second = await signIn(cloud, {}, { project: { id: cloud.account.projectId } });

    const tokens = [first, second].map(({ headers }) => headers.get('x-subject-token') ?? '');
    expect(first.status).toBe(201);
    expect(tokens.map(({ length }) => length)).toEqual([6000, 6000]);
    expect(tokens[0]).not.toBe(tokens[1]);
    expect(first.body).toMatchObject({
      token: {
        expires_at: '2024-01-05T00:00:00.000000Z',
        issued_at: '2024-01-04T00:00:00.000000Z',
        catalog: [],
        project: { id: cloud.account.projectId, name: 'cn-north-4' },
        user: { name: cloud.account.user, password_expires_at: '' },
      },
    });
    expect((await get(cloud, LIST, { 'X-Auth-Token': tokens[0] ?? '' })).status).toBe(200);
  });

  it('returns when the password expires', async () => {
    const { cloud } = await startMadeUpCloud({ passwordExpiresAt: START + 7 * DAY });

    const { body } = await signIn(cloud);

    expect(body).toMatchObject({ token: { user: { password_expires_at: '2024-01-11T00:00:00.000000Z' } } });
  });

  it('returns an unscoped token without a scope, which the services reject', async () => {
    const { cloud } = await startMadeUpCloud();

    const { headers, body } = await signIn(cloud, {}, {});
    const refused = await get(cloud, LIST, { 'X-Auth-Token': headers.get('x-subject-token') ?? '' });

    expect(body).not.toHaveProperty('token.project');
    expect(refused).toMatchObject({ status: 403, body: { error_code: 'MADE.0001' } });
  });

  it.each<[string, JsonObject, unknown, number]>([
    ['another password', { password: 'wrong' }, undefined, 401],
    ['another user', { user: 'nobody' }, undefined, 401],
    ['another domain', { domain: 'elsewhere' }, undefined, 401],
    ['another project', {}, { project: { name: 'cn-south-1' } }, 404],
    ['another project id', {}, { project: { id: 'f'.repeat(32) } }, 404],
    ['a password that is not a string', { password: 7 }, undefined, 400],
  ])('rejects %s with an error in the format of IAM', async (_, change, scope, status) => {
    const { cloud } = await startMadeUpCloud();

    const response = await signIn(cloud, change, scope);

    expect(response).toMatchObject({
      status,
      body: { error: { code: status, message: expect.any(String), title: expect.any(String) } },
    });
    expect(response.headers.get('x-subject-token')).toBeNull();
  });

  it('rejects a body that is not sent as JSON', async () => {
    const { cloud } = await startMadeUpCloud();

    const response = await sendJson(cloud, '/v3/auth/tokens', passwordSignIn(cloud.account), {
      'Content-Type': 'text/plain',
    });

    expect(response.status).toBe(400);
  });

  it('locks the account for 15 minutes after five wrong passwords', async () => {
    const { cloud, clock } = await startMadeUpCloud();
    const statuses: number[] = [];

    for (let count = 0; count < 5; count += 1) {
      await signIn(cloud, { password: 'wrong' });
    }
    const locked = await signIn(cloud);
    clock.pass(14 * 60);
    statuses.push((await signIn(cloud)).status);
    clock.pass(60);
    statuses.push((await signIn(cloud)).status);

    expect(locked).toMatchObject({
      status: 401,
      body: { error: { message: expect.stringMatching(/locked/) } },
    });
    expect(statuses).toEqual([401, 201]);
  });

  it('resets the count of wrong passwords after a correct one', async () => {
    const { cloud } = await startMadeUpCloud();

    for (let count = 0; count < 4; count += 1) {
      await signIn(cloud, { password: 'wrong' });
    }
    await signIn(cloud);
    await signIn(cloud, { password: 'wrong' });

    expect((await signIn(cloud)).status).toBe(201);
  });
});

describe('a token', () => {
  it.each([
    [LIST, { error_code: 'APIGW.0301' }],
    [GADGETS, { error_code: 'APIGW.0301' }],
    ['/v3/projects?name=cn-north-4', { error: { code: 401 } }],
  ])('that is wrong, revoked or missing is rejected by %s', async (path, body) => {
    const { cloud } = await startMadeUpCloud();
    const revoked = cloud.issueToken();
    cloud.revokeTokens();

    const responses = await Promise.all([
      get(cloud, path, { 'X-Auth-Token': 'wrong' }),
      get(cloud, path, { 'X-Auth-Token': revoked }),
      get(cloud, path, {}),
    ]);

    expect(responses).toMatchObject(new Array(3).fill({ status: 401, body }));
  });

  it('that has expired is rejected', async () => {
    const { cloud, clock } = await startMadeUpCloud({ tokenLife: 600 });
    const token = cloud.issueToken();
    clock.pass(599);
    const before = await get(cloud, LIST, { 'X-Auth-Token': token });

    clock.pass(1);
    const after = await get(cloud, LIST, { 'X-Auth-Token': token });

    expect(before.status).toBe(200);
    expect(after).toMatchObject({
      status: 401,
      body: { error_code: 'APIGW.0307', request_id: expect.any(String) },
    });
  });

  it('is revoked by a password change', async () => {
    const { cloud } = await startMadeUpCloud();
    const token = cloud.issueToken();

    cloud.changePassword('another');

    expect((await get(cloud, LIST, { 'X-Auth-Token': token })).status).toBe(401);
    expect((await signIn(cloud, { password: 'another' })).status).toBe(201);
    expect(cloud.account.password).toBe('another');
  });

  it.each([
    ['/v1/ffffffffffffffffffffffffffffffff/widgets/backups', { error_code: 'MADE.0001' }],
    ['/v1/ffffffffffffffffffffffffffffffff/gadgets', { error_code: 'MADE.0001' }],
  ])('is rejected for a project of another account by %s', async (path, body) => {
    const { cloud } = await startMadeUpCloud();

    expect(await get(cloud, path)).toMatchObject({ status: 403, body });
  });

  it.each<[SimulatedPermission, string, JsonObject]>([
    ['widgets:backup:list', LIST, { error_code: 'MADE.0002' }],
    ['widgets:list', '/v1/{p}/widgets', { error_code: 'MADE.0002' }],
    ['gadgets:backup:list', GADGETS, { error_code: 'MADE.0002' }],
    ['iam:projects:listProjects', '/v3/projects', { error: { code: 403 } }],
  ])('without %s is rejected by %s', async (permission, path, body) => {
    const { cloud } = await startMadeUpCloud();
    cloud.deny(permission);

    const denied = await get(cloud, path);
    cloud.grant(permission);
    const granted = await get(cloud, path);

    expect(denied).toMatchObject({ status: 403, body });
    expect(granted.status).not.toBe(403);
  });

  it('without permission to create is rejected', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.deny('widgets:backup:create');
    cloud.deny('gadgets:backup:create');

    const responses = await Promise.all([
      post(cloud, '/v1/{p}/widgets/w/backups', {}),
      post(cloud, '/v1/{p}/gadgets/g/backups', {}),
    ]);

    expect(responses.map(({ status }) => status)).toEqual([403, 403]);
  });
});

describe('an access key', () => {
  const list = async (
    cloud: SimulatedCloud,
    key: { accessKey: string; secretKey: string; securityToken?: string },
    change: { at?: number; path?: string; query?: string } = {},
  ) => {
    const path = LIST.replace('{p}', cloud.account.projectId);
    const { at = START, query = 'limit=5&offset=0' } = change;
    const headers = signedHeaders(cloud, change.path ?? path, query, key, at);
    return get(cloud, `${path}?offset=0&limit=5`, headers);
  };

  it('signs requests to a non-default port', async () => {
    const { cloud } = await startMadeUpCloud();

    const response = await list(cloud, cloud.account);

    expect(rowsOf(response, 'rows').length).toBe(5);
    expect(new URL(cloud.origin).port).not.toBe('');
  });

  it('requires a security token if it is temporary', async () => {
    const { cloud } = await startMadeUpCloud();
    const { accessKey, secretKey } = cloud.account.temporaryKey;

    const right = await list(cloud, cloud.account.temporaryKey);
    const without = await list(cloud, { accessKey, secretKey });

    expect(right.status).toBe(200);
    expect(without).toMatchObject({ status: 401, body: { error_code: 'APIGW.0301' } });
  });

  it.each<[string, Parameters<typeof list>[2]]>([
    ['of another path', { path: '/v2/other/widgets/backups' }],
    ['of another query', { query: 'limit=6&offset=0' }],
    ['of 15 minutes ago', { at: START - 901 }],
  ])('is rejected with the signature %s', async (_, change) => {
    const { cloud } = await startMadeUpCloud();

    expect(await list(cloud, cloud.account, change)).toMatchObject({
      status: 401,
      body: { error_code: 'APIGW.0301' },
    });
  });

  it('is rejected if the clocks differ, which the Date header shows', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.skewClock(1000);

    const response = await list(cloud, cloud.account);

    expect(response.status).toBe(401);
    expect(response.headers.get('date')).toBe(new Date((START + 1000) * 1000).toUTCString());
  });

  it('is rejected with its old secret after a change', async () => {
    const { cloud } = await startMadeUpCloud();
    const { accessKey, secretKey } = cloud.account;
    cloud.changeSecretKey('another');

    expect((await list(cloud, { accessKey, secretKey })).status).toBe(401);
    expect((await list(cloud, cloud.account)).status).toBe(200);
  });

  it('finds the project of a region by its name', async () => {
    const { cloud } = await startMadeUpCloud();
    const find = (name: string) =>
      get(
        cloud,
        `/v3/projects?name=${name}`,
        signedHeaders(cloud, '/v3/projects', `name=${name}`, cloud.account, START),
      );

    const found = await find('cn-north-4');
    const none = await find('cn-south-1');

    expect(found).toMatchObject({
      status: 200,
      body: { projects: [{ id: cloud.account.projectId, name: 'cn-north-4' }] },
    });
    expect(none).toMatchObject({ status: 200, body: { projects: [] } });
  });
});

describe('signing in with an OIDC ID token', () => {
  const signInWith = (cloud: SimulatedCloud, idToken: string, idpId = cloud.account.oidc.idpId) =>
    sendJson(
      cloud,
      '/v3.0/OS-AUTH/id-token/tokens',
      { auth: { id_token: { id: idToken }, scope: { project: { name: cloud.account.projectName } } } },
      { 'X-Idp-Id': idpId },
    );

  it('returns a token for the project', async () => {
    const { cloud } = await startMadeUpCloud();

    const { status, headers } = await signInWith(cloud, cloud.account.oidc.idToken);

    expect(status).toBe(201);
    expect((await get(cloud, LIST, { 'X-Auth-Token': headers.get('x-subject-token') ?? '' })).status).toBe(
      200,
    );
  });

  it('rejects another provider, and the old ID token after a change', async () => {
    const { cloud } = await startMadeUpCloud();
    const { idToken } = cloud.account.oidc;

    const elsewhere = await signInWith(cloud, idToken, 'elsewhere');
    cloud.changeIdToken('another');
    const old = await signInWith(cloud, idToken);
    const changed = await signInWith(cloud, 'another');

    expect([elsewhere.status, old.status, changed.status]).toEqual([401, 401, 201]);
  });
});

describe('the metadata service', () => {
  const openSession = (cloud: SimulatedCloud, life = '21600') =>
    send(cloud, '/meta-data/latest/api/token', {
      method: 'PUT',
      headers: { 'X-Metadata-Token-Ttl-Seconds': life },
    });
  const requestKey = (cloud: SimulatedCloud, session?: unknown) =>
    send(cloud, '/openstack/latest/securitykey', {
      headers: session === undefined ? {} : { 'X-Metadata-Token': String(session) },
    });
  const keyIn = (body: unknown) => {
    const { access, secret, securitytoken } = (body as { credential: Record<string, string> }).credential;
    return { accessKey: access ?? '', secretKey: secret ?? '', securityToken: securitytoken ?? '' };
  };

  it('returns a temporary key that signs requests, the same one for half its lifetime', async () => {
    const { cloud, clock } = await startMadeUpCloud();
    const path = LIST.replace('{p}', cloud.account.projectId);
    const use = (key: ReturnType<typeof keyIn>) =>
      get(cloud, path, signedHeaders(cloud, path, '', key, clock()));

    const first = await requestKey(cloud);
    clock.pass(3 * 3600 - 1);
    const same = await requestKey(cloud);
    clock.pass(1);
    const next = await requestKey(cloud);
    const both = [await use(keyIn(first.body)), await use(keyIn(next.body))];
    clock.pass(3 * 3600);
    const late = [await use(keyIn(first.body)), await use(keyIn(next.body))];

    expect(first.body).toMatchObject({ credential: { expires_at: '2024-01-04T06:00:00.000000Z' } });
    expect(same.body).toEqual(first.body);
    expect(keyIn(next.body).accessKey).not.toBe(keyIn(first.body).accessKey);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(late.map(({ status }) => status)).toEqual([401, 200]);
  });

  it('issues new keys when the old ones are revoked', async () => {
    const { cloud } = await startMadeUpCloud();
    const path = LIST.replace('{p}', cloud.account.projectId);
    const old = keyIn((await requestKey(cloud)).body);

    cloud.revokeTemporaryKeys();

    expect((await get(cloud, path, signedHeaders(cloud, path, '', old, START))).status).toBe(401);
    expect(keyIn((await requestKey(cloud)).body).accessKey).not.toBe(old.accessKey);
  });

  it.each([
    ['optional', 200, 200, 200, 401],
    ['required', 200, 401, 200, 401],
    ['absent', 404, 200, 200, 200],
  ] as const)('with session tokens %s', async (metadataSession, opened, without, right, wrong) => {
    const { cloud } = await startMadeUpCloud({ metadataSession });

    const session = await openSession(cloud);
    const responses = [
      session,
      await requestKey(cloud),
      await requestKey(cloud, session.body),
      await requestKey(cloud, 'wrong'),
    ];

    expect(responses.map(({ status }) => status)).toEqual([opened, without, right, wrong]);
  });

  it('expires sessions and requires their lifetime', async () => {
    const { cloud, clock } = await startMadeUpCloud({ metadataSession: 'required' });
    const session = await openSession(cloud, '60');
    clock.pass(60);

    expect((await requestKey(cloud, session.body)).status).toBe(401);
    expect((await openSession(cloud, '0')).status).toBe(400);
    expect((await openSession(cloud, '')).status).toBe(400);
  });

  it('has no key without an agency', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.deny('metadata:agency');

    expect((await requestKey(cloud)).status).toBe(401);
  });
});
