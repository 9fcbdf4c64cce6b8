import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/commands/command-error.ts';
import type { CloudService } from '../../src/services/service.ts';
import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { roleFor, WITH_JOBS, WITHOUT_JOBS } from '../support/examples.ts';
import { createFakeTerminal } from './fake-terminal.ts';
import { createWaitingWorld } from './waiting-world.ts';

const PROGRAM = 'huaweicloud-backup-exporter';

const create = (id: string, ...flags: readonly string[]) => [
  ...['backups', 'create', '--resource', id, '--yes', '--wait'],
  ...flags,
];

/** The operation of the list of backups in the simulated cloud. */
async function listNameOf(service: CloudService): Promise<string> {
  const { routes } = await service.simulated();
  return routes.find(({ operation }) => operation === 'list_backups')?.service ?? service.type;
}

const posts = (cloud: SimulatedCloud) =>
  cloud.requests.filter(({ operation }) => operation === 'create_backup');

describe('backups create --wait', () => {
  it.each([WITH_JOBS, WITHOUT_JOBS])(
    'exits with 0 when the backup of a resource of $type has succeeded',
    async (service) => {
      const { cloud, firstOf, run, pauses } = await createWaitingWorld();
      const resource = await firstOf(service);

      const { code, output, errors } = await run(create(resource.id));

      const backup = cloud.backupsOf(resource.id).at(-1);
      expect(code).toBe(0);
      expect(backup).toMatchObject({ method: 'manual', state: 'success' });
      expect(output).toContain(`Started the backup of ${resource.name} (${resource.id}): `);
      expect(output).toContain(`\nThe backup of ${resource.name} (${resource.id}) succeeded: `);
      expect(output).toContain(`, backup ${backup?.id}\n`);
      expect(errors).toMatch(/^Waiting for the backup of .*: 0 s\nWaiting for the backup of .*: 1 min/);
      expect(pauses.slice(0, 6)).toEqual([1, 2, 4, 8, 10, 10]);
      expect(posts(cloud)).toHaveLength(1);
    },
  );

  it.each([WITH_JOBS, WITHOUT_JOBS])(
    'exits with 1 when the backup of a resource of $type fails',
    async (service) => {
      const { cloud, firstOf, run } = await createWaitingWorld();
      const { id, name } = await firstOf(service);
      cloud.failNextBackup(id);

      const { code, output, errors } = await run(create(id));

      expect(code).toBe(1);
      expect(output).not.toContain('succeeded');
      expect(errors).toContain(`huaweicloud-backup-exporter: the backup of ${name} (${id}) failed`);
    },
  );

  it('prints a line of JSON for the start and one for the end', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id, name } = await firstOf(WITHOUT_JOBS);

    const { output } = await run(create(id, '--json'));

    const backup = cloud.backupsOf(id).at(-1);
    const [started, ended, ...more] = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const place = {
      project: 'prod',
      region: 'cn-north-4',
      service: WITHOUT_JOBS.type,
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
    'prints what it started on standard error if standard output is full (%s), and does not wait',
    async (...flags) => {
      const { cloud, firstOf, run, pauses } = await createWaitingWorld();
      const { id, name } = await firstOf(WITH_JOBS);
      const outputError = new CommandError('cannot write to standard output: no space left on device');

      const { code, errors } = await run(create(id, ...flags), createFakeTerminal({ outputError }));

      expect(code).toBe(1);
      expect(pauses).toEqual([]);
      expect(posts(cloud)).toHaveLength(1);
      expect(errors).toMatch(
        new RegExp(
          `^${PROGRAM}: cannot write to standard output: no space left on device; started the backup of ${name} \\(${id}\\): job (\\w+), backup [\\w-]+; follow it with ${PROGRAM} backups wait --project prod --service ${WITH_JOBS.type} --resource ${id} --job \\1 --config\\.file config\\.yml\\n$`,
        ),
      );
    },
  );

  it('prints the result on standard error if standard output is full by then', async () => {
    const { firstOf, run } = await createWaitingWorld();
    const { id, name } = await firstOf(WITH_JOBS);
    const full = new CommandError('cannot write to standard output: no space left on device');
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

  it('prints a line of JSON for a failure too', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);
    cloud.failNextBackup(id);

    const { code, output } = await run(create(id, '--json'));

    const ended = JSON.parse(output.trimEnd().split('\n')[1] ?? '');
    expect(code).toBe(1);
    expect(ended).toMatchObject({ state: 'failed', reason: 'The backup could not be written.' });
  });

  it('does not mistake a backup started by someone else for its own', async () => {
    const { cloud, firstOf, run, at } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);
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

  it('checks a last time at the timeout, prints how to continue, and does not stop the backup', async () => {
    const { cloud, firstOf, run, pauses } = await createWaitingWorld();
    const { id, name } = await firstOf(WITH_JOBS);
    cloud.hang(id);

    const { code, errors } = await run(create(id, '--wait-timeout', '30s'));

    expect(code).toBe(1);
    expect(pauses).toEqual([1, 2, 4, 8, 10, 5]);
    expect(errors).toMatch(
      new RegExp(
        `huaweicloud-backup-exporter: not finished within 30s; the backup of ${name} \\(${id}\\) may still be running; wait for it with huaweicloud-backup-exporter backups wait --project prod --service ${WITH_JOBS.type} --resource ${id} --job \\w+ --config\\.file config\\.yml\\n$`,
      ),
    );
  });

  it('continues with the printed command', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);
    cloud.hang(id);
    const { errors } = await run(create(id, '--wait-timeout', '5s'));
    const [, job = ''] = /--job (\w+)/.exec(errors) ?? [];
    cloud.finishBackup(id);

    const { code, output } = await run(['backups', 'wait', '--resource', id, '--job', job]);

    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`^Job ${job} of .* succeeded\\n$`));
  });

  it('prints the backup to continue with if there are no jobs', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITHOUT_JOBS);
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

  it('exits at Ctrl-C, prints how to continue, and does not stop the backup', async () => {
    const { cloud, firstOf, run, at } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);
    const terminal = createFakeTerminal();
    at(10, () => terminal.signal('SIGINT'));

    const { code, errors } = await run(create(id), terminal);

    expect(code).toBe(1);
    expect(errors).toMatch(
      /huaweicloud-backup-exporter: interrupted; the backup of .* may still be running; wait for it with .* --job \w+ /,
    );
    expect(cloud.backupsOf(id).at(-1)).toMatchObject({ state: 'running', method: 'manual' });
  });

  it('keeps waiting if checks get no response', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);
    cloud.inject({
      match: { operation: 'get_job' },
      times: 7,
      fault: { kind: 'status', status: 500, body: 'broken' },
    });

    const { code } = await run(create(id));

    expect(code).toBe(0);
  });

  it('reports a failed last check at the timeout', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);
    cloud.inject({ match: { operation: 'get_job' }, fault: { kind: 'status', status: 500 } });

    const { code, errors } = await run(create(id, '--wait-timeout', '1m'));

    expect(code).toBe(1);
    expect(errors).toMatch(
      /not finished within 1m \(the last check failed: cannot get job: .* returned 500; .*\); the backup of/,
    );
  });

  it('reads the list of backups if it may not read the job, and says so once', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);
    cloud.inject({ match: { operation: 'get_job' }, fault: { kind: 'status', status: 403 } });

    const { code, output, errors } = await run(create(id));

    expect(code).toBe(0);
    expect(output).toContain('succeeded');
    const hint = `grant ${roleFor(WITH_JOBS, 'get_job')} to the user or agency; checking the list of backups instead`;
    expect(errors.split(hint)).toHaveLength(2);
  });

  it('starts nothing if it could not wait for it', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);
    cloud.deny(roleFor(WITH_JOBS, 'list_backups'));

    const { code, errors } = await run(create(id));

    expect(code).toBe(1);
    expect(errors).toContain(`grant ${roleFor(WITH_JOBS, 'list_backups')}`);
    expect(posts(cloud)).toEqual([]);
  });

  it('reports that a backup was deleted meanwhile', async () => {
    const { cloud, firstOf, run, at } = await createWaitingWorld();
    const { id } = await firstOf(WITHOUT_JOBS);
    cloud.hang(id);
    at(20, () => cloud.removeBackup(cloud.backupsOf(id).at(-1)?.id ?? ''));

    const { code, errors } = await run(create(id));

    expect(code).toBe(1);
    expect(errors).toContain(' failed: it is no longer listed\n');
  });

  it('does not report a backup in an undocumented state as successful', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITHOUT_JOBS);
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

  it('updates one line on a terminal, never wider than it, and clears it', async () => {
    const { firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);

    const { errors } = await run(create(id), createFakeTerminal({ errorWidth: 40 }));

    const frames = errors.split('\r\u001b[2K');
    expect(frames.length).toBeGreaterThan(10);
    expect(frames.at(-1)).toBe('');
    expect(frames.at(1)).toMatch(/^Waiting for the backup of .*…: 0 s$/);
    expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThan(40);
    expect(errors).not.toContain('\n');
  });

  it('reads only the backups of that resource while it waits', async () => {
    const { cloud, firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITH_JOBS);

    await run(create(id));

    const lists = cloud.requests.filter(({ operation }) => operation === 'list_backups');
    expect(lists.length).toBeGreaterThan(1);
    expect(lists.every(({ path, query }) => `${path}?${query}`.includes(id))).toBe(true);
  });
});

