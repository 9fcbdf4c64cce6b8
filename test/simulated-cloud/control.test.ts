import { request } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createAuthority } from '../cloud/certificates.ts';
import { SOON } from '../support/exporter-process.ts';
import { get, passwordSignIn, post, rowsOf, START, send } from './cloud-under-test.ts';
import { startMadeUpCloud } from './made-up-apis.ts';

const LIST = '/v1/{p}/widgets/backups';

describe('the request log', () => {
  it('records requests and their statuses without any secret', async () => {
    const { cloud } = await startMadeUpCloud();
    const token = cloud.issueToken();
    await send(cloud, '/v3/auth/tokens', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(passwordSignIn(cloud.account)),
    });

    await get(cloud, `${LIST}?offset=0&limit=0`, {
      'X-Auth-Token': token,
      Authorization: 'SDK-HMAC-SHA256 Access=KEY, SignedHeaders=host, Signature=abcdef',
    });
    await post(cloud, '/v1/{p}/gadgets/nobody/backups', { instance_id: 'nobody', name: 'some-name' });

    expect(cloud.requests).toMatchObject([
      { service: 'iam', operation: 'sign_in', method: 'POST', status: 201, body: undefined },
      {
        service: 'widgets',
        operation: 'list_backups',
        method: 'GET',
        path: `/v1/${cloud.account.projectId}/widgets/backups`,
        query: 'offset=0&limit=0',
        status: 400,
        at: START,
        headers: {
          'x-auth-token': '<secret>',
          authorization: 'SDK-HMAC-SHA256 Access=KEY, SignedHeaders=host, Signature=<secret>',
        },
      },
      { service: 'gadgets', operation: 'create_backup', status: 404, body: { name: 'some-name' } },
    ]);
    expect(JSON.stringify(cloud.requests)).not.toContain(cloud.account.password);
    expect(JSON.stringify(cloud.requests)).not.toContain(token);
  });

  it('can be cleared, and never exceeds its limit', async () => {
    const { cloud } = await startMadeUpCloud({ requestLog: 2 });

    await get(cloud, `${LIST}?offset=1`);
    await get(cloud, `${LIST}?offset=2`);
    await get(cloud, `${LIST}?offset=3`);
    const kept = cloud.requests.map(({ query }) => query);
    cloud.clearRequests();

    expect(kept).toEqual(['offset=2', 'offset=3']);
    expect(cloud.requests).toEqual([]);
  });
});

describe('an unknown path', () => {
  it.each(['/', '/v1/{p}/widgets/backups/', '/v1//widgets/backups', '/v9/{p}/widgets', '/v1/{p}/%ff/policy'])(
    'gets a 404: %s',
    async (path) => {
      const { cloud } = await startMadeUpCloud();

      const response = await get(cloud, path);

      expect(response).toMatchObject({ status: 404, body: { error_code: 'APIGW.0101' } });
      expect(cloud.requests).toMatchObject([{ operation: 'other', service: undefined, status: 404 }]);
    },
  );

  it('includes a known path with another method', async () => {
    const { cloud } = await startMadeUpCloud();

    expect((await post(cloud, LIST, {})).status).toBe(404);
  });
});

describe('verbatim lists', () => {
  const hostile = [{ id: 1 }, 'text', null, [1], { id: 'x', size: 1e308 }];

  it.each([
    ['widgets', LIST],
    ['gadgets', '/v1/{p}/gadgets/backups'],
  ] as const)('replace the backups of %s, in pages', async (service, path) => {
    const { cloud } = await startMadeUpCloud();
    cloud.setBackups(service, { rows: hostile });

    const first = await get(cloud, `${path}?limit=3`);
    const second = await get(cloud, `${path}?limit=3&offset=3`);
    cloud.setBackups(service, undefined);
    const own = await get(cloud, `${path}?limit=3`);

    expect([...rowsOf(first, 'rows'), ...rowsOf(second, 'rows')]).toEqual(
      JSON.parse(JSON.stringify(hostile)),
    );
    expect(first.body).toMatchObject({ total: 5 });
    expect(rowsOf(own, 'rows')[0]).toMatchObject({ id: expect.any(String) });
  });

  it('can have any total and ignore paging', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.setBackups('widgets', { rows: [1, 2, 3], total: 'many', ignorePaging: true });

    const response = await get(cloud, `${LIST}?limit=2&offset=1`);

    expect(response.body).toEqual({ total: 'many', rows: [1, 2, 3] });
  });

  it.each([
    ['widgets', '/v1/{p}/widgets', { total: 1, rows: ['row'] }],
    ['gadgets', '/v1/{p}/gadgets', { total: 1, rows: ['row'] }],
  ] as const)('replace the inventory of %s', async (service, path, body) => {
    const { cloud } = await startMadeUpCloud();
    cloud.setInventory(service, { rows: ['row'] });

    expect((await get(cloud, path)).body).toEqual(body);
  });
});

