import { request } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createAuthority } from '../cloud/certificates.ts';
import { ask, get, passwordSignIn, post, rowsOf, START, startCloud } from './cloud-under-test.ts';

const LIST = '/v2/{p}/graphs/backups';

describe('the list of requests', () => {
  it('tells what was asked and answered, without any secret', async () => {
    const { cloud } = await startCloud();
    const token = cloud.issueToken();
    await ask(cloud, '/v3/auth/tokens', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(passwordSignIn(cloud.account)),
    });

    await get(cloud, `${LIST}?offset=0&limit=0`, {
      'X-Auth-Token': token,
      Authorization: 'SDK-HMAC-SHA256 Access=KEY, SignedHeaders=host, Signature=abcdef',
    });
    await post(cloud, '/v3/{p}/backups/create', { instance_id: 'nobody', name: 'some-name' });

    expect(cloud.requests).toMatchObject([
      { service: 'iam', operation: 'sign_in', method: 'POST', status: 201, body: undefined },
      {
        service: 'ges',
        operation: 'list_backups',
        method: 'GET',
        path: `/v2/${cloud.account.projectId}/graphs/backups`,
        query: 'offset=0&limit=0',
        status: 400,
        at: START,
        headers: {
          'x-auth-token': '<secret>',
          authorization: 'SDK-HMAC-SHA256 Access=KEY, SignedHeaders=host, Signature=<secret>',
        },
      },
      { service: 'gaussdb', operation: 'create_backup', status: 404, body: { name: 'some-name' } },
    ]);
    expect(JSON.stringify(cloud.requests)).not.toContain(cloud.account.password);
    expect(JSON.stringify(cloud.requests)).not.toContain(token);
  });

  it('is emptied, and never longer than asked', async () => {
    const { cloud } = await startCloud({ requestLog: 2 });

    await get(cloud, `${LIST}?offset=1`);
    await get(cloud, `${LIST}?offset=2`);
    await get(cloud, `${LIST}?offset=3`);
    const kept = cloud.requests.map(({ query }) => query);
    cloud.clearRequests();

    expect(kept).toEqual(['offset=2', 'offset=3']);
    expect(cloud.requests).toEqual([]);
  });
});

describe('a path that no API has', () => {
  it.each(['/', '/v2/{p}/graphs/backups/', '/v2//graphs/backups', '/v9/{p}/graphs', '/v3/{p}/%ff/policy'])(
    'is answered 404: %s',
    async (path) => {
      const { cloud } = await startCloud();

      const answer = await get(cloud, path);

      expect(answer).toMatchObject({ status: 404, body: { error_code: 'APIGW.0101' } });
      expect(cloud.requests).toMatchObject([{ operation: 'other', service: undefined, status: 404 }]);
    },
  );

  it('is also one with another method', async () => {
    const { cloud } = await startCloud();

    expect((await post(cloud, LIST, {})).status).toBe(404);
  });
});

describe('lists served as given', () => {
  const hostile = [{ id: 1 }, 'text', null, [1], { id: 'x', size: 1e308 }];

  it.each([
    ['ges', LIST, 'backup_list', 'backup_count'],
    ['ges-v1', '/v1.0/{p}/graphs/backups', 'backupList', 'backupCount'],
    ['gaussdb', '/v3/{p}/backups', 'backups', 'total_count'],
  ] as const)('replace the backups of %s, in pages', async (service, path, list, total) => {
    const { cloud } = await startCloud();
    cloud.setBackups(service, { rows: hostile });

    const first = await get(cloud, `${path}?limit=3`);
    const second = await get(cloud, `${path}?limit=3&offset=3`);
    cloud.setBackups(service, undefined);
    const own = await get(cloud, `${path}?limit=3`);

    expect([...rowsOf(first, list), ...rowsOf(second, list)]).toEqual(JSON.parse(JSON.stringify(hostile)));
    expect(first.body).toMatchObject({ [total]: 5 });
    expect(rowsOf(own, list)[0]).toMatchObject({ id: expect.any(String) });
  });

  it('come with any total and, if so wished, whole', async () => {
    const { cloud } = await startCloud();
    cloud.setBackups('ges', { rows: [1, 2, 3], total: 'many', ignorePaging: true });

    const answer = await get(cloud, `${LIST}?limit=2&offset=1`);

    expect(answer.body).toEqual({ backup_count: 'many', backup_list: [1, 2, 3] });
  });

  it.each([
    ['ges', '/v2/{p}/graphs', { graph_count: 1, graphs: ['row'] }],
    ['gaussdb', '/v3/{p}/instances', { total_count: 1, instances: ['row'] }],
  ] as const)('replace the inventory of %s', async (service, path, body) => {
    const { cloud } = await startCloud();
    cloud.setInventory(service, { rows: ['row'] });

    expect((await get(cloud, path)).body).toEqual(body);
  });
});

