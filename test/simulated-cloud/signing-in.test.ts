import { describe, expect, it } from 'vitest';
import type { SimulatedCloud, SimulatedPermission } from '../../src/services/simulated-cloud.ts';
import {
  ask,
  DAY,
  get,
  type JsonObject,
  passwordSignIn,
  post,
  rowsOf,
  START,
  signedHeaders,
} from './cloud-under-test.ts';
import { startMadeUpCloud } from './made-up-apis.ts';

const LIST = '/v1/{p}/widgets/backups';
const GADGETS = '/v1/{p}/gadgets/backups';

const sendJson = (cloud: SimulatedCloud, path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(cloud, path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json;charset=utf8', ...headers },
    body: JSON.stringify(body),
  });

const signIn = (cloud: SimulatedCloud, change: JsonObject = {}, scope?: unknown) =>
  sendJson(cloud, '/v3/auth/tokens?nocatalog=true', passwordSignIn({ ...cloud.account, ...change }, scope));

describe('signing in with a password', () => {
  it('gives a long token in a header, unlike any before, and says whom and how long it is for', async () => {
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

  it('tells when the password expires', async () => {
    const { cloud } = await startMadeUpCloud({ passwordExpiresAt: START + 7 * DAY });

    const { body } = await signIn(cloud);

    expect(body).toMatchObject({ token: { user: { password_expires_at: '2024-01-11T00:00:00.000000Z' } } });
  });

  it('gives a token for no project when no scope is given, which the services refuse', async () => {
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
    ['a password that is no text', { password: 7 }, undefined, 400],
  ])('refuses %s in the shape of IAM', async (_, change, scope, status) => {
    const { cloud } = await startMadeUpCloud();

    const answer = await signIn(cloud, change, scope);

    expect(answer).toMatchObject({
      status,
      body: { error: { code: status, message: expect.any(String), title: expect.any(String) } },
    });
    expect(answer.headers.get('x-subject-token')).toBeNull();
  });

  it('refuses a body that is not sent as JSON', async () => {
    const { cloud } = await startMadeUpCloud();

    const answer = await sendJson(cloud, '/v3/auth/tokens', passwordSignIn(cloud.account), {
      'Content-Type': 'text/plain',
    });

    expect(answer.status).toBe(400);
  });

  it('locks the account after five wrong passwords, for a quarter of an hour', async () => {
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

  it('forgets wrong passwords after a right one', async () => {
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
  ])('that is wrong, revoked or missing is refused by %s', async (path, body) => {
    const { cloud } = await startMadeUpCloud();
    const revoked = cloud.issueToken();
    cloud.revokeTokens();

    const answers = await Promise.all([
      get(cloud, path, { 'X-Auth-Token': 'wrong' }),
      get(cloud, path, { 'X-Auth-Token': revoked }),
      get(cloud, path, {}),
    ]);

    expect(answers).toMatchObject(new Array(3).fill({ status: 401, body }));
  });

  it('that has expired has to be renewed', async () => {
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

  it('ends with the password', async () => {
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
  ])('is refused for the project of somebody else by %s', async (path, body) => {
    const { cloud } = await startMadeUpCloud();

    expect(await get(cloud, path)).toMatchObject({ status: 403, body });
  });

  it.each<[SimulatedPermission, string, JsonObject]>([
    ['widgets:backup:list', LIST, { error_code: 'MADE.0002' }],
    ['widgets:list', '/v1/{p}/widgets', { error_code: 'MADE.0002' }],
    ['gadgets:backup:list', GADGETS, { error_code: 'MADE.0002' }],
    ['iam:projects:listProjects', '/v3/projects', { error: { code: 403 } }],
  ])('without %s is refused by %s', async (permission, path, body) => {
    const { cloud } = await startMadeUpCloud();
    cloud.deny(permission);

    const denied = await get(cloud, path);
    cloud.grant(permission);
    const granted = await get(cloud, path);

    expect(denied).toMatchObject({ status: 403, body });
    expect(granted.status).not.toBe(403);
  });

  it('without the permission to create is refused', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.deny('widgets:backup:create');
    cloud.deny('gadgets:backup:create');

    const answers = await Promise.all([
      post(cloud, '/v1/{p}/widgets/w/backups', {}),
      post(cloud, '/v1/{p}/gadgets/g/backups', {}),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
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

  it('signs requests to a port that is not the default', async () => {
    const { cloud } = await startMadeUpCloud();

    const answer = await list(cloud, cloud.account);

    expect(rowsOf(answer, 'rows').length).toBe(5);
    expect(new URL(cloud.origin).port).not.toBe('');
  });

  it('signs with a security token when it is a temporary one', async () => {
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
    ['of a quarter of an hour ago', { at: START - 901 }],
  ])('is refused with the signature %s', async (_, change) => {
    const { cloud } = await startMadeUpCloud();

    expect(await list(cloud, cloud.account, change)).toMatchObject({
      status: 401,
      body: { error_code: 'APIGW.0301' },
    });
  });

  it('is refused when the cloud has another time, which its Date tells', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.skewClock(1000);

    const answer = await list(cloud, cloud.account);

    expect(answer.status).toBe(401);
    expect(answer.headers.get('date')).toBe(new Date((START + 1000) * 1000).toUTCString());
  });

  it('is refused with the old secret once it was changed', async () => {
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

describe('signing in with an OIDC id token', () => {
  const signInWith = (cloud: SimulatedCloud, idToken: string, idpId = cloud.account.oidc.idpId) =>
    sendJson(
      cloud,
      '/v3.0/OS-AUTH/id-token/tokens',
      { auth: { id_token: { id: idToken }, scope: { project: { name: cloud.account.projectName } } } },
      { 'X-Idp-Id': idpId },
    );

  it('gives a token of the project', async () => {
    const { cloud } = await startMadeUpCloud();

    const { status, headers } = await signInWith(cloud, cloud.account.oidc.idToken);

    expect(status).toBe(201);
    expect((await get(cloud, LIST, { 'X-Auth-Token': headers.get('x-subject-token') ?? '' })).status).toBe(
      200,
    );
  });

  it('refuses another provider, and the old id token once it was changed', async () => {
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
    ask(cloud, '/meta-data/latest/api/token', {
      method: 'PUT',
      headers: { 'X-Metadata-Token-Ttl-Seconds': life },
    });
  const askKey = (cloud: SimulatedCloud, session?: unknown) =>
    ask(cloud, '/openstack/latest/securitykey', {
      headers: session === undefined ? {} : { 'X-Metadata-Token': String(session) },
    });
  const keyIn = (body: unknown) => {
    const { access, secret, securitytoken } = (body as { credential: Record<string, string> }).credential;
    return { accessKey: access ?? '', secretKey: secret ?? '', securityToken: securitytoken ?? '' };
  };

  it('gives a temporary key that signs, the same one for half of its life', async () => {
    const { cloud, clock } = await startMadeUpCloud();
    const path = LIST.replace('{p}', cloud.account.projectId);
    const use = (key: ReturnType<typeof keyIn>) =>
      get(cloud, path, signedHeaders(cloud, path, '', key, clock()));

    const first = await askKey(cloud);
    clock.pass(3 * 3600 - 1);
    const same = await askKey(cloud);
    clock.pass(1);
    const next = await askKey(cloud);
    const both = [await use(keyIn(first.body)), await use(keyIn(next.body))];
    clock.pass(3 * 3600);
    const late = [await use(keyIn(first.body)), await use(keyIn(next.body))];

    expect(first.body).toMatchObject({ credential: { expires_at: '2024-01-04T06:00:00.000000Z' } });
    expect(same.body).toEqual(first.body);
    expect(keyIn(next.body).accessKey).not.toBe(keyIn(first.body).accessKey);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(late.map(({ status }) => status)).toEqual([401, 200]);
  });

  it('ends its keys when they are revoked, and gives new ones', async () => {
    const { cloud } = await startMadeUpCloud();
    const path = LIST.replace('{p}', cloud.account.projectId);
    const old = keyIn((await askKey(cloud)).body);

    cloud.revokeTemporaryKeys();

    expect((await get(cloud, path, signedHeaders(cloud, path, '', old, START))).status).toBe(401);
    expect(keyIn((await askKey(cloud)).body).accessKey).not.toBe(old.accessKey);
  });

  it.each([
    ['optional', 200, 200, 200, 401],
    ['required', 200, 401, 200, 401],
    ['absent', 404, 200, 200, 200],
  ] as const)('with session tokens %s', async (metadataSession, opened, without, right, wrong) => {
    const { cloud } = await startMadeUpCloud({ metadataSession });

    const session = await openSession(cloud);
    const answers = [
      session,
      await askKey(cloud),
      await askKey(cloud, session.body),
      await askKey(cloud, 'wrong'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([opened, without, right, wrong]);
  });

  it('ends sessions in time and asks how long they are to be', async () => {
    const { cloud, clock } = await startMadeUpCloud({ metadataSession: 'required' });
    const session = await openSession(cloud, '60');
    clock.pass(60);

    expect((await askKey(cloud, session.body)).status).toBe(401);
    expect((await openSession(cloud, '0')).status).toBe(400);
    expect((await openSession(cloud, '')).status).toBe(400);
  });

  it('has no key without an agency', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.deny('metadata:agency');

    expect((await askKey(cloud)).status).toBe(401);
  });
});
