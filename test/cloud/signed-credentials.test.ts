import { describe, expect, it } from 'vitest';
import { authorizationHeader } from '../../src/cloud/signature.ts';
import type { ProjectConfig } from '../../src/config/config.ts';
import { unixSeconds } from '../../src/domain/quantities.ts';
import {
  clientFor,
  createTestClock,
  eventually,
  failureOf,
  forever,
  type Handler,
  listBackups,
  PROJECT_ID,
  projectAt,
  type ReceivedRequest,
  respondJson,
  secretOf,
  startServer,
} from './support.ts';

const SECRET_KEYS: Readonly<Record<string, string>> = {
  AKIDPERMANENT: 'permanent-secret',
  AKIDTEMPORARY: 'temporary-secret',
};

/** Whether the request has the correct signature. */
function isSigned(received: ReceivedRequest): boolean {
  const authorization = String(received.headers.authorization);
  const [, accessKey = '', names = ''] = /Access=(\w+), SignedHeaders=([\w;-]+)/.exec(authorization) ?? [];
  const [path = '', query = ''] = received.url.split('?');
  const expected = authorizationHeader(
    {
      method: received.method,
      path,
      query,
      headers: Object.fromEntries(names.split(';').map((name) => [name, String(received.headers[name])])),
      body: received.body,
    },
    { accessKey, secretKey: SECRET_KEYS[accessKey] ?? '' },
  );
  return authorization === expected;
}

const signedNames = (received: ReceivedRequest | undefined): string | undefined =>
  /SignedHeaders=([^,]+)/.exec(String(received?.headers.authorization))?.[1];

const service: Handler = (received, response) => {
  // On the clock of the tests, so that no clock skew is reported.
  response.setHeader('date', 'Thu, 04 Jan 2024 00:00:00 GMT');
  if (!isSigned(received)) {
    respondJson(response, 401, {
      error_code: 'APIGW.0301',
      error_msg: 'Incorrect IAM authentication information',
    });
    return;
  }
  const name = new URL(received.url, 'http://x').searchParams.get('name');
  const projects = [
    { id: 'other', name: 'cn-north-4_team2' },
    { id: PROJECT_ID, name: 'cn-north-4' },
  ];
  respondJson(
    response,
    200,
    received.url.startsWith('/v3/projects') ? { projects, name } : { url: received.url },
  );
};

const withKey = (origin: string, changes: Partial<ProjectConfig> = {}) =>
  projectAt(origin, {
    credentials: {
      type: 'access-key',
      accessKey: 'AKIDPERMANENT',
      secretKey: secretOf('permanent-secret'),
      securityToken: undefined,
    },
    ...changes,
  });