describe('hooks between pages', () => {
  it('move the list before each page, until they are undone', async () => {
    const { cloud, clock } = await startCloud();
    const { id } = cloud.resourceOf('healthy');
    const pages: unknown[] = [];
    const undo = cloud.betweenPages(async (page) => {
      pages.push(page);
      if (page.offset === 10) {
        clock.pass(1);
        cloud.startBackup(id);
      }
    });

    const first = rowsOf(await get(cloud, LIST), 'backup_list');
    const second = rowsOf(await get(cloud, `${LIST}?offset=10`), 'backup_list');
    undo();
    await get(cloud, '/v3/{p}/instances');

    expect(pages).toEqual([
      { service: 'ges', operation: 'list_backups', offset: 0, limit: 10 },
      { service: 'ges', operation: 'list_backups', offset: 10, limit: 10 },
    ]);
    expect(second[0]?.['id']).toBe(first[9]?.['id']);
  });

  it('that throw are told by the answer', async () => {
    const { cloud } = await startCloud();
    cloud.betweenPages(() => {
      throw new Error('the hook is broken');
    });

    expect(await get(cloud, LIST)).toMatchObject({ status: 500, body: { error_msg: 'the hook is broken' } });
  });
});

describe('the port', () => {
  it('is closed by unplugging and the same one after plugging in', async () => {
    const { cloud } = await startCloud();
    const token = cloud.issueToken();
    await cloud.unplug();

    await expect(get(cloud, LIST)).rejects.toThrow();
    await cloud.plugIn();

    expect((await get(cloud, LIST, { 'X-Auth-Token': token })).status).toBe(200);
  });

  it('can be chosen, and taken again after a stop', async () => {
    const { cloud } = await startCloud();
    const port = Number(new URL(cloud.origin).port);
    await expect(startSimulatedCloud({ port })).rejects.toThrow(/EADDRINUSE/);

    await cloud.stop();
    const { cloud: next } = await startCloud({ port });

    expect(next.origin).toBe(cloud.origin);
  });

  it('stops though requests are unanswered', async () => {
    const { cloud } = await startCloud();
    cloud.inject({ match: {}, fault: { kind: 'delay', seconds: 3600 } });
    const asked = expect(get(cloud, LIST)).rejects.toThrow();
    while (cloud.requests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }

    await cloud.stop();
    await cloud.stop();

    await asked;
  });

  it('speaks TLS with the certificate that it is given', async () => {
    const authority = await createAuthority();
    onTestFinished(async () => authority.remove());
    const { cloud } = await startCloud({ tls: await authority.issue('IP:127.0.0.1') });
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
  'refuses %o',
  async (options) => {
    await expect(startSimulatedCloud(options)).rejects.toThrow(RangeError);
  },
);

it('answers a page of a cloud of 10,000 graphs in some milliseconds', async () => {
  const { cloud } = await startCloud({ graphs: 10_000, instances: 0 });
  const token = { 'X-Auth-Token': cloud.issueToken() };
  await get(cloud, `${LIST}?limit=100`, token);
  const before = performance.now();

  for (let page = 0; page < 20; page += 1) {
    const answer = await get(cloud, `${LIST}?limit=100&offset=${page * 3500}`, token);
    expect(rowsOf(answer, 'backup_list').length).toBe(100);
  }

  expect((performance.now() - before) / 20).toBeLessThan(50);
});
