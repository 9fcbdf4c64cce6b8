import { getEventListeners } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FailureKind } from '../../src/domain/outcome.ts';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { SOON } from '../support/exporter-process.ts';
import {
  clientFor,
  eventually,
  failureOf,
  forever,
  type Handler,
  listBackups,
  listen,
  PROJECT_ID,
  projectAt,
  respondJson,
  startServer,
} from './support.ts';

const HTML = '<html><body>Please sign in</body></html>';

const reset: Handler = (_received, _response, request) => {
  request.socket.resetAndDestroy();
};

const text =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_received, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_received, response) =>
    respondJson(response, status, body, headers);

const endless: Handler = async (_received, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"a":"');
  const chunk = Buffer.alloc(64 * 1024, 'x');
  while (!response.destroyed) {
    if (!response.write(chunk))
      await Promise.race([new Promise((go) => response.once('drain', go)), wait(50)]);
  }
};

const dripping: Handler = async (_received, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  while (!response.destroyed) {
    response.write(' ');
    await wait(20);
  }
};

interface FaultCase {
  readonly name: string;
  readonly fault: Handler;
  readonly kind: FailureKind;
  readonly code: string;
  readonly requests: number;
  readonly message: string;
}

const FAULTS: readonly FaultCase[] = [
  {
    name: 'a connection reset before the response',
    fault: reset,
    kind: 'network',
    code: 'network',
    requests: 3,
    message: 'closed the connection',
  },
  {
    name: 'a connection reset in the middle of the body',
    fault: async (_received, response, request) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"backup_list":[');
      await wait(20);
      request.socket.resetAndDestroy();
    },
    kind: 'network',
    code: 'network',
    requests: 3,
    message: 'closed the connection',
  },
  {
    name: 'a chunked body without its last chunk',
    fault: async (_received, response, request) => {
      response.writeHead(200);
      response.write('{}');
      await wait(20);
      request.socket.end();
    },
    kind: 'network',
    code: 'network',
    requests: 3,
    message: 'closed the connection',
  },
  {
    name: 'a body shorter than announced',
    fault: async (_received, response, request) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{}');
      await wait(20);
      request.socket.end();
    },
    kind: 'network',
    code: 'network',
    requests: 3,
    message: 'closed the connection',
  },
  {
    name: 'no response',
    fault: () => undefined,
    kind: 'timeout',
    code: 'timeout',
    requests: 3,
    message: 'did not finish responding within 0.15 s',
  },
  {
    name: 'an occasional byte',
    fault: dripping,
    kind: 'timeout',
    code: 'timeout',
    requests: 3,
    message: 'did not finish responding within 0.15 s',
  },
  {
    name: 'a page of HTML',
    fault: text(200, HTML, { 'content-type': 'text/html' }),
    kind: 'malformed',
    code: '200',
    requests: 1,
    message: 'returned 200 with a body that is not JSON (text/html); check the endpoint',
  },
  {
    name: 'an empty body',
    fault: text(200, ''),
    kind: 'malformed',
    code: '200',
    requests: 1,
    message: 'an empty body',
  },
  {
    name: 'truncated JSON',
    fault: text(200, '{"backup_list":[{"id"'),
    kind: 'malformed',
    code: '200',
    requests: 1,
    message: 'a body that is not JSON',
  },
  {
    name: 'a compressed body',
    fault: (_received, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync('{}'));
    },
    kind: 'malformed',
    code: '200',
    requests: 1,
    message: 'a body of content encoding gzip, which was not requested',
  },
  {
    name: 'JSON that is not an object',
    fault: json(200, [1]),
    kind: 'malformed',
    code: '200',
    requests: 1,
    message: 'not an object',
  },
  {
    name: 'deep nesting',
    fault: text(200, '{"a":'.repeat(100_000)),
    kind: 'malformed',
    code: '200',
    requests: 1,
    message: 'nested deeper',
  },
  {
    name: 'an endless body',
    fault: endless,
    kind: 'malformed',
    code: '200',
    requests: 1,
    message: 'a body that is too large',
  },
  {
    name: 'a header of 80 KiB',
    fault: json(200, {}, { 'x-long': 'x'.repeat(80 * 1024) }),
    kind: 'malformed',
    code: 'network',
    requests: 1,
    message: 'cannot be read',
  },
  {
    name: 'an error code in a response of status 200',
    fault: json(200, { errorCode: 'GES.7041', errorMessage: 'No permission.' }),
    kind: 'permission',
    code: '200',
    requests: 1,
    message: 'returned 200 GES.7041 "No permission."; grant ges:backup:list',
  },
  {
    name: '400 of a bad parameter',
    fault: json(400, { error_code: 'GES.0001', error_msg: 'Bad parameter.' }),
    kind: 'refused',
    code: '400',
    requests: 1,
    message: 'returned 400 GES.0001 "Bad parameter."',
  },
  {
    name: '400 of a transient engine fault',
    fault: json(400, { error_code: 'GES.7006', error_msg: 'Engine.' }),
    kind: 'server',
    code: '400',
    requests: 3,
    message: 'GES.7006',
  },
  {
    name: '400 of a missing permission',
    fault: json(400, { error_code: 'GES.7041', error_msg: 'No.' }),
    kind: 'permission',
    code: '400',
    requests: 1,
    message: 'GES.7041',
  },
  {
    name: '401',
    fault: json(401, { error_code: 'APIGW.0301', error_msg: 'Incorrect token.' }),
    kind: 'auth',
    code: '401',
    requests: 1,
    message: 'APIGW.0301 "Incorrect token."; the token (the file /run/secrets/it) has expired',
  },
  {
    name: '403',
    fault: text(403, HTML),
    kind: 'permission',
    code: '403',
    requests: 1,
    message: 'returned 403; grant',
  },
  {
    name: '404',
    fault: text(404, ''),
    kind: 'refused',
    code: '404',
    requests: 1,
    message: 'check the endpoint and project_id',
  },
  {
    name: '408',
    fault: json(408, { error_code: 'GES.7005' }),
    kind: 'server',
    code: '408',
    requests: 3,
    message: '408 GES.7005',
  },
  { name: '413', fault: text(413, ''), kind: 'refused', code: '413', requests: 1, message: '413' },
  {
    name: '429',
    fault: json(429, { error_code: 'APIGW.0308', error_msg: 'limit:20,time:1 minute' }),
    kind: 'throttled',
    code: '429',
    requests: 3,
    message: 'raise poll.interval',
  },
  { name: '494', fault: text(494, ''), kind: 'refused', code: '494', requests: 1, message: '494' },
  {
    name: '500 without a code',
    fault: text(500, HTML),
    kind: 'server',
    code: '500',
    requests: 1,
    message: '500',
  },
  {
    name: '500 of GaussDB',
    fault: json(500, { error_code: 'DBS.200022', error_msg: 'Server failure.' }),
    kind: 'server',
    code: '500',
    requests: 3,
    message: 'DBS.200022',
  },
  { name: '502', fault: text(502, HTML), kind: 'server', code: '502', requests: 3, message: '502' },
  { name: '503', fault: text(503, ''), kind: 'server', code: '503', requests: 3, message: '503' },
  { name: '504', fault: text(504, ''), kind: 'server', code: '504', requests: 3, message: '504' },
  {
    name: 'an error with an endless body',
    fault: async (received, response, request) => {
      response.writeHead(503);
      await endless(received, Object.assign(response, { writeHead: () => response }), request);
    },
    kind: 'server',
    code: '503',
    requests: 3,
    message: '503',
  },
];

