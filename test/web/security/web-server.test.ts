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
  handClock,
  hashOf,
  makeAuthority,
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

/** A listener whose answers the test gives. */
const heldListener = () => {
  const held: ServerResponse[] = [];
  return {
    held,
    listener: (_request: IncomingMessage, response: ServerResponse): void => {
      held.push(response);
    },
  };
};

describe('where the server listens', () => {
  it('is told with the real port', async () => {
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
      reason: 'not one of this machine',
    },
    { what: 'a host without address', host: 'nowhere.invalid', taken: false, reason: 'the host name' },
  ])('cannot be $what, and the error says so', async ({ host, taken, reason }) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => {
      other.close();
    });
    const bound = other.address();
    const port = taken && typeof bound === 'object' && bound !== null ? bound.port : 0;
    const { log } = recordingLog();
    const { now } = handClock();
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

  it('may be given to an express application', async () => {
    const app = express().get('/page', (_request, response) => {
      response.send('page');
    });
    const { listening } = await startServer({ listener: app });

    const found = await fetch(`http://${listening.address}/page`);
    const missing = await fetch(`http://${listening.address}/other`);

    expect([found.status, await found.text(), missing.status]).toEqual([200, 'page', 404]);
  });
});

it('outlives clients that reset their connections', async () => {
  const { listening } = await startServer({});
  for (let client = 0; client < 10; client += 1) {
    const socket = await connectTo(listening);
    socket.write(request('/'));
    socket.resetAndDestroy();
  }

  const answer = await exchange(listening, request('/'));

  expect(statusOf(answer)).toBe(200);
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
    ['an answer', 200, request('/', basic('alice', 'secret'))],
    ['a probe', 200, request('/-/healthy')],
    ['an unknown path', 404, request('/nowhere', basic('alice', 'secret'))],
    ['an error of the application', 500, request('/broken', basic('alice', 'secret'))],
    ['missing credentials', 401, request('/')],
    ['a body that is too large', 413, request('/', { 'Content-Length': '9999' })],
    ['headers that are too large', 431, request('/', { 'X-Long': 'a'.repeat(17_000) })],
    ['no host', 400, raw('GET / HTTP/1.1', 'Connection: close')],
    ['something else than HTTP', 400, raw('hello')],
    ['an unknown expectation', 417, request('/', { Expect: 'wonders' })],
    ['half a request', 408, 'GET / HTTP/1.1\r\nHost: exp'],
  ])('stand on the answer to %s: %i', async (_what, status, message) => {
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

    const answer = await exchange(listening, message);

    expect(statusOf(answer)).toBe(status);
    for (const [name, value] of Object.entries(HEADERS))
      expect(answer).toContain(`\r\n${name}: ${value}\r\n`);
  });

  it('follow a change of the file', async () => {
    const webConfig = await webConfigFile('http_server_config: { headers: { X-Frame-Options: deny } }');
    const { server, listening } = await startServer({ webConfig });
    await writeFile(webConfig, 'http_server_config: { headers: { X-Frame-Options: sameorigin } }');

    await server.refresh();
    const answer = await exchange(listening, request('/'));

    expect(answer).toContain('X-Frame-Options: sameorigin');
  });
});

