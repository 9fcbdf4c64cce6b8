import { describe, expect, it } from 'vitest';
import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { arranged, backups, changes, cloudFor, configFor, PROGRAM } from './command-world.ts';
import { KEYS, startOnTerminal } from './pseudo-terminal.ts';

describe('backups export', () => {
  const toBucket = ['--to', 'my-bucket/backups/'];

  it('exports the successful backup that ended last, which may not be the one that started last', async () => {
    const cloud = await cloudFor();
    const { id, name } = cloud.resourceOf('healthy');
    const row = { graph_id: id, graph_name: name, backup_method: 'manual', size: 1 };
    cloud.setBackups('ges', {
      rows: [
        {
          ...row,
          id: 'failed-later',
          status: 'failed',
          start_timestamp: 1_782_900_900_000,
          end_timestamp: 1_782_901_000_000,
        },
        {
          ...row,
          id: 'started-last',
          status: 'success',
          start_timestamp: 1_782_900_500_000,
          end_timestamp: 1_782_900_600_000,
        },
        {
          ...row,
          id: 'ended-last',
          status: 'success',
          start_timestamp: 1_782_900_400_000,
          end_timestamp: 1_782_900_700_000,
        },
        { ...row, id: 'runs', status: 'backing_up', start_timestamp: 1_782_901_100_000 },
      ],
    });

    const { code, output } = await backups(cloud, [
      ...['export', '--resource', name, '--backup', 'latest', '--dry-run', '--json'],
      ...['--to', 'obs://my-bucket/backups/'],
    ]);

    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      url: expect.stringMatching(`/graphs/${id}/backups/export$`),
      body: { backup_id: 'ended-last', export_path: 'my-bucket/backups/' },
    });
    expect(changes(cloud)).toEqual([]);
  });

  it('finds the graph of a backup, asks for confirmation, and starts one export', async () => {
    const cloud = await cloudFor();
    const { id, name } = cloud.resourceOf('healthy');
    const backup = cloud.backupsOf(id)[0]?.id ?? '';
    const program = startOnTerminal([
      ...['backups', 'export', '--backup', backup, ...toBucket, '--config.file', await configFor(cloud)],
    ]);

    await program.shows(
      new RegExp(
        `Start the export of backup ${backup} of ${name} \\(${id}\\) to my-bucket/backups/, ges of prod\\? `,
      ),
    );
    program.press(`y${KEYS.enter}`);
    const { code, shown } = await program.ended;

    expect(code).toBe(0);
    expect(shown).toMatch(/Started the export of backup .*: job \w+\n$/);
    expect(changes(cloud)).toMatchObject([
      { body: { backup_id: backup, export_path: 'my-bucket/backups/' } },
    ]);
  });

  it.each([
    ['n', `n${KEYS.enter}`],
    ['Enter', KEYS.enter],
    ['Ctrl-C', KEYS.ctrlC],
  ])('starts nothing if the answer is %s', async (_, keys) => {
    const cloud = await cloudFor();
    const program = startOnTerminal([
      ...['backups', 'export', '--resource', 'orders-graph-01', '--backup', 'latest', ...toBucket],
      ...['--config.file', await configFor(cloud)],
    ]);

    await program.shows(/Start the export of backup .* \[y\/N\] /);
    program.press(keys);
    const { code, shown } = await program.ended;

    expect(code).toBe(1);
    expect(shown).toMatch(/\nhuaweicloud-backup-exporter: nothing was started\n$/);
    expect(changes(cloud)).toEqual([]);
  });

  it('fails without a terminal to confirm on, before it sends a request', async () => {
    const cloud = await cloudFor();

    const { code, output, errors } = await backups(cloud, [
      ...['export', '--resource', 'orders-graph-01', '--backup', 'latest', ...toBucket],
    ]);

    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toBe(
      `${PROGRAM}: nothing was started: there is no terminal to ask for confirmation; use --yes\n`,
    );
    expect(cloud.requests).toEqual([]);
  });

  it.each([
    'My-Bucket/a/',
    'ab/a/',
    'bucket-/a',
    '192.168.1.1/a',
    'bu..cket/a',
    '/bucket/a',
    'bucket//a',
    'bucket/../a',
    'bucket/a b/',
    'bucket/a\nb/',
    '',
  ])('rejects the path %j before it sends a request', async (path) => {
    const cloud = await cloudFor();

    const { code, errors } = await backups(cloud, [
      'export',
      '--backup',
      'latest',
      '--resource',
      'x',
      '--to',
      path,
      '--yes',
    ]);

    expect(code).toBe(2);
    expect(errors).toMatch(
      /^huaweicloud-backup-exporter: option '--to <obs-path>' argument '[^\n]*' is invalid. (Expected a bucket|Each folder)[^\n]*\n$/,
    );
    expect(cloud.requests).toEqual([]);
  });

  it.each([
    { args: ['--resource', 'orders-db-01', '--backup', 'latest'] },
    { args: ['--service', 'gaussdb-mysql', '--backup', 'whatever'] },
  ])('rejects instances with a clear error ($args)', async ({ args }) => {
    const cloud = await cloudFor();

    const { code, errors } = await backups(cloud, ['export', ...args, ...toBucket, '--yes']);

    expect(code).toBe(1);
    expect(errors).toBe(
      `${PROGRAM}: gaussdb-mysql of prod: backups of this service cannot be exported, only those of ges\n`,
    );
    expect(changes(cloud)).toEqual([]);
  });

  it('requires the graph for "latest"', async () => {
    const { code, errors } = await backups(await cloudFor(), [
      'export',
      '--backup',
      'latest',
      ...toBucket,
      '--yes',
    ]);

    expect(code).toBe(2);
    expect(errors).toBe(`${PROGRAM}: --backup latest needs --resource\n`);
  });

  it.each([
    {
      what: 'a failed backup',
      backup: (cloud: SimulatedCloud) => cloud.backupsOf(cloud.resourceOf('failing').id).at(-1)?.id,
      error: /is failed; only a successful backup can be exported$/,
    },
    {
      what: 'an unknown backup',
      backup: () => 'unknown',
      error: /--backup "unknown": no backup has this id$/,
    },
  ])('rejects $what', async ({ backup, error }) => {
    const cloud = await cloudFor();

    const { code, errors } = await backups(cloud, [
      'export',
      '--backup',
      backup(cloud) ?? '',
      ...toBucket,
      '--yes',
    ]);

    expect(code).toBe(1);
    expect(errors.trimEnd()).toMatch(error);
    expect(changes(cloud)).toEqual([]);
  });

  it('reports that a graph has no successful backup, and how to check', async () => {
    const cloud = await cloudFor();
    const { id, name } = cloud.resourceOf('never');

    const { code, errors } = await backups(cloud, [
      'export',
      '--resource',
      name,
      '--backup',
      'latest',
      ...toBucket,
      '--yes',
    ]);

    expect(code).toBe(1);
    expect(errors).toBe(
      `${PROGRAM}: ${name} (${id}) has no successful backup; check with ${PROGRAM} backups list --project prod --service ges --resource ${id} --config.file config.yml\n`,
    );
  });

  it.each([
    {
      what: 'a deleted graph',
      arrange: (cloud: SimulatedCloud) => cloud.resourceOf('deleted'),
      error: 'the graph does not exist or has been deleted (GES.7000)',
    },
    {
      what: 'a stopped graph',
      arrange: arranged((cloud, id) => cloud.setGraphStatus(id, '900')),
      error: 'the graph is not running; start it first (GES.7001)',
    },
    {
      what: 'a user who may not export',
      arrange: arranged((cloud) => cloud.deny('ges:backup:export')),
      error:
        'this user or agency is not allowed to do that (GES.7041); grant the permission for POST /v2/{project_id}/graphs/{graph_id}/backups/export',
    },
    {
      what: 'a backup that was deleted meanwhile',
      arrange: arranged((cloud) => {
        const body = { errorCode: 'GES.7024', errorMessage: 'The backup does not exist.' };
        cloud.inject({ match: { operation: 'export_backup' }, fault: { kind: 'status', status: 404, body } });
      }),
      error: 'the backup no longer exists (GES.7024)',
    },
  ])('reports the reason in plain words for $what', async ({ arrange, error }) => {
    const cloud = await cloudFor();
    const { id, name } = arrange(cloud);

    const { code, errors } = await backups(cloud, [
      'export',
      '--resource',
      id,
      '--backup',
      'latest',
      ...toBucket,
      '--yes',
    ]);

    expect(code).toBe(1);
    expect(errors).toBe(`${PROGRAM}: ${name} (${id}): ${error.replace('{graph_id}', id)}\n`);
  });

  it.each(['reset', 'no-response'] as const)('is not retried if the response is lost (%s)', async (how) => {
    const cloud = await cloudFor();
    cloud.inject({ match: { operation: 'export_backup' }, fault: { kind: 'lost-response', how } });

    const { code, errors } = await backups(
      cloud,
      ['export', '--resource', 'orders-graph-01', '--backup', 'latest', ...toBucket, '--yes'],
      { poll: { request_timeout: '1s' } },
    );

    expect(code).toBe(1);
    expect(errors).toContain('it may have started anyway and is not retried');
    expect(changes(cloud)).toHaveLength(1);
  });

  it('waits in real time until the job succeeded', async () => {
    const cloud = await cloudFor({ speed: 60, characters: false });

    const { code, output } = await backups(cloud, [
      ...[
        'export',
        '--resource',
        'orders-graph-01',
        '--backup',
        'latest',
        ...toBucket,
        '--yes',
        '--wait',
        '--json',
      ],
    ]);

    expect(code).toBe(0);
    expect(
      output
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).state),
    ).toEqual(['started', 'succeeded']);
  });
});