describe('a project with an access key', () => {
  it('signs its requests, including the port of the host, a path prefix and the body', async () => {
    const server = await startServer(service);
    const client = clientFor(withKey(server.origin));
    const create = listBackups(`${server.origin}/gateway`, {
      operation: 'create_backup',
      method: 'POST',
      path: '/v3/{project_id}/backups/a b',
      query: { when: '2018-08-06T12:34:52+0800', z: '', a: '一' },
      body: { name: 'ü' },
    });

    await client.call(create, forever());
    await client.call(listBackups(server.origin), forever());

    expect(server.requests.map(isSigned)).toEqual([true, true]);
    expect(server.requests[0]?.headers).toMatchObject({
      host: server.host,
      'x-project-id': PROJECT_ID,
      'x-sdk-date': '20240104T000000Z',
    });
    expect(signedNames(server.requests[0])).toBe('host;x-project-id;x-sdk-date');
  });

  it('sends and signs the security token of a temporary key, read for each request', async () => {
    const server = await startServer(service);
    const securityToken = secretOf('first');
    const secretKey = secretOf('temporary-secret');
    const client = clientFor(
      withKey(server.origin, {
        credentials: { type: 'access-key', accessKey: 'AKIDTEMPORARY', secretKey, securityToken },
      }),
    );
    await client.call(listBackups(server.origin), forever());
    securityToken.value = 'second';

    await client.call(listBackups(server.origin), forever());

    expect(server.requests.map(({ headers }) => headers['x-security-token'])).toEqual(['first', 'second']);
    expect(signedNames(server.requests[0])).toBe('host;x-project-id;x-sdk-date;x-security-token');
    expect(secretKey.reads).toBe(2);
  });

  it.each([
    ['its region', undefined, 'cn-north-4', PROJECT_ID],
    ['its project_name', 'cn-north-4_team2', 'cn-north-4_team2', 'other'],
  ])('finds its project id by %s, once', async (_name, projectName, name, id) => {
    const server = await startServer(service);
    const client = clientFor(withKey(server.origin, { projectId: undefined, projectName }));

    await Promise.all([
      client.call(listBackups(server.origin), forever()),
      client.call(listBackups(server.origin), forever()),
    ]);
    await client.call(listBackups(server.origin), forever());

    const lookUps = server.requests.filter(({ url }) => url.startsWith('/v3/projects'));
    expect(lookUps.map(({ url }) => url)).toEqual([`/v3/projects?name=${name}`]);
    expect(server.requests.at(-1)?.url).toContain(`/v2/${id}/graphs/backups`);
    expect(server.requests.at(-1)?.headers['x-project-id']).toBe(id);
    expect(client.observations[0]).toMatchObject({ service: 'iam', operation: 'find_project', code: '200' });
  });

  it.each([
    [
      'no project with that name',
      { projects: [{ id: 'x', name: 'cn-north-4_x' }] },
      'refused',
      'lists no project named',
    ],
    [
      'two with that name',
      {
        projects: [
          { id: 'x', name: 'cn-north-4' },
          { id: 'y', name: 'cn-north-4' },
        ],
      },
      'refused',
      'lists 2 projects named',
    ],
    ['no list', {}, 'malformed', 'returned 200 without a list of projects'],
    [
      'hostile rows',
      { projects: [null, 1, { name: 'cn-north-4', id: 7 }] },
      'refused',
      'lists no project named',
    ],
  ])('reports that IAM has %s', async (_name, body, kind, message) => {
    const server = await startServer((_received, response) => respondJson(response, 200, body));
    const client = clientFor(withKey(server.origin, { projectId: undefined }));

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.details).toMatchObject({ kind, operation: 'find_project' });
    expect(failure.message).toContain(`cannot find project: ${server.host} ${message}`);
    expect(failure.message).toContain('set project_id or project_name');
    expect(server.requests).toHaveLength(1);
  });

  const FORBIDDEN = { error: { code: 403, message: 'You have no permission: iam:projects:listProjects.' } };
  const PROJECTS = {
    projects: [
      { id: PROJECT_ID, name: 'cn-north-4' },
      { id: 'other', name: 'cn-north-1' },
    ],
  };

  it('finds its project id in the list that needs no permission if the filtered one is denied', async () => {
    const server = await startServer((received, response) => {
      if (received.url.startsWith('/v3/projects')) respondJson(response, 403, FORBIDDEN);
      else respondJson(response, 200, received.url.startsWith('/v3/auth/projects') ? PROJECTS : {});
    });
    const client = clientFor(withKey(server.origin, { projectId: undefined }));

    await client.call(listBackups(server.origin), forever());
    await client.call(listBackups(server.origin), forever());

    expect(server.requests.map(({ url }) => url.split('?')[0])).toEqual([
      '/v3/projects',
      '/v3/auth/projects',
      `/v2/${PROJECT_ID}/graphs/backups`,
      `/v2/${PROJECT_ID}/graphs/backups`,
    ]);
  });

  it.each([
    ['is denied too', 403, FORBIDDEN],
    ['does not exist', 404, {}],
  ])('reports both solutions if that list %s', async (_name, status, body) => {
    const server = await startServer((received, response) =>
      received.url.startsWith('/v3/projects')
        ? respondJson(response, 403, FORBIDDEN)
        : respondJson(response, status, body),
    );
    const client = clientFor(withKey(server.origin, { projectId: undefined }));

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.details).toMatchObject({ kind: 'permission', operation: 'find_project', status: 403 });
    expect(failure.message).toMatch(
      /; grant iam:projects:listProjects to the user or agency, or set project_id$/,
    );
  });

  it('that is rejected costs one request per call', async () => {
    const server = await startServer(service);
    const client = clientFor(
      withKey(server.origin, {
        credentials: {
          type: 'access-key',
          accessKey: 'AKIDPERMANENT',
          secretKey: secretOf('wrong-secret'),
          securityToken: undefined,
        },
      }),
    );

    const failures = [
      await failureOf(client.call(listBackups(server.origin), forever())),
      await failureOf(client.call(listBackups(server.origin), forever())),
    ];

    expect(failures.map(({ details }) => details.kind)).toEqual(['auth', 'auth']);
    expect(failures[0]?.message).toContain('check access_key and its secret (the file /run/secrets/it)');
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    [3600, '60 minutes ahead of'],
    [-1200, '20 minutes behind'],
  ])('that is rejected reports a clock that is off by %i seconds', async (offset, message) => {
    const server = await startServer((_received, response) =>
      respondJson(response, 401, { error_code: 'APIGW.0301' }),
    );
    const client = clientFor(withKey(server.origin), {
      clock: () => unixSeconds(Date.now() / 1000 + offset),
    });

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.message).toContain(`this machine's clock is ${message} the server's`);
  });

  it('signs each attempt', async () => {
    let responses = 0;
    const clock = createTestClock();
    const server = await startServer((received, response, request) => {
      responses += 1;
      return responses === 1 ? respondJson(response, 503, {}) : service(received, response, request);
    });
    const client = clientFor(withKey(server.origin), {
      clock: clock.now,
      sleep: async () => clock.advance(5),
    });

    await client.call(listBackups(server.origin), forever());

    expect(server.requests.map(({ headers }) => headers['x-sdk-date'])).toEqual([
      '20240104T000000Z',
      '20240104T000005Z',
    ]);
  });
});

