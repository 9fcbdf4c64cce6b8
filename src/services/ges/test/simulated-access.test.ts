import { describe, expect, it } from 'vitest';
import { get, post, rowsOf, startCloud } from '../../../../test/simulated-cloud/cloud-under-test.ts';

const LIST = '/v2/{p}/graphs/backups';
const LIST_V1 = '/v1.0/{p}/graphs/backups';

describe('the simulated GES', () => {
  it.each([
    [LIST, { error_code: 'APIGW.0301' }],
    [LIST_V1, { error_code: 'APIGW.0301' }],
  ])('refuses a wrong token at %s', async (path, body) => {
    const { cloud } = await startCloud();

    expect(await get(cloud, path, { 'X-Auth-Token': 'wrong' })).toMatchObject({ status: 401, body });
  });

  it.each([
    ['/v2/ffffffffffffffffffffffffffffffff/graphs/backups', { error_code: 'GES.7041' }],
    ['/v1.0/ffffffffffffffffffffffffffffffff/graphs/backups', { errorCode: 'GES.7041' }],
  ])('refuses a token for another project at %s', async (path, body) => {
    const { cloud } = await startCloud();

    expect(await get(cloud, path)).toMatchObject({ status: 403, body });
  });

  it.each([
    ['ges:backup:list', LIST, { error_code: 'GES.7041' }],
    ['ges:backup:list', LIST_V1, { errorCode: 'GES.7041' }],
    ['ges:graph:list', '/v2/{p}/graphs', { error_code: 'GES.7041' }],
    ['ges:jobs:getDetail', '/v2/{p}/graphs/g/jobs/j/status', { error_code: 'GES.7041' }],
  ])('refuses a token without %s at %s', async (permission, path, body) => {
    const { cloud } = await startCloud();
    cloud.deny(permission);

    const denied = await get(cloud, path);
    cloud.grant(permission);
    const granted = await get(cloud, path);

    expect(denied).toMatchObject({ status: 403, body });
    expect(granted.status).not.toBe(403);
  });

  it.each([
    ['ges:backup:create', '/v2/{p}/graphs/g/backups'],
    ['ges:backup:export', '/v2/{p}/graphs/g/backups/export'],
  ])('refuses an action without %s', async (permission, path) => {
    const { cloud } = await startCloud();
    cloud.deny(permission);

    expect((await post(cloud, path, {})).status).toBe(403);
  });

  it.each([
    ['ges', LIST, 'backup_list', 'backup_count'],
    ['ges-v1', LIST_V1, 'backupList', 'backupCount'],
  ])('serves the backups of %s that a test sets', async (service, path, list, total) => {
    const { cloud } = await startCloud();
    cloud.setBackups(service, { rows: [{ id: 1 }, null] });

    const { body } = await get(cloud, path);

    expect(body).toMatchObject({ [list]: [{ id: 1 }, null], [total]: 2 });
  });

  it.each([
    ['list_backups', LIST, 'backup_list'],
    ['list_backups', LIST_V1, 'backupList'],
    ['list_graphs', '/v2/{p}/graphs', 'graphs'],
  ])('can page endlessly in %s of %s', async (operation, path, list) => {
    const { cloud } = await startCloud();
    cloud.inject({ match: { operation }, fault: { kind: 'endless-paging' } });

    expect(rowsOf(await get(cloud, `${path}?limit=50&offset=1000000`), list)).toHaveLength(50);
  });
});
