import { describe, expect, it } from 'vitest';
import { get, post, rowsOf, startCloud } from '../../../../test/simulated-cloud/cloud-under-test.ts';

const LIST = '/v3/{p}/backups';

describe('the simulated GaussDB(for MySQL)', () => {
  it('refuses a wrong token and one for another project', async () => {
    const { cloud } = await startCloud();

    const wrong = await get(cloud, LIST, { 'X-Auth-Token': 'wrong' });
    const foreign = await get(cloud, `/v3/${'f'.repeat(32)}/backups`);

    expect(wrong).toMatchObject({ status: 401, body: { error_code: 'APIGW.0301' } });
    expect(foreign).toMatchObject({ status: 403, body: { error_code: 'DBS.200044' } });
  });

  it.each([
    ['gaussdb:backup:list', LIST],
    ['gaussdb:instance:list', '/v3/{p}/instances'],
    ['gaussdb:backup:list', '/v3/{p}/instances/i/backups/policy'],
  ])('refuses a token without %s at %s', async (permission, path) => {
    const { cloud } = await startCloud();
    cloud.deny(permission);

    const denied = await get(cloud, path);
    cloud.grant(permission);
    const granted = await get(cloud, path);

    expect(denied).toMatchObject({ status: 403, body: { error_code: 'DBS.200010' } });
    expect(granted.status).not.toBe(403);
  });

  it('refuses to start a backup without the permission', async () => {
    const { cloud } = await startCloud();
    cloud.deny('gaussdb:backup:create');

    expect((await post(cloud, '/v3/{p}/backups/create', {})).status).toBe(403);
  });

  it('serves the rows that a test sets', async () => {
    const { cloud } = await startCloud();
    cloud.setBackups('gaussdb', { rows: [{ id: 1 }, null] });
    cloud.setInventory('gaussdb', { rows: ['row'] });

    expect((await get(cloud, LIST)).body).toEqual({ backups: [{ id: 1 }, null], total_count: 2 });
    expect((await get(cloud, '/v3/{p}/instances')).body).toEqual({ instances: ['row'], total_count: 1 });
  });

  it.each([
    ['list_backups', LIST, 'backups'],
    ['list_instances', '/v3/{p}/instances', 'instances'],
  ])('can page endlessly in %s', async (operation, path, list) => {
    const { cloud } = await startCloud();
    cloud.inject({ match: { operation }, fault: { kind: 'endless-paging' } });

    expect(rowsOf(await get(cloud, `${path}?limit=50&offset=1000000`), list)).toHaveLength(50);
  });
});
