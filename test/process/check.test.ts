import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createAuthority } from '../cloud/certificates.ts';
import type { ConfigurationParts } from '../support/configuration.ts';
import { eventually, SOON, startProgram } from '../support/exporter-process.ts';
import { cloudFor, configFor, filesFor, runCommand } from './command-world.ts';
import { KEYS, startOnTerminal } from './pseudo-terminal.ts';

const check = async (cloud: SimulatedCloud, parts: ConfigurationParts = {}, flags: readonly string[] = []) =>
  runCommand(['check', '--config.file', await configFor(cloud, parts), ...flags]);

const PASSED = 'All checks passed.';
const FAILED = 'Some checks failed.';

const accessKeyOf = ({ account }: SimulatedCloud) => ({
  type: 'access-key',
  access_key: account.accessKey,
  secret_key: account.secretKey,
});

/** An address where nothing listens. */
const CLOSED_PORT = 'http://127.0.0.1:9';

interface Problem {
  readonly what: string;
  readonly arrange?: (cloud: SimulatedCloud) => void;
  readonly parts?: (cloud: SimulatedCloud) => ConfigurationParts;
  readonly error: RegExp;
  /** Part of the table that must be shown nevertheless. */
  readonly stillShows?: RegExp;
}

const PROBLEMS: readonly Problem[] = [
  {
    what: 'a wrong password',
    arrange: (cloud) => cloud.changePassword('another one'),
    parts: ({ account: { user, domain } }) => ({
      credentials: { type: 'password', user, domain, password: 'the old one' },
    }),
    error: /^ {2}sign-in failed: 127\.0\.0\.1:\d+ returned 401 .*; check user, domain and password .*$/m,
  },
  {
    what: 'a wrong access key',
    parts: (cloud) => ({
      credentials: { ...accessKeyOf(cloud), secret_key: 'another' },
      project: { project_id: cloud.account.projectId },
    }),
    error: /^ {2}cannot list backups: .* returned 401 APIGW\.0301 .*; check access_key and its secret \(/m,
  },
  {
    what: 'no permission for the backups of graphs',
    arrange: (cloud) => cloud.deny('ges:backup:list'),
    error: /^ {2}ges: cannot list backups: .*GES\.7041.*; grant ges:backup:list to the user or agency$/m,
    stillShows: /^ {2}gaussdb-mysql +6 +\d+ +5 +1 +0$/m,
  },
  {
    what: 'no permission for the backups of instances',
    arrange: (cloud) => cloud.deny('gaussdb:backup:list'),
    error: /^ {2}gaussdb-mysql: cannot list backups: .*; grant gaussdb:backup:list .*to the user or agency$/m,
    stillShows: /^ {2}ges +12 +\d+ +7 +3 +2$/m,
  },
  {
    what: 'no permission for graphs',
    arrange: (cloud) => cloud.deny('ges:graph:list'),
    error:
      /^ {2}ges: cannot list graphs: .*; grant ges:graph:list to the user or agency; or set inventory: false, and graphs without backups will not be seen$/m,
    stillShows: /^ {2}ges +11 +\d+ /m,
  },
  {
    what: 'no permission for instances',
    arrange: (cloud) => cloud.deny('gaussdb:instance:list'),
    error:
      /^ {2}gaussdb-mysql: cannot list instances: .*; grant gaussdb:instance:list .*to the user or agency; or set inventory: false, and instances without backups will not be seen$/m,
    stillShows: /^ {2}gaussdb-mysql +6 +\d+ /m,
  },
  {
    what: 'backup policies that cannot be read',
    arrange: (cloud) =>
      void cloud.inject({ match: { operation: 'get_policy' }, fault: { kind: 'status', status: 500 } }),
    parts: () => ({ rpo: { default: 'policy' } }),
    error: /^ {2}gaussdb-mysql: cannot get policy: .*; 6 backup policies were not read$/m,
    stillShows: /^ {2}ges +12 /m,
  },
  {
    what: 'a wrong project id',
    parts: () => ({ project: { project_id: 'f'.repeat(32) } }),
    error: /^ {2}sign-in failed: .*; check region, project_id, project_name and iam_endpoint$/m,
  },
  {
    what: 'a wrong project id with an access key',
    parts: (cloud) => ({ credentials: accessKeyOf(cloud), project: { project_id: 'f'.repeat(32) } }),
    error: /^ {2}ges: cannot list backups: .*; or project_id does not belong to these credentials$/m,
  },
  {
    what: 'a wrong project name',
    parts: () => ({ project: { project_name: 'cn-north-4_nobody' } }),
    error: /^ {2}sign-in failed: .*; check region, project_id, project_name and iam_endpoint$/m,
  },
  {
    what: 'a wrong project name with an access key',
    parts: (cloud) => ({
      credentials: accessKeyOf(cloud),
      project: { project_name: 'cn-north-4_nobody' },
    }),
    error:
      /^ {2}cannot find project: 127\.0\.0\.1:\d+ lists no project named "cn-north-4_nobody" for these credentials; set project_id or project_name$/m,
  },
  {
    what: 'an endpoint that cannot be reached',
    parts: () => ({ ges: { endpoint: CLOSED_PORT } }),
    error:
      /^ {2}ges: cannot list backups: 127\.0\.0\.1:9 refused the connection \(ECONNREFUSED\); check the host and the port of the endpoint, and firewalls$/m,
    stillShows: /^ {2}gaussdb-mysql +6 +/m,
  },
  {
    what: 'an IAM endpoint that cannot be reached',
    parts: () => ({ project: { iam_endpoint: CLOSED_PORT } }),
    error:
      /^ {2}sign-in failed: 127\.0\.0\.1:9 refused the connection \(ECONNREFUSED\); check the host and the port of the endpoint, and firewalls$/m,
  },
  {
    what: 'a region that does not exist',
    parts: ({ origin }) => ({
      project: { region: 'cn-north-99', iam_endpoint: 'https://iam.cn-north-99.invalid' },
      services: [{ type: 'ges', endpoint: origin }],
    }),
    error:
      /^ {2}sign-in failed: iam\.cn-north-99\.invalid (?:cannot|could not) be resolved.*; the host name is derived from region cn-north-99$/m,
  },
  {
    what: 'a clock that is 20 minutes off',
    arrange: (cloud) => cloud.skewClock(20 * 60),
    parts: (cloud) => ({
      credentials: accessKeyOf(cloud),
      project: { project_id: cloud.account.projectId },
    }),
    error:
      /^ {2}cannot list backups: .*; this machine's clock is 20 minutes behind the server's, but signatures allow only 15: correct the clock$/m,
  },
  {
    what: 'a proxy that cannot be reached',
    parts: () => ({ project: { iam_endpoint: 'https://iam.example', proxy_url: CLOSED_PORT } }),
    error: /^ {2}sign-in failed: .*; check the proxy too \(proxy_url or HTTPS_PROXY\)$/m,
  },
  {
    what: 'a response of another API',
    arrange: (cloud) =>
      void cloud.inject({
        match: { service: 'ges', operation: 'list_backups' },
        fault: { kind: 'wrong-shape', body: { servers: [] } },
      }),
    error: /^ {2}ges: the response is not a list of this API; check the endpoint$/m,
    stillShows: /^ {2}gaussdb-mysql +6 +/m,
  },
  {
    what: 'a login page instead of the service',
    arrange: (cloud) => void cloud.inject({ match: { service: 'ges' }, fault: { kind: 'html' } }),
    error:
      /^ {2}ges: cannot list backups: .* \(text\/html\); check the endpoint, and whether a proxy or a login page is in between$/m,
    stillShows: /^ {2}gaussdb-mysql +6 +/m,
  },
  {
    what: 'one service that rejects the token',
    arrange: (cloud) =>
      void cloud.inject({
        match: { service: 'gaussdb' },
        fault: { kind: 'status', status: 401, body: { error_code: 'APIGW.0301', error_msg: 'no' } },
      }),
    error: /^ {2}gaussdb-mysql: cannot list backups: .* returned 401 APIGW\.0301 /m,
    stillShows: /^ {2}signed in\n.*\n {2}ges +12 /m,
  },
  {
    what: 'more resources than the limit allows',
    parts: () => ({ limits: { resources: 10 } }),
    error:
      /^ {2}ges: 2 resources beyond limits\.resources \(10\) would not be served; raise the limit, or select fewer with include or exclude$/m,
    stillShows: /^ {2}ges +10 /m,
  },
];

describe('check', () => {
  it('reports the permission that is missing for failed runs', async () => {
    const cloud = await cloudFor({ counts: { cbr: 2 } });
    cloud.deny('cbr:tasks:list');

    const { code, output } = await check(cloud, {
      services: [{ type: 'cbr', endpoint: cloud.endpointOf('cbr') }],
    });

    expect(output).toMatch(
      /^ {2}cbr: cannot list operation logs: .*; grant cbr:tasks:list .*; failed runs that left no backup are not seen$/m,
    );
    expect(output).toMatch(/^ {2}cbr +2 +/m);
    expect(code).toBe(1);
  });
});

describe('check', () => {
  it('passes, lists the resources outside their objectives, and signs in once', async () => {
    const cloud = await cloudFor();

    const { code, output, errors } = await check(cloud);

    const [stale, never] = [cloud.resourceOf('stale'), cloud.resourceOf('never')];
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/^project prod \(cn-north-4\)\n {2}signed in\n {2}service +resources +backups /);
    expect(output).toMatch(/^ {2}ges +12 +\d+ +7 +3 +2$/m);
    expect(output).toContain(`ges: ${stale.name} (${stale.id}): stale (overdue by `);
    expect(output).toContain(`ges: ${never.name} (${never.id}): never backed up (first backup was due `);
    expect(output).toContain(`\n${PASSED} 4 resources are outside their objectives.\n`);
    expect(output).not.toContain('\u001b');
    expect(cloud.requests.filter(({ operation }) => operation === 'sign_in')).toHaveLength(1);
    expect(cloud.requests.filter(({ operation }) => operation === 'list_graphs')).toHaveLength(1);
  });

  it.each(PROBLEMS)('exits with 1 for $what, and says what to do', async (problem) => {
    const cloud = await cloudFor();
    problem.arrange?.(cloud);

    const { code, output, errors } = await check(cloud, problem.parts?.(cloud));

    expect({ code, errors }).toEqual({ code: 1, errors: '' });
    expect(output).toMatch(problem.error);
    expect(output).toContain(FAILED);
    if (problem.stillShows !== undefined) expect(output).toMatch(problem.stillShows);
  });

  it('tries a wrong password once and sends nothing else', async () => {
    const cloud = await cloudFor();
    const { user, domain } = cloud.account;

    const { output } = await check(cloud, {
      credentials: { type: 'password', user, domain, password: 'Tr0ub4dor&3' },
    });

    expect(cloud.requests.map(({ operation }) => operation)).toEqual(['sign_in']);
    expect(output.match(/sign-in failed/g)).toHaveLength(1);
    expect(output).not.toContain('Tr0ub4dor&3');
  });

  it.each(['certificate', 'ca_file'] as const)('checks a private certificate (%s)', async (given) => {
    const authority = await createAuthority();
    onTestFinished(authority.remove);
    const cloud = await cloudFor({ tls: await authority.issue('IP:127.0.0.1') });

    const { code, output } = await check(
      cloud,
      given === 'ca_file' ? { project: { ca_file: authority.file } } : {},
    );

    if (given === 'ca_file') {
      expect(code).toBe(0);
    } else {
      expect(code).toBe(1);
      expect(output).toMatch(
        /sign-in failed: 127\.0\.0\.1:\d+ has a certificate from an unknown certificate authority \(\w+\); set ca_file for a private certificate authority/,
      );
    }
  });

  it('ends at the poll timeout if a service hangs, and shows the other service', async () => {
    const cloud = await cloudFor();
    cloud.inject({ match: { service: 'gaussdb' }, fault: { kind: 'no-response' } });

    const began = performance.now();
    const { code, output } = await check(cloud, { poll: { timeout: '1005ms', request_timeout: '1005ms' } });

    expect(performance.now() - began).toBeLessThan(SOON);
    expect(code).toBe(1);
    expect(output).toMatch(/^ {2}gaussdb-mysql: cannot list backups: .*; poll\.timeout is 1s5ms$/m);
    expect(output).toMatch(/^ {2}ges +12 /m);
  });

  it('passes with inventory: false if graphs may not be listed', async () => {
    const cloud = await cloudFor();
    cloud.deny('ges:graph:list');

    const { code, output } = await check(cloud, { ges: { inventory: false } });

    expect(code).toBe(0);
    expect(output).toContain(PASSED);
    expect(cloud.requests.some(({ operation }) => operation === 'list_graphs')).toBe(false);
  });

  it('reports rows that could not be parsed and backups that are not listed, and passes', async () => {
    const cloud = await cloudFor();
    cloud.setBackups('gaussdb', {
      rows: [{ id: 'a' }, { id: 'b', instance_id: 'i', status: 'BUILDING' }, 7],
      total: 5,
    });

    const { code, output } = await check(cloud, { gaussdb: { exclude: { resource_name: '^orders' } } });

    expect(code).toBe(0);
    expect(output).toContain(
      'gaussdb-mysql: 3 rows could not be parsed and were skipped (not_an_object: 1, resource: 1, time: 1)',
    );
    expect(output).toContain('gaussdb-mysql: the service counts 2 more backups than it lists');
    expect(output).toContain('gaussdb-mysql: 1 resource excluded by include and exclude');
  });

  it('reports each project, and in how many of them checks failed', async () => {
    const [good, bad] = [await cloudFor(), await cloudFor()];
    bad.deny('ges:backup:list');
    const other = {
      name: 'test',
      region: bad.account.region,
      iam_endpoint: bad.origin,
      credentials: { type: 'token', token: bad.issueToken() },
      services: [{ type: 'ges', endpoint: bad.origin }],
    };

    const { code, output } = await check(good, { moreProjects: [other] });

    expect(code).toBe(1);
    expect(output).toMatch(/^project prod \(cn-north-4\)\n {2}signed in$/m);
    expect(output).toMatch(/^project test \(cn-north-4\)\n {2}credentials accepted\n {2}ges: cannot list/m);
    expect(output).toContain('Some checks failed in 1 of 2 projects.');
  });

  it.each([
    { characters: true, code: 1, error: '4 resources are outside their objectives.' },
    { characters: false, code: 0, error: `${PASSED}\n` },
  ])('exits with $code with --strict if characters are $characters', async ({ characters, code, error }) => {
    const cloud = await cloudFor({ characters });

    const ended = await check(cloud, {}, ['--strict']);

    expect(ended.code).toBe(code);
    expect(ended.output).toContain(error);
  });

  it('does not report a graph as overdue that is younger than its objective', async () => {
    const cloud = await cloudFor({ characters: false, counts: { ges: 1 } });
    cloud.add('graph', { name: 'newborn', withBackups: false });

    const { code, output } = await check(cloud, {}, ['--strict']);

    expect(code).toBe(0);
    expect(output).toMatch(/^ {2}ges +2 +\d+ +2 +0 +0$/m);
  });

  it('prints the result of each service as JSON', async () => {
    const cloud = await cloudFor();
    cloud.deny('gaussdb:backup:list');

    const { code, output } = await check(cloud, {}, ['--json']);

    const report = JSON.parse(output);
    expect(code).toBe(1);
    expect(report).toMatchObject({
      passed: false,
      outside_objective: 3,
      projects: [
        {
          project: 'prod',
          region: 'cn-north-4',
          passed: false,
          credentials: { state: 'signed_in' },
          services: [
            { service: 'ges', passed: true, problems: [], resources: 12, never_backed_up: 1 },
            {
              service: 'gaussdb-mysql',
              passed: false,
              problems: [expect.stringContaining('gaussdb:backup:list')],
            },
          ],
        },
      ],
    });
    expect(report.projects[0].services[1]).not.toHaveProperty('resources');
  });

  it('sends no request with --offline', async () => {
    const cloud = await cloudFor();

    const text = await check(cloud, {}, ['--offline']);
    const json = await check(cloud, {}, ['--offline', '--json']);

    expect(text).toEqual({
      code: 0,
      output: 'The configuration is valid: 1 project, 2 services. The cloud was not contacted.\n',
      errors: '',
    });
    expect(JSON.parse(json.output)).toMatchObject({
      passed: true,
      offline: true,
      projects: [{ project: 'prod' }],
    });
    expect(cloud.requests).toEqual([]);
  });

  it.each([['--offline'], ['--json'], []])(
    'reports each error in the configuration with its line, and exits with 2 (%s)',
    async (...flags) => {
      const path = await (await filesFor()).write('config.yml', 'projcts: []\npoll:\n  interval: soon\n');

      const { code, output, errors } = await runCommand(['check', '--config.file', path, ...flags]);

      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(errors).toMatch(new RegExp(`^${path}:1: .*projcts`, 'm'));
      expect(errors).toMatch(new RegExp(`^${path}:3: poll\\.interval`, 'm'));
    },
  );

  it('reports the options if nothing is configured', async () => {
    const { code, output, errors } = await runCommand(['check']);

    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(/^no configuration: pass --config\.file, create [^\n]+\n$/);
  });

  it('checks one project from the environment', async () => {
    const cloud = await cloudFor();
    const { accessKey, secretKey, projectId, region } = cloud.account;
    const server = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());

    const { code, output, errors } = await runCommand(['check'], {
      HUAWEICLOUD_SDK_AK: accessKey,
      HUAWEICLOUD_SDK_SK: secretKey,
      HUAWEICLOUD_SDK_PROJECT_ID: projectId,
      HUAWEICLOUD_SDK_REGION: region,
      HUAWEICLOUD_BACKUP_SERVICES: 'ges',
      // Nothing may leave the machine: the proxy responds with 404.
      HTTPS_PROXY: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });

    expect({ code, errors }).toEqual({ code: 1, errors: '' });
    expect(output).toMatch(/^project cn-north-4 \(cn-north-4\)\n {2}ges: /);
    expect(output).toContain('ges.cn-north-4.myhuaweicloud.com');
    expect(output).toContain('check the proxy (proxy_url or HTTPS_PROXY)');
  });

  it('replaces terminal control characters in names', async () => {
    const cloud = await cloudFor({ characters: false, counts: { ges: 1 } });
    cloud.add('graph', { name: 'evil\u001b[2J\u202e\u2028name', withBackups: false, created: 1 });

    const { output } = await check(cloud);

    expect(output).toContain('evil\uFFFD[2J\uFFFD\uFFFDname');
  });

  it('exits with 1 at Ctrl-C while a service hangs', async () => {
    const cloud = await cloudFor();
    cloud.inject({ match: { service: 'ges' }, fault: { kind: 'no-response' } });
    const program = startProgram(['check', '--config.file', await configFor(cloud)]);
    await eventually(() => cloud.requests.some(({ service }) => service === 'ges'));

    program.child.kill('SIGINT');

    expect(await program.ended).toEqual({
      code: 1,
      output: '',
      errors: 'huaweicloud-backup-exporter: interrupted before all checks were done\n',
    });
  });
});

