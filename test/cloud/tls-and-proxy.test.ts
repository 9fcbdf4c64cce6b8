import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseProxy } from '../../src/cloud/proxy.ts';
import { seconds } from '../../src/domain/quantities.ts';
import { type Authority, createAuthority } from './certificates.ts';
import {
  answerJson,
  clientFor,
  createTestClock,
  eventually,
  failureOf,
  forever,
  type Handler,
  listBackups,
  projectAt,
  startServer,
  type TestServer,
} from './support.ts';

let authority: Authority;
let stranger: Authority;
let identity: { readonly key: string; readonly cert: string };
let foreignIdentity: { readonly key: string; readonly cert: string };

beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  identity = await authority.issue('DNS:localhost,IP:127.0.0.1');
  foreignIdentity = await authority.issue('DNS:elsewhere.example');
});

afterAll(() => Promise.all([authority.remove(), stranger.remove()]));

const good: Handler = (_seen, response) =>
  answerJson(response, 200, { backup_count: 0 }, { 'x-long': 'x'.repeat(40 * 1024) });

interface SecureServer extends TestServer {
  readonly secure: string;
  readonly port: string;
}

const startSecure = async (handler: Handler = good, as = identity): Promise<SecureServer> => {
  const server = await startServer(handler, createHttpsServer(as) as never);
  return { ...server, secure: `https://${server.host}`, port: server.host.split(':')[1] ?? '' };
};

interface TestProxy extends TestServer {
  readonly tunnels: readonly { readonly to: string; readonly authorization: string | undefined }[];
}

/** A proxy that opens tunnels, or does to them what a test says. */
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
    const [host, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
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
  return { ...(await startServer((_seen, response) => answerJson(response, 500, {}), server)), tunnels };
};