describe('a request body', () => {
  const post = (headers: Readonly<Record<string, string>>, body = ''): string =>
    request('/-/reload', headers).replace('GET', 'POST') + body;
  const chunk = (size: number): string => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`;

  it.each([
    ['of no bytes', post({ 'Content-Length': '0' }), 200],
    ['of 1 KiB', post({ 'Content-Length': '1024' }, 'x'.repeat(1024)), 200],
    ['of a byte more', post({ 'Content-Length': '1025' }, 'x'.repeat(1025)), 413],
    ['announced as 1 TB', post({ 'Content-Length': '1000000000000' }), 413],
    [
      'of 1 KiB in chunks',
      post({ 'Transfer-Encoding': 'chunked' }, `${chunk(512)}${chunk(512)}0\r\n\r\n`),
      200,
    ],
    ['of more in chunks', post({ 'Transfer-Encoding': 'chunked' }, `${chunk(1024)}${chunk(1)}`), 413],
    ['of a negative length', post({ 'Content-Length': '-1' }), 400],
    ['of two lengths', post({ 'Content-Length': '1', 'content-length': '2' }, 'xx'), 400],
    ['with a GET', request('/', { 'Content-Length': '2000' }), 413],
  ])('%s is answered with its status', async (_what, message, status) => {
    let requests = 0;
    const { listening } = await startServer({
      listener: (_request, response) => {
        requests += 1;
        response.end();
      },
    });

    const answer = await exchange(listening, message);

    expect(statusOf(answer)).toBe(status);
    expect(requests).toBe(status === 200 ? 1 : 0);
  });

  it('that is too large is refused before it is sent where the client asks', async () => {
    const { listening } = await startServer({});
    const socket = await connectTo(listening);
    socket.write(post({ Expect: '100-continue', 'Content-Length': '2000' }));

    const [first] = (await once(socket, 'data')) as [Buffer];

    expect(statusOf(String(first))).toBe(413);
  });

  it('that is small enough is asked for where the client asks', async () => {
    const { listening } = await startServer({});
    const socket = await connectTo(listening);
    socket.write(post({ Expect: '100-continue', 'Content-Length': '2' }));

    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.write('ok');
    const rest = await untilClosed(socket);

    expect(String(first)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(statusOf(rest)).toBe(200);
  });

  it('that is too large does not break the connection while the client still sends it', async () => {
    const { listening } = await startServer({});
    const socket = await connectTo(listening);
    const wasOpen: boolean[] = [];
    const answer = untilClosed(socket);
    socket.write(post({ 'Content-Length': String(20 * 5000) }));

    for (let piece = 0; piece < 20; piece += 1) {
      socket.write('x'.repeat(5000));
      await sleep(5);
      wasOpen.push(socket.writable);
    }

    expect(wasOpen.slice(0, -1)).not.toContain(false);
    expect(await answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*413 Payload Too Large\n$/);
  });

  it('that never ends is cut off', async () => {
    const { listening } = await startServer({});
    const socket = await connectTo(listening);
    socket.write(post({ 'Transfer-Encoding': 'chunked' }));
    const sending = setInterval(() => socket.write(chunk(16_384)), 1);
    onTestFinished(() => clearInterval(sending));

    const answer = await untilClosed(socket);

    expect(statusOf(answer)).toBe(413);
  });

  it('that does not come is answered with 408', async () => {
    const { listening } = await startServer({ limits: { headersTimeout: 50, requestTimeout: 50 } });

    const answer = await exchange(listening, post({ 'Content-Length': '10' }, 'x'));

    expect(statusOf(answer)).toBe(408);
    expect(answer).toContain('Connection: close');
  });
});

describe('a slow client', () => {
  it('is cut off when it sends nothing', async () => {
    const { listening } = await startServer({ limits: { headersTimeout: 50 } });

    const answer = await exchange(listening, '');

    expect(statusOf(answer)).toBe(408);
  });

  it('is cut off when it sends its headers a byte at a time', async () => {
    const { listening } = await startServer({ limits: { headersTimeout: 100 } });
    const socket = await connectTo(listening);
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n');
    const start = performance.now();
    const dripping = setInterval(() => socket.write('X'), 5);
    onTestFinished(() => clearInterval(dripping));

    const answer = await untilClosed(socket);

    expect(statusOf(answer)).toBe(408);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('is cut off when it drips its second request over a connection', async () => {
    const { listening } = await startServer({ limits: { headersTimeout: 60, keepAliveTimeout: 60 } });
    const socket = await connectTo(listening);
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');
    await once(socket, 'data');
    socket.write('GET / HTTP/1.1\r\n');
    const dripping = setInterval(() => socket.write('X'), 5);
    onTestFinished(() => clearInterval(dripping));

    const rest = await untilClosed(socket);

    expect(statusOf(rest)).toBe(408);
  });

  it('is cut off when it shakes no hands', async () => {
    const { listening, lines } = await startServer({
      webConfig: await tlsConfig(),
      limits: { headersTimeout: 50 },
    });
    const socket = await connectTo(listening);
    // The beginning of a handshake that never goes on.
    socket.write(Buffer.of(22, 3, 1, 2, 0));

    const answer = await untilClosed(socket);

    expect(answer).toBe('');
    expect(lines.join('\n')).toContain('ERR_TLS_HANDSHAKE_TIMEOUT');
  });

  it('is let go at once when it ends its side instead of shaking hands', async () => {
    const { listening } = await startServer({ webConfig: await tlsConfig() });
    const socket = await connectTo(listening);
    const start = performance.now();

    socket.end();
    await untilClosed(socket);

    expect(performance.now() - start).toBeLessThan(WEB_LIMITS.headersTimeout / 2);
  });

  const big = Array.from({ length: 32 }, () => Buffer.alloc(1024 * 1024, 'x'));

  it.each(['plain', 'TLS'])('is cut off when it takes nothing of an answer over %s', async (kind) => {
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

  it('is not cut off while it goes on reading', async () => {
    const { listening } = await startServer({
      limits: { stallTimeout: 300 },
      listener: (_request, response) => void sendShared(response, big),
    });
    const socket = await connectTo(listening);
    socket.write(request('/'));
    let received = 0;
    socket.on('data', (piece: Buffer) => {
      received += piece.length;
      socket.pause();
      setTimeout(() => socket.resume(), received % 7 === 0 ? 20 : 1);
    });

    await once(socket, 'close');

    expect(received).toBeGreaterThan(32 * 1024 * 1024);
  }, 60_000);

  it('is cut off when it takes too long over an answer, however steadily it reads', async () => {
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

  it('that asks nothing more is let go silently', async () => {
    const { listening } = await startServer({ limits: { keepAliveTimeout: 30 } });
    const socket = await connectTo(listening);
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');

    const answer = await untilClosed(socket);

    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(statusOf(answer)).toBe(200);
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
  const ask = async (socket: Socket): Promise<number> => {
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    return statusOf(String(data));
  };

  it.each(['plain', 'TLS'])(
    'beyond the limit close the one that has been idle the longest, over %s',
    async (kind) => {
      const { listening, lines } = await startServer({
        ...(kind === 'TLS' && { webConfig: await tlsConfig() }),
        limits: { connectionsPerClient: 3 },
      });
      const [first, second, third] = [
        await open(listening, kind),
        await open(listening, kind),
        await open(listening, kind),
      ];
      const used = await ask(first);

      const fourth = await open(listening, kind);
      await untilClosed(second);
      const statuses = [await ask(first), await ask(third), await ask(fourth)];

      expect([used, ...statuses]).toEqual([200, 200, 200, 200]);
      expect(lines.filter((line) => line.startsWith('warn too many open connections'))).toHaveLength(1);
    },
  );

  it.each(['plain', 'TLS'])(
    'that only connect make room for others, before TLS is spoken over %s',
    async (kind) => {
      const { listening } = await startServer({
        ...(kind === 'TLS' && { webConfig: await tlsConfig() }),
        limits: { connectionsPerClient: 10 },
      });
      const idle = await Promise.all(Array.from({ length: 50 }, () => connectTo(listening)));

      const status = await ask(await open(listening, kind));

      expect(status).toBe(200);
      await eventually(() => idle.filter(({ closed }) => !closed).length === 9);
    },
  );

  it.each([
    { what: 'half a request line', sent: 'GET /metr' },
    { what: 'half a header', sent: 'GET /metrics HTTP/1.1\r\nHost: ex' },
    { what: 'half a body', sent: 'POST / HTTP/1.1\r\nHost: exporter\r\nContent-Length: 10\r\n\r\nhalf' },
  ])('that have sent $what make room before one that has just been opened', async ({ sent }) => {
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

    expect(await ask(probe)).toBe(200);
  });

  it('with a request under way are closed only where all have one', async () => {
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
    const answer = await untilClosed(busy);
    held[1]?.end('for the third');

    expect(answer).toBe('');
    expect(await untilClosed(third)).toContain('for the third');
  });

  it.each([
    { kind: 'plain', webConfig: () => Promise.resolve(undefined) },
    { kind: 'TLS', webConfig: () => tlsConfig() },
  ])('of one address leave room for those of others, over $kind', async ({ kind, webConfig }) => {
    const file = await webConfig();
    const { listening } = await startServer({
      ...(file !== undefined && { webConfig: file }),
      limits: { connections: 12, connectionsPerClient: 8 },
    });
    const other = await open(listening, kind);
    const before = await ask(other);

    // Loopback has many addresses: the flood comes from another one than `other`.
    const flood = await Promise.all(Array.from({ length: 60 }, () => connectTo(listening, '127.0.0.2')));
    await eventually(() => flood.filter(({ closed }) => !closed).length === 8);
    const after = await ask(other);

    expect([before, after]).toEqual([200, 200]);
  });

  it('that failed to shake hands count no longer', async () => {
    const { listening } = await startServer({ webConfig: await tlsConfig(), limits: { connections: 2 } });

    for (let attempt = 0; attempt < 10; attempt += 1) {
      const socket = await connectTo(listening);
      socket.write('no handshake');
      await untilClosed(socket);
    }

    expect(await ask(await open(listening, 'TLS'))).toBe(200);
  });
});

describe('requests that are sent without waiting for a response', () => {
  it('get their responses in order, one request at a time', async () => {
    const { held, listener } = heldListener();
    const { listening } = await startServer({ listener });
    const socket = await connectTo(listening);
    const answer = untilClosed(socket);
    socket.write(`${request('/1').replace('Connection: close\r\n', '')}${request('/2')}`);
    await eventually(() => held.length === 1);
    await sleep(20);
    const atOnce = held.length;

    held[0]?.end('first');
    await eventually(() => held.length === 2);
    held[1]?.end('second');

    expect(atOnce).toBe(1);
    expect(await answer).toMatch(/200 OK[\s\S]*first[\s\S]*200 OK[\s\S]*second$/);
  });

  it('close the connection when they are many', async () => {
    const { held, listener } = heldListener();
    const { listening } = await startServer({ listener });
    const socket = await connectTo(listening);

    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n'.repeat(2400));
    const answer = await untilClosed(socket);

    expect(answer).toBe('');
    expect(held).toHaveLength(1);
    expect(held[0]?.destroyed).toBe(true);
  });
});

describe('the rate limit', () => {
  it('lets a burst in and then one an interval, probes apart', async () => {
    const webConfig = await webConfigFile('rate_limit: { interval: 10s, burst: 2 }');
    const { listening, advance } = await startServer({ webConfig });
    const ask = async (path: string): Promise<number> => statusOf(await exchange(listening, request(path)));

    const statuses = [await ask('/'), await ask('/'), await ask('/'), await ask('/-/healthy')];
    advance(9999);
    statuses.push(await ask('/'));
    advance(1);
    statuses.push(await ask('/'), await ask('/'));
    advance(1_000_000);
    statuses.push(await ask('/'), await ask('/'), await ask('/'));

    expect(statuses).toEqual([200, 200, 429, 200, 429, 200, 429, 200, 200, 429]);
  });
});

describe('closing', () => {
  /** Resolves with true when the promise comes to an end within the time. */
  const within = async (milliseconds: number, promise: Promise<unknown>): Promise<boolean> => {
    const abort = new AbortController();
    const late = sleep(milliseconds, false, { signal: abort.signal }).catch(() => false);
    const result = await Promise.race([promise.then(() => true), late]);
    abort.abort();
    return result;
  };

  it('ends idle connections at once, also those that have not sent a whole request', async () => {
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

  it.each(['plain', 'TLS'])('lets an answer under way end, over %s', async (kind) => {
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
    held[0]?.end('whole answer');
    const answer = await untilClosed(socket);
    const isQuick = await within(1000, closing);

    expect({ isEarly, isQuick }).toEqual({ isEarly: false, isQuick: true });
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close[\s\S]*whole answer$/);
  });

  it('lets an answer end whose headers were sent before', async () => {
    const { held, listener } = heldListener();
    const { server, listening } = await startServer({ listener });
    const socket = await connectTo(listening);
    socket.write('GET / HTTP/1.1\r\nHost: exporter\r\n\r\n');
    await eventually(() => held.length === 1);
    held[0]?.writeHead(200, { 'Content-Length': 12 });
    held[0]?.write('whole ');
    await once(socket, 'data');

    const closing = server.close(60_000);
    held[0]?.end('answer');
    const rest = await untilClosed(socket);

    expect(rest).toContain('answer');
    expect(await within(1000, closing)).toBe(true);
  });

  it.each(['plain', 'TLS'])('cuts off what has not ended in time, over %s', async (kind) => {
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

  it('takes no new connections and frees the port', async () => {
    const { server, listening } = await startServer({});
    await server.close(1000);

    const other = createServer().listen(listening.port, '127.0.0.1');
    await once(other, 'listening');

    expect(other.listening).toBe(true);
    other.close();
  });
});