const SHORT = { requestTimeout: seconds(0.15), maxBodyBytes: 1024 * 1024 };

describe('a call to a service that responds with', () => {
  it.each(FAULTS)(
    '$name fails as $kind, after $requests requests, and works again afterwards',
    async (fault) => {
      let broken = true;
      const server = await startServer((received, response, request) =>
        broken ? fault.fault(received, response, request) : respondJson(response, 200, { backup_list: [] }),
      );
      const slow = fault.kind !== 'timeout';
      const client = clientFor(
        projectAt(server.origin),
        slow ? { ...SHORT, requestTimeout: seconds(5) } : SHORT,
      );

      const failure = await failureOf(client.call(listBackups(server.origin), forever()));
      const requests = server.requests.length;
      broken = false;
      const after = await client.call(listBackups(server.origin), forever());

      expect(failure.details.kind).toBe(fault.kind);
      expect(failure.message).toContain(`cannot list backups: ${server.host}`);
      expect(failure.message).toContain(fault.message);
      expect(failure.message).not.toMatch(/[\r\n]/);
      expect(requests).toBe(fault.requests);
      expect(client.observations.slice(0, requests).map(({ code }) => code)).toEqual(
        Array.from({ length: requests }, () => fault.code),
      );
      expect(after).toEqual({ backup_list: [] });
    },
  );

  it('a header of 40 KiB succeeds', async () => {
    const server = await startServer(json(200, { backup_count: 0 }, { 'x-long': 'x'.repeat(40 * 1024) }));
    const client = clientFor(projectAt(server.origin));

    expect(await client.call(listBackups(server.origin), forever())).toEqual({ backup_count: 0 });
  });

  it('a redirect fails as refused and sends nothing elsewhere', async () => {
    const elsewhere = await startServer(json(200, {}));
    const server = await startServer(text(301, '', { location: `${elsewhere.origin}/v2/x` }));
    const client = clientFor(projectAt(server.origin));

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.details.kind).toBe('refused');
    expect(failure.message).toContain('returned 301; redirects are not followed; check the endpoint');
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('an announced body of 2 GiB fails before any of it is read', async () => {
    let sent = 0;
    const server = await startServer(async (_received, response) => {
      response.writeHead(200, { 'content-length': String(2 ** 31) });
      const chunk = Buffer.alloc(64 * 1024, ' ');
      while (!response.destroyed && sent < 2 ** 31) {
        sent += chunk.length;
        if (!response.write(chunk))
          await Promise.race([new Promise((go) => response.once('drain', go)), wait(20)]);
      }
    });
    const client = clientFor(projectAt(server.origin));

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.details.kind).toBe('malformed');
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('something other than HTTP fails as malformed', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.end('500 What?\r\n'));
    });
    const origin = `http://127.0.0.1:${await listen(server as never)}`;
    onTestFinished(() => {
      server.close();
    });
    const client = clientFor(projectAt(origin));

    const failure = await failureOf(client.call(listBackups(origin), forever()));

    expect(failure.details.kind).toBe('malformed');
  });
});

