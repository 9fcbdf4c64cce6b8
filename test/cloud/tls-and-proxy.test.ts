import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { chooseProxy } from '../../src/cloud/proxy.ts';
import { seconds } from '../../src/domain/quantities.ts';
import { SOON } from '../support/exporter-process.ts';
import { type Authority, createAuthority } from './certificates.ts';
import {
  clientFor,
  createTestClock,
  eventually,
  failureOf,
  forever,
  type Handler,
  listBackups,
  projectAt,
  respondJson,
  secretOf,
  startServer,
  type TestServer,
} from './support.ts';

/** A host that is reachable only through the test proxy, which connects every name to this machine. */
const REMOTE = 'ges.cn-north-4.example';

let authority: Authority;
let stranger: Authority;
let identity: { readonly key: string; readonly cert: string };
let foreignIdentity: { readonly key: string; readonly cert: string };

beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  identity = await authority.issue(`DNS:localhost,DNS:${REMOTE},IP:127.0.0.1`);
  foreignIdentity = await authority.issue('DNS:elsewhere.example');
});

afterAll(() => Promise.all([authority.remove(), stranger.remove()]));

const good: Handler = (_received, response) =>
  respondJson(response, 200, { backup_count: 0 }, { 'x-long': 'x'.repeat(40 * 1024) });

interface SecureServer extends TestServer {
  readonly secure: string;
  /** The same server under {@link REMOTE}. */
  readonly remote: string;
  readonly port: string;
}

const startSecure = async (handler: Handler = good, as = identity): Promise<SecureServer> => {
  const server = await startServer(handler, createHttpsServer(as) as never);
  const port = server.host.split(':')[1] ?? '';
  return { ...server, secure: `https://${server.host}`, remote: `https://${REMOTE}:${port}`, port };
};

interface TestProxy extends TestServer {
  readonly tunnels: readonly { readonly to: string; readonly authorization: string | undefined }[];
}

