import { describe, expect, it } from 'vitest';
import { OutputError } from '../../src/commands/command-error.ts';
import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createFakeTerminal } from './fake-terminal.ts';
import { createWaitingWorld } from './waiting-world.ts';

const PROGRAM = 'huaweicloud-backup-exporter';

const firstOf = (cloud: SimulatedCloud, kind: 'graph' | 'instance') => {
  const resource = cloud.resources().find((candidate) => candidate.kind === kind);
  if (resource === undefined) throw new Error(`the cloud has no ${kind}`);
  return resource;
};

const create = (id: string, ...flags: readonly string[]) => [
  ...['backups', 'create', '--resource', id, '--yes', '--wait'],
  ...flags,
];

const posts = (cloud: SimulatedCloud) =>
  cloud.requests.filter(({ operation }) => operation === 'create_backup');

describe('backups create --wait', () => {
  it.each(['graph', 'instance'] as const)(
    'ends with 0 when the backup of a %s is there and good',
    async (kind) => {
      const { cloud, run, pauses } = await createWaitingWorld();
      const resource = firstOf(cloud, kind);

      const { code, output, errors } = await run(create(resource.id));

      const backup = cloud.backupsOf(resource.id).at(-1);
      expect(code).toBe(0);
      expect(backup).toMatchObject({ method: 'manual', state: 'success' });
      expect(output).toContain(`Started the backup of ${resource.name} (${resource.id}): job `);
      expect(output).toContain(`\nThe backup of ${resource.name} (${resource.id}) succeeded: `);
      expect(output).toContain(`, backup ${backup?.id}\n`);
      expect(errors).toMatch(/^Waiting for the backup of .*: 0 s\nWaiting for the backup of .*: 1 min/);
      expect(pauses.slice(0, 6)).toEqual([1, 2, 4, 8, 10, 10]);
      expect(posts(cloud)).toHaveLength(1);
    },
  );

  it.each(['graph', 'instance'] as const)('ends with 1 when the backup of a %s fails', async (kind) => {
    const { cloud, run } = await createWaitingWorld();
    const { id, name } = firstOf(cloud, kind);
    cloud.failNextBackup(id);

    const { code, output, errors } = await run(create(id));

    expect(code).toBe(1);
    expect(output).not.toContain('succeeded');
    expect(errors).toContain(`huaweicloud-backup-exporter: the backup of ${name} (${id}) failed`);
  });

  it('prints a line of JSON when it has started and one when it has ended', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id, name } = firstOf(cloud, 'instance');

    const { output } = await run(create(id, '--json'));

    const backup = cloud.backupsOf(id).at(-1);
    const [started, ended, ...more] = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const place = {
      project: 'prod',
      region: 'cn-north-4',
      service: 'gaussdb-mysql',
      resource_id: id,
      resource_name: name,
    };
    expect(more).toEqual([]);
    expect(started).toEqual({ ...place, job_id: started.job_id, backup_id: backup?.id, state: 'started' });
    expect(ended).toEqual({
      ...place,
      job_id: started.job_id,
      backup_id: backup?.id,
      state: 'succeeded',
      start_timestamp_seconds: backup?.start,
      end_timestamp_seconds: backup?.end,
      size_bytes: backup?.sizeBytes,
      duration_seconds: (backup?.end ?? 0) - (backup?.start ?? 0),
    });
  });

  it.each([[], ['--json']])(
    'says on standard error what it started where standard output is full (%s), and does not wait',
    async (...flags) => {
      const { cloud, run, pauses } = await createWaitingWorld();
      const { id, name } = firstOf(cloud, 'graph');
      const outputError = new OutputError('cannot write to standard output: no space left on device', false);

      const { code, errors } = await run(create(id, ...flags), createFakeTerminal({ outputError }));

      expect(code).toBe(1);
      expect(pauses).toEqual([]);
      expect(posts(cloud)).toHaveLength(1);
      expect(errors).toMatch(
        new RegExp(
          `^${PROGRAM}: cannot write to standard output: no space left on device; started the backup of ${name} \\(${id}\\): job (\\w+), backup [\\w-]+; follow it with ${PROGRAM} backups wait --project prod --service ges --resource ${id} --job \\1 --config\\.file config\\.yml\\n$`,
        ),
      );
    },
  );

  it('says on standard error how it ended where standard output is full by then', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id, name } = firstOf(cloud, 'graph');
    const full = new OutputError('cannot write to standard output: no space left on device', false);
    const terminal = createFakeTerminal();
    let writes = 0;
    const write = async (text: string): Promise<void> => {
      writes += 1;
      if (writes === 2) throw full;
      await terminal.write(text);
    };

    const { code, errors } = await run(create(id), { ...terminal, write });

    expect(code).toBe(1);
    expect(errors).toContain(
      `${PROGRAM}: cannot write to standard output: no space left on device; the backup of ${name} (${id}) succeeded: `,
    );
  });

  it('prints a line of JSON for what ended badly too', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.failNextBackup(id);

    const { code, output } = await run(create(id, '--json'));

    const ended = JSON.parse(output.trimEnd().split('\n')[1] ?? '');
    expect(code).toBe(1);
    expect(ended).toMatchObject({ state: 'failed', reason: 'The backup could not be written.' });
  });

  it('does not take a backup that somebody else started for its own', async () => {
    const { cloud, run, at } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.hang(id);
    at(16, () => {
      cloud.finishBackup(id);
      cloud.startBackup(id, { method: 'auto', result: 'failed', duration: 1 });
    });

    const { code, output } = await run(create(id));

    const manual = cloud.backupsOf(id).findLast(({ method }) => method === 'manual');
    expect(code).toBe(0);
    expect(output).toContain(`, backup ${manual?.id}\n`);
  });

  it('says how to go on when the time is over, looks a last time at its end, and leaves the backup alone', async () => {
    const { cloud, run, pauses } = await createWaitingWorld();
    const { id, name } = firstOf(cloud, 'graph');
    cloud.hang(id);

    const { code, errors } = await run(create(id, '--wait-timeout', '30s'));

    expect(code).toBe(1);
    expect(pauses).toEqual([1, 2, 4, 8, 10, 5]);
    expect(errors).toMatch(
      new RegExp(
        `huaweicloud-backup-exporter: not finished within 30s; the backup of ${name} \\(${id}\\) may still be running; wait for it with huaweicloud-backup-exporter backups wait --project prod --service ges --resource ${id} --job \\w+ --config\\.file config\\.yml\\n$`,
      ),
    );
  });

  it('goes on with the command that it named', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.hang(id);
    const { errors } = await run(create(id, '--wait-timeout', '5s'));
    const [, job = ''] = /--job (\w+)/.exec(errors) ?? [];
    cloud.finishBackup(id);

    const { code, output } = await run(['backups', 'wait', '--resource', id, '--job', job]);

    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`^Job ${job} of .* succeeded\\n$`));
  });

  it('names the backup of an instance to go on with, which has no job to ask for', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'instance');
    cloud.hang(id);
    const { errors } = await run(create(id, '--wait-timeout', '5s'));
    const backup = cloud.backupsOf(id).at(-1)?.id ?? '';
    expect(errors).toContain(`--resource ${id} --backup ${backup} --config.file config.yml\n`);
    cloud.finishBackup(id, 'failed');

    const { code, errors: ended } = await run(['backups', 'wait', '--resource', id, '--backup', backup]);

    expect(code).toBe(1);
    expect(ended).toContain(`backup ${backup} of `);
    expect(ended).toContain(' failed\n');
  });

  it('ends at Ctrl-C, says how to go on, and leaves the backup alone', async () => {
    const { cloud, run, at } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    const terminal = createFakeTerminal();
    at(10, () => terminal.signal('SIGINT'));

    const { code, errors } = await run(create(id), terminal);

    expect(code).toBe(1);
    expect(errors).toMatch(
      /huaweicloud-backup-exporter: interrupted; the backup of .* may still be running; wait for it with .* --job \w+ /,
    );
    expect(cloud.backupsOf(id).at(-1)).toMatchObject({ state: 'running', method: 'manual' });
  });

  it('waits on through looks that get no answer', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.inject({
      match: { operation: 'get_job' },
      times: 7,
      fault: { kind: 'status', status: 500, body: 'broken' },
    });

    const { code } = await run(create(id));

    expect(code).toBe(0);
  });

  it('tells of the last look that got no answer when the time is over', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.inject({ match: { operation: 'get_job' }, fault: { kind: 'status', status: 500 } });

    const { code, errors } = await run(create(id, '--wait-timeout', '1m'));

    expect(code).toBe(1);
    expect(errors).toMatch(
      /not finished within 1m \(the last check failed: cannot get job: .* returned 500; .*\); the backup of/,
    );
  });

  it('looks for the backup where it may not look at the job, and says so once', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.deny('ges:jobs:getDetail');

    const { code, output, errors } = await run(create(id));

    expect(code).toBe(0);
    expect(output).toContain('succeeded');
    expect(
      errors.match(/grant ges:jobs:getDetail to the user or agency; checking the list of backups instead/g),
    ).toHaveLength(1);
  });

  it('starts nothing that it could not wait for', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.deny('ges:backup:list');

    const { code, errors } = await run(create(id));

    expect(code).toBe(1);
    expect(errors).toContain('grant ges:backup:list');
    expect(posts(cloud)).toEqual([]);
  });

  it('says that a backup was deleted while it waited', async () => {
    const { cloud, run, at } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'instance');
    cloud.hang(id);
    at(20, () => cloud.removeBackup(cloud.backupsOf(id).at(-1)?.id ?? ''));

    const { code, errors } = await run(create(id));

    expect(code).toBe(1);
    expect(errors).toContain(' failed: it is no longer listed\n');
  });

  it('does not call a backup good whose state nobody documented', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'instance');
    const { code, errors } = await run([
      'backups',
      'wait',
      '--resource',
      id,
      '--wait-timeout',
      '1m',
      '--backup',
      cloud.startBackup(id, { result: 'unknown', duration: 3 }),
    ]);

    expect(code).toBe(1);
    expect(errors).toContain('not finished within 1m; ');
  });

  it('shows one line on a terminal that is written over, never wider than it, and clears it', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');

    const { errors } = await run(create(id), createFakeTerminal({ errorWidth: 40 }));

    const frames = errors.split('\r\u001b[2K');
    expect(frames.length).toBeGreaterThan(10);
    expect(frames.at(-1)).toBe('');
    expect(frames.at(1)).toMatch(/^Waiting for the backup of .*…: 0 s$/);
    expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThan(40);
    expect(errors).not.toContain('\n');
  });

  it('reads the backups of that one resource while it waits, not all of them', async () => {
    const { cloud, run } = await createWaitingWorld();
    const graph = firstOf(cloud, 'graph');

    await run(create(graph.id));

    const lists = cloud.requests.filter(({ operation }) => operation === 'list_backups');
    expect(lists.length).toBeGreaterThan(1);
    expect(lists.every(({ path }) => path.endsWith(`/graphs/${graph.id}/backups`))).toBe(true);
  });
});

