import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createSignInGuard } from '../../src/cloud/credentials/sign-in-guard.ts';
import type { ProjectConfig } from '../../src/config/config.ts';
import { seconds } from '../../src/domain/quantities.ts';
import { type SmallCloud, startSmallCloud } from './small-cloud.ts';
import {
  clientFor,
  createTestClock,
  eventually,
  failureOf,
  forever,
  listBackups,
  PASSWORD,
  PROJECT_ID,
  projectAt,
  respondJson,
  secretOf,
  type TestClient,
} from './support.ts';

const DAY = 24 * 60 * 60;

const withPassword = (origin: string, password = secretOf(PASSWORD), changes: Partial<ProjectConfig> = {}) =>
  projectAt(origin, {
    credentials: { type: 'password', user: 'reader', domain: 'company', password },
    ...changes,
  });

const list = (cloud: SmallCloud, client: TestClient, service: 'ges' | 'gaussdb-mysql' = 'ges') =>
  client.call(
    listBackups(cloud.origin, {
      service,
      path: service === 'ges' ? '/v2/{project_id}/graphs/backups' : '/v3/{project_id}/backups',
    }),
    forever(),
  );

describe('a project with a password', () => {
  it('signs in once for all of its services and many calls, even concurrent ones', async () => {
    const cloud = await startSmallCloud();
    const client = clientFor(withPassword(cloud.origin));

    await Promise.all([list(cloud, client), list(cloud, client, 'gaussdb-mysql'), list(cloud, client)]);
    for (let poll = 0; poll < 5; poll += 1) await list(cloud, client);

    expect(cloud.signIns()).toHaveLength(1);
    expect(cloud.lists()).toHaveLength(8);
    expect(client.observations.filter(({ service }) => service === 'iam')).toMatchObject([
      { operation: 'sign_in', code: '201' },
    ]);
  });

  it.each([
    ['project_id', { projectId: PROJECT_ID }, { id: PROJECT_ID }],
    ['project_name', { projectId: undefined, projectName: 'cn-north-4_team' }, { name: 'cn-north-4_team' }],
    ['region alone', { projectId: undefined, projectName: undefined }, { name: 'cn-north-4' }],
  ])('signs in to its project by %s', async (_name, changes, scope) => {
    const cloud = await startSmallCloud();
    const client = clientFor(withPassword(cloud.origin, secretOf(PASSWORD), changes));

    await list(cloud, client);

    const [signIn] = cloud.signIns();
    expect(signIn?.url).toBe('/v3/auth/tokens?nocatalog=true');
    expect(signIn?.headers['content-type']).toBe('application/json;charset=utf8');
    expect(JSON.parse(signIn?.body ?? '')).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'reader', password: PASSWORD, domain: { name: 'company' } } },
        },
        scope: { project: scope },
      },
    });
    expect(cloud.lists()[0]?.url).toContain(`/v2/${PROJECT_ID}/graphs/backups`);
  });

  it('renews its token before it expires, even with a wrong clock', async () => {
    const cloud = await startSmallCloud();
    const clock = createTestClock(946_684_800);
    const client = clientFor(withPassword(cloud.origin), { clock: clock.now });
    await list(cloud, client);
    clock.advance(DAY - 31 * 60);
    await list(cloud, client);
    const before = cloud.signIns().length;

    clock.advance(2 * 60);
    await list(cloud, client);
    await eventually(() => client.lines.filter(({ message }) => message === 'signed in').length === 2);
    await list(cloud, client);

    expect(before).toBe(1);
    expect(cloud.signIns()).toHaveLength(2);
    expect(cloud.lists().map(({ headers }) => String(headers['x-auth-token']).slice(0, 7))).toEqual([
      'token-1',
      'token-1',
      'token-1',
      'token-2',
    ]);
  });

  it('keeps its token while IAM is down, and logs it', async () => {
    const cloud = await startSmallCloud();
    const clock = createTestClock();
    const client = clientFor(withPassword(cloud.origin), { clock: clock.now });
    await list(cloud, client);
    cloud.state.signInFault = (response) => respondJson(response, 503, {});
    clock.advance(DAY - 20 * 60);

    await list(cloud, client);
    await eventually(() => client.lines.some(({ level }) => level === 'warn'));
    await list(cloud, client);

    expect(client.lines.find(({ level }) => level === 'warn')).toMatchObject({
      message: 'token not renewed, still using the old one',
      fields: {
        project: 'prod',
        reason: `cannot sign in: ${cloud.host} returned 503; the service failed; try again later`,
      },
    });
  });

  it.each([
    ['401 APIGW.0301', 401, { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication' }],
    ['401 APIGW.0307', 401, { error_code: 'APIGW.0307', error_msg: 'The token must be updated' }],
    ['401 alone', 401, undefined],
    ['403 DBS.280056', 403, { error_code: 'DBS.280056', error_msg: 'Invalid token' }],
  ])('gets one new token when the old one is rejected with %s', async (_name, status, body) => {
    const cloud = await startSmallCloud();
    const client = clientFor(withPassword(cloud.origin));
    await list(cloud, client);
    cloud.state.tokens.clear();
    cloud.state.rejection = { status, body };

    await Promise.all([list(cloud, client), list(cloud, client), list(cloud, client, 'gaussdb-mysql')]);
    await list(cloud, client);

    expect(cloud.signIns()).toHaveLength(2);
  });

  it('retries a POST with a new token when the old one is rejected, as nothing was started', async () => {
    const cloud = await startSmallCloud();
    const client = clientFor(withPassword(cloud.origin));
    await list(cloud, client);
    cloud.state.tokens.clear();
    const create = listBackups(cloud.origin, { operation: 'create_backup', method: 'POST', body: {} });

    await client.call(create, forever());

    expect(cloud.lists().filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it('signs in once for each revoked token, at most twice in five minutes', async () => {
    const cloud = await startSmallCloud();
    const clock = createTestClock();
    const client = clientFor(withPassword(cloud.origin), { clock: clock.now });
    const revoke = async () => {
      cloud.state.tokens.clear();
      await list(cloud, client);
    };
    await list(cloud, client);

    await revoke();
    await revoke();
    clock.advance(300);
    await revoke();

    expect(cloud.signIns()).toHaveLength(4);
  });

  it.each([
    ['one call', (url: string) => url.includes('graphs/backups'), 1],
    [
      'one call every second time',
      (url: string, count: number) => url.includes('graphs/backups') && count % 2 === 0,
      2,
    ],
    ['one service', (url: string) => url.startsWith('/v2/'), 2],
    ['every service', () => true, 4],
  ])('limits sign-ins in five minutes if %s rejects tokens', async (_name, rejects, most) => {
    const cloud = await startSmallCloud();
    const clock = createTestClock();
    const client = clientFor(withPassword(cloud.origin), { clock: clock.now });
    cloud.state.rejects = rejects;
    const calls = [
      { operation: 'list_backups', path: '/v2/{project_id}/graphs/backups' },
      { operation: 'list_graphs', path: '/v2/{project_id}/graphs' },
      { operation: 'list_backups', service: 'gaussdb-mysql', path: '/v3/{project_id}/backups' },
      { operation: 'list_instances', service: 'gaussdb-mysql', path: '/v3/{project_id}/instances' },
    ] as const;

    for (let second = 0; second < 300; second += 1) {
      await Promise.allSettled(calls.map((call) => client.call(listBackups(cloud.origin, call), forever())));
      clock.advance(1);
    }

    expect(cloud.signIns().length - 1).toBeLessThanOrEqual(most);
    expect(cloud.signIns().length).toBeGreaterThan(1);
  });

  it('does not sign in repeatedly for a service that rejects every token', async () => {
    const cloud = await startSmallCloud();
    const clock = createTestClock();
    const client = clientFor(withPassword(cloud.origin), { clock: clock.now });
    cloud.state.rejecting.add('v2');

    const kinds = [];
    for (let minute = 0; minute < 10; minute += 1) {
      kinds.push((await failureOf(list(cloud, client))).details.kind);
      await list(cloud, client, 'gaussdb-mysql');
      clock.advance(60);
    }
    const signIns = cloud.signIns().length;
    cloud.state.rejecting.clear();
    await list(cloud, client);

    expect(new Set(kinds)).toEqual(new Set(['auth']));
    // The first one, one more, and another after five minutes.
    expect(signIns).toBe(3);
  });

  it('knows when the password expires, once it has signed in', async () => {
    const cloud = await startSmallCloud();
    cloud.state.passwordExpiresAt = '2024-03-01T00:00:00.000000';
    const client = clientFor(withPassword(cloud.origin));
    const before = client.passwordExpiresAt();

    await list(cloud, client);

    expect(before).toBeUndefined();
    expect(client.passwordExpiresAt()).toBe(1_709_251_200);
  });

  it('knows no expiry of a password without one', async () => {
    const cloud = await startSmallCloud();
    const client = clientFor(withPassword(cloud.origin));

    await list(cloud, client);

    expect(client.passwordExpiresAt()).toBeUndefined();
  });

  it('reads its secret only for sign-ins', async () => {
    const cloud = await startSmallCloud();
    const password = secretOf(PASSWORD);
    const client = clientFor(withPassword(cloud.origin, password));
    const before = password.reads;

    await list(cloud, client);
    await list(cloud, client);

    expect([before, password.reads]).toEqual([0, 1]);
  });

  it('signs in again when IAM recovers', async () => {
    const cloud = await startSmallCloud();
    const client = clientFor(withPassword(cloud.origin));
    let faults = 0;
    cloud.state.signInFault = (response) => {
      faults += 1;
      if (faults === 2) cloud.state.signInFault = undefined;
      respondJson(response, 503, {});
    };

    await list(cloud, client);

    expect(client.observations.map(({ code }) => code)).toEqual(['503', '503', '201', '200']);
  });

  it.each([
    ['503', 503, {}, 'server'],
    ['404', 404, { error: { code: 404, message: 'Could not find project' } }, 'refused'],
    ['400 of an unknown project', 400, { error: { code: 400, message: 'No such project' } }, 'refused'],
    ['201 without a token', 201, { token: {} }, 'malformed'],
    ['429', 429, {}, 'throttled'],
  ])('fails with %s of IAM', async (_name, status, body, kind) => {
    const cloud = await startSmallCloud();
    cloud.state.signInFault = (response) => respondJson(response, status, body);
    const client = clientFor(withPassword(cloud.origin));

    const failure = await failureOf(list(cloud, client));

    expect(failure.details).toMatchObject({ kind, operation: 'sign_in', status });
    expect(failure.message).toContain(`cannot sign in: ${cloud.host} returned ${status}`);
    expect(cloud.lists()).toHaveLength(0);
  });

  it.each([
    ['cannot be read', () => Promise.reject(new Error('the file /run/secrets/it cannot be read (ENOENT)'))],
    ['is empty', () => Promise.resolve('')],
  ])('fails as auth, without a request, if its secret %s', async (message, read) => {
    const cloud = await startSmallCloud();
    const password = { ...secretOf(''), read };
    const client = clientFor(withPassword(cloud.origin, password));

    const failure = await failureOf(list(cloud, client));

    expect(failure.details.kind).toBe('auth');
    expect(failure.message).toMatch(new RegExp(`^cannot sign in: the .*/run/secrets/it ${message}`));
    expect(cloud.requests).toHaveLength(0);
  });
});

describe('a sign-in that IAM rejected', () => {
  it.each([
    [
      '401',
      401,
      { error: { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' } },
    ],
    ['403', 403, { error: { code: 403, message: 'Wrong password.' } }],
    ['a 400 with code 401', 400, { error: { code: 401, message: 'Wrong password.' } }],
  ])('with %s is not repeated with the same secret for five minutes', async (_name, status, body) => {
    const cloud = await startSmallCloud();
    const clock = createTestClock();
    const password = secretOf('wrong-password');
    const client = clientFor(withPassword(cloud.origin, password), { clock: clock.now });
    cloud.state.signInFault = (response) => respondJson(response, status, body);

    const failures = [];
    for (let poll = 0; poll < 10; poll += 1) {
      failures.push(await failureOf(list(cloud, client)));
      clock.advance(29.9);
    }
    const within = cloud.signIns().length;
    clock.advance(1);
    await failureOf(list(cloud, client));

    expect(new Set(failures.map(({ details }) => details.kind))).toEqual(new Set(['auth']));
    expect(failures[0]?.message).toMatch(
      /^cannot sign in: .*; check user, domain and password \(the file \/run\/secrets\/it\); users with MFA, .* access-key; not retried with the same secret before 2024-01-04T00:05:00Z$/,
    );
    expect(failures[9]?.message).toBe(failures[0]?.message);
    expect(within).toBe(1);
    expect(cloud.signIns()).toHaveLength(2);
    expect(client.observations).toHaveLength(2);
  });

  it.each([
    ['is truncated', 0.2, (socket: Socket) => socket.destroy()],
    ['does not end', 0.2, () => undefined],
    ['does not end for a minute', 60, () => undefined],
  ])('with 401 counts even if its body %s', async (_name, timeout, end) => {
    const cloud = await startSmallCloud();
    cloud.state.signInFault = (response) => {
      response.writeHead(401, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"error":');
      setTimeout(() => end(response.socket as Socket), 20);
    };
    const client = clientFor(withPassword(cloud.origin), { requestTimeout: seconds(timeout) });

    const failures = [await failureOf(list(cloud, client)), await failureOf(list(cloud, client))];

    expect(failures.map(({ details }) => details.kind)).toEqual(['auth', 'auth']);
    expect(cloud.signIns()).toHaveLength(1);
    expect(client.observations.map(({ code }) => code)).toEqual(['401']);
  });

  it.each([
    ['The user name or password is wrong.', 'check user, domain and password', /region|variables|wait/],
    ['The username or password is wrong.', 'federated users need credentials of type access-key', /region/],
    [
      'no such project scope',
      'check that region, project_id and project_name name a project',
      /password|MFA/,
    ],
    ['Unauthorized.', 'check that region, project_id and project_name name a project', /variables/],
    ['Unauthorized.', 'check user, domain and password', /variables/],
    ['The account is locked.', 'wait 15 minutes before trying again', /check/],
  ])('with "%s" says: %s', async (message, advice, not) => {
    const cloud = await startSmallCloud();
    cloud.state.signInFault = (response) => respondJson(response, 401, { error: { code: 401, message } });
    const client = clientFor(withPassword(cloud.origin));

    const failure = await failureOf(list(cloud, client));

    expect(failure.message).toContain(`"${message}"; `);
    expect(failure.message).toContain(advice);
    expect(failure.message.replace(message, '')).not.toMatch(not);
  });

  it.each([`$${'{HW_PASSWORD}'}`, '$HW_PASSWORD', `prefix-$${'{VAR}'}`])(
    'with a password that looks like a variable says that variables are not expanded',
    async (value) => {
      const cloud = await startSmallCloud();
      const client = clientFor(withPassword(cloud.origin, secretOf(value)));

      const failure = await failureOf(list(cloud, client));

      expect(failure.message).toContain(
        '; variables are not expanded in the password (the file /run/secrets/it); use password_file',
      );
      expect(failure.message).not.toContain(value);
    },
  );

  it('because the account is locked is not repeated for 15 minutes, not even by another project', async () => {
    const cloud = await startSmallCloud();
    const clock = createTestClock();
    const signInGuard = createSignInGuard(clock.now);
    const of = (projectId: string) =>
      clientFor(withPassword(cloud.origin, secretOf('wrong'), { projectId }), {
        clock: clock.now,
        signInGuard,
      });
    cloud.state.signInFault = (response) =>
      respondJson(response, 401, { error: { code: 401, message: 'The account is locked.' } });
    const clients = [of(PROJECT_ID), of('f'.repeat(32))];

    const failures = [];
    for (let minute = 0; minute < 15; minute += 1) {
      for (const client of clients) failures.push(await failureOf(list(cloud, client)));
      clock.advance(60);
    }

    expect(cloud.signIns()).toHaveLength(1);
    expect(failures[0]?.message).toMatch(/before 2024-01-04T00:15:00Z$/);
  });

  it('is not retried in the same call if IAM does not respond in time', async () => {
    const cloud = await startSmallCloud();
    cloud.state.signInFault = () => undefined;
    const client = clientFor(withPassword(cloud.origin), { requestTimeout: seconds(0.1) });

    const failure = await failureOf(list(cloud, client));

    expect(failure.details).toMatchObject({ kind: 'timeout', operation: 'sign_in' });
    expect(cloud.signIns()).toHaveLength(1);
  });

  it('is repeated at once when the secret changes, but not with the rejected one', async () => {
    const cloud = await startSmallCloud();
    const password = secretOf('wrong-password');
    const client = clientFor(withPassword(cloud.origin, password));
    await failureOf(list(cloud, client));
    password.value = 'another-wrong-password';
    await failureOf(list(cloud, client));
    password.value = 'wrong-password';
    await failureOf(list(cloud, client));
    const signIns = cloud.signIns().length;

    password.value = PASSWORD;
    await list(cloud, client);

    expect(signIns).toBe(2);
    expect(cloud.signIns()).toHaveLength(3);
  });

  it('is shared by concurrent calls', async () => {
    const cloud = await startSmallCloud();
    const client = clientFor(withPassword(cloud.origin, secretOf('wrong-password')));

    await Promise.all(Array.from({ length: 20 }, () => failureOf(list(cloud, client))));

    expect(cloud.signIns()).toHaveLength(1);
  });

  it('is remembered by a guard that outlives the client', async () => {
    const cloud = await startSmallCloud();
    const clock = createTestClock();
    const signInGuard = createSignInGuard(clock.now);
    const project = withPassword(cloud.origin, secretOf('wrong-password'));
    await failureOf(list(cloud, clientFor(project, { clock: clock.now, signInGuard })));

    const failure = await failureOf(list(cloud, clientFor(project, { clock: clock.now, signInGuard })));

    expect(failure.details.kind).toBe('auth');
    expect(cloud.signIns()).toHaveLength(1);
  });

  it('counts the five minutes from the rejection', async () => {
    const cloud = await startSmallCloud();
    const clock = createTestClock();
    const client = clientFor(withPassword(cloud.origin, secretOf('wrong-password')), {
      clock: clock.now,
      sleep: async () => clock.advance(30),
    });
    cloud.state.signInFault = (response) => {
      cloud.state.signInFault = undefined;
      respondJson(response, 503, {});
    };
    await failureOf(list(cloud, client));
    clock.advance(280);
    await failureOf(list(cloud, client));
    const within = cloud.signIns().length;
    clock.advance(20);

    await failureOf(list(cloud, client));

    expect([within, cloud.signIns().length]).toEqual([2, 3]);
  });
});

describe('aborting a sign-in', () => {
  it('is a timeout for the aborting caller, but does not affect the others', async () => {
    const cloud = await startSmallCloud();
    let release: (() => void) | undefined;
    cloud.state.signInFault = (response) => {
      release = () => respondJson(response, 201, { token: {} }, { 'x-subject-token': 'held' });
    };
    cloud.state.tokens.add('held');
    const client = clientFor(withPassword(cloud.origin));
    const deadline = new AbortController();
    const aborted = failureOf(client.call(listBackups(cloud.origin), deadline.signal));
    const waiting = list(cloud, client);
    await eventually(() => release !== undefined);

    deadline.abort();
    const failure = await aborted;
    release?.();

    expect(failure.details).toMatchObject({ kind: 'timeout', operation: 'sign_in' });
    expect(await waiting).toBeTypeOf('object');
    expect(cloud.signIns()).toHaveLength(1);
  });

  it('before a retry counts as the last response of IAM', async () => {
    const cloud = await startSmallCloud();
    cloud.state.signInFault = (response) => respondJson(response, 503, {});
    const deadline = new AbortController();
    const client = clientFor(withPassword(cloud.origin), {
      sleep: (_duration, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    });
    const call = failureOf(client.call(listBackups(cloud.origin), deadline.signal));
    await eventually(() => client.lines.some(({ message }) => message === 'retrying'));

    deadline.abort();

    expect((await call).details).toMatchObject({ kind: 'server', status: 503, operation: 'sign_in' });
  });
});

describe('a project with a workload identity', () => {
  const withOidc = (origin: string, token = secretOf(PASSWORD)) =>
    projectAt(origin, { projectId: undefined, credentials: { type: 'oidc', idpId: 'cce', token } });

  it('exchanges its token, which is reread each time', async () => {
    const cloud = await startSmallCloud();
    const token = secretOf(PASSWORD);
    const client = clientFor(withOidc(cloud.origin, token));
    await list(cloud, client);
    token.value = `${PASSWORD}-rotated`;
    cloud.state.tokens.clear();

    await list(cloud, client);

    const [first, second] = cloud.signIns();
    expect(first).toMatchObject({
      method: 'POST',
      url: '/v3.0/OS-AUTH/id-token/tokens',
      headers: { 'x-idp-id': 'cce' },
    });
    expect(JSON.parse(first?.body ?? '')).toEqual({
      auth: { id_token: { id: PASSWORD }, scope: { project: { name: 'cn-north-4' } } },
    });
    expect(second?.body).toContain(`${PASSWORD}-rotated`);
    expect(cloud.lists()[0]?.url).toContain(PROJECT_ID);
  });

  it('that is rejected does not repeat it for five minutes', async () => {
    const cloud = await startSmallCloud();
    const client = clientFor(withOidc(cloud.origin, secretOf('ended-token')));

    const failure = await failureOf(list(cloud, client));
    await failureOf(list(cloud, client));

    expect(failure.message).toContain('check idp_id and the token (the file /run/secrets/it)');
    expect(cloud.signIns()).toHaveLength(1);
  });
});

describe('a project with a token', () => {
  const withToken = (
    origin: string,
    token = secretOf('given-token'),
    projectId: string | undefined = PROJECT_ID,
  ) => projectAt(origin, { projectId, credentials: { type: 'token', token } });

  it('that is rejected is replaced only if the file contains another one', async () => {
    const cloud = await startSmallCloud();
    const secrets = ['old-token', 'old-token', 'old-token', 'new-token'];
    const token = { ...secretOf(''), read: async () => secrets.shift() ?? 'new-token' };
    const client = clientFor(withToken(cloud.origin, token));
    const failure = await failureOf(list(cloud, client));
    const rejected = cloud.requests.length;
    cloud.state.tokens.add('new-token');

    await list(cloud, client);

    expect(failure.details.kind).toBe('auth');
    expect(rejected).toBe(1);
    expect(cloud.requests.map(({ headers }) => headers['x-auth-token'])).toEqual([
      'old-token',
      'old-token',
      'new-token',
    ]);
  });

  it.each(['two words', 'line\nbreak', 'ümlaut'])('%j neither sends nor prints it', async (value) => {
    const cloud = await startSmallCloud();
    const client = clientFor(withToken(cloud.origin, secretOf(value)));

    const failure = await failureOf(list(cloud, client));

    expect(failure.details.kind).toBe('auth');
    expect(failure.message).not.toContain(value);
    expect(cloud.requests).toHaveLength(0);
  });
});