/** A proxy that opens tunnels, or handles them with `fault`. */
const startProxy = async (fault?: (socket: Socket) => void): Promise<TestProxy> => {
  const tunnels: { to: string; authorization: string | undefined }[] = [];
  const server = createHttpServer();
  const open = new Set<Socket>();
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    tunnels.push({ to: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    if (fault !== undefined) {
      fault(socket);
      return;
    }
    const [, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  server.on('close', () => undefined);
  const closeAll = server.closeAllConnections.bind(server);
  server.closeAllConnections = () => {
    for (const socket of open) socket.destroy();
    closeAll();
  };
  return { ...(await startServer((_received, response) => respondJson(response, 500, {}), server)), tunnels };
};

describe('a certificate', () => {
  it('of an unknown authority is not trusted, and not retried', async () => {
    const server = await startSecure();
    const client = clientFor(projectAt(server.secure));

    const failure = await failureOf(client.call(listBackups(server.secure), forever()));

    expect(failure.details.kind).toBe('network');
    expect(failure.message).toMatch(
      /^cannot list backups: 127\.0\.0\.1:\d+ has a certificate from an unknown certificate authority \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\); set ca_file/,
    );
    expect(client.observations.map(({ code }) => code)).toEqual(['network']);
    expect(server.requests).toHaveLength(0);
  });

  it('of the authority in ca_file is trusted', async () => {
    const server = await startSecure();
    const client = clientFor(projectAt(server.secure, { caFile: authority.file }));

    expect(await client.call(listBackups(server.secure), forever())).toEqual({ backup_count: 0 });
  });

  it('for another host is not trusted', async () => {
    const server = await startSecure(good, foreignIdentity);
    const client = clientFor(projectAt(server.secure, { caFile: authority.file }));

    const failure = await failureOf(client.call(listBackups(server.secure), forever()));

    expect(failure.details).toMatchObject({ kind: 'network', cause: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(server.requests).toHaveLength(0);
  });

  it('is trusted once its authority is added to ca_file', async () => {
    const server = await startSecure();
    const caFile = join(authority.directory, 'rotated.pem');
    await writeFile(caFile, stranger.pem);
    const client = clientFor(projectAt(server.secure, { caFile }));
    const failure = await failureOf(client.call(listBackups(server.secure), forever()));
    await writeFile(caFile, authority.pem);

    const response = await client.call(listBackups(server.secure), forever());

    expect(failure.details.kind).toBe('network');
    expect(response).toEqual({ backup_count: 0 });
  });

  it.each([
    [
      'is missing',
      undefined,
      /^cannot list backups: ca_file .*missing\.pem cannot be read \(ENOENT\); check the path/,
    ],
    [
      'contains none',
      'nothing here',
      /^cannot list backups: ca_file .* contains no certificate in PEM format; convert it$/,
    ],
  ])('whose ca_file %s fails as network until that is fixed', async (_name, content, message) => {
    const server = await startSecure();
    const caFile = join(authority.directory, content === undefined ? 'missing.pem' : 'empty.pem');
    if (content !== undefined) await writeFile(caFile, content);
    const client = clientFor(projectAt(server.secure, { caFile }));
    const failure = await failureOf(client.call(listBackups(server.secure), forever()));
    await writeFile(caFile, authority.pem);

    await client.call(listBackups(server.secure), forever());

    expect(failure.details.kind).toBe('network');
    expect(failure.message).toMatch(message);
  });

  it('that is broken and the second in ca_file is reported', async () => {
    const server = await startSecure();
    const caFile = join(authority.directory, 'half-broken.pem');
    await writeFile(caFile, `# ours\n${authority.pem}\n${stranger.pem.replace(/\n.{20}/, '\n')}`);
    const client = clientFor(projectAt(server.secure, { caFile }));

    const failure = await failureOf(client.call(listBackups(server.secure), forever()));

    expect(failure.message).toContain(`ca_file ${caFile} is damaged: certificate 2 of 2 cannot be read`);
    expect(server.requests).toHaveLength(0);
  });

  it('is checked despite NODE_TLS_REJECT_UNAUTHORIZED', async () => {
    const server = await startSecure();
    const client = clientFor(projectAt(server.secure));
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });

    const failure = await failureOf(client.call(listBackups(server.secure), forever()));

    expect(failure.details).toMatchObject({ kind: 'network', cause: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(server.requests).toHaveLength(0);
  });

  it('from a server without TLS fails after one attempt', async () => {
    const server = await startServer(good);
    const secure = `https://${server.host}`;
    const client = clientFor(projectAt(secure));

    const failure = await failureOf(client.call(listBackups(secure), forever()));

    expect(failure.message).toBe(
      `cannot list backups: ${server.host} does not speak TLS on this port (ERR_SSL_WRONG_VERSION_NUMBER); check the scheme and the port of the endpoint`,
    );
    expect(client.observations).toHaveLength(1);
  });
});

describe('the proxy of a project', () => {
  const REMOTE_URL = `https://${REMOTE}`;

  it.each([
    [undefined, {}, REMOTE_URL, undefined],
    [undefined, { HTTPS_PROXY: '', https_proxy: '' }, REMOTE_URL, undefined],
    [undefined, { HTTP_PROXY: 'http://p:1' }, REMOTE_URL, undefined],
    [undefined, { HTTPS_PROXY: 'http://p:1' }, REMOTE_URL, 'http://p:1'],
    [undefined, { https_proxy: 'p:1' }, REMOTE_URL, 'http://p:1'],
    [undefined, { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1' }, REMOTE_URL, 'http://a:1'],
    [undefined, { HTTPS_PROXY: 'http://p:1', no_proxy: 'x', NO_PROXY: '*' }, REMOTE_URL, 'http://p:1'],
    ['http://own:1', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, REMOTE_URL, 'http://own:1'],
    ['http://own:1', {}, 'https://127.0.0.1:8443', undefined],
    ['http://own:1', {}, 'http://127.0.0.2', undefined],
    ['http://own:1', {}, 'https://localhost', undefined],
    ['http://own:1', {}, 'https://[::1]:8443', undefined],
    ['http://own:1', {}, 'https://LOCALHOST.', undefined],
    ['http://own:1', {}, 'https://[::ffff:127.0.0.1]', undefined],
    ['http://own:1', {}, 'http://169.254.169.254', undefined],
    [undefined, { HTTPS_PROXY: 'http://p:1' }, 'https://127.0.0.1', undefined],
  ] as const)(
    'configured as %s with the environment %j is used for %s: %s',
    (configured, environment, to, url) => {
      const proxy = chooseProxy(configured, environment);

      expect(proxy?.isFor(new URL(to)) === true ? proxy.url : undefined).toBe(url);
    },
  );

  it.each([
    ['*', REMOTE_URL, true],
    [REMOTE, REMOTE_URL, true],
    [REMOTE.toUpperCase(), REMOTE_URL, true],
    ['example', REMOTE_URL, true],
    ['.example', REMOTE_URL, true],
    ['*.cn-north-4.example', REMOTE_URL, true],
    ['north-4.example', REMOTE_URL, false],
    ['x y,example', REMOTE_URL, true],
    [`${REMOTE}:443`, REMOTE_URL, true],
    [`${REMOTE}:8443`, REMOTE_URL, false],
    [`${REMOTE}:8443`, `${REMOTE_URL}:8443`, true],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['0.1.2.3', 'https://10.1.2.3', false],
    ['10.1.2.3:443', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['0.0.0.0/0', 'https://10.1.2.3', true],
    ['10.0.0.0/33', 'https://10.1.2.3', false],
    ['10.0.0.0/x', 'https://10.1.2.3', false],
    ['10.0.0.0/8', REMOTE_URL, false],
    ['2001:db8::/32', 'https://[2001:db8::1]', true],
    ['2001:db8:0::1', 'https://[2001:db8::1]', true],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]', true],
    ['2001:db8::/32', 'https://[2001:db9::1]', false],
    ['2001:db8::/32', 'https://10.1.2.3', false],
  ])('is bypassed if NO_PROXY is %s and the endpoint is %s: %s', (noProxy, endpoint, bypassed) => {
    const proxy = chooseProxy(undefined, { HTTPS_PROXY: 'http://p:1', NO_PROXY: noProxy });

    expect(proxy?.isFor(new URL(endpoint))).toBe(!bypassed);
  });

  const call = async (
    server: SecureServer,
    proxy: TestProxy,
    how: {
      readonly proxyUrl?: string;
      readonly environment?: Record<string, string>;
    },
  ) => {
    const origin = server.remote;
    const client = clientFor(projectAt(origin, { caFile: authority.file, proxyUrl: how.proxyUrl }), {
      environment: how.environment ?? {},
    });
    await client.call(listBackups(origin), forever());
    return proxy.tunnels.length;
  };

  it('tunnels HTTPS without seeing it, including large headers', async () => {
    const server = await startSecure();
    const proxy = await startProxy();

    await call(server, proxy, { proxyUrl: `http://user:p%40ss@${proxy.host}` });

    expect(proxy.tunnels).toEqual([
      {
        to: `${REMOTE}:${server.port}`,
        authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
      },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(proxy.requests).toHaveLength(0);
  });

  it('comes from the environment if none is configured', async () => {
    const server = await startSecure();
    const proxy = await startProxy();

    expect(await call(server, proxy, { environment: { https_proxy: proxy.host } })).toBe(1);
  });

  it('is bypassed according to NO_PROXY', async () => {
    const server = await startSecure();
    const proxy = await startProxy();
    const client = clientFor(projectAt(server.remote), {
      environment: { HTTPS_PROXY: proxy.origin, NO_PROXY: REMOTE },
    });

    await failureOf(client.call(listBackups(server.remote), forever()));

    expect([proxy.tunnels.length, proxy.requests.length]).toEqual([0, 0]);
  });

  it.each(['http', 'https'] as const)('is not used for requests to this machine over %s', async (scheme) => {
    const server = scheme === 'http' ? await startServer(good) : await startSecure();
    const proxy = await startProxy();
    const origin = `${scheme}://${server.host}`;
    const credentials = { type: 'password', user: 'u', domain: 'd', password: secretOf('pw') } as const;
    const client = clientFor(
      projectAt(origin, { proxyUrl: proxy.origin, caFile: authority.file, credentials }),
      { environment: { HTTPS_PROXY: proxy.origin, HTTP_PROXY: proxy.origin } },
    );

    await failureOf(client.call(listBackups(origin), forever()));

    expect([proxy.tunnels.length, proxy.requests.length, server.requests.length]).toEqual([0, 0, 1]);
  });

  it('is never used for the metadata service', async () => {
    const metadata = await startServer((received, response) => {
      if (received.method === 'PUT') respondJson(response, 404, {});
      else respondJson(response, 200, { credential: { access: 'a', secret: 'b', securitytoken: 'c' } });
    });
    const server = await startSecure();
    const proxy = await startProxy();
    const project = projectAt(server.remote, {
      caFile: authority.file,
      proxyUrl: proxy.origin,
      credentials: { type: 'ecs-agency' },
    });
    const client = clientFor(project, { metadataOrigin: metadata.origin, clock: createTestClock().now });

    await client.call(listBackups(server.remote), forever());

    expect(metadata.requests).toHaveLength(2);
    expect(proxy.tunnels.map(({ to }) => to)).toEqual([`${REMOTE}:${server.port}`]);
    expect(proxy.requests).toHaveLength(0);
  });

  it.each([
    [
      'requires a password',
      (socket: Socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
      'network',
      1,
      'the proxy requires a user name and password; put them into its URL',
    ],
    [
      'forbids it',
      (socket: Socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'),
      'network',
      1,
      'the proxy returned 403; check that the proxy',
    ],
    [
      'fails',
      (socket: Socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
      'network',
      3,
      'the proxy returned 502',
    ],
    ['closes the connection', (socket: Socket) => socket.destroy(), 'network', 3, 'the proxy closed'],
    ['does not respond', () => undefined, 'timeout', 3, 'within 0.4 s'],
  ] as const)(
    'that %s fails the call quickly, and is named in the error',
    async (_name, fault, kind, attempts, message) => {
      const server = await startSecure();
      const proxy = await startProxy(fault);
      const client = clientFor(projectAt(server.remote, { proxyUrl: proxy.origin }), {
        requestTimeout: seconds(0.4),
      });

      const failure = await failureOf(client.call(listBackups(server.remote), forever()));

      expect(failure.details.kind).toBe(kind);
      expect(failure.message).toContain('(proxy_url or HTTPS_PROXY)');
      expect(failure.message).toContain(message);
      expect(client.observations).toHaveLength(attempts);
      expect(server.requests).toHaveLength(0);
    },
  );

  it('that cannot be reached fails the call', async () => {
    const server = await startSecure();
    const client = clientFor(projectAt(server.remote, { proxyUrl: 'http://127.0.0.1:1' }));

    const failure = await failureOf(client.call(listBackups(server.remote), forever()));

    expect(failure.details).toMatchObject({ kind: 'network', cause: 'ECONNREFUSED' });
  });

  it('whose URL is invalid fails the call without printing it', async () => {
    const server = await startSecure();
    const client = clientFor(projectAt(server.remote), {
      environment: { HTTPS_PROXY: 'http://user:hidden@:port' },
    });

    const failure = await failureOf(client.call(listBackups(server.remote), forever()));

    expect(failure.details.kind).toBe('network');
    expect(failure.message).toBe(
      'cannot list backups: the URL of the proxy (HTTPS_PROXY) cannot be used; it must be http://HOST:PORT or https://HOST:PORT',
    );
  });

  it('allows a call to be aborted while a tunnel is opened', async () => {
    const server = await startSecure();
    const proxy = await startProxy(() => undefined);
    const client = clientFor(projectAt(server.remote, { proxyUrl: proxy.origin }));
    const deadline = new AbortController();
    const call = failureOf(client.call(listBackups(server.remote), deadline.signal));
    await eventually(() => proxy.tunnels.length === 1);
    const started = performance.now();

    deadline.abort();
    const failure = await call;

    expect(failure.details.kind).toBe('timeout');
    expect(performance.now() - started).toBeLessThan(SOON);
  });
});
