import { describe, expect, it } from 'vitest';
import {
  get,
  type JsonObject,
  post,
  rowsOf,
  START,
  startCloud,
} from '../../../../test/simulated-cloud/cloud-under-test.ts';
import sample from './list-backups.json' with { type: 'json' };

const LIST = '/v3/{p}/backups';

const utc = (text: unknown): number => Date.parse(String(text).replace('+0800', '+08:00')) / 1000;

describe('GaussDB(for MySQL)', () => {
  it("lists backups in the format of the vendor's sample, with +0800, MB and whole minutes", async () => {
    const { cloud } = await startCloud();

    const response = await get(cloud, `${LIST}?offset=0&limit=100`);

    const rows = rowsOf(response, 'backups');
    const truths = cloud
      .resources()
      .filter(({ kind }) => kind === 'instance')
      .flatMap(({ id }) => cloud.backupsOf(id));
    expect(response).toMatchObject({ status: 200, body: { total_count: truths.length } });
    expect(Object.keys(rows.find(({ status }) => status === 'COMPLETED') ?? {})).toEqual(
      expect.arrayContaining(Object.keys(sample.backups[0] ?? {})),
    );
    for (const truth of truths) {
      const row = rows.find(({ id }) => id === truth.id);
      const { start, end = Number.NaN } = truth;
      expect(row?.['begin_time']).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+0800$/);
      expect([utc(row?.['begin_time']), utc(row?.['end_time'])]).toEqual([start, end]);
      expect(row).toMatchObject({
        size: (truth.sizeBytes ?? Number.NaN) / 2 ** 20,
        take_up_time: Math.floor((end - start) / 60),
        type: truth.method,
        instance_id: truth.resourceId,
        status: truth.state === 'success' ? 'COMPLETED' : 'FAILED',
      });
    }
  });

  it('lists a running backup without end, minutes and size', async () => {
    const { cloud } = await startCloud();
    const instance = cloud.resourceOf('healthy', 'instance');
    const id = cloud.startBackup(instance.id);

    const rows = rowsOf(await get(cloud, LIST), 'backups');

    expect(rows[0]).toEqual({
      id,
      name: 'GaussDBforMySQL-orders-db-01-20240104080000266',
      begin_time: '2024-01-04T08:00:00+0800',
      status: 'BUILDING',
      type: 'manual',
      datastore: { type: 'GaussDB(for MySQL)', version: expect.stringMatching(/^8\.0/) },
      instance_id: instance.id,
      instance_name: 'orders-db-01',
      backup_level: '0',
    });
    expect(id).toMatch(/^[0-9a-f]{32}br07$/);
    expect(instance.id).toMatch(/^[0-9a-f]{32}in07$/);
  });

  it.each(['0', '-1', '101', '1.5', 'ten', ''])('refuses limit=%s with DBS.280439', async (limit) => {
    const { cloud } = await startCloud();

    const backups = await get(cloud, `${LIST}?limit=${limit}`);
    const instances = await get(cloud, `/v3/{p}/instances?limit=${limit}`);

    expect([backups, instances]).toMatchObject([
      { status: 400, body: { error_code: 'DBS.280439' } },
      { status: 400, body: { error_code: 'DBS.280439' } },
    ]);
  });

  it('returns a hundred rows by default', async () => {
    const { cloud } = await startCloud({ counts: { 'gaussdb-mysql': 40 } });

    const first = rowsOf(await get(cloud, LIST), 'backups');
    const second = rowsOf(await get(cloud, `${LIST}?offset=100`), 'backups');

    expect([first.length, second.length]).toEqual([100, 100]);
    expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(200);
  });

  it('selects by instance, backup, type and time', async () => {
    const { cloud } = await startCloud();
    const { id } = cloud.resourceOf('failing', 'instance');
    const backup = cloud.backupsOf(id).at(-1);
    const from = '2024-01-02T08:00:00%2B0800';

    const ofInstance = rowsOf(await get(cloud, `${LIST}?instance_id=${id}`), 'backups');
    const one = rowsOf(await get(cloud, `${LIST}?backup_id=${backup?.id}`), 'backups');
    const automatic = rowsOf(await get(cloud, `${LIST}?backup_type=auto`), 'backups');
    const recent = rowsOf(
      await get(cloud, `${LIST}?begin_time=${from}&end_time=2024-01-05T00:00:00Z`),
      'backups',
    );
    const ofNobody = rowsOf(await get(cloud, `${LIST}?instance_id=nobody`), 'backups');

    expect(ofInstance.map((row) => row['instance_id'])).toEqual(cloud.backupsOf(id).map(() => id));
    expect(one.map((row) => row['id'])).toEqual([backup?.id]);
    expect(new Set(automatic.map(({ type }) => type))).toEqual(new Set(['auto']));
    expect(recent.length).toBeGreaterThan(0);
    expect(recent.every((row) => utc(row['begin_time']) >= START - 2 * 86_400)).toBe(true);
    expect(ofNobody).toEqual([]);
  });

  it.each([
    'offset=-1',
    'offset=x',
    'backup_type=some',
    'begin_time=2024-01-02T08:00:00+0800',
    'begin_time=2024-02-31T08:00:00Z',
    'begin_time=2024-01-02T08:00:00Z&end_time=2024-01-01T08:00:00Z',
  ])('refuses %s with DBS.280001', async (query) => {
    const { cloud } = await startCloud();

    const response = await get(cloud, `${LIST}?${query}`);

    expect(response).toMatchObject({ status: 400, body: { error_code: 'DBS.280001' } });
  });

  it('lists instances and the policy of each', async () => {
    const { cloud } = await startCloud();

    const response = await get(cloud, '/v3/{p}/instances');

    const instances = rowsOf(response, 'instances');
    const policies = await Promise.all(
      instances.map(async ({ id }) => (await get(cloud, `/v3/{p}/instances/${id}/backups/policy`)).body),
    );
    expect(response.body).toMatchObject({ total_count: 6 });
    expect(instances[0]).toMatchObject({
      id: cloud.resourceOf('healthy', 'instance').id,
      name: 'orders-db-01',
      created: expect.stringMatching(/\+0800$/),
      datastore: { type: 'gaussdb-mysql' },
    });
    const keepDays = policies.map(
      (policy) => (policy as { backup_policy: JsonObject }).backup_policy['keep_days'],
    );
    expect(keepDays).toEqual([7, 7, 7, 7, 7, '7,']);
    expect(policies[0]).toMatchObject({
      backup_policy: { start_time: expect.stringMatching(/^\d\d:00-\d\d:00$/), period: '1,2,3,4,5,6,7' },
    });
  });

  it('has no policy for an instance that does not exist', async () => {
    const { cloud } = await startCloud();

    const response = await get(cloud, '/v3/{p}/instances/nobody/backups/policy');

    expect(response).toMatchObject({ status: 404, body: { error_code: 'DBS.200002' } });
  });
});

