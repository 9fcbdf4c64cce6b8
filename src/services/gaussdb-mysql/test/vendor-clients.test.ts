import { describe, expect, it } from 'vitest';
import { get, post, rowsOf, startCloud } from '../../../../test/simulated-cloud/cloud-under-test.ts';

describe('the simulated cloud works for vendor clients', () => {
  it('that wait for an active instance', async () => {
    const { cloud } = await startCloud();

    const [instance] = rowsOf(await get(cloud, '/v3/{p}/instances'), 'instances');

    expect(instance).toMatchObject({
      status: 'ACTIVE',
      datastore: { kernel_version: expect.any(String) },
    });
    expect(instance).not.toHaveProperty('pay_mode');
  });

  it('that filter by name and give a backup a Chinese name', async () => {
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

  it('that expect manual backups to outlive their instance', async () => {
    const { cloud } = await startCloud();
    const [{ id } = { id: '' }] = cloud.resources().filter(({ kind }) => kind === 'instance');
    const manual = cloud.startBackup(id, { method: 'manual' });
    cloud.finishBackup(id);

    cloud.remove(id);
    const left = rowsOf(await get(cloud, `/v3/{p}/backups?instance_id=${id}`), 'backups');

    expect(left.map((row) => row['id'])).toEqual([manual]);
  });
});
