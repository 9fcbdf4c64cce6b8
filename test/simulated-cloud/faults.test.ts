import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SimulatedCloud, SimulatedFault } from '../../src/services/simulated-cloud.ts';
import { get, type JsonObject, post, rowsOf, START, send } from './cloud-under-test.ts';
import { startMadeUpCloud } from './made-up-apis.ts';

const LIST = '/v1/{p}/widgets/backups';

const faulty = async (fault: SimulatedFault) => {
  const started = await startMadeUpCloud();
  const undo = started.cloud.inject({ match: { operation: 'list_backups' }, fault });
  return { ...started, undo };
};

/** The bytes received until the connection ends or `isEnough` is true. */
const rawResponse = (cloud: SimulatedCloud, path: string, isEnough = (_: string) => false): Promise<string> =>
  new Promise((resolve) => {
    const { port, host } = new URL(cloud.origin);
    let text = '';
    const socket = connect({ port: Number(port), host: '127.0.0.1' }, () => {
      const target = path.replace('{p}', cloud.account.projectId);
      socket.write(
        `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nX-Auth-Token: ${cloud.issueToken()}\r\n\r\n`,
      );
    });
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (isEnough(text)) {
        socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) {
    await setImmediate();
  }
};

const bodyOf = (raw: string): string => raw.slice(raw.indexOf('\r\n\r\n') + 4);

describe('faults', () => {
  it('respond with a status, a body and headers', async () => {
    const { cloud } = await faulty({
      kind: 'status',
      status: 429,
      body: { error_code: 'APIGW.0308' },
      headers: { 'Retry-After': '7' },
    });

    const response = await get(cloud, LIST);

    expect(response).toMatchObject({ status: 429, body: { error_code: 'APIGW.0308' } });
    expect(response.headers.get('retry-after')).toBe('7');
  });

  it('respond with only a status, or with text', async () => {
    const { cloud, undo } = await faulty({ kind: 'status', status: 503 });

    const bare = await get(cloud, LIST);
    undo();
    cloud.inject({ match: {}, fault: { kind: 'status', status: 500, body: 'broken' } });
    const text = await get(cloud, LIST);

    expect(bare).toMatchObject({ status: 503, body: '' });
    expect(text).toMatchObject({ status: 500, body: 'broken' });
  });

  it('reset the connection before the response', async () => {
    const { cloud } = await faulty({ kind: 'reset' });

    const raw = await rawResponse(cloud, LIST);

    expect(raw).toBe('');
    await expect(get(cloud, LIST)).rejects.toThrow();
  });

  it('cut the connection in the middle of the body', async () => {
    const { cloud, undo } = await faulty({ kind: 'reset-in-body' });

    const half = bodyOf(await rawResponse(cloud, LIST));
    await expect(get(cloud, LIST)).rejects.toThrow();
    undo();
    const whole = bodyOf(await rawResponse(cloud, LIST));

    expect(half.length).toBe(Math.ceil(whole.length / 2));
    expect(whole.startsWith(half)).toBe(true);
  });

  it('never respond', async () => {
    const { cloud } = await faulty({ kind: 'no-response' });
    const abandon = new AbortController();
    const pending = send(cloud, LIST.replace('{p}', cloud.account.projectId), { signal: abandon.signal });

    await until(() => cloud.requests.length === 1);
    abandon.abort();

    await expect(pending).rejects.toThrow(/abort/);
    expect(cloud.requests[0]?.status).toBeUndefined();
  });

  it('send the body byte by byte', async () => {
    const { cloud } = await faulty({ kind: 'drip', secondsPerByte: 0.001 });

    const raw = await rawResponse(cloud, `${LIST}?limit=1&offset=1000`);

    expect(JSON.parse(bodyOf(raw))).toMatchObject({ rows: [] });
  });

  it('send one byte a second by default', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { cloud } = await faulty({ kind: 'drip' });
    const bytes: string[] = [];

    const raw = rawResponse(cloud, LIST, (text) => {
      bytes.push(bodyOf(text));
      // The first call is for the headers; each later one is for the bytes since the clock moved.
      vi.advanceTimersByTime(1000);
      return bytes.length === 4;
    });

    expect(bodyOf(await raw)).toBe('{"t');
    expect(bytes).toEqual(['', '{', '{"', '{"t']);
  });

  it('respond 200 with a web page, nothing, or other JSON', async () => {
    const { cloud, undo } = await faulty({ kind: 'html' });
    const page = await get(cloud, LIST);
    undo();
    cloud.inject({ match: {}, times: 1, fault: { kind: 'empty' } });
    cloud.inject({ match: {}, times: 1, fault: { kind: 'wrong-shape' } });
    cloud.inject({ match: {}, times: 1, fault: { kind: 'wrong-shape', body: { rows: 'none' } } });

    const others = [await get(cloud, LIST), await get(cloud, LIST), await get(cloud, LIST)];

    expect(page.headers.get('content-type')).toBe('text/html');
    expect(page.body).toMatch(/<html>/);
    expect(others.map(({ status, body }) => [status, body])).toEqual([
      [200, ''],
      [200, [1, 'two', null]],
      [200, { rows: 'none' }],
    ]);
  });

  it('respond with the first half of the JSON as if it were complete', async () => {
    const { cloud } = await faulty({ kind: 'cut-json' });

    const body = bodyOf(await rawResponse(cloud, LIST));

    expect(body).toMatch(/^\{"total":/);
    expect(() => JSON.parse(body)).toThrow(SyntaxError);
  });

  it('respond with a body of the given size', async () => {
    const { cloud } = await faulty({ kind: 'huge-body', bytes: 5_000_001 });

    const { body } = await get(cloud, LIST);

    expect(JSON.stringify(body).length).toBe(5_000_001);
  });

  it('generate a body of 2 GiB only as it is read', async () => {
    const { cloud } = await faulty({ kind: 'huge-body', bytes: 2 ** 31 });
    const before = process.memoryUsage().rss;

    const raw = await rawResponse(cloud, LIST, (text) => text.length > 1_000_000);
    await until(() => cloud.requests[0]?.status === 200);

    expect(raw.length).toBeLessThan(10_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  it('respond with deeply nested JSON', async () => {
    const { cloud } = await faulty({ kind: 'deep-nesting', depth: 3 });

    expect((await get(cloud, LIST)).body).toEqual({ a: { a: { a: 0 } } });
  });

  it('redirect the client', async () => {
    const { cloud } = await faulty({ kind: 'redirect', location: 'https://elsewhere.example/' });

    const response = await get(cloud, LIST);

    expect(response.status).toBe(301);
    expect(response.headers.get('location')).toBe('https://elsewhere.example/');
  });

  it('add a big header to the correct response', async () => {
    const { cloud } = await faulty({ kind: 'big-header', bytes: 80 * 1024 });

    const raw = await rawResponse(cloud, LIST);

    expect(raw.indexOf('\r\n\r\n')).toBeGreaterThan(80 * 1024);
    expect(JSON.parse(bodyOf(raw))).toMatchObject({ total: expect.any(Number) });
  });

  it('delay the correct response', async () => {
    const { cloud } = await faulty({ kind: 'delay', seconds: 0.03 });
    const before = performance.now();

    const response = await get(cloud, LIST);

    expect(response.status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(25);
  });

  it.each([
    ['list_backups', LIST],
    ['list_backups', '/v1/{p}/gadgets/backups'],
    ['list_widgets', '/v1/{p}/widgets'],
    ['list_gadgets', '/v1/{p}/gadgets'],
  ] as const)('page forever in %s of %s', async (operation, path) => {
    const { cloud } = await startMadeUpCloud();
    cloud.inject({ match: { operation }, fault: { kind: 'endless-paging' } });
    const seen = new Set<unknown>();

    for (const offset of [0, 50, 1_000_000]) {
      const response = await get(cloud, `${path}?limit=50&offset=${offset}`);
      rowsOf(response, 'rows').forEach(({ id }) => {
        seen.add(id);
      });
      expect((response.body as JsonObject)['total']).toBeGreaterThan(1_000_000);
    }

    expect(seen.size).toBe(150);
  });

  it('repeat the first page forever', async () => {
    const { cloud } = await faulty({ kind: 'repeated-page' });

    const first = rowsOf(await get(cloud, LIST), 'rows');
    const later = rowsOf(await get(cloud, `${LIST}?offset=500`), 'rows');

    expect(first.length).toBe(10);
    expect(later).toEqual(first);
  });

  it.each(['no-response', 'reset'] as const)(
    'lose the response (%s) to a request that has arrived',
    async (how) => {
      const { cloud } = await startMadeUpCloud();
      const { id } = cloud.resourceOf('healthy');
      const abandon = new AbortController();
      cloud.inject({ match: { operation: 'create_backup' }, fault: { kind: 'lost-response', how } });

      const pending = send(cloud, `/v1/${cloud.account.projectId}/widgets/${id}/backups`, {
        method: 'POST',
        headers: { 'X-Auth-Token': cloud.issueToken(), 'Content-Type': 'application/json' },
        body: '{}',
        signal: abandon.signal,
      });
      await until(() => cloud.backupsOf(id).at(-1)?.start === START);
      if (how === 'no-response') {
        abandon.abort();
      }

      await expect(pending).rejects.toThrow();
      expect(cloud.backupsOf(id).at(-1)).toMatchObject({ method: 'manual', state: 'running' });
    },
  );

  it('other than a lost response leave no backup behind', async () => {
    const { cloud } = await startMadeUpCloud();
    const { id } = cloud.resourceOf('healthy');
    const before = cloud.backupsOf(id);
    cloud.inject({ match: { operation: 'create_backup' }, fault: { kind: 'reset' } });

    await expect(post(cloud, `/v1/{p}/widgets/${id}/backups`, {})).rejects.toThrow();

    expect(cloud.backupsOf(id)).toEqual(before);
  });
});

describe('a fault rule', () => {
  const statuses = async (cloud: SimulatedCloud, path: string, count: number): Promise<number[]> => {
    const responses: number[] = [];
    for (let call = 0; call < count; call += 1) {
      responses.push((await get(cloud, path)).status);
    }
    return responses;
  };
  const status = (code: number): SimulatedFault => ({ kind: 'status', status: code });

  it('skips requests, then applies the given number of times', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.inject({ match: { operation: 'list_backups' }, skip: 1, times: 2, fault: status(503) });

    expect(await statuses(cloud, LIST, 5)).toEqual([200, 503, 503, 200, 200]);
  });

  it('applies until it is undone', async () => {
    const { cloud } = await startMadeUpCloud();
    const undo = cloud.inject({ match: {}, fault: status(503) });

    const before = await statuses(cloud, LIST, 3);
    undo();
    undo();

    expect([...before, ...(await statuses(cloud, LIST, 1))]).toEqual([503, 503, 503, 200]);
  });

  it('is followed by the next rule when used up', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.inject({ match: {}, times: 1, fault: status(500) });
    cloud.inject({ match: {}, times: 1, fault: status(502) });

    expect(await statuses(cloud, LIST, 3)).toEqual([500, 502, 200]);
  });

  it('applies only to its operation and service', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.inject({ match: { operation: 'list_backups', service: 'gadgets' }, fault: status(503) });

    expect(await statuses(cloud, LIST, 1)).toEqual([200]);
    expect(await statuses(cloud, '/v1/{p}/gadgets', 1)).toEqual([200]);
    expect(await statuses(cloud, '/v1/{p}/gadgets/backups', 1)).toEqual([503]);
  });
});