describe('a certificate', () => {
  it('of an unknown authority is not trusted, and not asked for again', async () => {
    const server = await startSecure();
    const client = clientFor(projectAt(server.secure));

    const failure = await failureOf(client.call(listBackups(server.secure), forever()));

    expect(failure.details.kind).toBe('network');
    expect(failure.message).toMatch(
      /^cannot list backups: the certificate of 127\.0\.0\.1:\d+ is not trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\); set ca_file/,
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

  it('is trusted once its authority has been put into ca_file', async () => {
    const server = await startSecure();
    const caFile = join(authority.directory, 'rotated.pem');
    await writeFile(caFile, stranger.pem);
    const client = clientFor(projectAt(server.secure, { caFile }));
    const failure = await failureOf(client.call(listBackups(server.secure), forever()));
    await writeFile(caFile, authority.pem);

    const answer = await client.call(listBackups(server.secure), forever());

    expect(failure.details.kind).toBe('network');
    expect(answer).toEqual({ backup_count: 0 });
  });

  it.each([
    ['is missing', undefined, /^cannot list backups: ca_file .*missing\.pem cannot be read \(ENOENT\)$/],
    ['holds none', 'nothing here', /^cannot list backups: ca_file .* holds no certificate in PEM form$/],
  ])('whose ca_file %s fails as network, until it is put right', async (_name, content, message) => {
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

  it('is not to be had from a server without TLS', async () => {
    const server = await startServer(good);
    const secure = `https://${server.host}`;
    const client = clientFor(projectAt(secure));

    const failure = await failureOf(client.call(listBackups(secure), forever()));

    expect(failure.details.kind).toBe('network');
  });
});

describe('the proxy of a project', () => {
  it.each([
    [undefined, {}, { use: 'none' }],
    [undefined, { HTTPS_PROXY: '', https_proxy: '' }, { use: 'none' }],
    [undefined, { HTTP_PROXY: 'http://p:1' }, { use: 'none' }],
    [undefined, { HTTPS_PROXY: 'http://p:1' }, { use: 'https', url: 'http://p:1', except: '' }],
    [undefined, { https_proxy: 'p:1', NO_PROXY: 'x' }, { use: 'https', url: 'http://p:1', except: 'x' }],
    [
      undefined,
      { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1', no_proxy: 'x', NO_PROXY: 'y' },
      { use: 'https', url: 'http://a:1', except: 'x' },
    ],
    ['http://own:1', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, { use: 'always', url: 'http://own:1' }],
  ] as const)('configured as %s in the environment %j is %j', (configured, environment, choice) => {
    expect(chooseProxy(configured, environment)).toEqual(choice);
  });

  const call = async (
    server: SecureServer,
    proxy: TestProxy,
    how: {
      readonly proxyUrl?: string;
      readonly environment?: Record<string, string>;
      readonly origin?: string;
    },
  ) => {
    const origin = how.origin ?? server.secure;
    const client = clientFor(projectAt(origin, { caFile: authority.file, proxyUrl: how.proxyUrl }), {
      environment: how.environment ?? {},
    });
    await client.call(listBackups(origin), forever());
    return proxy.tunnels.length;
  };

  it('carries https in a tunnel and sees none of it, large headers included', async () => {
    const server = await startSecure();
    const proxy = await startProxy();

    await call(server, proxy, { proxyUrl: `http://user:p%40ss@${proxy.host}` });

    expect(proxy.tunnels).toEqual([
      { to: server.host, authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}` },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(proxy.requests).toHaveLength(0);
  });

  it('comes from the environment when none is configured', async () => {
    const server = await startSecure();
    const proxy = await startProxy();

    expect(await call(server, proxy, { environment: { https_proxy: proxy.host } })).toBe(1);
  });

  it.each([
    ['*', true],
    ['127.0.0.1', true],
    ['example.com, 127.0.0.1', true],
    ['127.0.0.1:PORT', true],
    ['127.0.0.1:1', false],
    ['27.0.0.1', false],
    ['localhost', false],
  ])('is passed by where NO_PROXY is %s: %s', async (noProxy, passedBy) => {
    const server = await startSecure();
    const proxy = await startProxy();
    const environment = { HTTPS_PROXY: proxy.origin, NO_PROXY: noProxy.replace('PORT', server.port) };

    expect(await call(server, proxy, { environment })).toBe(passedBy ? 0 : 1);
  });

  it.each(['localhost', '.localhost', 'local*,localhost'])(
    'is passed by for a name in NO_PROXY: %s',
    async (noProxy) => {
      const server = await startSecure();
      const proxy = await startProxy();
      const origin = `https://localhost:${server.port}`;

      expect(
        await call(server, proxy, { origin, environment: { HTTPS_PROXY: proxy.origin, no_proxy: noProxy } }),
      ).toBe(0);
    },
  );

  it('of the environment does not concern http to this machine', async () => {
    const server = await startServer(good);
    const proxy = await startProxy();
    const client = clientFor(projectAt(server.origin), {
      environment: { HTTPS_PROXY: proxy.origin, HTTP_PROXY: proxy.origin },
    });

    await client.call(listBackups(server.origin), forever());

    expect([proxy.tunnels.length, proxy.requests.length, server.requests.length]).toEqual([0, 0, 1]);
  });

  it('is never asked for the metadata service', async () => {
    const metadata = await startServer((seen, response) => {
      if (seen.method === 'PUT') answerJson(response, 404, {});
      else answerJson(response, 200, { credential: { access: 'a', secret: 'b', securitytoken: 'c' } });
    });
    const server = await startSecure();
    const proxy = await startProxy();
    const project = projectAt(server.secure, {
      caFile: authority.file,
      proxyUrl: proxy.origin,
      credentials: { type: 'ecs-agency' },
    });
    const client = clientFor(project, { metadataOrigin: metadata.origin, clock: createTestClock().now });

    await client.call(listBackups(server.secure), forever());

    expect(metadata.requests).toHaveLength(2);
    expect(proxy.tunnels.map(({ to }) => to)).toEqual([server.host]);
    expect(proxy.requests).toHaveLength(0);
  });

  it.each([
    [
      'wants a password',
      (socket: Socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
      'network',
    ],
    ['fails', (socket: Socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'), 'network'],
    ['closes the connection', (socket: Socket) => socket.destroy(), 'network'],
    ['gives no answer', () => undefined, 'timeout'],
  ] as const)('that %s fails the call soon, and says that there is a proxy', async (_name, fault, kind) => {
    const server = await startSecure();
    const proxy = await startProxy(fault);
    const client = clientFor(projectAt(server.secure, { proxyUrl: proxy.origin }), {
      requestTimeout: seconds(0.4),
    });

    const failure = await failureOf(client.call(listBackups(server.secure), forever()));

    expect(failure.details.kind).toBe(kind);
    expect(failure.message).toContain('check the proxy too (proxy_url or HTTPS_PROXY)');
    expect(client.observations.length).toBeLessThanOrEqual(3);
    expect(server.requests).toHaveLength(0);
  });

  it('that is not there fails the call', async () => {
    const server = await startSecure();
    const client = clientFor(projectAt(server.secure, { proxyUrl: 'http://127.0.0.1:1' }));

    const failure = await failureOf(client.call(listBackups(server.secure), forever()));

    expect(failure.details).toMatchObject({ kind: 'network', cause: 'ECONNREFUSED' });
  });

  it('whose URL cannot be used fails the call without showing it', async () => {
    const server = await startSecure();
    const client = clientFor(projectAt(server.secure), {
      environment: { HTTPS_PROXY: 'http://user:hidden@:port' },
    });

    const failure = await failureOf(client.call(listBackups(server.secure), forever()));

    expect(failure.details.kind).toBe('network');
    expect(failure.message).toBe('cannot list backups: the URL of the proxy (HTTPS_PROXY) cannot be used');
  });

  it('lets a call be given up while a tunnel is being opened', async () => {
    const server = await startSecure();
    const proxy = await startProxy(() => undefined);
    const client = clientFor(projectAt(server.secure, { proxyUrl: proxy.origin }));
    const deadline = new AbortController();
    const call = failureOf(client.call(listBackups(server.secure), deadline.signal));
    await eventually(() => proxy.tunnels.length === 1);
    const started = performance.now();

    deadline.abort();
    const failure = await call;

    expect(failure.details.kind).toBe('timeout');
    expect(performance.now() - started).toBeLessThan(500);
  });
});
