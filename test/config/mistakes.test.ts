import { describe, expect, it } from 'vitest';
import { ONE, OTHER } from '../support/examples.ts';
import { messagesIn, PROJECTS, projectWith } from './texts.ts';

type Case = readonly [what: string, text: string, line: number, wrong: string];

const within = (section: string, ...lines: readonly string[]): string =>
  `${section}:\n${lines.map((line) => `  ${line}\n`).join('')}${PROJECTS}`;

const service = (...settings: readonly string[]): string =>
  projectWith(`services: [{ type: ${ONE}, ${settings.join(', ')} }]`);

const override = (match: string, rpo: string): string =>
  within('rpo', 'overrides:', `  - match: ${match}`, `    rpo: ${rpo}`);

const variable = (name: string): string => `\${${name}}`;

const FIRST = 'projects[0]';

describe('an error in a file is reported once, on its line, with the expected value', () => {
  it.each<Case>([
    [
      'an unknown section',
      `${PROJECTS}polls: {}\n`,
      5,
      'polls: unknown setting (did you mean poll?); expected one of poll, limits, rpo, tags, projects',
    ],
    [
      'an unknown setting',
      within('poll', 'intervall: 5m'),
      2,
      'poll.intervall: unknown setting (did you mean interval?); expected one of interval, timeout, request_timeout, concurrency',
    ],
    [
      'a setting in camel case',
      projectWith('projectId: abc'),
      2,
      `${FIRST}.projectId: unknown setting (did you mean project_id?); expected one of name, region, project_id,`,
    ],
    [
      'a setting in the wrong place',
      projectWith('password: x'),
      2,
      `${FIRST}.password: unknown setting (it belongs to projects[].credentials of type password)`,
    ],
    [
      'an unknown setting without a similar one',
      within('limits', 'graphs: 1'),
      2,
      'limits.graphs: unknown setting; expected resources',
    ],
    [
      'a setting with a strange name',
      within('limits', '"a b": 1'),
      2,
      'limits."a b": unknown setting; expected resources',
    ],
    [
      'a setting of another prototype',
      within('limits', '__proto__: 1'),
      2,
      'limits.__proto__: unknown setting; expected resources',
    ],
    [
      'a merge key',
      within('limits', '<<: { resources: 1 }'),
      2,
      'limits."<<": unknown setting (merge keys are not supported; use an alias for a whole mapping); expected resources',
    ],
    [
      'a setting given twice',
      within('poll', 'interval: 5m', 'interval: 5m'),
      3,
      'poll.interval: given more than once; expected once',
    ],
    [
      'a section given twice',
      `limits: {}\n${PROJECTS}limits: {}\n`,
      6,
      'limits: given more than once; expected once',
    ],
    [
      'a list instead of a section',
      `poll: [5m]\n${PROJECTS}`,
      1,
      'poll: found a list; expected a mapping with the keys interval, timeout, request_timeout, concurrency',
    ],
    [
      'text instead of a section',
      `poll: 5m\n${PROJECTS}`,
      1,
      'poll: found a string; expected a mapping with the keys interval, timeout, request_timeout, concurrency',
    ],
    [
      'a number instead of a section',
      `poll: 5\n${PROJECTS}`,
      1,
      'poll: found a string; expected a mapping with the keys interval, timeout, request_timeout, concurrency',
    ],
    [
      'no space after a colon',
      within('poll', 'interval:5m'),
      2,
      'poll: found a string (is a space missing after the colon?); expected a mapping with the keys interval, timeout,',
    ],
    [
      'a mapping instead of a list',
      'projects: { region: r }\n',
      1,
      'projects: found a mapping; expected a list, each item after "- "',
    ],
    [
      'a mapping instead of a value',
      within('poll', 'interval: { m: 5 }'),
      2,
      'poll.interval: found a mapping; expected a duration from 1s to 30m, such as 5m',
    ],

    [
      'an interval without a unit',
      within('poll', 'interval: 300'),
      2,
      'poll.interval: "300" has no unit; expected a duration from 1s to 30m, such as 5m',
    ],
    [
      'an interval in quotes without a unit',
      within('poll', 'interval: "300"'),
      2,
      'poll.interval: "300" has no unit; expected a duration from 1s to 30m, such as 5m',
    ],
    [
      'an interval that is not a duration',
      within('poll', 'interval: five minutes'),
      2,
      'poll.interval: "five minutes" is not a duration; expected a duration from 1s to 30m, such as 5m',
    ],
    [
      'an interval out of order',
      within('poll', 'interval: 30s5m'),
      2,
      'poll.interval: "30s5m" has units out of order or repeated',
    ],
    [
      'an interval that is too short',
      within('poll', 'interval: 999ms'),
      2,
      'poll.interval: "999ms" is shorter than 1s; expected a duration from 1s to 30m',
    ],
    [
      'an interval that is too long',
      within('poll', 'interval: 30m1ms'),
      2,
      'poll.interval: "30m1ms" is longer than 30m; expected a duration from 1s to 30m',
    ],
    [
      'an interval of zero',
      within('poll', 'interval: 0'),
      2,
      'poll.interval: "0" must be greater than 0; expected a duration from 1s to 30m, such as 5m',
    ],
    [
      'an empty interval',
      within('poll', 'interval:'),
      2,
      'poll.interval: empty; expected a duration from 1s to 30m',
    ],
    [
      'a null interval',
      within('poll', 'interval: ~'),
      2,
      'poll.interval: empty; expected a duration from 1s to 30m',
    ],
    [
      'a boolean interval',
      within('poll', 'interval: true'),
      2,
      'poll.interval: "true" is not a duration; expected a duration from 1s to 30m, such as 5m',
    ],
    [
      'a timeout longer than the interval',
      within('poll', 'interval: 1m', 'timeout: 61s'),
      3,
      'poll.timeout: "61s" is longer than the interval of 1m; expected a duration up to the interval',
    ],
    [
      'a timeout longer than the default interval',
      within('poll', 'timeout: 6m'),
      2,
      'poll.timeout: "6m" is longer than the interval of 5m; expected a duration up to the interval',
    ],
    [
      'a timeout of zero',
      within('poll', 'timeout: 0s'),
      2,
      'poll.timeout: "0s" must be greater than 0; expected a duration up to the interval, such as 2m',
    ],
    [
      'a request timeout that is negative',
      within('poll', 'request_timeout: -1s'),
      2,
      'poll.request_timeout: "-1s" is negative; expected a duration up to the timeout, such as 30s',
    ],
    [
      'no concurrency',
      within('poll', 'concurrency: 0'),
      2,
      'poll.concurrency: "0" is less than 1; expected an integer from 1 to 64',
    ],
    [
      'too much concurrency',
      within('poll', 'concurrency: 65'),
      2,
      'poll.concurrency: "65" is more than 64; expected an integer from 1 to 64',
    ],
    [
      'half a concurrency',
      within('poll', 'concurrency: 2.5'),
      2,
      'poll.concurrency: "2.5" is not an integer; expected an integer from 1 to 64',
    ],
    [
      'no limit',
      within('limits', 'resources: 0'),
      2,
      'limits.resources: "0" is less than 1; expected an integer from 1',
    ],
    [
      'an infinite limit',
      within('limits', 'resources: .inf'),
      2,
      'limits.resources: ".inf" is not an integer; expected an integer from 1',
    ],

    [
      'an objective that is not a duration',
      within('rpo', 'default: daily'),
      2,
      'rpo.default: "daily" is not a duration; expected a duration such as 26h or 1d12h, none, or policy',
    ],
    [
      'an objective in upper case',
      within('rpo', 'default: None'),
      2,
      'rpo.default: "None" is not a duration; expected a duration such as 26h or 1d12h, none, or policy',
    ],
    [
      'an objective of zero',
      within('rpo', 'default: 0d'),
      2,
      'rpo.default: "0d" must be greater than 0; expected a duration such as 26h or 1d12h, none, or policy',
    ],
    [
      'an override without a match',
      within('rpo', 'overrides:', '  - rpo: none'),
      3,
      'rpo.overrides[0].match: missing; expected a mapping with the keys project, region, service, resource_name, resource_id',
    ],
    [
      'an override that matches everything',
      override('{}', 'none'),
      3,
      'rpo.overrides[0].match: project, region, service, resource_name or resource_id is missing; expected at least one of them',
    ],
    [
      'an override without an objective',
      within('rpo', 'overrides:', `  - match: { project: prod, region: cn-north-4, service: ${ONE} }`),
      3,
      'rpo.overrides[0].rpo: missing; expected a duration such as 26h',
    ],
    [
      'an override of an unknown service',
      override(`{ service: ${OTHER}s }`, 'none'),
      3,
      `rpo.overrides[0].match.service: "${OTHER}s" is unknown (did you mean ${OTHER}?); expected one of ${ONE}, ${OTHER}`,
    ],
    [
      'an override with a bad name expression',
      override('{ resource_name: "^scratch-(" }', 'none'),
      3,
      'rpo.overrides[0].match.resource_name: "^scratch-(" is not a regular expression (missing closing ): `^scratch-(`); expected a regular expression in RE2',
    ],
    [
      'an override with a bad id expression',
      override('{ resource_id: "[z-a]" }', 'none'),
      3,
      'rpo.overrides[0].match.resource_id: "[z-a]" is not a regular expression (invalid character class range: `z-a`); expected a regular expression in RE2',
    ],
    [
      'an override with a lookahead',
      override('{ resource_id: "(?=y)" }', 'none'),
      3,
      'rpo.overrides[0].match.resource_id: "(?=y)" is not a regular expression (invalid or unsupported Perl syntax: `(?=`); expected a regular expression in RE2 syntax (no lookarounds, no backreferences)',
    ],
    [
      'an override with a backreference',
      override("{ resource_id: '(a)\\1' }", 'none'),
      3,
      'rpo.overrides[0].match.resource_id: "(a)\\\\1" is not a regular expression (invalid escape sequence: `\\1`); expected a regular expression in RE2 syntax (no lookarounds, no backreferences)',
    ],
    [
      'an override with an expression that repeats too much',
      override("{ resource_id: '^(.?){1000}x$' }", 'none'),
      3,
      'rpo.overrides[0].match.resource_id: "^(.?){1000}x$" is not a regular expression (it is too large when compiled); expected',
    ],
    [
      'overrides that are not a list',
      within('rpo', 'overrides: { rpo: none }'),
      2,
      'rpo.overrides: found a mapping; expected a list, each item after "- "',
    ],

    ['no projects', 'poll: {}\n', 1, 'projects: missing; expected a list'],
    [
      'an empty list of projects',
      'projects: []\n',
      1,
      'projects: the list is empty; expected at least one item',
    ],
    ['empty projects', 'projects:\n', 1, 'projects: empty; expected a list'],
    [
      'a project without a region',
      `projects:\n  - name: prod\n    credentials: { type: ecs-agency }\n    services: [{ type: ${ONE} }]\n`,
      2,
      `${FIRST}.region: missing; expected letters, digits and hyphens, such as cn-north-4`,
    ],
    [
      'a region with another character',
      projectWith('region: cn_north_4'),
      2,
      `${FIRST}.region: "cn_north_4" is not a region; expected letters, digits and hyphens`,
    ],
    [
      'a region that would change the host',
      projectWith('region: evil.example.com/'),
      2,
      `${FIRST}.region: "evil.example.com/" is not a region; expected letters, digits and hyphens, such as cn-north-4`,
    ],
    [
      'a region that ends in a hyphen',
      projectWith('region: cn-'),
      2,
      `${FIRST}.region: "cn-" is not a region; expected letters, digits and hyphens, such as cn-north-4`,
    ],
    [
      'a project id with a slash',
      projectWith('project_id: a/b'),
      2,
      `${FIRST}.project_id: "a/b" is not a project id; expected 32 hexadecimal digits, such as 0123456789abcdef0123456789abcdef`,
    ],
    [
      'a project id that is too long',
      projectWith(`project_id: ${'a'.repeat(65)}`),
      2,
      `${FIRST}.project_id: "${'a'.repeat(60)}…" is not a project id; expected 32 hexadecimal digits, such`,
    ],
    [
      'an empty project id',
      projectWith('project_id: ""'),
      2,
      `${FIRST}.project_id: "" is empty; expected 32 hexadecimal digits, such as 0123456789abcdef0123456789abcdef`,
    ],
    [
      'a project name with surrounding white space',
      projectWith('project_name: " x"'),
      2,
      `${FIRST}.project_name: " x" begins or ends with white space; expected a string of up to 256 characters, such as cn-north-4_team`,
    ],
    [
      'a name of two lines',
      projectWith('name: "a\\nb"'),
      2,
      `${FIRST}.name: "a\\nb" contains a control character; expected a string of up to 256 characters, such as prod`,
    ],
    [
      'a name that is too long',
      projectWith(`name: ${'a'.repeat(257)}`),
      2,
      `${FIRST}.name: "${'a'.repeat(60)}…" is longer than 256 characters; expected a string of up to 256 characters,`,
    ],
    [
      'a name that is a variable',
      projectWith(`name: "${variable('NAME')}"`),
      2,
      `${FIRST}.name: "${variable('NAME')}" contains a variable, and variables are not expanded; expected a string of up to 256 characters`,
    ],
    [
      'a cloud with a scheme',
      projectWith('cloud: https://myhuaweicloud.com'),
      2,
      `${FIRST}.cloud: "https://myhuaweicloud.com" is not a domain; expected a domain without https://`,
    ],
    [
      'a cloud with a port',
      projectWith('cloud: example.com:8443'),
      2,
      `${FIRST}.cloud: "example.com:8443" is not a domain; expected a domain without https://, such as myhuaweicloud.com`,
    ],
    [
      'a cloud with an empty label',
      projectWith('cloud: example..com'),
      2,
      `${FIRST}.cloud: "example..com" is not a domain; expected a domain without https://, such as myhuaweicloud.com`,
    ],
    [
      'an IAM endpoint over http',
      projectWith('iam_endpoint: http://iam.example.com'),
      2,
      `${FIRST}.iam_endpoint: "http://iam.example.com" uses plain http to another machine; expected an https:// URL, or http://`,
    ],
    [
      'an IAM endpoint without a scheme',
      projectWith('iam_endpoint: iam.example.com'),
      2,
      `${FIRST}.iam_endpoint: "iam.example.com" is not an http:// or https:// URL; expected an https:// URL, or http://`,
    ],
    [
      'a proxy of another kind',
      projectWith('proxy_url: socks5://user:hunter2@proxy'),
      2,
      `${FIRST}.proxy_url: "***@proxy" is not an http:// or https:// URL; expected an http:// or https:// URL`,
    ],
    [
      'an empty ca_file',
      projectWith('ca_file: ""'),
      2,
      `${FIRST}.ca_file: "" is empty; expected the path of a file`,
    ],

    [
      'no credentials',
      `projects:\n  - region: r\n    services: [{ type: ${ONE} }]\n`,
      2,
      `${FIRST}.credentials: missing; expected a mapping whose type is one of password, access-key, ecs-agency, oidc, token`,
    ],
    [
      'credentials of an unknown type',
      projectWith('credentials: { type: accesskey }'),
      2,
      `${FIRST}.credentials.type: "accesskey" is unknown (did you mean access-key?); expected one of password, access-key,`,
    ],
    [
      'credentials without a type',
      projectWith('credentials: { user: u, domain: d, password: p }'),
      2,
      `${FIRST}.credentials.type: missing; expected one of password, access-key, ecs-agency, oidc, token`,
    ],
    [
      'a password twice',
      projectWith('credentials: { type: password, user: u, domain: d, password: p, password_file: f }'),
      2,
      `${FIRST}.credentials: password and password_file are both given; expected exactly one of them`,
    ],
    [
      'no password',
      projectWith('credentials: { type: password, user: u, domain: d }'),
      2,
      `${FIRST}.credentials: password or password_file is missing; expected exactly one of them`,
    ],
    [
      'no user',
      projectWith('credentials: { type: password, domain: d, password: p }'),
      2,
      `${FIRST}.credentials.user: missing; expected a string`,
    ],
    [
      'no domain',
      projectWith('credentials: { type: password, user: u, password: p }'),
      2,
      `${FIRST}.credentials.domain: missing; expected a string`,
    ],
    [
      'an empty password',
      projectWith('credentials: { type: password, user: u, domain: d, password: "" }'),
      2,
      `${FIRST}.credentials.password: the value is empty; expected one line of text`,
    ],
    [
      'a password with a line break',
      projectWith('credentials: { type: password, user: u, domain: d, password: "hunter2\\n" }'),
      2,
      `${FIRST}.credentials.password: the value contains a line break; expected one line of text`,
    ],
    [
      'a password that is a variable',
      projectWith(`credentials: { type: password, user: u, domain: d, password: "${variable('HUNTER')}" }`),
      2,
      `${FIRST}.credentials.password: the value is a variable, and variables are not expanded; expected one line of text`,
    ],
    [
      'a file in the home directory',
      projectWith('credentials: { type: password, user: u, domain: d, password_file: ~/password }'),
      2,
      `${FIRST}.credentials.password_file: "~/password" begins with ~, which is not expanded; expected the path of a file`,
    ],
    [
      'a user under another name',
      projectWith('credentials: { type: password, user: u, username: u, domain: d, password: p }'),
      2,
      `${FIRST}.credentials.username: unknown setting (did you mean user?); expected one of type, user, domain`,
    ],
    [
      'a domain under another name',
      projectWith('credentials: { type: password, user: u, domain_name: d, domain: d, password: p }'),
      2,
      `${FIRST}.credentials.domain_name: unknown setting (did you mean domain?); expected one of type, user, domain`,
    ],
    [
      'a password for an access key',
      projectWith('credentials: { type: access-key, access_key: a, secret_key: s, password: p }'),
      2,
      `${FIRST}.credentials.password: unknown setting (it belongs to projects[].credentials of type password); expected one of type, access_key, secret_key,`,
    ],
    [
      'a password without a space',
      projectWith('credentials: { type: ecs-agency, password:hunter2 }'),
      2,
      `${FIRST}.credentials.password:…: unknown setting (a space is missing after its colon); expected type`,
    ],
    [
      'no secret key',
      projectWith('credentials: { type: access-key, access_key: a }'),
      2,
      `${FIRST}.credentials: secret_key or secret_key_file is missing; expected exactly one of them`,
    ],
    [
      'two security tokens',
      projectWith(
        'credentials: { type: access-key, access_key: a, secret_key: s, security_token: t, security_token_file: f }',
      ),
      2,
      `${FIRST}.credentials: security_token and security_token_file are both given; expected at most one of them`,
    ],
    [
      'an access key with a line break',
      projectWith('credentials: { type: access-key, access_key: "a\\nb", secret_key: s }'),
      2,
      `${FIRST}.credentials.access_key: "a\\nb" contains characters other than visible ASCII; expected visible ASCII characters without`,
    ],
    [
      'no token file for OIDC',
      projectWith('credentials: { type: oidc, idp_id: i }'),
      2,
      `${FIRST}.credentials.token_file: missing; expected the path of a file`,
    ],
    [
      'no token',
      projectWith('credentials: { type: token }'),
      2,
      `${FIRST}.credentials: token or token_file is missing; expected exactly one of them`,
    ],
    [
      'a token that is not allowed in a header',
      projectWith('credentials: { type: token, token: "hunter 2" }'),
      2,
      `${FIRST}.credentials.token: the value contains characters other than visible ASCII; expected visible ASCII characters without`,
    ],

    ['a word other than all as services', projectWith('services: every'), 2, `${FIRST}.services: `],
    [
      'a service of an unknown type',
      projectWith(`services: [{ type: ${ONE}s }]`),
      2,
      `${FIRST}.services[0].type: "${ONE}s" is unknown (did you mean ${ONE}?); expected one of ${ONE}, ${OTHER}`,
    ],
    [
      'a service twice',
      projectWith(`services: [{ type: ${ONE} }, { type: ${ONE}, inventory: false }]`),
      2,
      `${FIRST}.services[1].type: "${ONE}" is given more than once for this project; expected each type once`,
    ],
    [
      'a prefix of a service type',
      projectWith(`services: [{ type: ${OTHER.slice(0, -1)} }]`),
      2,
      `${FIRST}.services[0].type: "${OTHER.slice(0, -1)}" is unknown (did you mean ${OTHER}?); expected one of ${ONE}, ${OTHER}`,
    ],
    [
      'tags with the same label',
      `tags: [cost-center, team, cost_center]\n${PROJECTS}`,
      1,
      'tags[2]: "cost_center" becomes the label tag_cost_center, as tags[0] does; expected tags whose labels differ',
    ],
    [
      'an empty tag',
      `tags: [""]\n${PROJECTS}`,
      1,
      'tags[0]: "" is empty; expected a string of up to 256 characters, such as team',
    ],
    [
      'a word other than all as services',
      projectWith('services: al'),
      2,
      `${FIRST}.services: found a string; expected all, or a list such as "- type: ${ONE}"`,
    ],
    [
      'a list of words as services',
      projectWith(`services: [${ONE}]`),
      2,
      `${FIRST}.services[0]: found a string (did you mean "- type: ${ONE}"?); expected a mapping whose type is one of ${ONE}, ${OTHER}`,
    ],
    [
      'an endpoint over http',
      service('endpoint: "http://ges.example.com"'),
      2,
      `${FIRST}.services[0].endpoint: "http://ges.example.com" uses plain http to another machine; expected an https:// URL, or http://`,
    ],
    [
      'an endpoint with a password',
      service('endpoint: "https://user:hunter2@ges.example.com"'),
      2,
      `${FIRST}.services[0].endpoint: "***@ges.example.com" contains a user name or a password; expected an https:// URL, or http://`,
    ],
    [
      'an endpoint with a query',
      service('endpoint: "https://ges.example.com/?a=b"'),
      2,
      `${FIRST}.services[0].endpoint: "https://ges.example.com/?a=b" has a query; expected an https:// URL, or http://`,
    ],
    [
      'a filter without an expression',
      service('include: {}'),
      2,
      `${FIRST}.services[0].include: resource_name or resource_id is missing; expected at least one of them`,
    ],
    [
      'a filter with an empty expression',
      service('exclude: { resource_name: "" }'),
      2,
      `${FIRST}.services[0].exclude.resource_name: "" is empty; expected a regular expression in RE2 syntax`,
    ],
    [
      'a filter with a bad expression',
      service('exclude: { resource_name: "*" }'),
      2,
      `${FIRST}.services[0].exclude.resource_name: "*" is not a regular expression (missing argument to repetition operator: \`*\`); expected a regular expression in RE2`,
    ],
    [
      'a filter with an expression that is too long',
      service(`include: { resource_id: ${'a'.repeat(1001)} }`),
      2,
      `${FIRST}.services[0].include.resource_id: "${'a'.repeat(60)}…" is longer than 1000 characters; expected a regular expression in RE2`,
    ],
    [
      'an inventory that is not a boolean',
      service('inventory: yes'),
      2,
      `${FIRST}.services[0].inventory: "yes" is neither true nor false; expected true or false`,
    ],

    [
      'an empty file',
      '',
      1,
      'the file is empty; expected a mapping with the keys poll, limits, rpo, tags, projects',
    ],
    [
      'a file of comments',
      '# poll\n',
      1,
      'the file is empty; expected a mapping with the keys poll, limits, rpo, tags, projects',
    ],
    [
      'a file of null',
      '~\n',
      1,
      'the file is empty; expected a mapping with the keys poll, limits, rpo, tags, projects',
    ],
    [
      'a file that is a list',
      '- region: cn-north-4\n',
      1,
      'found a list; expected a mapping with the keys poll, limits, rpo, tags, projects',
    ],
    [
      'a file that is text',
      '<!doctype html>\n',
      1,
      'found a string; expected a mapping with the keys poll, limits, rpo, tags, projects',
    ],
  ])('%s', (_, text, line, wrong) => {
    const problems = messagesIn(text);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`config.yml:${line}: ${wrong}`);
    expect(problems[0]).toMatch(/; expected \S/);
    expect(problems[0]).not.toContain('hunter');
  });

  it('reports projects with the same name, including a name from the region', () => {
    const text = `projects:
  - { name: prod, region: r1, credentials: { type: ecs-agency }, services: [{ type: ${ONE} }] }
  - { name: prod, region: r2, credentials: { type: ecs-agency }, services: [{ type: ${ONE} }] }
  - { region: r3, credentials: { type: ecs-agency }, services: [{ type: ${ONE} }] }
  - { region: r3, credentials: { type: ecs-agency }, services: [{ type: ${ONE} }] }
  - { name: r3, region: r4, credentials: { type: ecs-agency }, services: [{ type: ${ONE} }] }
`;

    expect(messagesIn(text)).toEqual([
      'config.yml:3: projects[1].name: "prod" is also the name of projects[0]; expected a different name for each project',
      'config.yml:5: projects[3].name: missing, and the region "r3" is already the name of projects[2]; expected a different name for each project',
      'config.yml:6: projects[4].name: "r3" is also the name of projects[2]; expected a different name for each project',
    ]);
  });

  it('does not name a project after its region if its name is invalid', () => {
    const text = `projects:
  - { name: "", region: r1, credentials: { type: ecs-agency }, services: [{ type: ${ONE} }] }
  - { region: r1, credentials: { type: ecs-agency }, services: [{ type: ${ONE} }] }
`;

    expect(messagesIn(text)).toEqual([
      'config.yml:2: projects[0].name: "" is empty; expected a string of up to 256 characters, such as prod',
    ]);
  });

  it('reports an error in a shared part once, where it is defined', () => {
    const text = `projects:
  - region: r1
    credentials: &shared { type: passwort }
    services: &services [{ type: ${ONE}, inventory: 1 }]
  - { region: r2, credentials: *shared, services: *services }
  - { region: r3, credentials: *shared, services: *services }
`;

    expect(messagesIn(text).map((line) => line.slice(0, 44))).toEqual([
      'config.yml:3: projects[0].credentials.type: ',
      'config.yml:4: projects[0].services[0].invent',
    ]);
  });

  it('reports a shared part that is valid in one place and invalid in another', () => {
    const text = `poll:
  interval: &time 5m
  concurrency: *time
${PROJECTS}`;

    expect(messagesIn(text)).toEqual([
      'config.yml:3: poll.concurrency: "5m" is not an integer; expected an integer from 1 to 64',
    ]);
  });
});
