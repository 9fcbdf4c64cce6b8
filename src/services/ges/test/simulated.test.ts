import { describe, expect, it } from 'vitest';
import {
  DAY,
  get,
  type JsonObject,
  post,
  rowsOf,
  START,
  startCloud,
} from '../../../../test/simulated-cloud/cloud-under-test.ts';
import listBackupsV1 from './list-backups-v1.json' with { type: 'json' };
import listBackupsV2 from './list-backups-v2.json' with { type: 'json' };

const typesOf = (row: JsonObject | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, typeof value]));

const LIST = '/v2/{p}/graphs/backups';
const LIST_V1 = '/v1.0/{p}/graphs/backups';

describe('GES v2', () => {
  it("lists backups newest first, in the format of the vendor's sample", async () => {
    const { cloud } = await startCloud();

    const response = await get(cloud, `${LIST}?offset=0&limit=1000`);

    const rows = rowsOf(response, 'backup_list');
    const finished = rows.find(({ status }) => status === 'success');
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({ backup_count: rows.length });
    expect(typesOf(finished)).toEqual(typesOf(listBackupsV2.backup_list[0]));
    expect(finished).toMatchObject({
      start_time: new Date(Number(finished?.['start_timestamp'])).toISOString().slice(0, 19),
      end_time: new Date(Number(finished?.['end_timestamp'])).toISOString().slice(0, 19),
      duration: (Number(finished?.['end_timestamp']) - Number(finished?.['start_timestamp'])) / 1000,
    });
    const starts = rows.map((row) => Number(row['start_timestamp']));
    expect(starts).toEqual(starts.toSorted((left, right) => right - left));
  });

  it('lists each backup of its world correctly', async () => {
    const { cloud } = await startCloud();

    const rows = rowsOf(await get(cloud, `${LIST}?limit=1000`), 'backup_list');

    const truths = cloud
      .resources()
      .filter(({ kind }) => kind === 'graph')
      .flatMap(({ id }) => cloud.backupsOf(id));
    expect(rows.length).toBe(truths.length);
    for (const truth of truths) {
      const row = rows.find(({ id }) => id === truth.id);
      expect(row).toMatchObject({
        graph_id: truth.resourceId,
        backup_method: truth.method,
        start_timestamp: truth.start * 1000,
      });
      expect(row?.['end_timestamp']).toBe(truth.end === undefined ? undefined : truth.end * 1000);
      expect(row?.['size']).toBe(truth.sizeBytes === undefined ? undefined : truth.sizeBytes / 2 ** 20);
    }
  });

  it('lists every state: a running backup without end, size and duration, and an undocumented status', async () => {
    const { cloud } = await startCloud();

    const rows = rowsOf(await get(cloud, `${LIST}?limit=1000`), 'backup_list');

    const running = rows.find(({ status }) => status === 'backing_up');
    expect(new Set(rows.map(({ status }) => status))).toEqual(
      new Set(['backing_up', 'success', 'failed', 'frozen_copy']),
    );
    expect(Object.keys(running ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/end_|size$|duration/)]),
    );
  });

  it('omits a deleted graph from the list of graphs and lists its backups with status 400', async () => {
    const { cloud } = await startCloud();
    const deleted = cloud.resourceOf('deleted').id;

    const graphs = rowsOf(await get(cloud, '/v2/{p}/graphs?limit=100'), 'graphs');
    const backups = rowsOf(await get(cloud, `${LIST}?limit=1000`), 'backup_list');

    expect(graphs.length).toBe(11);
    expect(graphs.map(({ id }) => id)).not.toContain(deleted);
    expect(graphs[0]).toMatchObject({
      id: cloud.resources()[0]?.id,
      name: 'orders-graph-01',
      status: '200',
      created: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/),
      tags: [{ key: 'team', value: 'orders' }],
    });
    const left = backups.filter(({ graph_id }) => graph_id === deleted);
    expect(left.length).toBeGreaterThan(0);
    expect(left.every(({ graph_status }) => graph_status === '400')).toBe(true);
  });

  it('returns ten rows by default, and never more than its own limit', async () => {
    const { cloud } = await startCloud();
    const { cloud: stingy } = await startCloud({ pageLimit: 7 });

    const usual = rowsOf(await get(cloud, LIST), 'backup_list');
    const second = rowsOf(await get(cloud, `${LIST}?offset=10`), 'backup_list');
    const beyond = rowsOf(await get(cloud, `${LIST}?offset=100000`), 'backup_list');
    const capped = rowsOf(await get(stingy, `${LIST}?limit=100`), 'backup_list');

    expect([usual.length, second.length, beyond.length, capped.length]).toEqual([10, 10, 0, 7]);
    expect(new Set([...usual, ...second].map(({ id }) => id)).size).toBe(20);
  });

  it('can list the oldest first', async () => {
    const { cloud } = await startCloud({ listOrder: 'oldest-first' });

    const rows = rowsOf(await get(cloud, `${LIST}?limit=1000`), 'backup_list');

    const starts = rows.map((row) => Number(row['start_timestamp']));
    expect(starts).toEqual(starts.toSorted((left, right) => left - right));
  });

  it.each(['limit=0', 'limit=-1', 'limit=1001', 'limit=ten', 'limit=1.5', 'limit=', 'offset=-1', 'offset=x'])(
    'refuses %s with GES.0001',
    async (query) => {
      const { cloud } = await startCloud();

      const responses = await Promise.all([
        get(cloud, `${LIST}?${query}`),
        get(cloud, `/v2/{p}/graphs?${query}`),
        get(cloud, `${LIST_V1}?${query}`),
      ]);

      expect(responses.map(({ status }) => status)).toEqual([400, 400, 400]);
      expect(responses[0]?.body).toMatchObject({ error_code: 'GES.0001' });
      expect(responses[2]?.body).toMatchObject({ errorCode: 'GES.0001' });
    },
  );

  it('lists the backups of one graph, and refuses a deleted one', async () => {
    const { cloud } = await startCloud();
    const { id } = cloud.resourceOf('failing');

    const response = await get(cloud, `/v2/{p}/graphs/${id}/backups?limit=100`);
    const refused = await get(cloud, `/v2/{p}/graphs/${cloud.resourceOf('deleted').id}/backups`);

    expect(rowsOf(response, 'backup_list').map((row) => row['id'])).toEqual(
      cloud
        .backupsOf(id)
        .map((backup) => backup.id)
        .reverse(),
    );
    expect(refused).toMatchObject({ status: 400, body: { error_code: 'GES.7000' } });
  });

  it('lists a renamed graph under its new name in all rows', async () => {
    const { cloud } = await startCloud();
    const { id } = cloud.resourceOf('healthy');
    cloud.rename(id, 'renamed');

    const rows = rowsOf(await get(cloud, `${LIST}?limit=1000`), 'backup_list');

    const names = rows.filter(({ graph_id }) => graph_id === id).map(({ graph_name }) => graph_name);
    expect(new Set(names)).toEqual(new Set(['renamed']));
  });
});

