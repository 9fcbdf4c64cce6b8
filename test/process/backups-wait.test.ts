import { describe, expect, it } from 'vitest';
import { eventually, MAIN, startProgram } from '../support/exporter-process.ts';
import { run } from '../support/run.ts';
import { backups, cloudFor, configFor, PROGRAM, runCommand } from './command-world.ts';
import { CLEAR, startOnTerminal } from './pseudo-terminal.ts';

const exported = ['export', '--backup', 'latest', '--to', 'my-bucket/backups/', '--yes', '--wait'];

/** The arguments of the command at the end of a message. */
const suggestedCommand = (errors: string): readonly string[] =>
  errors
    .trimEnd()
    .slice(errors.lastIndexOf(`with ${PROGRAM} `) + `with ${PROGRAM} `.length)
    .split(' ');

describe('--wait', () => {
  it.each(['graph', 'instance'] as const)(
    'prints progress lines while the backup of a %s runs, and exits with 1 when it fails',
    async (kind) => {
      const cloud = await cloudFor();
      const { id, name } = cloud.resourceOf('healthy', kind);
      cloud.hang(id);
      const ended = backups(cloud, ['create', '--resource', id, '--yes', '--wait']);
      await eventually(() => cloud.backupsOf(id).at(-1)?.state === 'running');

      cloud.finishBackup(id, 'failed');
      const { code, output, errors } = await ended;

      const what = `the backup of ${name} \\(${id}\\)`;
      const reason = kind === 'graph' ? ': The backup could not be written.' : '';
      expect(code).toBe(1);
      expect(output).toMatch(new RegExp(`^Started ${what}: job \\w+(, backup [\\w-]+)?\\n$`));
      expect(errors).toMatch(
        new RegExp(`^(Waiting for ${what}: \\d+ s\\n)+${PROGRAM}: ${what} failed${reason}\\n$`),
      );
    },
  );

  it('prints each step as a line of JSON', async () => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy');
    cloud.hang(id);
    const piped = run(
      'bash',
      [
        '-c',
        `"$0" "$1" backups create --resource "$2" --yes --wait --json --config.file "$3" | python3 -c 'import json,sys; [print(json.loads(line)["state"]) for line in sys.stdin]'; echo "\${PIPESTATUS[*]}"`,
        ...[process.execPath, MAIN, id, await configFor(cloud)],
      ],
      { package: 'python3' },
    );
    await eventually(() => cloud.requests.some(({ operation }) => operation === 'get_job'));

    cloud.finishBackup(id);

    expect((await piped).stdout).toBe('started\nsucceeded\n0 0\n');
  });

  it("exits with 1 and the service's reason when an export fails", async () => {
    const cloud = await cloudFor({ speed: 60, characters: false });
    const { id } = cloud.resourceOf('healthy');
    cloud.failNextExport(id);

    const { code, errors } = await backups(cloud, [...exported, '--resource', id]);

    expect(code).toBe(1);
    expect(errors).toMatch(/: the export of backup \S+ of .* failed: The bucket cannot be written to\.\n$/);
  });

  it.each(['graph', 'instance'] as const)(
    'exits when it times out and prints a command that continues waiting for the %s',
    async (kind) => {
      const cloud = await cloudFor();
      const config = await configFor(cloud);
      const { id } = cloud.resourceOf('healthy', kind);
      cloud.hang(id);

      const first = await runCommand([
        ...['backups', 'create', '--resource', id, '--yes', '--wait', '--wait-timeout', '1s'],
        ...['--config.file', config],
      ]);
      cloud.finishBackup(id);
      const second = await runCommand(suggestedCommand(first.errors));

      expect(first.code).toBe(1);
      expect(first.errors).toContain('not finished within 1s; the backup of ');
      expect(second.code).toBe(0);
      expect(second.output).toMatch(
        kind === 'graph' ? /^Job \w+ of .* succeeded\n$/ : /^Backup \w+ of .* succeeded: /,
      );
    },
  );

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints at %s how to continue waiting for an export',
    async (signal) => {
      const cloud = await cloudFor();
      const { id } = cloud.resourceOf('healthy');
      const config = await configFor(cloud);
      const program = startProgram(['backups', ...exported, '--resource', id, '--config.file', config]);
      await eventually(() => program.errors().includes('Waiting for the export'));

      program.child.kill(signal);
      const { code, output, errors } = await program.ended;

      const [, job] = /: job (\w+)(?:, backup [\w-]+)?\n$/.exec(output) ?? [];
      expect(code).toBe(1);
      expect(errors).toContain(`${PROGRAM}: interrupted; the export of backup `);
      expect(suggestedCommand(errors)).toEqual([
        ...['backups', 'wait', '--project', 'prod', '--service', 'ges', '--resource', id],
        ...['--job', job, '--config.file', config],
      ]);
    },
  );

  it('clears its line on a terminal before it reports success', async () => {
    const cloud = await cloudFor();
    const { id, name } = cloud.resourceOf('healthy');
    cloud.hang(id);
    const program = startOnTerminal([
      ...['backups', 'create', '--resource', id, '--yes', '--wait', '--config.file', await configFor(cloud)],
    ]);
    await program.shows(new RegExp(`${CLEAR}Waiting for the backup of .*: 0 s`));

    cloud.finishBackup(id);
    const { code, shown } = await program.ended;

    expect(code).toBe(0);
    expect(shown).toMatch(
      new RegExp(`${CLEAR}The backup of ${name} \\(${id}\\) succeeded: .*, backup \\S+\\n$`),
    );
  });
});
