import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { eventually, MAIN, SOON, startProgram } from '../support/exporter-process.ts';
import { run } from '../support/run.ts';
import { backfill, cloudFor, configFor, filesFor, PROGRAM } from './command-world.ts';
import { CLEAR, KEYS, startOnTerminal } from './pseudo-terminal.ts';

describe('backfill', () => {
  it('reads each list once and signs in once', async () => {
    const cloud = await cloudFor();

    await backfill(cloud, ['--since', '1h']);

    const requests = cloud.requests.map(({ operation, service }) => `${service} ${operation}`);
    expect(requests.toSorted()).toEqual([
      'gaussdb list_backups',
      'gaussdb list_instances',
      'ges list_backups',
      'ges list_graphs',
      'iam sign_in',
    ]);
  });

  it('keeps the old content of a file until all of the new content is written', async () => {
    const cloud = await cloudFor();
    const files = await filesFor();
    const past = await files.write('past.om', 'from before\n');
    cloud.deny('gaussdb:backup:list');

    const failed = await backfill(cloud, ['--output', past]);
    const kept = await readFile(past, 'utf8');
    cloud.grant('gaussdb:backup:list');
    const good = await backfill(cloud, ['--output', past, '--since', '1h']);

    expect(failed.code).toBe(1);
    expect(failed.errors).toMatch(
      /huaweicloud-backup-exporter: gaussdb-mysql of prod: cannot list backups: .*; grant gaussdb:backup:list .*to the user or agency\n$/,
    );
    expect(kept).toBe('from before\n');
    expect({ code: good.code, output: good.output }).toEqual({ code: 0, output: '' });
    expect((await readFile(past, 'utf8')).endsWith('# EOF\n')).toBe(true);
    expect(readdirSync(files.directory)).toEqual(['past.om']);
  });

  it.each([
    {
      path: '/nowhere/past.om',
      error: 'cannot write to /nowhere/past.om: no such file or directory (ENOENT)',
    },
    { path: '/', error: 'cannot write to /: it is a directory (EISDIR)' },
    {
      path: '/dev/null/past.om',
      error: 'cannot write to /dev/null/past.om: a part of the path is not a directory (ENOTDIR)',
    },
  ])('fails at once if it cannot write to $path', async ({ path, error }) => {
    const cloud = await cloudFor();

    const { code, errors } = await backfill(cloud, ['--output', path]);

    expect({ code, errors }).toEqual({ code: 1, errors: `${PROGRAM}: ${error}\n` });
    expect(cloud.requests).toEqual([]);
  });

  it('reports a full disk behind standard output', async () => {
    const config = await configFor(await cloudFor());

    const shell = await run(
      'bash',
      ['-c', '"$0" "$1" backfill --config.file "$2" >/dev/full', process.execPath, MAIN, config],
      { package: 'bash' },
    );

    expect(shell.code).toBe(1);
    expect(shell.stderr).toMatch(
      /read\nhuaweicloud-backup-exporter: cannot write to standard output: no space left on device \(ENOSPC\)\n$/,
    );
  });

  it('reports a full disk', async () => {
    const { code, errors } = await backfill(await cloudFor(), ['--output', '/dev/full']);

    expect(code).toBe(1);
    expect(errors).toMatch(
      /\nhuaweicloud-backup-exporter: cannot write to \/dev\/full: no space left on device \(ENOSPC\)\n$/,
    );
  });

  it('fails with one line when the reader closes the pipe', async () => {
    const config = await configFor(await cloudFor());

    const shell = await run(
      'bash',
      [
        '-c',
        `"$0" "$1" backfill --config.file "$2" | head -1; echo "\${PIPESTATUS[0]}"`,
        ...[process.execPath, MAIN, config],
      ],
      { package: 'bash' },
    );

    expect(shell.stdout).toBe('# TYPE huaweicloud_backup_resource_info gauge\n1\n');
    expect(shell.stderr).toMatch(
      /\nhuaweicloud-backup-exporter: cannot write to standard output: the reader closed the pipe \(EPIPE\)\n$/,
    );
  });

  it.each(['file', 'pipe'] as const)(
    'stops at Ctrl-C while writing to a %s, and leaves no partial file',
    async (target) => {
      const cloud = await cloudFor({ characters: false });
      const files = await filesFor();
      const program = startProgram([
        ...['backfill', '--config.file', await configFor(cloud), '--step', '1s'],
        ...(target === 'file' ? ['--output', files.path('past.om')] : []),
      ]);
      await eventually(() =>
        target === 'file'
          ? readdirSync(files.directory).length > 0 && /mysql.*read/.test(program.errors())
          : program.output() !== '',
      );

      const began = performance.now();
      program.child.kill('SIGINT');
      const { code, errors } = await program.ended;

      expect(code).toBe(1);
      expect(performance.now() - began).toBeLessThan(SOON);
      expect(errors).toContain(
        target === 'file' ? 'interrupted; nothing was written\n' : 'interrupted; the output is incomplete\n',
      );
      expect(readdirSync(files.directory)).toEqual([]);
    },
  );

  it.each(['SIGINT', 'SIGTERM'] as const)('stops at %s while a list hangs', async (signal) => {
    const cloud = await cloudFor();
    const files = await filesFor();
    cloud.inject({ match: { operation: 'list_backups' }, fault: { kind: 'no-response' } });
    const program = startProgram([
      ...['backfill', '--config.file', await configFor(cloud), '--output', files.path('past.om')],
    ]);
    await eventually(() => cloud.requests.some(({ operation }) => operation === 'list_backups'));

    program.child.kill(signal);

    expect(await program.ended).toEqual({
      code: 1,
      output: '',
      errors: `${PROGRAM}: interrupted; nothing was written\n`,
    });
    expect(readdirSync(files.directory)).toEqual([]);
  });

  it('shows its progress in one line on a terminal', async () => {
    const cloud = await cloudFor({ characters: false });
    const program = startOnTerminal(
      [
        ...['backfill', '--config.file', await configFor(cloud)],
        ...['--output', (await filesFor()).path('past.om')],
        ...['--since', '7d', '--step', '1s'],
      ],
      { columns: 60 },
    );

    await program.shows(new RegExp(`${CLEAR}\\d+%, [\\d,]+ samples written`));
    program.press(KEYS.ctrlC);
    const { code, shown } = await program.ended;

    expect(code).toBe(1);
    expect(shown).toMatch(new RegExp(`${CLEAR}${PROGRAM}: interrupted; nothing was written\\n$`));
  });

  it('reports what could not be read, and continues', async () => {
    const cloud = await cloudFor();
    cloud.deny('ges:graph:list');
    cloud.inject({ match: { operation: 'get_policy' }, fault: { kind: 'status', status: 500 } });
    cloud.setBackups('gaussdb', { rows: [{ id: 'a' }], total: 3 });

    const { code, errors } = await backfill(
      cloud,
      ['--since', '1h', '--output', (await filesFor()).path('past.om')],
      {
        rpo: { default: 'policy' },
        limits: { resources: 10 },
      },
    );

    expect(code).toBe(0);
    expect(errors).toMatch(
      /^ges of prod: cannot list graphs: .*; resources without backups and creation times are missing$/m,
    );
    expect(errors).toMatch(/^ges of prod: 1 resource beyond limits\.resources left out$/m);
    expect(errors).toMatch(/^gaussdb-mysql of prod: 1 row could not be parsed and was skipped$/m);
    expect(errors).toMatch(/^gaussdb-mysql of prod: the service counts 2 more backups than it lists$/m);
    expect(errors).toMatch(
      /^gaussdb-mysql of prod: cannot get policy: .*; without a known one, rpo\.default applies$/m,
    );
  });

  it('reports that no samples are known before the first backup', async () => {
    const cloud = await cloudFor({ characters: false });

    const { code, output, errors } = await backfill(cloud, [
      '--since',
      '2001-01-01',
      '--until',
      '2001-01-02',
    ]);

    expect(code).toBe(0);
    expect(output.split('\n').filter((line) => /^\w/.test(line))).toEqual([]);
    expect(output.endsWith('# EOF\n')).toBe(true);
    expect(errors).toContain('No samples are known for that period; none were written.\n');
  });

  it('leaves out what the configuration excludes', async () => {
    const cloud = await cloudFor();

    const { output } = await backfill(cloud, ['--since', '1h'], {
      ges: { include: { resource_name: '^orders-' } },
      gaussdb: { exclude: { resource_name: '.' } },
    });

    expect(new Set(output.match(/resource_name="[^"]*"/g))).toEqual(
      new Set(['resource_name="orders-graph-01"']),
    );
  });
});