describe('check of a service that does not respond', () => {
  it('prints the endpoint on standard error while it waits', async () => {
    const cloud = await cloudFor();
    cloud.inject({ match: { service: 'ges' }, fault: { kind: 'no-response' } });
    const program = startProgram(['check', '--config.file', await configFor(cloud)]);

    await eventually(() => program.errors().includes(`Waiting for ${new URL(cloud.origin).host} (list `));
    const { output } = program;
    program.child.kill('SIGINT');

    expect(output()).toBe('');
    expect((await program.ended).errors).toMatch(
      /^Waiting for 127\.0\.0\.1:\d+ \(list (backups|graphs), project prod\): \d s\n/,
    );
  });

  it('prints IAM if the sign-in takes long', async () => {
    const cloud = await cloudFor();
    cloud.inject({ match: { operation: 'sign_in' }, fault: { kind: 'no-response' } });
    const program = startProgram(['check', '--config.file', await configFor(cloud)]);

    await eventually(() => program.errors().includes('(sign in, project prod)'));
    program.child.kill('SIGINT');

    expect((await program.ended).code).toBe(1);
  });
});

describe('check --project', () => {
  it('checks only this project', async () => {
    const [cloud, other] = [await cloudFor(), await cloudFor()];
    const second = {
      name: 'test',
      region: other.account.region,
      iam_endpoint: other.origin,
      credentials: { type: 'token', token: other.issueToken() },
      services: [{ type: 'ges', endpoint: other.origin }],
    };

    const { code, output } = await check(cloud, { moreProjects: [second] }, ['--project', 'test']);

    expect(code).toBe(0);
    expect(output).toMatch(/^project test /);
    expect(output).not.toContain('project prod');
    expect(cloud.requests).toEqual([]);
  });

  it('suggests configured projects instead of an unknown one', async () => {
    const { code, errors } = await check(await cloudFor(), {}, ['--project', 'prd', '--offline']);

    expect({ code, errors }).toEqual({
      code: 2,
      errors:
        'huaweicloud-backup-exporter: --project prd: no such project in the configuration; did you mean prod? configured: prod\n',
    });
  });
});