describe('backups export --wait', () => {
  const exported = (id: string, ...flags: readonly string[]) => [
    ...[
      'backups',
      'export',
      '--resource',
      id,
      '--backup',
      'latest',
      '--to',
      'my-bucket/2026/',
      '--yes',
      '--wait',
    ],
    ...flags,
  ];

  it('ends with 0 when the job succeeded, whatever it went through', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');

    const { code, output } = await run(exported(id));

    expect(code).toBe(0);
    expect(output).toMatch(
      /^Started the export of backup \S+ of .* to my-bucket\/2026\/: job \w+\nThe export of .* succeeded\n$/,
    );
    expect(cloud.requests.filter(({ operation }) => operation === 'get_job').length).toBeGreaterThan(2);
  });

  it("ends with 1 and the service's reason when the job fails", async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.failNextExport(id);

    const { code, errors } = await run(exported(id));

    expect(code).toBe(1);
    expect(errors).toMatch(
      /huaweicloud-backup-exporter: the export of .* failed: The bucket cannot be written to\.\n$/,
    );
  });

  it.each(['paused', undefined])('waits on for a job whose status is %s', async (status) => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.inject({
      match: { operation: 'get_job' },
      times: 3,
      fault: { kind: 'wrong-shape', body: { status } },
    });

    const { code } = await run(exported(id));

    expect(code).toBe(0);
  });

  it('says how to go on where it may not look at jobs', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');
    cloud.deny('ges:jobs:getDetail');

    const { code, errors } = await run(exported(id));

    expect(code).toBe(1);
    expect(errors).toMatch(
      /grant ges:jobs:getDetail to the user or agency; the export of .* may still be running; wait for it with .* --job \w+ /,
    );
  });
});

