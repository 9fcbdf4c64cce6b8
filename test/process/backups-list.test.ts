import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { eventually, MAIN, plainEnvironment, startProgram } from '../support/exporter-process.ts';
import { backups, cloudFor, configFor, PROGRAM } from './command-world.ts';
import { startOnTerminal } from './pseudo-terminal.ts';

describe('backups list', () => {
  it('prints all backups as JSON lines, newest first', async () => {
    const cloud = await cloudFor();
    const config = await configFor(cloud);

    const shell = spawn(
      'sh',
      [
        '-c',
        `"$0" "$1" backups list --json --config.file "$2" | python3 -c 'import json,sys; print(json.dumps([json.loads(line) for line in sys.stdin]))'`,
        ...[process.execPath, MAIN, config],
      ],
      { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    shell.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    const [code] = await once(shell, 'close');

    const rows: readonly Record<string, unknown>[] = JSON.parse(text);
    const expected = cloud
      .resources()
      .flatMap(({ id, name, kind }) => cloud.backupsOf(id).map((backup) => ({ ...backup, name, kind })));
    expect(code).toBe(0);
    expect(rows).toHaveLength(expected.length);
    const starts = rows.map((row) => Number(row['start_timestamp_seconds']));
    expect(starts).toEqual(starts.toSorted((one, other) => other - one));
    for (const { id, kind, name, resourceId, method, state, start, end, sizeBytes } of expected) {
      const row = rows.find((candidate) => candidate['backup_id'] === id);
      const isGood = state === 'success';
      expect(row).toEqual({
        project: 'prod',
        region: 'cn-north-4',
        service: kind === 'graph' ? 'ges' : 'gaussdb-mysql',
        resource_id: resourceId,
        resource_name: name,
        backup_id: id,
        backup_name: expect.any(String),
        state: isGood ? 'succeeded' : state,
        method,
        start_timestamp_seconds: start,
        ...(end !== undefined && { end_timestamp_seconds: end }),
        ...(isGood && { size_bytes: sizeBytes, duration_seconds: expect.closeTo((end ?? 0) - start, -1) }),
      });
    }
  });

  it.each([
    { flags: ['--state', 'failed'], matches: (row: Row) => row.state === 'failed' },
    { flags: ['--method', 'manual'], matches: (row: Row) => row.method === 'manual' },
    { flags: ['--service', 'ges'], matches: (row: Row) => row.service === 'ges' },
    { flags: ['--resource', 'orders-db-01'], matches: (row: Row) => row.resource_name === 'orders-db-01' },
    {
      flags: ['--state', 'succeeded', '--service', 'gaussdb-mysql', '--project', 'prod'],
      matches: (row: Row) => row.state === 'succeeded' && row.service === 'gaussdb-mysql',
    },
  ])('prints only matching backups with $flags', async ({ flags, matches }) => {
    const cloud = await cloudFor();
    const rows = (text: string): readonly Row[] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));

    const all = rows((await backups(cloud, ['list', '--json'])).output);
    const kept = rows((await backups(cloud, ['list', '--json', ...flags])).output);

    expect(kept.length).toBeGreaterThan(0);
    expect(kept).toEqual(all.filter(matches));
  });

  it('finds a resource by its id and by its name, even if it is deleted', async () => {
    const cloud = await cloudFor();
    const { id, name } = cloud.resourceOf('deleted');

    const byId = await backups(cloud, ['list', '--json', '--resource', id]);
    const byName = await backups(cloud, ['list', '--json', '--resource', name]);

    expect(byId.output.split('\n')).toHaveLength(cloud.backupsOf(id).length + 1);
    expect(byName).toEqual(byId);
  });

  it.each([
    {
      wanted: 'Orders',
      error:
        /did you mean orders-db-01 \(\S+, gaussdb-mysql of prod\), orders-graph-01 \(\S+, ges of prod\)\?$/,
    },
    { wanted: 'order-graph-01', error: /did you mean orders-graph-01 \(\S+, ges of prod\)\?$/ },
    {
      wanted: 'quite-something-else',
      error: /; there are billing-graph-01 \(\S+, ges of prod\), .*, 10 more$/,
    },
  ])('suggests existing resources instead of $wanted', async ({ wanted, error }) => {
    const { code, output, errors } = await backups(await cloudFor(), ['list', '--resource', wanted]);

    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors.trimEnd()).toMatch(error);
    expect(errors).toContain(`${PROGRAM}: --resource "${wanted}": no resource has this id or name; `);
    expect(errors.split('\n')).toHaveLength(2);
  });

  it('lists the candidates of an ambiguous name', async () => {
    const cloud = await cloudFor({ characters: false });
    const twins = [cloud.add('graph', { name: 'twin' }), cloud.add('instance', { name: 'twin' })];

    const ambiguous = await backups(cloud, ['list', '--resource', 'twin']);
    const narrowed = await backups(cloud, ['list', '--json', '--resource', 'twin', '--service', 'ges']);

    expect(ambiguous.code).toBe(1);
    expect(ambiguous.errors).toBe(
      `${PROGRAM}: --resource "twin" matches 2 resources; use an id, with --project and --service if needed: twin (${twins[0]}, ges of prod), twin (${twins[1]}, gaussdb-mysql of prod)\n`,
    );
    expect(JSON.parse(narrowed.output)).toMatchObject({ resource_id: twins[0] });
  });

  it('prints what it can read, reports what it cannot, and exits with 1', async () => {
    const cloud = await cloudFor();
    cloud.deny('gaussdb:backup:list');

    const { code, output, errors } = await backups(cloud, ['list', '--json']);

    expect(code).toBe(1);
    expect(output).toContain('"service":"ges"');
    expect(output).not.toContain('"service":"gaussdb-mysql"');
    expect(errors).toMatch(
      /^gaussdb-mysql of prod: cannot list backups: .*; grant gaussdb:backup:list \(in an identity policy: gaussdbformysql:backup:list\) to the user or agency\n$/,
    );
  });

  it('uses the names in the backups if instances may not be listed, and says so', async () => {
    const cloud = await cloudFor();
    cloud.deny('gaussdb:instance:list');
    const { id, name } = cloud.resourceOf('healthy', 'instance');

    const { code, output, errors } = await backups(cloud, ['list', '--json', '--resource', id]);

    expect(code).toBe(0);
    expect(JSON.parse(output.split('\n')[0] ?? '')).toMatchObject({ resource_id: id, resource_name: name });
    expect(errors).toMatch(
      /^gaussdb-mysql of prod: cannot list instances: .*; using the names in the backups\n$/,
    );
  });

  it('does not list the inventory if that is disabled', async () => {
    const cloud = await cloudFor();

    const { code, errors } = await backups(cloud, ['list', '--resource', cloud.resourceOf('healthy').id], {
      ges: { inventory: false },
      gaussdb: { inventory: false },
    });

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(cloud.requests.some(({ operation }) => /list_(graphs|instances)/.test(operation))).toBe(false);
  });

  it.each([
    { flags: ['--method', 'nothing'], error: 'No matching backups.\n' },
    { flags: [], error: 'No backups.\n' },
  ])('reports on standard error that there are no backups ($flags)', async ({ flags, error }) => {
    const cloud = await cloudFor(flags.length === 0 ? { counts: {} } : {});

    expect(await backups(cloud, ['list', ...flags])).toEqual({ code: 0, output: '', errors: error });
  });

  it('exits quietly when the reader closes the pipe', async () => {
    const config = await configFor(await cloudFor({ counts: { ges: 300 } }));

    const shell = spawn(
      'bash',
      [
        '-c',
        `"$0" "$1" backups list --config.file "$2" | head -1; echo "\${PIPESTATUS[*]}"`,
        process.execPath,
        MAIN,
        config,
      ],
      { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const parts: string[] = [];
    shell.stdout.setEncoding('utf8').on('data', (part: string) => parts.push(part));
    shell.stderr.setEncoding('utf8').on('data', (part: string) => parts.push(part));
    await once(shell, 'close');

    expect(parts.join('')).toMatch(/^STARTED [^\n]*\n0 0\n$/);
  });

  it('reports why it cannot write', async () => {
    const config = await configFor(await cloudFor());

    const shell = spawn(
      'bash',
      ['-c', `"$0" "$1" backups list --config.file "$2" >/dev/full`, process.execPath, MAIN, config],
      { env: plainEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let errors = '';
    shell.stderr.setEncoding('utf8').on('data', (part: string) => {
      errors += part;
    });
    const [code] = await once(shell, 'close');

    expect(code).toBe(1);
    expect(errors).toBe(`${PROGRAM}: cannot write to standard output: no space left on device (ENOSPC)\n`);
  });

  it('exits with 1 at Ctrl-C while a list hangs', async () => {
    const cloud = await cloudFor();
    cloud.inject({ match: { operation: 'list_backups' }, fault: { kind: 'no-response' } });
    const program = startProgram(['backups', 'list', '--config.file', await configFor(cloud)]);
    await eventually(() => cloud.requests.some(({ operation }) => operation === 'list_backups'));

    program.child.kill('SIGINT');

    expect(await program.ended).toEqual({ code: 1, output: '', errors: `${PROGRAM}: interrupted\n` });
  });

  it.each([
    { columns: 80, flags: [] },
    { columns: 50, flags: [] },
    { columns: 80, flags: ['--project', 'prod', '--service', 'ges', '--resource', 'orders-graph-01'] },
  ])('fits into $columns columns on a terminal ($flags)', async ({ columns, flags }) => {
    const config = await configFor(await cloudFor());

    const program = startOnTerminal(['backups', 'list', ...flags, '--config.file', config], { columns });
    const { code, shown } = await program.ended;

    expect(code).toBe(0);
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(shown.includes('RESOURCE')).toBe(flags.length === 0);
  });
});

interface Row {
  readonly state: string;
  readonly method: string;
  readonly service: string;
  readonly resource_name: string;
}