describe('check on a terminal', () => {
  it.each([
    { environment: {}, coloured: true },
    { environment: { NO_COLOR: '' }, coloured: true },
    { environment: { NO_COLOR: '1' }, coloured: false },
    { environment: { TERM: 'dumb' }, coloured: false },
  ])('is coloured ($coloured) with $environment', async ({ environment, coloured }) => {
    const cloud = await cloudFor({ characters: false });

    const program = startOnTerminal(['check', '--config.file', await configFor(cloud)], { environment });
    const { code, shown } = await program.ended;

    expect(code).toBe(0);
    expect(shown.includes('\u001b[32m')).toBe(coloured);
    expect(shown).toContain(PASSED);
  });

  it.each([80, 40])('fits its table into %i columns', async (columns) => {
    const cloud = await cloudFor({ characters: false });

    const program = startOnTerminal(['check', '--config.file', await configFor(cloud)], {
      columns,
      environment: { NO_COLOR: '1' },
    });
    const { shown } = await program.ended;

    expect(shown).toContain('gaussdb-mysql');
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it('stops at Ctrl-C', async () => {
    const cloud = await cloudFor();
    cloud.inject({ match: { service: 'ges' }, fault: { kind: 'no-response' } });
    const program = startOnTerminal(['check', '--config.file', await configFor(cloud)]);
    await eventually(() => cloud.requests.some(({ service }) => service === 'ges'));

    program.press(KEYS.ctrlC);

    expect((await program.ended).code).toBe(1);
  });
});