interface Metadata {
  life: number;
  sessionTokens: 'required' | 404 | 405 | 503;
  key: { access: string; secret: string; securitytoken: string };
  fault: number | undefined;
}

const startMetadata = async (now: () => number) => {
  let sessions = 0;
  const state: Metadata = {
    life: DAY,
    sessionTokens: 'required',
    key: { access: 'AKIDTEMPORARY', secret: 'temporary-secret', securitytoken: 'security-token-1' },
    fault: undefined,
  };
  const server = await startServer((received, response) => {
    if (received.method === 'PUT' && received.url === '/meta-data/latest/api/token') {
      if (state.sessionTokens !== 'required') {
        respondJson(response, state.sessionTokens, {});
        return;
      }
      sessions += 1;
      response.end(`session-${sessions}`);
      return;
    }
    if (state.fault !== undefined) {
      respondJson(response, state.fault, {});
    } else if (
      state.sessionTokens === 'required' &&
      received.headers['x-metadata-token'] !== `session-${sessions}`
    ) {
      respondJson(response, 401, {});
    } else {
      const expires = new Date((now() + state.life) * 1000).toISOString().replace('Z', '000Z');
      respondJson(response, 200, { credential: { ...state.key, expires_at: expires } });
    }
  });
  return {
    ...server,
    state,
    keys: () => server.requests.filter(({ method }) => method === 'GET'),
    /** As if the machine had been restarted. */
    forgetSessions: () => {
      sessions += 1;
    },
  };
};

const DAY = 24 * 60 * 60;

