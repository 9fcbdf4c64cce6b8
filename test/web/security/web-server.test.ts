import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WEB_LIMITS } from '../../../src/web/security/web-limits.ts';
import { openWebSecurity } from '../../../src/web/security/web-security.ts';
import { createWebServer, type Listening } from '../../../src/web/security/web-server.ts';
import { sendShared } from '../../../src/web/shared-body.ts';
import {
  basic,
  connectTo,
  eventually,
  exchange,
  hashOf,
  makeAuthority,
  manualClock,
  plainPasswords,
  recordingLog,
  request,
  startServer,
  statusOf,
  temporaryDirectory,
  untilClosed,
  webConfigFile,
} from './support.ts';

let certificates: string;
beforeAll(async () => {
  certificates = await mkdtemp(join(tmpdir(), 'web-server-'));
  await (await makeAuthority(certificates)).issue('server');
}, 60_000);
afterAll(() => rm(certificates, { recursive: true, force: true }));

const tlsConfig = async (more = ''): Promise<string> => {
  const directory = await temporaryDirectory();
  for (const name of ['server.pem', 'server.key']) {
    await copyFile(join(certificates, name), join(directory, name));
  }
  const content = `tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n${more}`;
  return webConfigFile(content, directory);
};

/** A listener whose responses the test sends. */
const heldListener = () => {
  const held: ServerResponse[] = [];
  return {
    held,
    listener: (_request: IncomingMessage, response: ServerResponse): void => {
      held.push(response);
    },
  };
};

describe('the web server', () => {
  it('returns its address with the actual port', async () => {
    const { listening } = await startServer({});

    expect(listening.port).toBeGreaterThan(0);
    expect(listening).toEqual({
      host: '127.0.0.1',
      port: listening.port,
      address: `127.0.0.1:${listening.port}`,
      scheme: 'http',
    });
  });

  it.each([
    {
      what: 'a port in use',
      host: '127.0.0.1',
      taken: true,
      reason: 'the port is in use; stop what listens',
    },
    {
      what: 'an address of another machine',
      host: '192.0.2.1',
      taken: false,
      reason: 'no network interface has this address',
    },
    { what: 'an unknown host', host: 'nowhere.invalid', taken: false, reason: 'the host name' },
  ])('cannot listen on $what, and the error says why', async ({ host, taken, reason }) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => {
      other.close();
    });
    const bound = other.address();
    const port = taken && typeof bound === 'object' && bound !== null ? bound.port : 0;
    const { log } = recordingLog();
    const { now } = manualClock();
    const security = await openWebSecurity(undefined, log);
    const listener = (_request: IncomingMessage, response: ServerResponse) => response.end();
    const server = createWebServer({
      security,
      log,
      now,
      limits: WEB_LIMITS,
      listener,
      passwords: undefined,
    });

    const listening = server.listen({ host, port });

    await expect(listening).rejects.toThrow(`cannot listen on ${host}:${port}: `);
    await expect(listening).rejects.toThrow(reason);
  });

  it('can serve an express application', async () => {
    const app = express().get('/page', (_request, response) => {
      response.send('page');
    });
    const { listening } = await startServer({ listener: app });

    const found = await fetch(`http://${listening.address}/page`);
    const missing = await fetch(`http://${listening.address}/other`);

    expect([found.status, await found.text(), missing.status]).toEqual([200, 'page', 404]);
  });
});

it('the web server survives clients that reset their connections', async () => {
  const { listening } = await startServer({});
  for (let client = 0; client < 10; client += 1) {
    const socket = await connectTo(listening);
    socket.write(request('/'));
    socket.resetAndDestroy();
  }

  const response = await exchange(listening, request('/'));

  expect(statusOf(response)).toBe(200);
});

