import { describe, expect, it } from 'vitest';
import { get, rowsOf, send, startCloud } from '../../../../test/simulated-cloud/cloud-under-test.ts';

const graphs = (path = ''): string => `/v2/{p}/graphs${path}`;

describe('the simulated cloud works for vendor clients', () => {
  it('that start a backup of a graph without a body and read its id', async () => {
    const { cloud } = await startCloud();
    const { id } = cloud.resourceOf('healthy');

    const path = graphs(`/${id}/backups`).replace('{p}', cloud.account.projectId);

    const started = await send(cloud, path, {
      method: 'POST',
      headers: { 'X-Auth-Token': cloud.issueToken() },
    });

    expect(started.status).toBe(200);
    expect(started.body).toMatchObject({ backup_id: cloud.backupsOf(id).at(-1)?.id });
  });

  it('that parse a graph', async () => {
    const { cloud } = await startCloud();

    const [graph] = rowsOf(await get(cloud, graphs('?limit=1')), 'graphs');

    expect(graph).toMatchObject({
      vertex_id_type: { id_type: expect.any(String), id_length: expect.any(Number) },
      is_multi_az: 'false',
      sys_tags: [{ value: '0' }],
    });
  });

  it('that read the v1.0 fields of a backup', async () => {
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
});