/** Responds to each request with raw bytes, in chunks. */
const startRaw = async (chunks: readonly string[]): Promise<{ origin: string; requests: () => number }> => {
  let requests = 0;
  const server = createTcpServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', async () => {
      requests += 1;
      for (const chunk of chunks) {
        socket.write(chunk);
        await wait(5);
      }
    });
  });
  onTestFinished(() => {
    server.close();
  });
  return { origin: `http://127.0.0.1:${await listen(server as never)}`, requests: () => requests };
};

describe('a response after `100 Continue`', () => {
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
  const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 18\r\n\r\n{"backup_count":0}';

  it.each([
    ['in the same packet', [`${CONTINUE}${OK}`]],
    ['in the next packet', [CONTINUE, OK]],
    ['in chunks', ['HTTP', '/1.1 100 Conti', 'nue\r\n', '\r\nHTTP/1.', OK.slice(7)]],
    ['twice, with a header', [`HTTP/1.1 100\r\nx-a: b\r\n\r\n${CONTINUE}`, OK]],
    ['followed by other interim ones', [`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}`]],
    ['not sent at all', [OK.slice(0, 5), OK.slice(5)]],
  ])('%s is read repeatedly on one connection', async (_name, chunks) => {
    const server = await startRaw(chunks);
    const client = clientFor(projectAt(server.origin));
    const post = listBackups(server.origin, { method: 'POST', operation: 'create_backup', body: {} });

    const responses = [
      await client.call(listBackups(server.origin), forever()),
      await client.call(post, forever()),
      await client.call(listBackups(server.origin), forever()),
    ];

    expect(responses).toEqual(Array.from({ length: 3 }, () => ({ backup_count: 0 })));
    expect(client.observations.map(({ code }) => code)).toEqual(['200', '200', '200']);
  });

  it('is read unchanged if its body looks like one', async () => {
    const body = JSON.stringify({ name: CONTINUE });
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`;
    const server = await startRaw([head + body.slice(0, 9), body.slice(9)]);
    const client = clientFor(projectAt(server.origin));

    expect(await client.call(listBackups(server.origin), forever())).toEqual({ name: CONTINUE });
  });

  it('that never arrives is a timeout', async () => {
    const server = await startRaw([CONTINUE]);
    const client = clientFor(projectAt(server.origin), SHORT);

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.details.kind).toBe('timeout');
  });
});

describe('a call', () => {
  it.each([1.005, 1.007, 0.118])('can have a fractional timeout of %f s', async (limit) => {
    const server = await startServer(json(200, {}));
    const client = clientFor(projectAt(server.origin), { requestTimeout: seconds(limit) });

    expect(await client.call(listBackups(server.origin), forever())).toEqual({});
  });

  it('to a closed port fails as network after three attempts', async () => {
    const server = createTcpServer();
    const port = await listen(server as never);
    await new Promise((resolve) => server.close(resolve));
    const client = clientFor(projectAt(`http://127.0.0.1:${port}`));

    const failure = await failureOf(client.call(listBackups(`http://127.0.0.1:${port}`), forever()));

    expect(failure.details).toMatchObject({ kind: 'network', cause: 'ECONNREFUSED', status: undefined });
    expect(failure.message).toBe(
      `cannot list backups: 127.0.0.1:${port} refused the connection (ECONNREFUSED); check the host and the port of the endpoint, and firewalls`,
    );
    expect(client.observations.map(({ code }) => code)).toEqual(['network', 'network', 'network']);
  });

  it('sends an encoded path, query and body', async () => {
    const server = await startServer(json(200, {}));
    const client = clientFor(projectAt(server.origin));
    const request = listBackups(`${server.origin}/prefix/`, {
      method: 'POST',
      operation: 'create_backup',
      path: '/v2/{project_id}/graphs/a b/backups',
      query: { when: '2018-08-06T12:34:52+0800', a: "!'()*" },
      body: { name: 'x' },
    });

    await client.call(request, forever());

    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        url: `/prefix/v2/${PROJECT_ID}/graphs/a%20b/backups?a=%21%27%28%29%2A&when=2018-08-06T12%3A34%3A52%2B0800`,
        body: '{"name":"x"}',
        headers: {
          host: server.host,
          'content-type': 'application/json',
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'huaweicloud-backup-exporter/0.0.0',
          'x-auth-token': 'static-token',
        },
      },
    ]);
  });

  it.each(['..', '.', '%2E%2e'])('with the id %s in its path is rejected and not sent', async (id) => {
    const server = await startServer(json(200, {}));
    const client = clientFor(projectAt(server.origin));
    const request = listBackups(server.origin, { path: `/v3/{project_id}/instances/${id}/backups/policy` });

    const failure = await failureOf(client.call(request, forever()));

    expect(failure.details.kind).toBe('refused');
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['create_backup', reset],
    ['export_backup', text(503, '')],
    ['create_backup', text(429, '')],
    ['export_backup', () => undefined],
  ] as const)('that starts something (%s) is sent once, whatever its result', async (operation, fault) => {
    const server = await startServer(fault);
    const client = clientFor(projectAt(server.origin), SHORT);

    await failureOf(client.call(listBackups(server.origin, { method: 'POST', operation }), forever()));

    expect(server.requests).toHaveLength(1);
  });

  it('reuses its connection for the next one', async () => {
    let connections = 0;
    const server = await startServer(json(200, {}));
    server.server.on('connection', () => {
      connections += 1;
    });
    const client = clientFor(projectAt(server.origin), { concurrency: 1 });

    for (let count = 0; count < 5; count += 1) await client.call(listBackups(server.origin), forever());

    expect(connections).toBe(1);
  });

  it('never exceeds the concurrency of the project, across all hosts', async () => {
    let running = 0;
    let most = 0;
    const busy: Handler = async (_received, response) => {
      running += 1;
      most = Math.max(most, running);
      await wait(5);
      running -= 1;
      respondJson(response, 200, {});
    };
    const servers = await Promise.all([startServer(busy), startServer(busy)]);
    const client = clientFor(projectAt(servers[0].origin), { concurrency: 3 });

    await Promise.all(
      Array.from({ length: 15 }, () =>
        servers.map(({ origin }) => client.call(listBackups(origin), forever())),
      ).flat(),
    );

    expect(servers.map(({ requests }) => requests.length)).toEqual([15, 15]);
    expect(most).toBe(3);
  });

  it('prints neither credentials echoed in a response nor control characters', async () => {
    const server = await startServer((received, response) =>
      respondJson(response, 400, {
        error_code: `GES.${String(received.headers['x-auth-token'])}`,
        error_msg: `no\r\n\u001b[2J ${JSON.stringify(received.headers)} ${'long '.repeat(100)}`,
      }),
    );
    const client = clientFor(projectAt(server.origin));

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(JSON.stringify([failure.message, failure.details, client.lines])).not.toContain('static-token');
    expect(failure.message).not.toMatch(/\p{Cc}/u);
    expect(failure.message.length).toBeLessThan(350);
  });
});