describe('GES v1.0', () => {
  it('lists the same backups in camelCase, with empty error fields and numeric times eight hours early', async () => {
    const { cloud } = await startCloud();

    const response = await get(cloud, `${LIST_V1}?limit=1000`);

    const rows = rowsOf(response, 'backupList');
    const v2 = rowsOf(await get(cloud, `${LIST}?limit=1000`), 'backup_list');
    expect(response.body).toMatchObject({ errorCode: '', errorMessage: '', backupCount: rows.length });
    expect(rows.map(({ id }) => id)).toEqual(v2.map(({ id }) => id));
    for (const row of rows) {
      const text = Date.parse(`${row['startTime']}Z`);
      expect(row['startTimestamp']).toBe(text - 8 * 3600 * 1000);
    }
  });

  it("has the fields of the vendor's sample, and graph_name for some graphs", async () => {
    const { cloud } = await startCloud();

    const rows = rowsOf(await get(cloud, `${LIST_V1}?limit=1000`), 'backupList');

    const finished = rows.find((row) => row['status'] === 'success' && 'graphName' in row);
    expect(typesOf(finished)).toEqual(typesOf(listBackupsV1.backupList[0]));
    expect(rows.some((row) => 'graph_name' in row && !('graphName' in row))).toBe(true);
  });
});

describe('creating a backup of a graph', () => {
  it('returns a job that is pending, runs and succeeds with the backup', async () => {
    const { cloud, clock } = await startCloud();
    const { id } = cloud.resourceOf('healthy');

    const created = await post(cloud, `/v2/{p}/graphs/${id}/backups`, {});
    const { job_id: job } = created.body as { job_id: string };
    const status = async (): Promise<unknown> =>
      (await get(cloud, `/v2/{p}/graphs/${id}/jobs/${job}/status`)).body;
    const pending = await status();
    clock.pass(3);
    const running = await status();
    clock.pass(3600);
    const done = await status();

    const backup = cloud.backupsOf(id).at(-1);
    expect(created).toMatchObject({ status: 200, body: { job_id: expect.stringMatching(/^[0-9a-f]{32}$/) } });
    expect(backup).toMatchObject({ method: 'manual', state: 'success', start: START });
    expect(pending).toMatchObject({ status: 'pending', begin_time: '2024-01-04T00:00:00' });
    expect(running).toMatchObject({ status: 'running' });
    expect(done).toMatchObject({ status: 'success', end_time: expect.stringMatching(/^2024-01-04T00:/) });
  });

  it('returns a job that fails when the backup fails', async () => {
    const { cloud, clock } = await startCloud();
    const { id } = cloud.resourceOf('failing');

    const { job_id: job } = (await post(cloud, `/v2/{p}/graphs/${id}/backups`, {})).body as {
      job_id: string;
    };
    clock.pass(3600);
    const done = await get(cloud, `/v2/{p}/graphs/${id}/jobs/${job}/status`);

    expect(done.body).toMatchObject({ status: 'failed', fail_reason: expect.stringMatching(/./) });
  });

  it.each<[string, string, (cloud: Awaited<ReturnType<typeof startCloud>>['cloud']) => string]>([
    ['an unknown graph', 'GES.7000', () => 'ada3e720-ab87-48cb-bff7-3ec5ae1a9652'],
    ['a deleted graph', 'GES.7000', (cloud) => cloud.resourceOf('deleted').id],
    ['a graph that is being backed up', 'GES.7002', (cloud) => cloud.resourceOf('running').id],
    [
      'a graph that is stopped',
      'GES.7001',
      (cloud) => {
        cloud.setGraphStatus(cloud.resourceOf('stale').id, '900');
        return cloud.resourceOf('stale').id;
      },
    ],
  ])('is refused for %s with %s', async (_, code, choose) => {
    const { cloud } = await startCloud();
    const id = choose(cloud);

    const response = await post(cloud, `/v2/{p}/graphs/${id}/backups`, {});

    expect(response).toMatchObject({ status: 400, body: { error_code: code } });
  });

  it('is refused when the quota is used up', async () => {
    const { cloud, clock } = await startCloud({ manualBackupQuota: 2, characters: false });
    const id = cloud.add('graph', { withBackups: false });
    const codes: unknown[] = [];

    for (let count = 0; count < 3; count += 1) {
      const response = await post(cloud, `/v2/{p}/graphs/${id}/backups`, {});
      codes.push(response.status === 200 ? 200 : (response.body as JsonObject)['error_code']);
      clock.pass(3600);
    }

    expect(codes).toEqual([200, 200, 'GES.7019']);
  });

  it('is refused without a JSON object as its body', async () => {
    const { cloud } = await startCloud();
    const path = `/v2/{p}/graphs/${cloud.resourceOf('healthy').id}/backups`;

    const response = await post(cloud, path, []);

    expect(response).toMatchObject({ status: 400, body: { error_code: 'GES.0001' } });
  });
});