describe('backups wait', () => {
  it.each([[], ['--job', 'j', '--backup', 'b']])(
    'requires either a job or a backup, not %j',
    async (...flags) => {
      const { cloud, run } = await createWaitingWorld();

      const { code, errors } = await run(['backups', 'wait', '--resource', 'orders-graph-01', ...flags]);

      expect(code).toBe(2);
      expect(errors).toBe('huaweicloud-backup-exporter: either --job or --backup is required\n');
      expect(cloud.requests).toEqual([]);
    },
  );

  it('reports after half a minute that the backup is not listed, and how to check', async () => {
    const { firstOf, run, pauses } = await createWaitingWorld();
    const { id, name } = await firstOf(WITHOUT_JOBS);

    const { code, errors } = await run(['backups', 'wait', '--resource', id, '--backup', 'nobody']);

    expect(code).toBe(1);
    expect(pauses).toEqual([1, 2, 4, 8, 10, 10]);
    expect(errors).toContain(
      `\n${PROGRAM}: ${name} (${id}) has no backup "nobody"; check with ${PROGRAM} backups list --project prod --service ${WITHOUT_JOBS.type} --resource ${id} --config.file config.yml\n`,
    );
  });

  it('finds a backup that is listed only later', async () => {
    const { cloud, firstOf, run, at } = await createWaitingWorld();
    const { id } = await firstOf(WITHOUT_JOBS);
    const backup = cloud.startBackup(id, { duration: 60 });
    const listed = await listNameOf(WITHOUT_JOBS);
    cloud.setBackups(listed, { rows: [] });
    at(10, () => cloud.setBackups(listed, undefined));

    const { code } = await run(['backups', 'wait', '--resource', id, '--backup', backup]);

    expect(code).toBe(0);
  });

  it('reports that a service has no jobs', async () => {
    const { firstOf, run } = await createWaitingWorld();
    const { id } = await firstOf(WITHOUT_JOBS);

    const { code, errors } = await run(['backups', 'wait', '--resource', id, '--job', 'j']);

    expect(code).toBe(1);
    expect(errors).toBe(`${PROGRAM}: ${WITHOUT_JOBS.type} of prod has no jobs to wait for; use --backup\n`);
  });
});