describe('backups wait', () => {
  it.each([[], ['--job', 'j', '--backup', 'b']])('needs a job or a backup, not %j', async (...flags) => {
    const { cloud, run } = await createWaitingWorld();

    const { code, errors } = await run(['backups', 'wait', '--resource', 'orders-graph-01', ...flags]);

    expect(code).toBe(2);
    expect(errors).toBe('huaweicloud-backup-exporter: either --job or --backup is required\n');
    expect(cloud.requests).toEqual([]);
  });

  it('says that there is no such job', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'graph');

    const { code, errors } = await run(['backups', 'wait', '--resource', id, '--job', 'nobody']);

    expect(code).toBe(1);
    expect(errors).toMatch(
      new RegExp(`\\n${PROGRAM}: job nobody of \\S+ \\(${id}\\): there is no such job \\(GES\\.7007\\)\\n$`),
    );
  });

  it('says after half a minute that no such backup is listed, and how to look', async () => {
    const { cloud, run, pauses } = await createWaitingWorld();
    const { id, name } = firstOf(cloud, 'instance');

    const { code, errors } = await run(['backups', 'wait', '--resource', id, '--backup', 'nobody']);

    expect(code).toBe(1);
    expect(pauses).toEqual([1, 2, 4, 8, 10, 10]);
    expect(errors).toContain(
      `\n${PROGRAM}: ${name} (${id}) has no backup "nobody"; check with ${PROGRAM} backups list --project prod --service gaussdb-mysql --resource ${id} --config.file config.yml\n`,
    );
  });

  it('finds a backup that is listed only after a while', async () => {
    const { cloud, run, at } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'instance');
    const backup = cloud.startBackup(id, { duration: 60 });
    cloud.setBackups('gaussdb', { rows: [] });
    at(10, () => cloud.setBackups('gaussdb', undefined));

    const { code } = await run(['backups', 'wait', '--resource', id, '--backup', backup]);

    expect(code).toBe(0);
  });

  it('says that instances have no jobs to ask for', async () => {
    const { cloud, run } = await createWaitingWorld();
    const { id } = firstOf(cloud, 'instance');

    const { code, errors } = await run(['backups', 'wait', '--resource', id, '--job', 'j']);

    expect(code).toBe(1);
    expect(errors).toBe(
      'huaweicloud-backup-exporter: gaussdb-mysql of prod has no jobs to wait for; use --backup\n',
    );
  });
});
