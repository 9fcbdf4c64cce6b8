import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { STATUS_CONTENT_SECURITY_POLICY } from '../../src/status/assets.ts';
import { statusRoutes } from '../../src/web/status-routes.ts';
import { mixedReport } from '../status/reports.ts';
import { type StatusServer, startStatusServer } from '../status/server.ts';

let server: StatusServer;
beforeAll(async () => {
  server = await startStatusServer(mixedReport);
});
afterAll(() => server.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  request(`${server.origin}${path}`, { headers });

describe('the status routes', () => {
  it('serve the page with a policy that forbids inline scripts and external files', async () => {
    const { statusCode, headers, body } = await get('/');

    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': STATUS_CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(STATUS_CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none';/);
    expect(STATUS_CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:|data:/);
    expect(await body.text()).toContain('<h1');
  });

  it('read the query string', async () => {
    const { body } = await get('/?q=billing&state=&sort=age');

    expect(await body.text()).toContain('<b>1 resource</b> matching the filter, of 16');
  });

  it.each(['/?', '/?q', '/?q=%', '/?q=%ff%zz&page=&&=&q[]=x', '/?q=a?b', '/?__proto__[x]=1'])(
    'tolerate %s',
    async (path) => {
      const { statusCode, body } = await get(path);

      expect(statusCode).toBe(200);
      await body.dump();
    },
  );

  it('serve the status as JSON', async () => {
    const { headers, body } = await get('/api/v1/status');

    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(await body.json()).toMatchObject({ version: '0.1.0', states: { stale: 2 } });
  });

  it.each(['/', '/api/v1/status', '/assets/style.css'])(
    'compress %s for clients that accept gzip',
    async (path) => {
      const compressed = await fetch(`${server.origin}${path}`, { headers: { 'Accept-Encoding': 'gzip' } });
      const plain = await get(path);

      expect(compressed.headers.get('Content-Encoding')).toBe('gzip');
      expect(compressed.headers.get('Vary')).toBe('Accept-Encoding');
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(await compressed.text()).toBe(await plain.body.text());
    },
  );

  it('serve the configuration in use as text', async () => {
    const { headers, body } = await get('/config');

    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(await body.text()).toBe('projects: []\n');
  });

  it('serve every file that the page references, with its content type', async () => {
    const { body } = await get('/');
    const files = [...(await body.text()).matchAll(/"\.(\/assets\/[^"]*)"/g)].map(([, path = '']) => path);

    const responses = await Promise.all(files.map((path) => get(path)));

    expect(responses.map(({ statusCode, headers }) => [statusCode, headers['content-type']])).toEqual([
      [200, 'text/css; charset=utf-8'],
      [200, 'image/svg+xml'],
      [200, 'text/javascript; charset=utf-8'],
    ]);
    await Promise.all(responses.map(({ body: asset }) => asset.dump()));
  });

  it.each(['/assets/other.css', '/assets/..%2fpackage.json', '/assets/', '/api/v1'])(
    'do not handle %s',
    async (path) => {
      const { statusCode, body } = await get(path);

      expect(statusCode).toBe(404);
      await body.dump();
    },
  );

  it.each(['/', '/api/v1/status', '/config'])('allow only GET and HEAD for %s', async (path) => {
    const posted = await request(`${server.origin}${path}`, { method: 'POST' });
    const head = await request(`${server.origin}${path}`, { method: 'HEAD' });

    expect([posted.statusCode, posted.headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect([head.statusCode, await head.body.text()]).toEqual([200, '']);
    await posted.body.dump();
  });
});

describe('many readers at once', () => {
  const requestAll = async (paths: readonly string[]) => {
    let rendered = 0;
    const status = () => {
      rendered += 1;
      return mixedReport;
    };
    const routes = statusRoutes({ status, configuration: () => '' });
    const server = express().use(routes).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    const responses = await Promise.all(paths.map((path) => request(`http://127.0.0.1:${port}${path}`)));
    return { rendered, texts: await Promise.all(responses.map(({ body }) => body.text())) };
  };

  it('are served by a single rendering', async () => {
    const paths = ['/', '/?q=', '/?unknown=1', '/api/v1/status', '/?state=stale'];

    const { rendered, texts } = await requestAll(Array.from({ length: 10 }, () => paths).flat());

    expect(rendered).toBe(1);
    expect(new Set(texts).size).toBe(3);
  });
});