describe('hooks between pages', () => {
  it('run before each page until they are undone', async () => {
    const { cloud, clock } = await startMadeUpCloud();
    const { id } = cloud.resourceOf('healthy');
    const pages: unknown[] = [];
    const undo = cloud.betweenPages(async (page) => {
      pages.push(page);
      if (page.offset === 10) {
        clock.pass(1);
        cloud.startBackup(id);
      }
    });

    const first = rowsOf(await get(cloud, LIST), 'rows');
    const second = rowsOf(await get(cloud, `${LIST}?offset=10`), 'rows');
    undo();
    await get(cloud, '/v1/{p}/gadgets');

    expect(pages).toEqual([
      { service: 'widgets', operation: 'list_backups', offset: 0, limit: 10 },
      { service: 'widgets', operation: 'list_backups', offset: 10, limit: 10 },
    ]);
    expect(second[0]?.['id']).toBe(first[9]?.['id']);
  });

  it('that throw cause a 500 response with the error', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.betweenPages(() => {
      throw new Error('the hook is broken');
    });

    expect(await get(cloud, LIST)).toMatchObject({ status: 500, body: { error_msg: 'the hook is broken' } });
  });
});

describe('the server', () => {
  it('closes its port when unplugged and reopens the same one when plugged in', async () => {
    const { cloud } = await startMadeUpCloud();
    const token = cloud.issueToken();
    await cloud.unplug();

    await expect(get(cloud, LIST)).rejects.toThrow();
    await cloud.plugIn();

    expect((await get(cloud, LIST, { 'X-Auth-Token': token })).status).toBe(200);
  });

  it('listens on a given port, which is free again after a stop', async () => {
    const { cloud } = await startMadeUpCloud();
    const port = Number(new URL(cloud.origin).port);
    await expect(startSimulatedCloud({ port })).rejects.toThrow(/EADDRINUSE/);

    await cloud.stop();
    const { cloud: next } = await startMadeUpCloud({ port });

    expect(next.origin).toBe(cloud.origin);
  });

  it('stops with requests in flight', async () => {
    const { cloud } = await startMadeUpCloud();
    cloud.inject({ match: {}, fault: { kind: 'delay', seconds: 3600 } });
    const pending = expect(get(cloud, LIST)).rejects.toThrow();
    while (cloud.requests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }

    await cloud.stop();
    await cloud.stop();

    await pending;
  });

  it('serves TLS with the given certificate', async () => {
    const authority = await createAuthority();
    onTestFinished(async () => authority.remove());
    const { cloud } = await startMadeUpCloud({ tls: await authority.issue('IP:127.0.0.1') });
    const path = LIST.replace('{p}', cloud.account.projectId);

    const status = await new Promise((resolve, reject) => {
      request(
        `${cloud.origin}${path}`,
        { ca: authority.pem, headers: { 'X-Auth-Token': cloud.issueToken() } },
        (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode));
        },
      )
        .once('error', reject)
        .end();
    });
    cloud.inject({ match: {}, fault: { kind: 'reset' } });

    expect(cloud.origin).toMatch(/^https:/);
    expect(status).toBe(200);
    await expect(get(cloud, LIST)).rejects.toThrow();
  });
});

it.each([{ speed: 0 }, { speed: Number.NaN }, { speed: Number.POSITIVE_INFINITY }, { tokenLength: 10 }])(
  'rejects %o',
  async (options) => {
    await expect(startSimulatedCloud(options)).rejects.toThrow(RangeError);
  },
);

it('serves pages of 10,000 widgets fast', async () => {
  const { cloud } = await startMadeUpCloud({ counts: { widgets: 10_000, gadgets: 0 } });
  const token = { 'X-Auth-Token': cloud.issueToken() };
  await get(cloud, `${LIST}?limit=100`, token);
  const before = performance.now();

  for (let page = 0; page < 20; page += 1) {
    const response = await get(cloud, `${LIST}?limit=100&offset=${page * 3500}`, token);
    expect(rowsOf(response, 'rows').length).toBe(100);
  }

  expect(performance.now() - before).toBeLessThan(SOON);
});