describe('the headers of the web configuration', () => {
  const HEADERS = {
    'Content-Security-Policy': "default-src 'self'",
    'X-Frame-Options': 'deny',
    'X-Content-Type-Options': 'nosniff',
    'X-XSS-Protection': '0',
    'Strict-Transport-Security': 'max-age=60',
  };
  const file = (): Promise<string> =>
    webConfigFile(
      [
        'http_server_config:\n  headers:\n',
        ...Object.entries(HEADERS).map(([name, value]) => `    ${name}: "${value}"\n`),
        `basic_auth_users:\n  alice: ${hashOf('secret')}\n`,
      ].join(''),
    );
  const raw = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

  it.each([
    ['a request', 200, request('/', basic('alice', 'secret'))],
    ['a probe', 200, request('/-/healthy')],
    ['an unknown path', 404, request('/nowhere', basic('alice', 'secret'))],
    ['an error of the application', 500, request('/broken', basic('alice', 'secret'))],
    ['missing credentials', 401, request('/')],
    ['a body that is too large', 413, request('/', { 'Content-Length': '9999' })],
    ['headers that are too large', 431, request('/', { 'X-Long': 'a'.repeat(17_000) })],
    ['no host', 400, raw('GET / HTTP/1.1', 'Connection: close')],
    ['something other than HTTP', 400, raw('hello')],
    ['an unknown expectation', 417, request('/', { Expect: 'wonders' })],
    ['half a request', 408, 'GET / HTTP/1.1\r\nHost: exp'],
  ])('are in the response to %s: %i', async (_what, status, message) => {
    const { listening } = await startServer({
      webConfig: await file(),
      passwords: plainPasswords(),
      limits: { headersTimeout: 50 },
      listener: ({ url }, response) => {
        if (url === '/broken') throw new Error('broken');
        response.statusCode = url === '/nowhere' ? 404 : 200;
        response.end();
      },
    });

    const response = await exchange(listening, message);

    expect(statusOf(response)).toBe(status);
    for (const [name, value] of Object.entries(HEADERS))
      expect(response).toContain(`\r\n${name}: ${value}\r\n`);
  });

  it('change with the file', async () => {
    const webConfig = await webConfigFile('http_server_config: { headers: { X-Frame-Options: deny } }');
    const { server, listening } = await startServer({ webConfig });
    await writeFile(webConfig, 'http_server_config: { headers: { X-Frame-Options: sameorigin } }');

    await server.refresh();
    const response = await exchange(listening, request('/'));

    expect(response).toContain('X-Frame-Options: sameorigin');
  });
});

