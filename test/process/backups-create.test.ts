import { describe, expect, it } from 'vitest';
import type {
  SimulatedCloud,
  SimulatedFault,
  SimulatedResource,
} from '../../src/services/simulated-cloud.ts';
import { eventually, startProgram } from '../support/exporter-process.ts';
import { arranged, backups, changes, cloudFor, configFor, PROGRAM, runCommand } from './command-world.ts';
import { CLEAR, KEYS, startOnTerminal } from './pseudo-terminal.ts';

const manualBackups = (cloud: SimulatedCloud, { id }: SimulatedResource) =>
  cloud.backupsOf(id).filter(({ method }) => method === 'manual');

interface Rejection {
  readonly what: string;
  readonly arrange: (cloud: SimulatedCloud) => SimulatedResource;
  readonly error: string;
}

const REJECTIONS: readonly Rejection[] = [
  {
    what: 'a graph that is being backed up',
    arrange: arranged((cloud, id) => void cloud.startBackup(id)),
    error: 'a backup of the graph is already running; wait for it to finish (GES.7002)',
  },
  {
    what: 'a graph whose backup quota is used up',
    arrange: arranged((cloud, id) => {
      cloud.startBackup(id);
      cloud.finishBackup(id);
    }),
    error: 'the backup quota is used up; delete an old manual backup first (GES.7019)',
  },
  {
    what: 'a stopped graph',
    arrange: arranged((cloud, id) => cloud.setGraphStatus(id, '900')),
    error: 'the graph is not running; start it first (GES.7001)',
  },
  {
    what: 'a deleted graph',
    arrange: (cloud) => cloud.resourceOf('deleted'),
    error: 'the graph does not exist or has been deleted (GES.7000)',
  },
  {
    what: 'a user who may not back up graphs',
    arrange: arranged((cloud) => cloud.deny('ges:backup:create')),
    error: 'this user or agency is not allowed to do that (GES.7041); grant ges:backup:create',
  },
  {
    what: 'an instance that is being backed up',
    arrange: arranged((cloud, id) => void cloud.startBackup(id), 'instance'),
    error: 'a backup of the instance is already running; wait for it to finish (DBS.201205)',
  },
  {
    what: 'a user who may not back up instances',
    arrange: arranged((cloud) => cloud.deny('gaussdb:backup:create'), 'instance'),
    error:
      'this user or agency is not allowed to do that (DBS.200010); grant gaussdb:backup:create (in an identity policy: gaussdbformysql:backup:create)',
  },
];

/** Error codes that the simulated cloud has no state for. */
const CODES = [
  { code: 'DBS.200002', error: 'the instance does not exist' },
  { code: 'DBS.200045', error: 'the instance does not exist' },
  {
    code: 'DBS.200019',
    error: 'the instance is busy with another operation; wait for it to finish',
  },
  {
    code: 'DBS.200047',
    error: 'the instance is busy with another operation; wait for it to finish',
  },
] as const;