const arrangeAgency = async () => {
  const clock = createTestClock();
  const metadata = await startMetadata(clock.now);
  const server = await startServer(service);
  const client = clientFor(projectAt(server.origin, { credentials: { type: 'ecs-agency' } }), {
    clock: clock.now,
    metadataOrigin: metadata.origin,
    environment: { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' },
  });
  const list = () => client.call(listBackups(server.origin), forever());
  return { clock, metadata, server, client, list };
};

describe('a project with an ECS agency', () => {
  it('obtains one temporary key for many calls, with a session token', async () => {
    const { metadata, server, list, client } = await arrangeAgency();

    await Promise.all([list(), list()]);
    await list();

    expect(metadata.requests).toMatchObject([
      { method: 'PUT', headers: { 'x-metadata-token-ttl-seconds': '21600' } },
      { method: 'GET', url: '/openstack/latest/securitykey', headers: { 'x-metadata-token': 'session-1' } },
    ]);
    expect(server.requests.map(({ headers }) => headers['x-security-token'])).toEqual(
      Array.from({ length: 3 }, () => 'security-token-1'),
    );
    expect(client.observations.slice(0, 2)).toMatchObject([
      { service: 'iam', operation: 'sign_in', code: '200' },
      { service: 'iam', operation: 'sign_in', code: '200' },
    ]);
  });

  it.each([404, 405, 503] as const)('continues without a session token after %i', async (status) => {
    const { metadata, list } = await arrangeAgency();
    metadata.state.sessionTokens = status;

    await list();

    expect(metadata.requests.map(({ method }) => method)).toEqual(['PUT', 'GET']);
    expect(metadata.keys()[0]?.headers).not.toHaveProperty('x-metadata-token');
  });

  it('gets each key with a session token of its own, so it does not matter if one is no longer valid', async () => {
    const { clock, metadata, list, client } = await arrangeAgency();
    await list();
    metadata.forgetSessions();
    clock.advance(DAY - 20 * 60);

    await list();
    await eventually(
      () => client.lines.filter(({ message }) => message === 'obtained a temporary key').length === 2,
    );

    expect(metadata.requests.map(({ method }) => method)).toEqual(['PUT', 'GET', 'PUT', 'GET']);
  });

  it('renews its key well before it expires and keeps the old one while that fails', async () => {
    const { clock, metadata, server, list, client } = await arrangeAgency();
    await list();
    metadata.state.fault = 500;
    clock.advance(DAY - 20 * 60);
    await list();
    await eventually(() => client.lines.some(({ level }) => level === 'warn'));
    metadata.state.fault = undefined;
    metadata.state.key = { ...metadata.state.key, securitytoken: 'security-token-2' };
    clock.advance(61);
    await list();
    await eventually(
      () => client.lines.filter(({ message }) => message === 'obtained a temporary key').length === 2,
    );

    await list();

    expect(server.requests.map(({ headers }) => headers['x-security-token'])).toEqual([
      'security-token-1',
      'security-token-1',
      'security-token-1',
      'security-token-2',
    ]);
  });

  it('gets a new key when a service rejects the old one', async () => {
    const { metadata, server, list } = await arrangeAgency();
    metadata.state.key = { ...metadata.state.key, secret: 'withdrawn' };
    const failure = await failureOf(list());
    const rejectedRequests = server.requests.length;
    metadata.state.key = {
      ...metadata.state.key,
      secret: 'temporary-secret',
      securitytoken: 'security-token-2',
    };

    await list();

    expect(failure.details.kind).toBe('auth');
    // The metadata service returned the same key, which is not worth another request.
    expect(rejectedRequests).toBe(1);
    expect(server.requests.at(-1)?.headers['x-security-token']).toBe('security-token-2');
  });

  it('without an agency fails with advice', async () => {
    const server = await startServer((received, response) => {
      if (received.method === 'PUT') response.end('session');
      else respondJson(response, 401, { message: 'Please configure Cloud Service Agency first' });
    });
    const client = clientFor(projectAt(server.origin, { credentials: { type: 'ecs-agency' } }), {
      metadataOrigin: server.origin,
    });

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.details).toMatchObject({ kind: 'auth', operation: 'sign_in', status: 401 });
    expect(failure.message).toBe(
      `cannot sign in: ${server.host} returned 401 "Please configure Cloud Service Agency first"; attach an agency to this server, or use other credentials`,
    );
  });

  it.each([
    ['no agency', 404, 'auth', 'attach an agency to this server'],
    ['an error', 500, 'server', 'returned 500'],
  ])('fails with %s of the metadata service with status %i', async (_name, status, kind, message) => {
    const { metadata, list, server } = await arrangeAgency();
    metadata.state.fault = status;

    const failure = await failureOf(list());

    expect(failure.details).toMatchObject({ kind, status, operation: 'sign_in' });
    expect(failure.message).toContain(message);
    expect(server.requests).toHaveLength(0);
  });

  it('fails as malformed if the key is incomplete', async () => {
    const { metadata, list } = await arrangeAgency();
    metadata.state.key = { ...metadata.state.key, securitytoken: '' };

    const failure = await failureOf(list());

    expect(failure.details.kind).toBe('malformed');
    expect(failure.message).not.toContain('temporary-secret');
  });

  it('finds its project through IAM', async () => {
    const clock = createTestClock();
    const metadata = await startMetadata(clock.now);
    const server = await startServer(service);
    const project = projectAt(server.origin, { credentials: { type: 'ecs-agency' }, projectId: undefined });
    const client = clientFor(project, { clock: clock.now, metadataOrigin: metadata.origin });

    await client.call(listBackups(server.origin), forever());

    expect(server.requests.map(({ url }) => url.split('?')[0])).toEqual([
      '/v3/projects',
      `/v2/${PROJECT_ID}/graphs/backups`,
    ]);
  });
});