describe('a request body', () => {
  const post = (headers: Readonly<Record<string, string>>, body = ''): string =>
    request('/-/reload', headers).replace('GET', 'POST') + body;
  const chunk = (size: number): string => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`;

  it.each([
    ['of no bytes', post({ 'Content-Length': '0' }), 200],
    ['of 1 KiB', post({ 'Content-Length': '1024' }, 'x'.repeat(1024)), 200],
    ['of 1 KiB and a byte', post({ 'Content-Length': '1025' }, 'x'.repeat(1025)), 413],
    ['announced as 1 TB', post({ 'Content-Length': '1000000000000' }), 413],
    [
      'of 1 KiB in chunks',
      post({ 'Transfer-Encoding': 'chunked' }, `${chunk(512)}${chunk(512)}0\r\n\r\n`),
      200,
    ],
    [
      'of more than 1 KiB in chunks',
      post({ 'Transfer-Encoding': 'chunked' }, `${chunk(1024)}${chunk(1)}`),
      413,
    ],
    ['of a negative length', post({ 'Content-Length': '-1' }), 400],
    ['of two lengths', post({ 'Content-Length': '1', 'content-length': '2' }, 'xx'), 400],
    ['with a GET', request('/', { 'Content-Length': '2000' }), 413],
  ])('%s gets the expected status', async (_what, message, status) => {
    let requests = 0;
    const { listening } = await startServer({
      listener: (_request, response) => {
        requests += 1;
        response.end();
      },
    });

    const response = await exchange(listening, message);

    expect(statusOf(response)).toBe(status);
    expect(requests).toBe(status === 200 ? 1 : 0);
  });

  it('that is too large is rejected before it is sent if the client expects 100 Continue', async () => {
    const { listening } = await startServer({});
    const socket = await connectTo(listening);
    socket.write(post({ Expect: '100-continue', 'Content-Length': '2000' }));

    const [first] = (await once(socket, 'data')) as [Buffer];

    expect(statusOf(String(first))).toBe(413);
  });

  it('that is small enough gets 100 Continue if the client expects it', async () => {
    const { listening } = await startServer({});
    const socket = await connectTo(listening);
    socket.write(post({ Expect: '100-continue', 'Content-Length': '2' }));

    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.write('ok');
    const rest = await untilClosed(socket);

    expect(String(first)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(statusOf(rest)).toBe(200);
  });

  it('that is too large does not reset the connection while the client is still sending', async () => {
    const { listening } = await startServer({ limits: { lingerTimeout: 30_000 } });
    const socket = await connectTo(listening);
    const wasOpen: boolean[] = [];
    const response = untilClosed(socket);
    socket.write(post({ 'Content-Length': String(20 * 5000) }));

    for (let chunk = 0; chunk < 20; chunk += 1) {
      socket.write('x'.repeat(5000));
      await sleep(5);
      wasOpen.push(socket.writable);
    }

    expect(wasOpen.slice(0, -1)).not.toContain(false);
    expect(await response).toMatch(/^HTTP\/1\.1 413 [\s\S]*413 Payload Too Large\n$/);
  });

  it('that never ends is rejected', async () => {
    const { listening } = await startServer({});
    const socket = await connectTo(listening);
    socket.write(post({ 'Transfer-Encoding': 'chunked' }));
    const sending = setInterval(() => socket.write(chunk(16_384)), 1);
    onTestFinished(() => clearInterval(sending));

    const response = await untilClosed(socket);

    expect(statusOf(response)).toBe(413);
  });

  it('that does not arrive gets a 408', async () => {
    const { listening } = await startServer({ limits: { headersTimeout: 50, requestTimeout: 50 } });

    const response = await exchange(listening, post({ 'Content-Length': '10' }, 'x'));

    expect(statusOf(response)).toBe(408);
    expect(response).toContain('Connection: close');
  });
});

describe('a slow client', () => {
  // One that is still sending may lose the response when its connection is reset.
  const DISCONNECTED = /^$|^HTTP\/1\.1 408 /;

  it('is disconnected if it sends nothing', async () => {
    const { listening } = await startServer({ limits: { headersTimeout: 50 } });

    const response = await exchange(listening, '');

    expect(statusOf(response)).toBe(408);
  });

  it('is disconnected if it sends its headers a byte at a time', async () => {
    const { listening } = await startServer({ limits: { headersTimeout: 100 } });
    const socket = await connectTo(listening);
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n');
    const dripping = setInterval(() => socket.write('X'), 5);
    onTestFinished(() => clearInterval(dripping));

    const response = await untilClosed(socket);

    expect(response).toMatch(DISCONNECTED);
  });

  it('is disconnected if it sends its second request a byte at a time', async () => {
    const { listening } = await startServer({ limits: { headersTimeout: 60, keepAliveTimeout: 60 } });
    const socket = await connectTo(listening);
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');
    await once(socket, 'data');
    socket.write('GET / HTTP/1.1\r\n');
    const dripping = setInterval(() => socket.write('X'), 5);
    onTestFinished(() => clearInterval(dripping));

    const rest = await untilClosed(socket);

    expect(rest).toMatch(DISCONNECTED);
  });

  it('is disconnected if it never completes the TLS handshake', async () => {
    const { listening, lines } = await startServer({
      webConfig: await tlsConfig(),
      limits: { headersTimeout: 50 },
    });
    const socket = await connectTo(listening);
    // The start of a handshake that is never completed.
    socket.write(Buffer.of(22, 3, 1, 2, 0));

    const response = await untilClosed(socket);

    expect(response).toBe('');
    expect(lines.join('\n')).toContain('ERR_TLS_HANDSHAKE_TIMEOUT');
  });

  it('is disconnected immediately if it closes its side instead of starting a TLS handshake', async () => {
    const { listening } = await startServer({ webConfig: await tlsConfig() });
    const socket = await connectTo(listening);
    const start = performance.now();

    socket.end();
    await untilClosed(socket);

    expect(performance.now() - start).toBeLessThan(WEB_LIMITS.headersTimeout / 2);
  });

  const big = Array.from({ length: 32 }, () => Buffer.alloc(1024 * 1024, 'x'));

  it.each(['plain', 'TLS'])('is disconnected if it reads nothing of a response over %s', async (kind) => {
    const { held, listener } = heldListener();
    const { listening } = await startServer({
      ...(kind === 'TLS' && { webConfig: await tlsConfig() }),
      limits: { stallTimeout: 200 },
      listener: (incoming, response) => {
        listener(incoming, response);
        void sendShared(response, big);
      },
    });
    const socket =
      kind === 'TLS'
        ? tlsConnect({ host: '127.0.0.1', port: listening.port, rejectUnauthorized: false })
        : await connectTo(listening);
    socket.on('error', () => undefined);
    onTestFinished(() => {
      socket.destroy();
    });
    socket.write(request('/'));
    socket.pause();

    await eventually(() => held[0]?.destroyed === true);

    expect(held[0]?.writableFinished).toBe(false);
  });

  it('stays connected while it keeps reading', async () => {
    const { listening } = await startServer({
      limits: { stallTimeout: 300 },
      listener: (_request, response) => void sendShared(response, big),
    });
    const socket = await connectTo(listening);
    socket.write(request('/'));
    let received = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), received % 7 === 0 ? 20 : 1);
    });

    await once(socket, 'close');

    expect(received).toBeGreaterThan(32 * 1024 * 1024);
  }, 60_000);

  it('is disconnected if it takes too long to read a response, however steadily it reads', async () => {
    const { held, listener } = heldListener();
    const { listening } = await startServer({
      limits: { responseTimeout: 300 },
      listener: (incoming, response) => {
        listener(incoming, response);
        void sendShared(response, big);
      },
    });
    const socket = await connectTo(listening);
    socket.write(request('/'));
    socket.pause();
    const reading = setInterval(() => socket.read(1), 10);
    onTestFinished(() => clearInterval(reading));

    await eventually(() => held[0]?.destroyed === true);

    expect(held[0]?.writableFinished).toBe(false);
  });

  it('that sends no further request is disconnected silently', async () => {
    const { listening } = await startServer({ limits: { keepAliveTimeout: 30 } });
    const socket = await connectTo(listening);
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');

    const response = await untilClosed(socket);

    expect(response.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(statusOf(response)).toBe(200);
  });
});

describe('connections', () => {
  const open = async (listening: Listening, kind: string): Promise<Socket> => {
    if (kind === 'plain') return connectTo(listening);
    const socket = tlsConnect({ host: '127.0.0.1', port: listening.port, rejectUnauthorized: false });
    onTestFinished(() => {
      socket.destroy();
    });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  };
  const getStatus = async (socket: Socket): Promise<number> => {
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    return statusOf(String(data));
  };

  it.each(['plain', 'TLS'])('beyond the limit close the one idle the longest, over %s', async (kind) => {
    const { listening, lines } = await startServer({
      ...(kind === 'TLS' && { webConfig: await tlsConfig() }),
      limits: { connectionsPerClient: 3 },
    });
    const [first, second, third] = [
      await open(listening, kind),
      await open(listening, kind),
      await open(listening, kind),
    ];
    const used = await getStatus(first);

    const fourth = await open(listening, kind);
    await untilClosed(second);
    const statuses = [await getStatus(first), await getStatus(third), await getStatus(fourth)];

    expect([used, ...statuses]).toEqual([200, 200, 200, 200]);
    expect(lines.filter((line) => line.startsWith('warn too many open connections'))).toHaveLength(1);
  });

  it.each(['plain', 'TLS'])(
    'that send nothing make room for others, even before the TLS handshake, over %s',
    async (kind) => {
      const { listening } = await startServer({
        ...(kind === 'TLS' && { webConfig: await tlsConfig() }),
        limits: { connectionsPerClient: 10 },
      });
      const idle = await Promise.all(Array.from({ length: 50 }, () => connectTo(listening)));

      const status = await getStatus(await open(listening, kind));

      expect(status).toBe(200);
      await eventually(() => idle.filter(({ closed }) => !closed).length === 9);
    },
  );

  it.each([
    { what: 'half a request line', sent: 'GET /metr' },
    { what: 'half a header', sent: 'GET /metrics HTTP/1.1\r\nHost: ex' },
    { what: 'half a body', sent: 'POST / HTTP/1.1\r\nHost: exporter\r\nContent-Length: 10\r\n\r\nhalf' },
  ])('that have sent $what are closed before one that was just opened', async ({ sent }) => {
    const { listening } = await startServer({ limits: { connectionsPerClient: 4 } });
    const flood = async (): Promise<Socket> => {
      const socket = await connectTo(listening);
      socket.write(sent);
      return socket;
    };
    const older = await Promise.all(Array.from({ length: 4 }, flood));
    await sleep(50);
    const probe = await open(listening, 'plain');

    await flood();
    await eventually(() => older.filter(({ closed }) => closed).length === 2);

    expect(await getStatus(probe)).toBe(200);
  });

  it('with a request in flight are closed only if all have one', async () => {
    const { held, listener } = heldListener();
    const { listening } = await startServer({ listener, limits: { connectionsPerClient: 2 } });
    const busy = await connectTo(listening);
    busy.write(request('/'));
    await eventually(() => held.length === 1);
    const idle = await connectTo(listening);

    const third = await connectTo(listening);
    await untilClosed(idle);
    third.write(request('/'));
    await eventually(() => held.length === 2);
    await connectTo(listening);
    const response = await untilClosed(busy);
    held[1]?.end('for the third');

    expect(response).toBe('');
    expect(await untilClosed(third)).toContain('for the third');
  });

  it.each([
    { kind: 'plain', webConfig: () => Promise.resolve(undefined) },
    { kind: 'TLS', webConfig: () => tlsConfig() },
  ])('from one address leave room for other addresses, over $kind', async ({ kind, webConfig }) => {
    const file = await webConfig();
    const { listening } = await startServer({
      ...(file !== undefined && { webConfig: file }),
      limits: { connections: 12, connectionsPerClient: 8 },
    });
    const other = await open(listening, kind);
    const before = await getStatus(other);

    // Loopback has many addresses: the flood comes from a different one than `other`.
    const flood = await Promise.all(Array.from({ length: 60 }, () => connectTo(listening, '127.0.0.2')));
    await eventually(() => flood.filter(({ closed }) => !closed).length === 8);
    const after = await getStatus(other);

    expect([before, after]).toEqual([200, 200]);
  });

  it('that failed the TLS handshake no longer count', async () => {
    const { listening } = await startServer({ webConfig: await tlsConfig(), limits: { connections: 2 } });

    for (let attempt = 0; attempt < 10; attempt += 1) {
      const socket = await connectTo(listening);
      socket.write('no handshake');
      await untilClosed(socket);
    }

    expect(await getStatus(await open(listening, 'TLS'))).toBe(200);
  });
});

describe('pipelined requests', () => {
  it('are handled one at a time, in order', async () => {
    const { held, listener } = heldListener();
    const { listening } = await startServer({ listener });
    const socket = await connectTo(listening);
    const response = untilClosed(socket);
    socket.write(`${request('/1').replace('Connection: close\r\n', '')}${request('/2')}`);
    await eventually(() => held.length === 1);
    await sleep(20);
    const atOnce = held.length;

    held[0]?.end('first');
    await eventually(() => held.length === 2);
    held[1]?.end('second');

    expect(atOnce).toBe(1);
    expect(await response).toMatch(/200 OK[\s\S]*first[\s\S]*200 OK[\s\S]*second$/);
  });

  it('close the connection if there are too many', async () => {
    const { held, listener } = heldListener();
    const { listening } = await startServer({ listener });
    const socket = await connectTo(listening);

    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n'.repeat(2400));
    const response = await untilClosed(socket);

    expect(response).toBe('');
    expect(held).toHaveLength(1);
    expect(held[0]?.destroyed).toBe(true);
  });
});

describe('the rate limit', () => {
  it('admits a burst, then one request per interval, not counting probes', async () => {
    const webConfig = await webConfigFile('rate_limit: { interval: 10s, burst: 2 }');
    const { listening, advance } = await startServer({ webConfig });
    const getStatus = async (path: string): Promise<number> =>
      statusOf(await exchange(listening, request(path)));

    const statuses = [
      await getStatus('/'),
      await getStatus('/'),
      await getStatus('/'),
      await getStatus('/-/healthy'),
    ];
    advance(9999);
    statuses.push(await getStatus('/'));
    advance(1);
    statuses.push(await getStatus('/'), await getStatus('/'));
    advance(1_000_000);
    statuses.push(await getStatus('/'), await getStatus('/'), await getStatus('/'));

    expect(statuses).toEqual([200, 200, 429, 200, 429, 200, 429, 200, 200, 429]);
  });
});

describe('closing', () => {
  /** Whether the promise resolves within this time. */
  const within = async (milliseconds: number, promise: Promise<unknown>): Promise<boolean> => {
    const abort = new AbortController();
    const late = sleep(milliseconds, false, { signal: abort.signal }).catch(() => false);
    const result = await Promise.race([promise.then(() => true), late]);
    abort.abort();
    return result;
  };

  it('closes idle connections at once, including those with an incomplete request', async () => {
    const { server, listening } = await startServer({});
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const [kept] = (await once(get({ agent, port: listening.port, host: '127.0.0.1' }), 'response')) as [
      IncomingMessage,
    ];
    kept.resume();
    await once(kept, 'end');
    await connectTo(listening);
    (await connectTo(listening)).write('GET / HT');

    const isQuick = await within(1000, server.close(60_000));

    expect(isQuick).toBe(true);
  });

  it.each(['plain', 'TLS'])('completes a response in progress, over %s', async (kind) => {
    const { held, listener } = heldListener();
    const { server, listening } = await startServer({
      ...(kind === 'TLS' && { webConfig: await tlsConfig() }),
      listener,
    });
    const socket =
      kind === 'TLS'
        ? tlsConnect({ host: '127.0.0.1', port: listening.port, rejectUnauthorized: false })
        : await connectTo(listening);
    const stalled = await connectTo(listening);
    stalled.write(kind === 'TLS' ? Buffer.of(22, 3, 1, 2, 0) : 'GET');
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');
    await eventually(() => held.length === 1);

    const closing = server.close(60_000);
    const isEarly = await within(50, closing);
    held[0]?.end('full response');
    const response = await untilClosed(socket);
    const isQuick = await within(1000, closing);

    expect({ isEarly, isQuick }).toEqual({ isEarly: false, isQuick: true });
    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close[\s\S]*full response$/);
  });

  it('completes a response whose headers were already sent', async () => {
    const { held, listener } = heldListener();
    const { server, listening } = await startServer({ listener });
    const socket = await connectTo(listening);
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');
    await eventually(() => held.length === 1);
    held[0]?.writeHead(200, { 'Content-Length': 12 });
    held[0]?.write('first ');
    await once(socket, 'data');

    const closing = server.close(60_000);
    held[0]?.end('second');
    const rest = await untilClosed(socket);

    expect(rest).toContain('second');
    expect(await within(1000, closing)).toBe(true);
  });

  it.each(['plain', 'TLS'])('aborts responses that do not end in time, over %s', async (kind) => {
    const { held, listener } = heldListener();
    const { server, listening } = await startServer({
      ...(kind === 'TLS' && { webConfig: await tlsConfig() }),
      listener,
    });
    const socket =
      kind === 'TLS'
        ? tlsConnect({ host: '127.0.0.1', port: listening.port, rejectUnauthorized: false })
        : await connectTo(listening);
    socket.on('error', () => undefined);
    socket.write(request('/'));
    await eventually(() => held.length === 1);

    const isQuick = await within(1500, server.close(100));

    expect(isQuick).toBe(true);
    await eventually(() => held[0]?.destroyed === true);
  });

  it('stops accepting connections and frees the port', async () => {
    const { server, listening } = await startServer({});
    await server.close(1000);

    const other = createServer().listen(listening.port, '127.0.0.1');
    await once(other, 'listening');

    expect(other.listening).toBe(true);
    other.close();
  });
});