describe('backups create', () => {
  it.each(['graph', 'instance'] as const)('starts one backup of a %s, and prints its job', async (kind) => {
    const cloud = await cloudFor();
    const resource = cloud.resourceOf('healthy', kind);
    const before = manualBackups(cloud, resource).length;

    const { code, output, errors } = await backups(cloud, ['create', '--resource', resource.name, '--yes']);

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(
      new RegExp(
        `^Started the backup of ${resource.name} \\(${resource.id}\\): job \\w+(, backup [\\w-]+)?\\n$`,
      ),
    );
    expect(manualBackups(cloud, resource)).toHaveLength(before + 1);
    expect(changes(cloud)).toHaveLength(1);
  });

  it.each(REJECTIONS)('reports the reason in plain words for $what', async ({ arrange, error }) => {
    const cloud = await cloudFor({ manualBackupQuota: 1, seed: 3 });
    const { id, name } = arrange(cloud);

    const { code, output, errors } = await backups(cloud, ['create', '--resource', id, '--yes']);

    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toBe(`${PROGRAM}: ${name} (${id}): ${error}\n`);
    expect(changes(cloud)).toHaveLength(1);
  });

  it.each(CODES)('reports the meaning of $code in plain words', async ({ code: error_code, error }) => {
    const cloud = await cloudFor();
    const { id, name } = cloud.resourceOf('healthy', 'instance');
    const body = { error_code, error_msg: 'Not now.' };
    cloud.inject({ match: { operation: 'create_backup' }, fault: { kind: 'status', status: 409, body } });

    const { code, errors } = await backups(cloud, ['create', '--resource', id, '--yes']);

    expect(code).toBe(1);
    expect(errors).toBe(`${PROGRAM}: ${name} (${id}): ${error} (${error_code})\n`);
  });

  it('fails without a terminal to confirm on, before it sends a request', async () => {
    const cloud = await cloudFor();

    const { code, output, errors } = await backups(cloud, ['create', '--resource', 'orders-graph-01']);

    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toBe(
      `${PROGRAM}: nothing was started: there is no terminal to ask for confirmation; use --yes\n`,
    );
    expect(cloud.requests).toEqual([]);
  });

  it.each([
    { flags: [], kind: 'graph' },
    { flags: ['--json', '--yes', '--wait'], kind: 'instance' },
  ] as const)('prints the call with --dry-run $flags and sends nothing', async ({ flags, kind }) => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy', kind);

    const { code, output } = await backups(cloud, ['create', '--resource', id, '--dry-run', ...flags], {
      project: { project_id: cloud.account.projectId },
    });

    expect(code).toBe(0);
    expect(changes(cloud)).toEqual([]);
    if (kind === 'graph') {
      expect(output).toBe(`POST ${cloud.origin}/v2/${cloud.account.projectId}/graphs/${id}/backups\n{}\n`);
    } else {
      expect(JSON.parse(output)).toEqual({
        method: 'POST',
        url: `${cloud.origin}/v3/${cloud.account.projectId}/backups/create`,
        body: {
          instance_id: id,
          name: expect.stringMatching(/^backup-exporter-\d{8}T\d{6}Z$/),
          description: expect.any(String),
        },
      });
    }
  });

  it.each([
    { kind: 'graph', fault: { kind: 'lost-response', how: 'reset' } },
    { kind: 'graph', fault: { kind: 'lost-response', how: 'no-response' } },
    { kind: 'instance', fault: { kind: 'lost-response', how: 'reset' } },
    { kind: 'instance', fault: { kind: 'cut-json' } },
  ] satisfies readonly { kind: 'graph' | 'instance'; fault: SimulatedFault }[])(
    'starts one backup of a $kind, not two, if the response is lost ($fault), and prints how to check',
    async ({ kind, fault }) => {
      const cloud = await cloudFor();
      const resource = cloud.resourceOf('healthy', kind);
      const before = manualBackups(cloud, resource).length;
      cloud.inject({ match: { operation: 'create_backup' }, fault });

      const { code, output, errors } = await backups(
        cloud,
        ['create', '--resource', resource.id, '--yes', '--wait'],
        { poll: { request_timeout: '1s' } },
      );

      const service = kind === 'graph' ? 'ges' : 'gaussdb-mysql';
      expect({ code, output }).toEqual({ code: 1, output: '' });
      expect(manualBackups(cloud, resource)).toHaveLength(before + 1);
      expect(changes(cloud)).toHaveLength(1);
      expect(errors).toMatch(
        new RegExp(
          `^${PROGRAM}: ${resource.name} \\(${resource.id}\\): cannot create backup: .*; it may have started anyway and is not retried; check with ${PROGRAM} backups list --project prod --service ${service} --resource ${resource.id} --config\\.file config\\.yml\\n$`,
        ),
      );
    },
  );

  it.each([
    { kind: 'status', status: 500, body: { error_code: 'GES.9999', error_msg: 'Something broke.' } },
    { kind: 'status', status: 408, body: { error_code: 'GES.7005', error_msg: 'Timed out.' } },
    { kind: 'html' },
    { kind: 'empty' },
  ] satisfies readonly SimulatedFault[])('does not claim to know the result after %j', async (fault) => {
    const cloud = await cloudFor();
    cloud.inject({ match: { operation: 'create_backup' }, fault });

    const { code, errors } = await backups(cloud, ['create', '--resource', 'orders-graph-01', '--yes']);

    expect(code).toBe(1);
    expect(errors).toContain('it may have started anyway and is not retried');
    expect(changes(cloud)).toHaveLength(1);
  });

  it.each([
    { kind: 'status', status: 400, body: { error_code: 'GES.0001', error_msg: 'Parameter error.' } },
    { kind: 'status', status: 429, body: { error_code: 'APIGW.0308', error_msg: 'Throttled.' } },
    { kind: 'status', status: 200, body: { errorCode: 'GES.0001', errorMessage: 'Parameter error.' } },
    { kind: 'redirect', location: 'https://elsewhere.invalid/' },
  ] satisfies readonly SimulatedFault[])('knows that nothing was started after %j', async (fault) => {
    const cloud = await cloudFor();
    cloud.inject({ match: { operation: 'create_backup' }, fault });

    const { code, errors } = await backups(cloud, ['create', '--resource', 'orders-graph-01', '--yes']);

    expect(code).toBe(1);
    expect(errors).toMatch(
      /^huaweicloud-backup-exporter: orders-graph-01 \(\S+\): (?:cannot create backup: |the service is throttling requests \(APIGW\.0308\); nothing was started, try again later\n$)/,
    );
    expect(errors).not.toContain('may have started');
    expect(changes(cloud)).toHaveLength(1);
  });

  it.each([[], ['--json']])(
    'reports what it started on standard error if its output is not read (%s)',
    async (...flags) => {
      const cloud = await cloudFor();
      const { id } = cloud.resourceOf('healthy');
      const program = startProgram([
        ...[
          'backups',
          'create',
          '--resource',
          id,
          '--yes',
          ...flags,
          '--config.file',
          await configFor(cloud),
        ],
      ]);

      program.child.stdout?.destroy();
      const { code, errors } = await program.ended;

      expect(code).toBe(1);
      expect(changes(cloud)).toHaveLength(1);
      expect(errors).toMatch(
        new RegExp(
          `^${PROGRAM}: cannot write to standard output: the reader closed the pipe \\(EPIPE\\); started the backup of .*: job (\\w+), backup [\\w-]+; follow it with ${PROGRAM} backups wait .* --job \\1 --config\\.file \\S+\\n$`,
        ),
      );
    },
  );

  it('signs in again if its token has expired, and starts one backup', async () => {
    const cloud = await cloudFor();
    const resource = cloud.resourceOf('healthy');
    const before = manualBackups(cloud, resource).length;
    cloud.inject({
      match: { operation: 'create_backup' },
      times: 1,
      fault: { kind: 'status', status: 401, body: { error_code: 'APIGW.0307', error_msg: 'Renew it.' } },
    });

    const { code } = await backups(cloud, ['create', '--resource', resource.id, '--yes']);

    expect(code).toBe(0);
    expect(manualBackups(cloud, resource)).toHaveLength(before + 1);
  });

  it('starts the first backup of a graph by its id alone if graphs may not be listed', async () => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('never');
    cloud.deny('ges:graph:list');

    const withoutService = await backups(cloud, ['create', '--resource', id, '--yes']);
    const withService = await backups(cloud, ['create', '--resource', id, '--service', 'ges', '--yes']);

    expect(withoutService.code).toBe(1);
    expect(withoutService.errors).toMatch(
      /no resource has this id or name; .*; ges of prod: cannot list graphs: .*grant ges:graph:list/,
    );
    expect(withService.code).toBe(0);
    expect(cloud.backupsOf(id)).toHaveLength(1);
  });

  it('does not treat a name as unambiguous if not everything can be listed', async () => {
    const cloud = await cloudFor({ characters: false });
    cloud.deny('gaussdb:instance:list');
    cloud.deny('gaussdb:backup:list');

    const { code, errors } = await backups(cloud, ['create', '--resource', 'orders-graph-01', '--yes']);

    expect(code).toBe(1);
    expect(errors).toMatch(
      /--resource "orders-graph-01" may match other resources than orders-graph-01 \(.*\), as not everything could be listed \(gaussdb-mysql of prod: .*\); use its id, or --project and --service\n$/,
    );
    expect(changes(cloud)).toEqual([]);
  });

  it('waits in real time until the backup succeeded', async () => {
    const cloud = await cloudFor({ speed: 300, characters: false });
    const resource = cloud.resourceOf('healthy');

    const { code, output } = await backups(cloud, ['create', '--resource', resource.id, '--yes', '--wait']);

    expect(code).toBe(0);
    expect(output).toContain('succeeded');
    expect(manualBackups(cloud, resource).at(-1)?.state).toBe('success');
  });

  it('prints how to continue at Ctrl-C while it waits', async () => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy');
    const program = startProgram([
      ...['backups', 'create', '--resource', id, '--yes', '--wait', '--config.file', await configFor(cloud)],
    ]);
    await eventually(() => cloud.requests.some(({ operation }) => operation === 'get_job'));

    program.child.kill('SIGINT');
    const { code, output, errors } = await program.ended;

    expect(code).toBe(1);
    const [, job] = /: job (\w+), backup [\w-]+\n$/.exec(output) ?? [];
    expect(errors).toContain(
      `may still be running; wait for it with ${PROGRAM} backups wait --project prod --service ges --resource ${id} --job ${job} --config.file `,
    );
    expect(cloud.backupsOf(id).at(-1)?.state).toBe('running');
  });

  it('sends nothing after Ctrl-C while it looks up the resource', async () => {
    const cloud = await cloudFor();
    cloud.inject({ match: { operation: 'list_graphs' }, fault: { kind: 'no-response' } });
    const program = startProgram([
      ...['backups', 'create', '--resource', 'orders-graph-01', '--yes'],
      ...['--config.file', await configFor(cloud)],
    ]);
    await eventually(() => cloud.requests.some(({ operation }) => operation === 'list_graphs'));

    program.child.kill('SIGINT');

    expect(await program.ended).toEqual({ code: 1, output: '', errors: `${PROGRAM}: interrupted\n` });
    expect(changes(cloud)).toEqual([]);
  });

  it('prints a command that shows the result of a request whose response was lost', async () => {
    const cloud = await cloudFor();
    const config = await configFor(cloud);
    const { id } = cloud.resourceOf('healthy');
    cloud.inject({ match: { operation: 'create_backup' }, fault: { kind: 'lost-response', how: 'reset' } });

    const { errors } = await runCommand([
      ...['backups', 'create', '--resource', id, '--yes', '--config.file', config],
    ]);
    const [, command = ''] = /check with huaweicloud-backup-exporter (.*)\n$/.exec(errors) ?? [];
    const { code, output } = await runCommand(command.split(' '));

    expect(code).toBe(0);
    expect(output.split('\n')[1]).toMatch(new RegExp(` running .* ${cloud.backupsOf(id).at(-1)?.id}$`));
  });

  it('waits for a pending response at the first Ctrl-C, and exits without it at the second', async () => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy');
    cloud.inject({ match: { operation: 'create_backup' }, fault: { kind: 'lost-response' } });
    const program = startProgram([
      ...['backups', 'create', '--resource', id, '--yes', '--config.file', await configFor(cloud)],
    ]);
    await eventually(() => changes(cloud).length === 1);

    program.child.kill('SIGINT');
    await eventually(() => program.errors().includes('Press Ctrl-C again to stop waiting.\n'));
    program.child.kill('SIGINT');
    const { code, errors } = await program.ended;

    expect(code).toBe(1);
    expect(errors).toContain('it may have started anyway and is not retried; check with ');
  });
});