describe('creating a backup of an instance', () => {
  it('starts it with the given name', async () => {
    const { cloud, clock } = await startCloud();
    const { id } = cloud.resourceOf('healthy', 'instance');

    const created = await post(cloud, '/v3/{p}/backups/create', {
      instance_id: id,
      name: 'before-migration',
      description: 'by hand',
    });
    clock.pass(3600);
    const rows = rowsOf(await get(cloud, `${LIST}?instance_id=${id}&backup_type=manual`), 'backups');

    expect(created).toMatchObject({
      status: 201,
      body: {
        backup: { id: rows[0]?.['id'], name: 'before-migration', status: 'BUILDING', type: 'manual' },
        job_id: expect.stringMatching(/./),
      },
    });
    expect(rows[0]).toMatchObject({ name: 'before-migration', description: 'by hand', status: 'COMPLETED' });
  });

  it.each<[string, JsonObject, number, string]>([
    ['an instance that does not exist', { instance_id: 'nobody' }, 404, 'DBS.200002'],
    ['no instance', { instance_id: undefined }, 400, 'DBS.280001'],
    ['no name', { name: undefined }, 400, 'DBS.280001'],
    ['a name that is too short', { name: 'abc' }, 400, 'DBS.280001'],
    ['a name that starts with a digit', { name: '1abcd' }, 400, 'DBS.280001'],
    ['a description with a quote', { description: "it's" }, 400, 'DBS.280001'],
  ])('is refused with %s', async (_, change, status, code) => {
    const { cloud } = await startCloud();
    const { id } = cloud.resourceOf('healthy', 'instance');

    const response = await post(cloud, '/v3/{p}/backups/create', {
      instance_id: id,
      name: 'good-name',
      ...change,
    });

    expect(response).toMatchObject({ status, body: { error_code: code } });
  });

  it('is refused while another one is running', async () => {
    const { cloud } = await startCloud();
    const { id } = cloud.resourceOf('healthy', 'instance');
    cloud.startBackup(id);

    const response = await post(cloud, '/v3/{p}/backups/create', { instance_id: id, name: 'good-name' });

    expect(response).toMatchObject({ status: 409, body: { error_code: 'DBS.201205' } });
  });
});