describe('exporting a backup', () => {
  const exporting = async () => {
    const started = await startCloud();
    const { id } = started.cloud.resourceOf('healthy');
    const backup = started.cloud.backupsOf(id).at(-1)?.id ?? '';
    return { ...started, id, backup, path: `/v2/{p}/graphs/${id}/backups/export` };
  };

  it.each([
    ['success', 0],
    ['failed', 1],
  ])('returns a job that ends as %s', async (status, failures) => {
    const { cloud, clock, id, backup, path } = await exporting();
    for (let count = 0; count < failures; count += 1) {
      cloud.failNextExport(id);
    }

    const created = await post(cloud, path, { backup_id: backup, export_path: 'bucket/backups/' });
    const { job_id: job } = created.body as { job_id: string };
    clock.pass(30);
    const running = await get(cloud, `/v2/{p}/graphs/${id}/jobs/${job}/status`);
    clock.pass(30);
    const done = await get(cloud, `/v2/{p}/graphs/${id}/jobs/${job}/status`);

    expect([running.body, done.body]).toMatchObject([{ status: 'running' }, { status }]);
  });

  it.each([
    ['a backup that does not exist', { backup_id: 'ada3e720-ab87-48cb-bff7-3ec5ae1a9652' }, 'GES.7024'],
    ['no backup', { backup_id: undefined }, 'GES.0001'],
    ['no path', { export_path: undefined }, 'GES.0001'],
    ['an empty path', { export_path: '' }, 'GES.0001'],
    ['a path with a space', { export_path: 'bucket/a b' }, 'GES.0001'],
    ['a path without a bucket', { export_path: '/backups' }, 'GES.0001'],
  ])('is refused with %s', async (_, change, code) => {
    const { cloud, backup, path } = await exporting();

    const response = await post(cloud, path, { backup_id: backup, export_path: 'bucket/backups', ...change });

    expect(response).toMatchObject({ status: 400, body: { error_code: code } });
  });

  it('is refused for a backup that failed', async () => {
    const { cloud } = await startCloud();
    const { id } = cloud.resourceOf('failing');

    const response = await post(cloud, `/v2/{p}/graphs/${id}/backups/export`, {
      backup_id: cloud.backupsOf(id).at(-1)?.id,
      export_path: 'bucket',
    });

    expect(response).toMatchObject({ status: 400, body: { error_code: 'GES.0001' } });
  });

  it('returns a job that other graphs do not have', async () => {
    const { cloud, backup, path } = await exporting();
    const created = await post(cloud, path, { backup_id: backup, export_path: 'bucket' });
    const { job_id: job } = created.body as { job_id: string };

    const response = await get(cloud, `/v2/{p}/graphs/${cloud.resourceOf('stale').id}/jobs/${job}/status`);

    expect(response).toMatchObject({ status: 400, body: { error_code: 'GES.7007' } });
  });
});

it('adds backups to the list as days pass', async () => {
  const { cloud, clock } = await startCloud();
  const before = rowsOf(await get(cloud, `${LIST}?limit=1000`), 'backup_list').map(({ id }) => id);

  clock.pass(3 * DAY);
  const after = rowsOf(await get(cloud, `${LIST}?limit=1000`), 'backup_list').map(({ id }) => id);

  expect(after.filter((id) => !before.includes(id)).length).toBeGreaterThan(20);
  expect(before.filter((id) => !after.includes(id)).length).toBeGreaterThan(10);
});