describe('backups create on a terminal', () => {
  const prompt = (id: string): RegExp =>
    new RegExp(`Start the backup of \\S+ \\(${id}\\), ges of prod\\? \\[y/N\\] `);

  it.each(['y', 'YES'])('starts the backup if the answer is %s', async (answer) => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy');
    const program = startOnTerminal([
      'backups',
      'create',
      '--resource',
      id,
      '--config.file',
      await configFor(cloud),
    ]);

    await program.shows(prompt(id));
    expect(changes(cloud)).toEqual([]);
    program.press(`${answer}${KEYS.enter}`);
    const { code, shown } = await program.ended;

    expect(code).toBe(0);
    expect(shown).toContain('Started the backup of ');
    expect(changes(cloud)).toHaveLength(1);
  });

  it.each([
    ['n', `n${KEYS.enter}`],
    ['Enter', KEYS.enter],
    ['anything else', `yo${KEYS.enter}`],
    ['Ctrl-C', KEYS.ctrlC],
    ['Ctrl-D', KEYS.ctrlD],
  ])('starts nothing if the answer is %s', async (_, keys) => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy');
    const program = startOnTerminal([
      'backups',
      'create',
      '--resource',
      id,
      '--config.file',
      await configFor(cloud),
    ]);

    await program.shows(prompt(id));
    program.press(keys);
    const { code, shown } = await program.ended;

    expect(code).toBe(1);
    expect(shown).toMatch(/\nhuaweicloud-backup-exporter: nothing was started\n$/);
    expect(changes(cloud)).toEqual([]);
  });

  it('ignores keys typed before the prompt', async () => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy');
    cloud.inject({ match: { operation: 'sign_in' }, fault: { kind: 'delay', seconds: 1 }, times: 1 });
    const program = startOnTerminal([
      ...['backups', 'create', '--resource', id, '--config.file', await configFor(cloud)],
    ]);
    await eventually(() => cloud.requests.length > 0);

    program.press(`y${KEYS.enter}`);
    program.press('y');
    await program.shows(prompt(id));
    program.press(KEYS.enter);
    const { code, shown } = await program.ended;

    expect(code).toBe(1);
    expect(shown).toMatch(/\nhuaweicloud-backup-exporter: nothing was started\n$/);
    expect(changes(cloud)).toEqual([]);
  });

  it('starts nothing after a Ctrl-C typed before the prompt', async () => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy');
    const program = startOnTerminal([
      ...['backups', 'create', '--resource', id, '--config.file', await configFor(cloud)],
    ]);
    await eventually(() => cloud.requests.length > 0);

    program.press(KEYS.ctrlC);
    const { code } = await program.ended;

    expect(code).toBe(1);
    expect(changes(cloud)).toEqual([]);
  });

  it('knows that no request arrived if the service was gone when the user answered', async () => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy');
    const program = startOnTerminal([
      'backups',
      'create',
      '--resource',
      id,
      '--config.file',
      await configFor(cloud),
    ]);

    await program.shows(prompt(id));
    await cloud.unplug();
    program.press(`y${KEYS.enter}`);
    const { code, shown } = await program.ended;

    expect(code).toBe(1);
    expect(shown).toContain('refused the connection');
    expect(shown).not.toContain('may have started');
  });

  it('shows how long it waits in one line, and how to continue at Ctrl-C', async () => {
    const cloud = await cloudFor();
    const { id } = cloud.resourceOf('healthy');
    const program = startOnTerminal([
      ...['backups', 'create', '--resource', id, '--yes', '--wait', '--config.file', await configFor(cloud)],
    ]);

    await program.shows(new RegExp(`${CLEAR}Waiting for the backup of \\S+ \\(\\S+\\): [1-9] s`));
    program.press(KEYS.ctrlC);
    const { code, shown } = await program.ended;

    expect(code).toBe(1);
    expect(shown).toMatch(new RegExp(`${CLEAR}${PROGRAM}: interrupted; the backup of .* --job \\w+ .*\\n$`));
  });
});
