import { describe, expect, it } from 'vitest';
import { PROJECTS, problemsIn, projectWith, told } from './texts.ts';

type Case = readonly [what: string, text: string, line: number, wrong: string];

const within = (section: string, ...lines: readonly string[]): string =>
  `${section}:\n${lines.map((line) => `  ${line}\n`).join('')}${PROJECTS}`;

const service = (...settings: readonly string[]): string =>
  projectWith(`services: [{ type: ges, ${settings.join(', ')} }]`);

const override = (match: string, rpo: string): string =>
  within('rpo', 'overrides:', `  - match: ${match}`, `    rpo: ${rpo}`);

const FIRST = 'projects[0]';

describe('one mistake in a file is told once, on its line, with what is allowed', () => {
  it.each<Case>([
    [
      'an unknown section',
      `${PROJECTS}polls: {}\n`,
      5,
      'polls: unknown setting (did you mean poll?); allowed: poll, limits, rpo, projects',
    ],
    [
      'an unknown setting',
      within('poll', 'intervall: 5m'),
      2,
      'poll.intervall: unknown setting (did you mean interval?); allowed: interval, timeout, request_timeout, concurrency',
    ],
    [
      'a setting in camel case',
      projectWith('projectId: abc'),
      2,
      `${FIRST}.projectId: unknown setting (did you mean project_id?); allowed: name, region`,
    ],
    [
      'a setting in the wrong place',
      projectWith('password: x'),
      2,
      `${FIRST}.password: unknown setting (it belongs to projects[].credentials of type password)`,
    ],
    [
      'a setting nobody knows',
      within('limits', 'graphs: 1'),
      2,
      'limits.graphs: unknown setting; allowed: resources',
    ],
    [
      'a setting with a strange name',
      within('limits', '"a b": 1'),
      2,
      'limits."a b": unknown setting; allowed: resources',
    ],
    [
      'a setting of another prototype',
      within('limits', '__proto__: 1'),
      2,
      'limits.__proto__: unknown setting; allowed: resources',
    ],
    [
      'a merge key',
      within('limits', '<<: { resources: 1 }'),
      2,
      'limits."<<": unknown setting (there are no merge keys',
    ],
    [
      'a setting given twice',
      within('poll', 'interval: 5m', 'interval: 5m'),
      3,
      'poll.interval: given more than once; allowed: once',
    ],
    [
      'a section given twice',
      `limits: {}\n${PROJECTS}limits: {}\n`,
      6,
      'limits: given more than once; allowed: once',
    ],
    [
      'a list for a section',
      `poll: [5m]\n${PROJECTS}`,
      1,
      'poll: a list is not possible here; allowed: a mapping of interval',
    ],
    [
      'text for a section',
      `poll: 5m\n${PROJECTS}`,
      1,
      'poll: text is not possible here; allowed: a mapping of interval',
    ],
    [
      'a number for a section',
      `poll: 5\n${PROJECTS}`,
      1,
      'poll: a single value is not possible here; allowed: a mapping of interval',
    ],
    [
      'no space after a colon',
      within('poll', 'interval:5m'),
      2,
      'poll: text is not possible here (is a space missing after the colon?); allowed: a mapping of interval',
    ],
    [
      'a mapping for a list',
      'projects: { region: r }\n',
      1,
      'projects: a mapping is not possible here; allowed: a list',
    ],
    [
      'a mapping for a value',
      within('poll', 'interval: { m: 5 }'),
      2,
      'poll.interval: a mapping is not possible here; allowed: a duration from 1s to 30m, such as 5m',
    ],

    [
      'an interval without a unit',
      within('poll', 'interval: 300'),
      2,
      'poll.interval: 300 has no unit; allowed: a duration from 1s to 30m, such as 5m',
    ],
    [
      'an interval in quotes without a unit',
      within('poll', 'interval: "300"'),
      2,
      'poll.interval: "300" has no unit; allowed:',
    ],
    [
      'an interval in words',
      within('poll', 'interval: five minutes'),
      2,
      'poll.interval: "five minutes" is not a duration; allowed:',
    ],
    [
      'an interval out of order',
      within('poll', 'interval: 30s5m'),
      2,
      'poll.interval: "30s5m" has its units out of order or twice',
    ],
    [
      'an interval that is too short',
      within('poll', 'interval: 999ms'),
      2,
      'poll.interval: "999ms" is shorter than 1s; allowed: a duration from 1s to 30m',
    ],
    [
      'an interval that is too long',
      within('poll', 'interval: 30m1ms'),
      2,
      'poll.interval: "30m1ms" is longer than 30m; allowed: a duration from 1s to 30m',
    ],
    [
      'an interval of nothing',
      within('poll', 'interval: 0'),
      2,
      'poll.interval: 0 is no time at all; allowed:',
    ],
    [
      'an empty interval',
      within('poll', 'interval:'),
      2,
      'poll.interval: empty; allowed: a duration from 1s to 30m',
    ],
    [
      'a null interval',
      within('poll', 'interval: ~'),
      2,
      'poll.interval: empty; allowed: a duration from 1s to 30m',
    ],
    [
      'a boolean interval',
      within('poll', 'interval: true'),
      2,
      'poll.interval: true is not a duration; allowed:',
    ],
    [
      'a timeout longer than the interval',
      within('poll', 'interval: 1m', 'timeout: 61s'),
      3,
      'poll.timeout: 1m1s is longer than the interval of 1m; allowed: a duration up to the interval',
    ],
    [
      'a timeout longer than the default interval',
      within('poll', 'timeout: 6m'),
      2,
      'poll.timeout: 6m is longer than the interval of 5m; allowed:',
    ],
    [
      'a timeout of nothing',
      within('poll', 'timeout: 0s'),
      2,
      'poll.timeout: "0s" is no time at all; allowed:',
    ],
    [
      'a request timeout that is negative',
      within('poll', 'request_timeout: -1s'),
      2,
      'poll.request_timeout: "-1s" is negative; allowed:',
    ],
    [
      'no concurrency',
      within('poll', 'concurrency: 0'),
      2,
      'poll.concurrency: 0 is less than 1; allowed: a whole number from 1 to 64, without quotes',
    ],
    [
      'too much concurrency',
      within('poll', 'concurrency: 65'),
      2,
      'poll.concurrency: 65 is more than 64; allowed: a whole number from 1 to 64',
    ],
    [
      'half a concurrency',
      within('poll', 'concurrency: 2.5'),
      2,
      'poll.concurrency: 2.5 is not a whole number; allowed:',
    ],
    [
      'concurrency in quotes',
      within('poll', 'concurrency: "4"'),
      2,
      'poll.concurrency: "4" is text; allowed: a whole number from 1 to 64, without quotes',
    ],
    [
      'no limit',
      within('limits', 'resources: 0'),
      2,
      'limits.resources: 0 is less than 1; allowed: a whole number from 1, without quotes',
    ],
    [
      'an infinite limit',
      within('limits', 'resources: .inf'),
      2,
      'limits.resources: .inf is not a whole number; allowed:',
    ],

    [
      'an objective in words',
      within('rpo', 'default: daily'),
      2,
      'rpo.default: "daily" is not a duration; allowed: a duration such as 26h or 1d12h, none, or policy',
    ],
    [
      'an objective in upper case',
      within('rpo', 'default: None'),
      2,
      'rpo.default: "None" is not a duration; allowed:',
    ],
    [
      'an objective of nothing',
      within('rpo', 'default: 0d'),
      2,
      'rpo.default: "0d" is no time at all; allowed:',
    ],
    [
      'an override without a match',
      within('rpo', 'overrides:', '  - rpo: none'),
      3,
      'rpo.overrides[0].match: missing; allowed: a mapping of project, region',
    ],
    [
      'an override that matches everything',
      override('{}', 'none'),
      3,
      'rpo.overrides[0].match: project, region, service, resource_name or resource_id is missing; allowed: at least one of them',
    ],
    [
      'an override without an objective',
      within('rpo', 'overrides:', '  - match: { project: prod, region: cn-north-4, service: ges }'),
      3,
      'rpo.overrides[0].rpo: missing; allowed: a duration such as 26h',
    ],
    [
      'an override of an unknown service',
      override('{ service: gaussdb_mysql }', 'none'),
      3,
      'rpo.overrides[0].match.service: "gaussdb_mysql" is unknown (did you mean "gaussdb-mysql"?); allowed: ges, gaussdb-mysql',
    ],
    [
      'an override with a bad name expression',
      override('{ resource_name: "^scratch-(" }', 'none'),
      3,
      'rpo.overrides[0].match.resource_name: "^scratch-(" is not a regular expression (Unterminated group); allowed: a JavaScript regular expression',
    ],
    [
      'an override with a bad id expression',
      override('{ resource_id: "[z-a]" }', 'none'),
      3,
      'rpo.overrides[0].match.resource_id: "[z-a]" is not a regular expression (Range out of order in character class); allowed:',
    ],
    [
      'an override with an expression of another language',
      override('{ resource_id: "(?P<x>y)" }', 'none'),
      3,
      'rpo.overrides[0].match.resource_id: "(?P<x>y)" is not a regular expression (Invalid group); allowed:',
    ],
    [
      'the policy of a graph',
      override('{ service: ges }', 'policy'),
      4,
      'rpo.overrides[0].rpo: "policy" is not possible for service ges, which does not tell its policy; allowed: a duration, none',
    ],
    [
      'overrides that are no list',
      within('rpo', 'overrides: { rpo: none }'),
      2,
      'rpo.overrides: a mapping is not possible here; allowed: a list',
    ],

    ['no projects', 'poll: {}\n', 1, 'projects: missing; allowed: a list'],
    [
      'an empty list of projects',
      'projects: []\n',
      1,
      'projects: the list is empty; allowed: one item or more',
    ],
    ['projects without anything', 'projects:\n', 1, 'projects: empty; allowed: a list'],
    [
      'a project without a region',
      'projects:\n  - name: prod\n    credentials: { type: ecs-agency }\n    services: [{ type: ges }]\n',
      2,
      `${FIRST}.region: missing; allowed: letters, digits and hyphens, such as cn-north-4`,
    ],
    [
      'a region with another character',
      projectWith('region: cn_north_4'),
      2,
      `${FIRST}.region: "cn_north_4" is not a region; allowed: letters, digits and hyphens`,
    ],
    [
      'a region that would change the host',
      projectWith('region: evil.example.com/'),
      2,
      `${FIRST}.region: "evil.example.com/" is not a region; allowed:`,
    ],
    [
      'a region that ends in a hyphen',
      projectWith('region: cn-'),
      2,
      `${FIRST}.region: "cn-" is not a region; allowed:`,
    ],
    [
      'a project id with a slash',
      projectWith('project_id: a/b'),
      2,
      `${FIRST}.project_id: "a/b" is not a project id; allowed: up to 64 letters`,
    ],
    [
      'a project id that is too long',
      projectWith(`project_id: ${'a'.repeat(65)}`),
      2,
      `${FIRST}.project_id: "${'a'.repeat(60)}…" is not a project id; allowed:`,
    ],
    ['an empty project id', projectWith('project_id: ""'), 2, `${FIRST}.project_id: "" is empty; allowed:`],
    [
      'a project name with white space around',
      projectWith('project_name: " x"'),
      2,
      `${FIRST}.project_name: " x" begins or ends with white space; allowed:`,
    ],
    [
      'a name of two lines',
      projectWith('name: "a\\nb"'),
      2,
      `${FIRST}.name: "a\\nb" contains a control character; allowed: text of up to 256 characters, such as prod`,
    ],
    [
      'a name that is too long',
      projectWith(`name: ${'a'.repeat(257)}`),
      2,
      `${FIRST}.name: "${'a'.repeat(60)}…" is longer than 256 characters; allowed:`,
    ],
    [
      'a name that is true',
      projectWith('name: true'),
      2,
      `${FIRST}.name: true is a boolean to YAML; allowed: text, put it in quotes ("true")`,
    ],
    [
      'a cloud with a scheme',
      projectWith('cloud: https://myhuaweicloud.com'),
      2,
      `${FIRST}.cloud: "https://myhuaweicloud.com" is not a domain; allowed: a domain without https://`,
    ],
    [
      'a cloud with a port',
      projectWith('cloud: example.com:8443'),
      2,
      `${FIRST}.cloud: "example.com:8443" is not a domain; allowed:`,
    ],
    [
      'a cloud with an empty label',
      projectWith('cloud: example..com'),
      2,
      `${FIRST}.cloud: "example..com" is not a domain; allowed:`,
    ],
    [
      'an IAM endpoint over http',
      projectWith('iam_endpoint: http://iam.example.com'),
      2,
      `${FIRST}.iam_endpoint: "http://iam.example.com" is http to another machine; allowed: an https:// URL, or http:// to localhost`,
    ],
    [
      'an IAM endpoint without a scheme',
      projectWith('iam_endpoint: iam.example.com'),
      2,
      `${FIRST}.iam_endpoint: "iam.example.com" is not a URL; allowed: an https:// URL`,
    ],
    [
      'a proxy of another kind',
      projectWith('proxy_url: socks5://user:hunter2@proxy'),
      2,
      `${FIRST}.proxy_url: "***@proxy" is not an http or https URL; allowed: an http:// or https:// URL without path`,
    ],
    [
      'an authority without a file',
      projectWith('ca_file: ""'),
      2,
      `${FIRST}.ca_file: "" is empty; allowed: the path of a file`,
    ],

    [
      'no credentials',
      'projects:\n  - region: r\n    services: [{ type: ges }]\n',
      2,
      `${FIRST}.credentials: missing; allowed: a mapping of type password, access-key, ecs-agency, oidc, token`,
    ],
    [
      'credentials of an unknown type',
      projectWith('credentials: { type: accesskey }'),
      2,
      `${FIRST}.credentials.type: "accesskey" is unknown (did you mean "access-key"?); allowed: password, access-key, ecs-agency, oidc, token`,
    ],
    [
      'credentials without a type',
      projectWith('credentials: { user: u, domain: d, password: p }'),
      2,
      `${FIRST}.credentials.type: missing; allowed: password, access-key, ecs-agency, oidc, token`,
    ],
    [
      'a password twice',
      projectWith('credentials: { type: password, user: u, domain: d, password: p, password_file: f }'),
      2,
      `${FIRST}.credentials: password and password_file are both given; allowed: exactly one of them`,
    ],
    [
      'no password',
      projectWith('credentials: { type: password, user: u, domain: d }'),
      2,
      `${FIRST}.credentials: password or password_file is missing; allowed: exactly one of them`,
    ],
    [
      'no user',
      projectWith('credentials: { type: password, domain: d, password: p }'),
      2,
      `${FIRST}.credentials.user: missing; allowed: text`,
    ],
    [
      'no domain',
      projectWith('credentials: { type: password, user: u, password: p }'),
      2,
      `${FIRST}.credentials.domain: missing; allowed: text`,
    ],
    [
      'an empty password',
      projectWith('credentials: { type: password, user: u, domain: d, password: "" }'),
      2,
      `${FIRST}.credentials.password: the value is empty; allowed: one line of text`,
    ],
    [
      'a password with a line break',
      projectWith('credentials: { type: password, user: u, domain: d, password: "hunter2\\n" }'),
      2,
      `${FIRST}.credentials.password: the value contains a line break; allowed: one line of text`,
    ],
    [
      'a password for an access key',
      projectWith('credentials: { type: access-key, access_key: a, secret_key: s, password: p }'),
      2,
      `${FIRST}.credentials.password: unknown setting (it belongs to projects[].credentials of type password); allowed: type, access_key`,
    ],
    [
      'a password without a space',
      projectWith('credentials: { type: ecs-agency, password:hunter2 }'),
      2,
      `${FIRST}.credentials.password:…: unknown setting (a space is missing after its colon); allowed: type`,
    ],
    [
      'no secret key',
      projectWith('credentials: { type: access-key, access_key: a }'),
      2,
      `${FIRST}.credentials: secret_key or secret_key_file is missing; allowed: exactly one of them`,
    ],
    [
      'two security tokens',
      projectWith(
        'credentials: { type: access-key, access_key: a, secret_key: s, security_token: t, security_token_file: f }',
      ),
      2,
      `${FIRST}.credentials: security_token and security_token_file are both given; allowed: at most one of them`,
    ],
    [
      'an access key with a line break',
      projectWith('credentials: { type: access-key, access_key: "a\\nb", secret_key: s }'),
      2,
      `${FIRST}.credentials.access_key: "a\\nb" has characters other than visible ASCII; allowed:`,
    ],
    [
      'no token file for OIDC',
      projectWith('credentials: { type: oidc, idp_id: i }'),
      2,
      `${FIRST}.credentials.token_file: missing; allowed: the path of a file`,
    ],
    [
      'no token',
      projectWith('credentials: { type: token }'),
      2,
      `${FIRST}.credentials: token or token_file is missing; allowed: exactly one of them`,
    ],
    [
      'a token that no header can hold',
      projectWith('credentials: { type: token, token: "hunter 2" }'),
      2,
      `${FIRST}.credentials.token: the value has characters other than visible ASCII; allowed:`,
    ],

    [
      'no services',
      'projects:\n  - region: r\n    credentials: { type: ecs-agency }\n',
      2,
      `${FIRST}.services: missing; allowed: a list`,
    ],
    [
      'a service of an unknown type',
      projectWith('services: [{ type: gess }]'),
      2,
      `${FIRST}.services[0].type: "gess" is unknown (did you mean "ges"?); allowed: ges, gaussdb-mysql`,
    ],
    [
      'a service twice',
      projectWith('services: [{ type: ges }, { type: ges, api_version: v1.0 }]'),
      2,
      `${FIRST}.services[1].type: ges is given more than once for this project; allowed: each type once`,
    ],
    [
      'a list of words for services',
      projectWith('services: [ges]'),
      2,
      `${FIRST}.services[0]: text is not possible here; allowed: a mapping of type ges, gaussdb-mysql`,
    ],
    [
      'an unknown version',
      service('api_version: v3'),
      2,
      `${FIRST}.services[0].api_version: "v3" is unknown`,
    ],
    [
      'a version that is a number',
      service('api_version: 1.0'),
      2,
      `${FIRST}.services[0].api_version: 1.0 is unknown (did you mean "v1.0"?); allowed: v2, v1.0`,
    ],
    [
      'a version for instances',
      projectWith('services: [{ type: gaussdb-mysql, api_version: v2 }]'),
      2,
      `${FIRST}.services[0].api_version: unknown setting (it belongs to projects[].services[] of type ges); allowed: type, endpoint`,
    ],
    [
      'an endpoint over http',
      service('endpoint: "http://ges.example.com"'),
      2,
      `${FIRST}.services[0].endpoint: "http://ges.example.com" is http to another machine; allowed:`,
    ],
    [
      'an endpoint with a password',
      service('endpoint: "https://user:hunter2@ges.example.com"'),
      2,
      `${FIRST}.services[0].endpoint: "***@ges.example.com" contains a user name or a password; allowed:`,
    ],
    [
      'an endpoint with a query',
      service('endpoint: "https://ges.example.com/?a=b"'),
      2,
      `${FIRST}.services[0].endpoint: "https://ges.example.com/?a=b" has a query; allowed:`,
    ],
    [
      'a filter without an expression',
      service('include: {}'),
      2,
      `${FIRST}.services[0].include: resource_name or resource_id is missing; allowed: at least one of them`,
    ],
    [
      'a filter with an empty expression',
      service('exclude: { resource_name: "" }'),
      2,
      `${FIRST}.services[0].exclude.resource_name: "" is empty; allowed: a JavaScript regular expression`,
    ],
    [
      'a filter with a bad expression',
      service('exclude: { resource_name: "*" }'),
      2,
      `${FIRST}.services[0].exclude.resource_name: "*" is not a regular expression (Nothing to repeat); allowed:`,
    ],
    [
      'a filter with too long an expression',
      service(`include: { resource_id: ${'a'.repeat(1001)} }`),
      2,
      `${FIRST}.services[0].include.resource_id: "${'a'.repeat(60)}…" is longer than 1000 characters; allowed:`,
    ],
    [
      'an inventory in words',
      service('inventory: yes'),
      2,
      `${FIRST}.services[0].inventory: "yes" is neither true nor false; allowed: true, false, without quotes`,
    ],
    [
      'an inventory in quotes',
      service('inventory: "false"'),
      2,
      `${FIRST}.services[0].inventory: "false" is neither true nor false; allowed:`,
    ],

    ['an empty file', '', 1, 'the file is empty; allowed: a mapping of poll, limits, rpo, projects'],
    [
      'a file of comments',
      '# poll\n',
      1,
      'the file is empty; allowed: a mapping of poll, limits, rpo, projects',
    ],
    ['a file of null', '~\n', 1, 'the file is empty; allowed: a mapping of poll, limits, rpo, projects'],
    [
      'a file that is a list',
      '- region: cn-north-4\n',
      1,
      'a list is not possible here; allowed: a mapping of poll, limits, rpo, projects',
    ],
    [
      'a file that is text',
      '<!doctype html>\n',
      1,
      'text is not possible here; allowed: a mapping of poll, limits, rpo, projects',
    ],
  ])('%s', (_, text, line, wrong) => {
    const problems = told(text);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`config.yml:${line}: ${wrong}`);
    expect(problems[0]).toMatch(/; allowed: \S/);
    expect(problems[0]).not.toContain('hunter');
  });

  it('names two projects of the same name, and the one that has its name from its region', () => {
    const text = `projects:
  - { name: prod, region: r1, credentials: { type: ecs-agency }, services: [{ type: ges }] }
  - { name: prod, region: r2, credentials: { type: ecs-agency }, services: [{ type: ges }] }
  - { region: r3, credentials: { type: ecs-agency }, services: [{ type: ges }] }
  - { region: r3, credentials: { type: ecs-agency }, services: [{ type: ges }] }
  - { name: r3, region: r4, credentials: { type: ecs-agency }, services: [{ type: ges }] }
`;

    expect(told(text)).toEqual([
      'config.yml:3: projects[1].name: "prod" is the name of projects[0], too; allowed: a name of its own for each project',
      'config.yml:5: projects[3].name: without a name it is called "r3" after its region, like projects[2]; allowed: a name of its own for each project',
      'config.yml:6: projects[4].name: "r3" is the name of projects[2], too; allowed: a name of its own for each project',
    ]);
  });

  it('does not call a project after its region when its name is wrong', () => {
    const text = `projects:
  - { name: true, region: r1, credentials: { type: ecs-agency }, services: [{ type: ges }] }
  - { region: r1, credentials: { type: ecs-agency }, services: [{ type: ges }] }
`;

    expect(told(text)).toEqual([
      'config.yml:2: projects[0].name: true is a boolean to YAML; allowed: text, put it in quotes ("true")',
    ]);
  });

  it('says the path of each mistake apart from its words', () => {
    const [problem] = problemsIn(projectWith('services: [{ type: ges, api_version: v3 }]'));

    expect(problem).toMatchObject({
      file: 'config.yml',
      line: 2,
      path: 'projects[0].services[0].api_version',
    });
  });

  it('tells a mistake in a shared part once, where it stands', () => {
    const text = `projects:
  - region: r1
    credentials: &shared { type: passwort }
    services: &services [{ type: ges, inventory: 1 }]
  - { region: r2, credentials: *shared, services: *services }
  - { region: r3, credentials: *shared, services: *services }
`;

    expect(told(text).map((line) => line.slice(0, 44))).toEqual([
      'config.yml:3: projects[0].credentials.type: ',
      'config.yml:4: projects[0].services[0].invent',
    ]);
  });

  it('tells a shared part that is right in one place and wrong in another', () => {
    const text = `poll:
  interval: &time 5m
  concurrency: *time
${PROJECTS}`;

    expect(told(text)).toEqual([
      'config.yml:2: poll.concurrency: "5m" is text; allowed: a whole number from 1 to 64, without quotes',
    ]);
  });
});
