import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../src/config/config.ts';
import { seconds } from '../../src/domain/quantities.ts';
import {
  clientFor,
  createTestClock,
  eventually,
  forever,
  type Handler,
  listBackups,
  projectAt,
  respondJson,
  secretOf,
  startServer,
} from './support.ts';

const SECRETS = {
  password: 'S3cret-password!',
  accessKey: 'AKIDSECRETACCESSKEY',
  secretKey: 'S3cret-secret-key',
  securityToken: 'S3cret-security-token',
  token: 'S3cret-given-token',
  subjectToken: 'S3cret-subject-token',
  identityToken: 'S3cret.identity.token',
  metadataToken: 'S3cret-metadata-token',
  temporaryKey: 'AKIDTEMPORARYKEY',
  temporarySecret: 'S3cret-temporary-secret',
  proxyPassword: 'S3cret-proxy-password',
};

const CREDENTIALS: Readonly<Record<string, Credentials>> = {
  password: { type: 'password', user: 'reader', domain: 'company', password: secretOf(SECRETS.password) },
  'access-key': {
    type: 'access-key',
    accessKey: SECRETS.accessKey,
    secretKey: secretOf(SECRETS.secretKey),
    securityToken: secretOf(SECRETS.securityToken),
  },
  'ecs-agency': { type: 'ecs-agency' },
  oidc: { type: 'oidc', idpId: 'cce', token: secretOf(SECRETS.identityToken) },
  token: { type: 'token', token: secretOf(SECRETS.token) },
};

/** The further services that receive requests, by type of credentials. */
const SIGNING_IN: Readonly<Record<string, readonly string[]>> = {
  password: ['the token service'],
  oidc: ['the token service'],
  'ecs-agency': ['the metadata service'],
};

/** Echoes the request in every text of an error response. */
const echo =
  (status: number): Handler =>
  (received, response) => {
    const everything = `${JSON.stringify(received.headers)} ${received.body}`;
    respondJson(response, status, {
      error_code: everything,
      error_msg: everything,
      error: { code: everything, message: everything, title: everything },
    });
  };

const signIn: Handler = (_received, response) => {
  const token = { expires_at: '2024-01-05T00:00:00.000000Z', issued_at: '2024-01-04T00:00:00.000000Z' };
  respondJson(response, 201, { token }, { 'x-subject-token': SECRETS.subjectToken });
};

const metadata: Handler = (received, response) => {
  if (received.method === 'PUT') {
    response.end(SECRETS.metadataToken);
    return;
  }
  const { temporaryKey: access, temporarySecret: secret, securityToken: securitytoken } = SECRETS;
  respondJson(response, 200, { credential: { access, secret, securitytoken } });
};

const broken: readonly (readonly [string, Handler])[] = [
  ['echoes with 200', echo(200)],
  ['echoes with 400', echo(400)],
  ['echoes with 401', echo(401)],
  ['echoes with 403', echo(403)],
  ['echoes with 503', echo(503)],
  ['redirects', (_received, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['resets', (_received, _response, request) => request.socket.destroy()],
  ['does not respond', () => undefined],
  ['returns HTML', (received, response) => response.end(`<html>${JSON.stringify(received)}</html>`)],
];

describe('no secret is printed', () => {
  it.each(
    Object.entries(CREDENTIALS).flatMap(([type, credentials]) =>
      broken.flatMap(([name, fault]) =>
        ['the service', ...(SIGNING_IN[type] ?? [])].map(
          (where) => [type, where, name, credentials, fault] as const,
        ),
      ),
    ),
  )('of %s when %s %s', async (_type, where, name, credentials, fault) => {
    const server = await startServer((received, response, request) => {
      if (received.method === 'PUT' || received.url.includes('securitykey')) {
        return where === 'the metadata service'
          ? fault(received, response, request)
          : metadata(received, response, request);
      }
      const isIam = received.url.startsWith('/v3/') || received.url.startsWith('/v3.0/');
      if (!isIam) return fault(received, response, request);
      return where === 'the token service'
        ? fault(received, response, request)
        : signIn(received, response, request);
    });
    const client = clientFor(projectAt(server.origin, { credentials }), {
      metadataOrigin: server.origin,
      requestTimeout: seconds(name === 'does not respond' ? 0.1 : 30),
    });

    const ends = await Promise.allSettled([
      client.call(listBackups(server.origin), forever()),
      client.call(listBackups(server.origin), forever()),
    ]);
    const later = await Promise.allSettled([client.call(listBackups(server.origin), forever())]);
    const reasons = [...ends, ...later].map((end) => (end.status === 'rejected' ? end.reason : undefined));

    const shown = inspect([reasons, client.lines, client.observations], { depth: 10, maxStringLength: null });
    for (const secret of [...Object.values(SECRETS), 'Signature=']) expect(shown).not.toContain(secret);
    expect(server.requests.length).toBeGreaterThan(0);
    expect(client.lines.length).toBeGreaterThan(0);
  });

  it('of a proxy that cannot be reached', async () => {
    const origin = 'https://ges.cn-north-4.example';
    const proxyUrl = `http://user:${SECRETS.proxyPassword}@127.0.0.1:1`;
    const client = clientFor(projectAt(origin, { proxyUrl }));

    const [end] = await Promise.allSettled([client.call(listBackups(origin), forever())]);

    expect(inspect([end, client.lines], { depth: 10 })).not.toContain(SECRETS.proxyPassword);
    expect(end).toMatchObject({ status: 'rejected', reason: { details: { kind: 'network' } } });
  });

  it('of a token that could not be renewed in the background', async () => {
    const clock = createTestClock();
    let fault = signIn;
    const server = await startServer((received, response, request) =>
      received.url.startsWith('/v3/') ? fault(received, response, request) : respondJson(response, 200, {}),
    );
    const credentials: Credentials = {
      type: 'password',
      user: 'reader',
      domain: 'company',
      password: secretOf(SECRETS.password),
    };
    const client = clientFor(projectAt(server.origin, { credentials }), { clock: clock.now });
    await client.call(listBackups(server.origin), forever());
    fault = echo(401);
    clock.advance(24 * 60 * 60 - 20 * 60);
    await client.call(listBackups(server.origin), forever());
    await eventually(() => client.lines.some(({ level }) => level === 'warn'));

    const shown = inspect(client.lines, { depth: 10 });

    for (const secret of Object.values(SECRETS)) expect(shown).not.toContain(secret);
  });
});