describe('the log at debug', () => {
  it('has the full canonical request of the gateway, without secrets', async () => {
    const path = `/v2/${PROJECT_ID}/graphs/backups`;
    const canonical = (token: string) =>
      `verify aksk signature fail, canonicalRequest:GET|${path}/|limit=100&offset=0|host:ges.cn-north-4.myhuaweicloud.com|x-sdk-date:20240104T000000Z|x-auth-token:${token}||host;x-sdk-date|end`;
    const server = await startServer((received, response) =>
      respondJson(response, 401, {
        error_code: 'APIGW.0301',
        error_msg: canonical(String(received.headers['x-auth-token'])),
      }),
    );
    const client = clientFor(projectAt(server.origin));

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.message.length).toBeLessThan(400);
    expect(client.lines.find(({ message }) => message === 'request')?.fields).toMatchObject({
      code: '401',
      text: canonical('[…]'),
    });
  });
});

describe('a content type', () => {
  it('is printed without echoed secrets', async () => {
    const server = await startServer((received, response) => {
      response.writeHead(200, { 'content-type': `text/html; a=${String(received.headers['x-auth-token'])}` });
      response.end(HTML);
    });
    const client = clientFor(projectAt(server.origin));

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.message).toContain('(text/html; a=[…])');
  });
});

