import { describe, expect, it } from 'vitest';
import { ask, get, post, rowsOf, startCloud } from './cloud-under-test.ts';

const graphs = (path = ''): string => `/v2/{p}/graphs${path}`;

describe('the simulated cloud is what clients of the vendor expect', () => {
  it('where they start a backup of a graph without a body, and read the id of the backup', async () => {
    const { cloud } = await startCloud();
    const { id } = cloud.resourceOf('healthy');

    const path = graphs(`/${id}/backups`).replace('{p}', cloud.account.projectId);

    const started = await ask(cloud, path, {
      method: 'POST',
      headers: { 'X-Auth-Token': cloud.issueToken() },
    });

    expect(started.status).toBe(200);
    expect(started.body).toMatchObject({ backup_id: cloud.backupsOf(id).at(-1)?.id });
  });

  it('where they parse a graph', async () => {
    const { cloud } = await startCloud();

    const [graph] = rowsOf(await get(cloud, graphs('?limit=1')), 'graphs');

    expect(graph).toMatchObject({
      vertex_id_type: { id_type: expect.any(String), id_length: expect.any(Number) },
      is_multi_az: 'false',
      sys_tags: [{ value: '0' }],
    });
  });

  it('where they read what v1.0 tells of a backup', async () => {
    const { cloud } = await startCloud();

    const [backup] = rowsOf(await get(cloud, '/v1.0/{p}/graphs/backups?limit=1000'), 'backupList').filter(
      ({ status, backupMethod }) => status === 'success' && backupMethod !== undefined,
    );

    expect(backup).toMatchObject({
      backupMethod: 'auto',
      graphStatus: expect.any(String),
      graphSizeTypeIndex: expect.any(String),
      dataStoreVersion: expect.any(String),
      arch: expect.any(String),
      size: expect.any(Number),
      duration: expect.any(Number),
    });
  });

  it('where they wait for an active instance', async () => {
    const { cloud } = await startCloud();

    const [instance] = rowsOf(await get(cloud, '/v3/{p}/instances'), 'instances');

    expect(instance).toMatchObject({
      status: 'ACTIVE',
      datastore: { kernel_version: expect.any(String) },
    });
    expect(instance).not.toHaveProperty('pay_mode');
  });

  it('where they select by name, and name a backup in Chinese', async () => {
    const { cloud } = await startCloud();
    const [instance] = cloud.resources().filter(({ kind }) => kind === 'instance');
    await post(cloud, '/v3/{p}/backups/create', { instance_id: instance?.id, name: '每日备份' });

    const named = rowsOf(
      await get(cloud, `/v3/{p}/backups?name=${encodeURIComponent('每日备份')}`),
      'backups',
    );
    const ofInstance = rowsOf(await get(cloud, `/v3/{p}/backups?instance_name=${instance?.name}`), 'backups');
    const instances = rowsOf(await get(cloud, `/v3/{p}/instances?name=${instance?.name}`), 'instances');

    expect(named.map(({ instance_id: id }) => id)).toEqual([instance?.id]);
    expect(new Set(ofInstance.map(({ instance_id: id }) => id))).toEqual(new Set([instance?.id]));
    expect(instances.map(({ id }) => id)).toEqual([instance?.id]);
  });

  it('where manual backups outlive their instance', async () => {
    const { cloud } = await startCloud();
    const [{ id } = { id: '' }] = cloud.resources().filter(({ kind }) => kind === 'instance');
    const manual = cloud.startBackup(id, { method: 'manual' });
    cloud.finishBackup(id);

    cloud.deleteInstance(id);
    const left = rowsOf(await get(cloud, `/v3/{p}/backups?instance_id=${id}`), 'backups');

    expect(left.map((row) => row['id'])).toEqual([manual]);
  });
});