describe('many calls', () => {
  it('leak no listener, no unused connection and no warning', async () => {
    const warnings: unknown[] = [];
    const warn = (warning: unknown): number => warnings.push(warning);
    process.on('warning', warn);
    onTestFinished(() => {
      process.off('warning', warn);
    });
    let connections = 0;
    const faults = [reset, text(503, ''), text(200, HTML), json(200, {}), endless];
    const server = await startServer((received, response, request) =>
      faults[Math.floor(Math.random() * faults.length)]?.(received, response, request),
    );
    server.server.on('connection', (socket) => {
      connections += 1;
      socket.on('close', () => {
        connections -= 1;
      });
    });
    const client = clientFor(projectAt(server.origin), { maxBodyBytes: 100_000 });
    const { signal } = new AbortController();

    for (let round = 0; round < 10; round += 1) {
      const calls = Array.from({ length: 30 }, () => client.call(listBackups(server.origin), signal));
      await Promise.allSettled(calls);
    }

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await eventually(() => connections <= 4);
    expect(warnings).toEqual([]);
  });
});

describe('the delay before a retry', () => {
  const now = Date.parse('2024-01-04T00:00:00Z') / 1000;

  it.each([
    ['none', undefined, 0.5],
    ['seconds', '7', 7],
    ['zero', '0', 0.5],
    ['a date', 'Thu, 04 Jan 2024 00:00:09 GMT', 9],
    ['a past date', 'Wed, 03 Jan 2024 00:00:00 GMT', 0.5],
    ['nonsense', '-5 bananas', 0.5],
  ])('respects Retry-After: %s', async (_name, value, expected) => {
    let responses = 0;
    const server = await startServer((_received, response) => {
      responses += 1;
      if (responses > 1) return respondJson(response, 200, {});
      response.sendDate = false;
      response.writeHead(429, {
        date: 'Thu, 04 Jan 2024 00:00:00 GMT',
        ...(value === undefined ? {} : { 'retry-after': value }),
      });
      response.end();
    });
    // This clock is an hour off, which must not matter: the date is on the server's clock.
    const client = clientFor(projectAt(server.origin), { clock: () => unixSeconds(now + 3600) });

    const response = await client.call(listBackups(server.origin), forever());

    expect(response).toEqual({});
    expect(client.sleeps).toEqual([expected]);
  });

  it.each([
    ['a number', '99999999999'],
    ['a date', 'Thu, 04 Jan 2124 00:00:00 GMT'],
  ])('is not waited for if Retry-After is very long: %s', async (_name, value) => {
    const server = await startServer((_received, response) => {
      response.writeHead(429, { 'retry-after': value });
      response.end();
    });
    const client = clientFor(projectAt(server.origin));

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.details).toMatchObject({ kind: 'throttled', status: 429 });
    expect(client.sleeps).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  it('ends when the signal aborts, and the previous response counts', async () => {
    const server = await startServer(text(503, ''));
    const deadline = new AbortController();
    const client = clientFor(projectAt(server.origin), {
      sleep: async (_duration, signal) => {
        setTimeout(() => deadline.abort(), 10);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });

    const failure = await failureOf(client.call(listBackups(server.origin), deadline.signal));

    expect(failure.details).toMatchObject({ kind: 'server', status: 503 });
    expect(server.requests).toHaveLength(1);
  });

  it('keeps an earlier response if later attempts get none', async () => {
    let responses = 0;
    const server = await startServer((received, response, request) => {
      responses += 1;
      return responses === 1 ? text(503, '')(received, response, request) : undefined;
    });
    const client = clientFor(projectAt(server.origin), SHORT);

    const failure = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.details).toMatchObject({ kind: 'server', status: 503 });
    expect(client.observations.map(({ code }) => code)).toEqual(['503', 'timeout', 'timeout']);
  });
});

describe('aborting a call', () => {
  it.each([
    ['before anything was sent', 0],
    ['before a response', 1],
  ])('%s is an immediate timeout', async (_name, requests) => {
    const server = await startServer(() => undefined);
    const client = clientFor(projectAt(server.origin));
    const deadline = new AbortController();
    if (requests === 0) deadline.abort();

    const call = failureOf(client.call(listBackups(server.origin), deadline.signal));
    await eventually(() => server.requests.length === requests);
    const started = performance.now();
    deadline.abort();
    const failure = await call;

    expect(failure.details).toMatchObject({ kind: 'timeout', status: undefined });
    expect(performance.now() - started).toBeLessThan(SOON);
  });

  it.each([
    ['at the deadline', new DOMException('', 'TimeoutError'), ['timeout']],
    ['because the page is no longer needed', undefined, []],
  ])('%s in the middle of a body ends immediately, counted as %j', async (_name, reason, codes) => {
    const server = await startServer(dripping);
    const client = clientFor(projectAt(server.origin));
    const deadline = new AbortController();
    const call = failureOf(client.call(listBackups(server.origin), deadline.signal));
    await eventually(() => server.requests.length === 1);
    await wait(30);

    deadline.abort(reason);
    const failure = await call;

    expect(failure.details.kind).toBe('timeout');
    expect(client.observations.map(({ code }) => code)).toEqual(codes);
  });

  it('by closing the project does not count as a timeout', async () => {
    const server = await startServer(() => undefined);
    const client = clientFor(projectAt(server.origin));
    const call = failureOf(client.call(listBackups(server.origin), AbortSignal.timeout(60_000)));
    await eventually(() => server.requests.length === 1);

    await client.close();
    const failure = await call;

    expect(failure.details.cause).toBe('CLOSED');
    expect(client.observations).toEqual([]);
  });

  it('while connecting is an immediate timeout', async () => {
    // A TLS handshake that never gets a response.
    const silent = createTcpServer((socket) => socket.on('error', () => undefined));
    const origin = `https://127.0.0.1:${await listen(silent as never)}`;
    onTestFinished(() => {
      silent.close();
    });
    const client = clientFor(projectAt(origin));
    const deadline = new AbortController();
    const call = failureOf(client.call(listBackups(origin), deadline.signal));
    await wait(50);
    const started = performance.now();

    deadline.abort();
    const failure = await call;

    expect(failure.details.kind).toBe('timeout');
    expect(performance.now() - started).toBeLessThan(SOON);
  });

  it('while it waits for a slot is a timeout, and sends nothing', async () => {
    const server = await startServer(() => undefined);
    const client = clientFor(projectAt(server.origin), { concurrency: 1 });
    const deadline = new AbortController();
    client.call(listBackups(server.origin), forever()).catch(() => undefined);
    await eventually(() => server.requests.length === 1);
    const call = failureOf(client.call(listBackups(server.origin), deadline.signal));

    deadline.abort();
    const failure = await call;

    expect(failure.details.kind).toBe('timeout');
    expect(server.requests).toHaveLength(1);
  });

  it('by closing the client rejects pending and later calls', async () => {
    const server = await startServer(() => undefined);
    const client = clientFor(projectAt(server.origin));
    const call = failureOf(client.call(listBackups(server.origin), forever()));
    await eventually(() => server.requests.length === 1);

    await client.close();
    const failure = await call;
    const later = await failureOf(client.call(listBackups(server.origin), forever()));

    expect(failure.message).toBe(
      'cannot list backups: cancelled because the connections of the project were closed',
    );
    expect(later.details.kind).toBe('network');
    await client.close();
  });
});
