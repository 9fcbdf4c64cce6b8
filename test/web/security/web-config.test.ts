import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CIPHER_SUITES } from '../../../src/web/security/tls-names.ts';
import { readWebConfig, WebConfigError } from '../../../src/web/security/web-config.ts';
import { hashOf } from './support.ts';

const HASH = '$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG';

const problemsOf = (text: string): readonly string[] => {
  try {
    readWebConfig(text, 'web.yml');
    return [];
  } catch (error) {
    return error instanceof WebConfigError ? error.problems : [`not expected: ${String(error)}`];
  }
};

const tlsWith = (...lines: readonly string[]): string =>
  ['tls_server_config:', '  cert_file: a.pem', '  key_file: a.key', ...lines.map((line) => `  ${line}`)].join(
    '\n',
  );

describe('a web configuration file', () => {
  it.each([
    '',
    '# nothing\n',
    '---\n',
    '{}',
    'tls_server_config:\n',
    'tls_server_config: {}\nbasic_auth_users: {}\nhttp_server_config: {}\n',
    'basic_auth_users:\n',
  ])('%j means plain HTTP without passwords', (text) => {
    expect(readWebConfig(text, 'web.yml')).toMatchObject({
      tls: undefined,
      users: new Map(),
      headers: new Map(),
    });
  });

  it('accepts every setting of the exporter-toolkit', () => {
    const text = `
tls_server_config:
  cert_file: server.pem
  key_file: /etc/keys/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: tls/clients.pem
  client_allowed_sans: [prometheus.example, "10.0.0.1"]
  min_version: TLS11
  max_version: TLS12
  cipher_suites:
    - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    - TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP384]
http_server_config:
  http2: true
  headers:
    Content-Security-Policy: default-src 'self'
    X-Frame-Options: sameorigin
    X-Content-Type-Options: nosniff
    X-XSS-Protection: "0"
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  alice: ${HASH}
  4711: ${HASH}
rate_limit:
  interval: 100ms
  burst: 20
`;

    const config = readWebConfig(text, '/etc/exporter/web.yml');

    expect(config.tls).toEqual({
      at: '/etc/exporter/web.yml:2: tls_server_config',
      certificate: {
        at: '/etc/exporter/web.yml:3: tls_server_config.cert_file',
        file: '/etc/exporter/server.pem',
      },
      key: { at: '/etc/exporter/web.yml:4: tls_server_config.key_file', file: '/etc/keys/server.key' },
      clientAuthentication: 'RequireAndVerifyClientCert',
      clientAuthorities: {
        at: '/etc/exporter/web.yml:6: tls_server_config.client_ca_file',
        file: '/etc/exporter/tls/clients.pem',
      },
      clientNames: ['prometheus.example', '10.0.0.1'],
      cipherSuites: ['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
      curves: ['X25519', 'P-384'],
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.2',
      preferServerOrder: false,
    });
    expect([...config.headers]).toEqual([
      ['Content-Security-Policy', "default-src 'self'"],
      ['Strict-Transport-Security', 'max-age=31536000'],
      ['X-Content-Type-Options', 'nosniff'],
      ['X-Frame-Options', 'sameorigin'],
      ['X-XSS-Protection', '0'],
    ]);
    expect(config.users).toEqual(
      new Map([
        ['alice', HASH],
        ['4711', HASH],
      ]),
    );
    expect(config.rateLimit).toEqual({ interval: 0.1, burst: 20 });
    expect(config.wantsHttp2).toBe(true);
  });

  it('has the defaults of the exporter-toolkit', () => {
    const { tls } = readWebConfig(tlsWith(), 'web.yml');

    expect(tls).toMatchObject({
      clientAuthentication: 'NoClientCert',
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      preferServerOrder: true,
      cipherSuites: undefined,
      curves: undefined,
      clientNames: undefined,
    });
  });

  it('accepts an old name of a client_auth_type, YAML 1.1 booleans, empty headers and a rate limit of 0', () => {
    const text = `${tlsWith('client_auth_type: RequireClientCert', 'prefer_server_cipher_suites: no')}
http_server_config: { http2: off, headers: { X-Frame-Options: "" } }
rate_limit: { interval: 0, burst: 0 }`;

    const config = readWebConfig(text, 'web.yml');

    expect(config.tls).toMatchObject({
      clientAuthentication: 'RequireAnyClientCert',
      preferServerOrder: false,
    });
    expect(config.headers.size).toBe(0);
    expect(config.rateLimit).toBeUndefined();
  });

  it('accepts every cipher suite that Go considers secure', () => {
    const { tls } = readWebConfig(
      tlsWith(`cipher_suites: [${Object.keys(CIPHER_SUITES).join(', ')}]`),
      'web.yml',
    );

    expect(tls?.cipherSuites).toHaveLength(13);
  });

  it.each([
    ['1', '1'],
    ['0', '0'],
    ['"1; mode=block"', '1; mode=block'],
  ])('accepts the header X-XSS-Protection: %s, with or without quotes', (written, value) => {
    const { headers } = readWebConfig(
      `http_server_config: { headers: { X-XSS-Protection: ${written} } }`,
      'web.yml',
    );

    expect([...headers]).toEqual([['X-XSS-Protection', value]]);
  });

  it.each([
    ['prefer_server_cipher_suites: "true"', true],
    ['prefer_server_cipher_suites: Yes', true],
    ['prefer_server_cipher_suites: OFF', false],
    ['prefer_server_cipher_suites:', true],
    ['prefer_server_cipher_suites: ~', true],
  ])('accepts %s', (setting, expected) => {
    expect(readWebConfig(tlsWith(setting), 'web.yml').tls?.preferServerOrder).toBe(expected);
  });

  it.each([
    [
      'tls_sever_config: {}',
      'web.yml:1: tls_sever_config: unknown setting (did you mean tls_server_config?)',
    ],
    ['- a', 'web.yml:1: found a list; expected a mapping with the keys tls_server_config'],
    ['a: [', 'web.yml:1: not valid YAML: '],
    ['rate_limit: {}\nrate_limit: {}', 'web.yml:2: rate_limit: given more than once; expected once'],
    [
      'tls_server_config: yes',
      'web.yml:1: tls_server_config: found a string; expected a mapping with the keys cert, cert_file',
    ],
    [
      tlsWith('min_versoin: TLS12'),
      'web.yml:4: tls_server_config.min_versoin: unknown setting (did you mean',
    ],
    [tlsWith('min_version: TLS14'), 'web.yml:4: tls_server_config.min_version: "TLS14" is unknown'],
    [
      tlsWith('min_version: 1.2'),
      'web.yml:4: tls_server_config.min_version: "1.2" is unknown; expected one of',
    ],
    [
      tlsWith('min_version: TLS13', 'max_version: TLS12'),
      'web.yml:5: tls_server_config.max_version: "TLS12" is older than min_version',
    ],
    [
      tlsWith('max_version: TLS11'),
      'web.yml:4: tls_server_config.max_version: "TLS11" is older than min_version',
    ],
    [tlsWith('cipher_suites: [RC4]'), 'web.yml:4: tls_server_config.cipher_suites[0]: "RC4" is unknown'],
    [
      tlsWith('cipher_suites:', '  - TLS_AES_128_GCM_SHA256', '  - TLS_RSA_WITH_AES_128_CBC_SHA'),
      'web.yml:6: tls_server_config.cipher_suites[1]: "TLS_RSA_WITH_AES_128_CBC_SHA" is unknown',
    ],
    [
      tlsWith('max_version: TLS12', 'cipher_suites: [TLS_AES_128_GCM_SHA256]'),
      'web.yml:5: tls_server_config.cipher_suites: all suites are for TLS 1.3',
    ],
    [
      tlsWith('cipher_suites: TLS_AES_128_GCM_SHA256'),
      'found a string; expected a list, each item after "- "',
    ],
    [tlsWith('cipher_suites: [1]'), 'web.yml:4: tls_server_config.cipher_suites[0]: "1" is unknown'],
    [
      tlsWith('curve_preferences: [P256]'),
      'web.yml:4: tls_server_config.curve_preferences[0]: "P256" is unknown',
    ],
    [
      tlsWith('client_auth_type: Require'),
      'web.yml:4: tls_server_config.client_auth_type: "Require" is unknown',
    ],
    [
      tlsWith('client_ca_file: ca.pem'),
      'web.yml:4: tls_server_config.client_ca_file: "ca.pem" is not used without client_auth_type; expected',
    ],
    [
      tlsWith('client_auth_type: VerifyClientCertIfGiven', 'client_allowed_sans: [a]'),
      'web.yml:5: tls_server_config.client_allowed_sans: clients without a certificate are accepted regardless; expected',
    ],
    [tlsWith('prefer_server_cipher_suites: 1'), 'is neither true nor false; expected true or false'],
    [
      tlsWith('cert: inline'),
      'web.yml:1: tls_server_config: cert and cert_file are both given; expected exactly one of them',
    ],
    [
      'tls_server_config:\n  key_file: a.key',
      'web.yml:1: tls_server_config: cert or cert_file is missing; expected exactly one of them',
    ],
    [
      'tls_server_config:\n  cert_file: a.pem',
      'web.yml:1: tls_server_config: key or key_file is missing; expected exactly one of them',
    ],
    [
      'tls_server_config:\n  min_version: TLS13',
      'web.yml:1: tls_server_config: cert or cert_file is missing; expected exactly one of them',
    ],
    ['http_server_config: { headers: { Server: a } }', 'http_server_config.headers.Server: unknown setting'],
    [
      'http_server_config:\n  headers:\n    X-Frame-Options: allow',
      'web.yml:3: http_server_config.headers.X-Frame-Options: "allow" is unknown; expected one of deny, sameorigin',
    ],
    [
      'http_server_config:\n  headers:\n    Content-Security-Policy: "a\\nSet-Cookie: b"',
      'web.yml:3: http_server_config.headers.Content-Security-Policy: "a\\nSet-Cookie: b" cannot be sent; expected one line',
    ],
    ['basic_auth_users: [alice]', 'web.yml:1: basic_auth_users: found a list; expected a mapping'],
    [
      'basic_auth_users:\n  alice: secret',
      'web.yml:2: basic_auth_users.alice: the value is not a bcrypt hash',
    ],
    [
      'basic_auth_users:\n  alice: 12345',
      'web.yml:2: basic_auth_users.alice: the value is not a bcrypt hash; expected',
    ],
    ['basic_auth_users:\n  alice:', 'web.yml:2: basic_auth_users.alice: empty; expected a bcrypt hash'],
    [
      `basic_auth_users:\n  "a:b": ${HASH}`,
      'web.yml:1: basic_auth_users: a user name is empty or has a colon; expected neither',
    ],
    [
      `basic_auth_users:\n  "": ${HASH}`,
      'web.yml:1: basic_auth_users: a user name is empty or has a colon; expected neither',
    ],
    [
      `basic_auth_users:\n  a: ${hashOf('x', '03')}`,
      'web.yml:2: basic_auth_users.a: the value is a hash with cost 3; expected a bcrypt hash with cost 4 to 18',
    ],
    [
      `basic_auth_users:\n  a: ${hashOf('x', '31')}`,
      'web.yml:2: basic_auth_users.a: the value is a hash with cost 31; expected a bcrypt hash with cost 4 to 18',
    ],
    ['rate_limit: { interval: 5, burst: 1 }', 'web.yml:1: rate_limit.interval: "5" has no unit'],
    ['rate_limit: { interval: 1s }', 'web.yml:1: rate_limit.burst: missing; expected an integer from 1'],
    [
      'rate_limit: { interval: 1s, burst: 0 }',
      'web.yml:1: rate_limit.burst: "0" allows no request; expected an integer from 1',
    ],
    ['rate_limit: { interval: 1s, burst: 1.5 }', 'is not an integer; expected an integer from 0'],
  ])('%j is rejected with %s', (text, problem) => {
    const problems = problemsOf(text);

    expect(problems.join('\n')).toContain(problem);
    for (const line of problems) expect(line).toMatch(/^web\.yml:\d+: [^\n]+$/);
  });

  it('reports all errors at once, in line order', () => {
    const text = `
rate_limit: { interval: soon, burst: 1 }
tls_server_config:
  key_file: a.key
  min_version: TLS9
basic_auth_users:
  alice: secret
  bob: ${HASH}
unknown: 1
`;

    const problems = problemsOf(text);

    expect(problems.map((problem) => problem.split(': ', 2).join(': '))).toEqual([
      'web.yml:2: rate_limit.interval',
      'web.yml:3: tls_server_config',
      'web.yml:5: tls_server_config.min_version',
      'web.yml:7: basic_auth_users.alice',
      'web.yml:9: unknown',
    ]);
  });

  it.each([
    'basic_auth_users:\n  alice: s3cr3t-passw0rd',
    'basic_auth_users:\n  alice:s3cr3t-passw0rd',
    'basic_auth_users:\n  alice: "s3cr3t-passw0rd',
    'basic_auth_users: s3cr3t-passw0rd',
    'basic_auth_users: { alice: *s3cr3t-passw0rd }',
    'basic_auth_users: { alice:s3cr3t-passw0rd }',
    'basic_auth_users: { alice: !s3cr3t-passw0rd x }',
    'basic_auth_users:\n  alice: "\\s3cr3t-passw0rd"',
    'basic_auth_users:\n  - alice: s3cr3t-passw0rd',
    `basic_auth_users: { "a:b": s3cr3t-passw0rd, "c:s3cr3t": ${HASH} }`,
    'tls_server_config:\n  key: s3cr3t-passw0rd\n  key_file: a\n  client_ca: s3cr3t-passw0rd',
    'tls_server_config:\n  cert_file: a\n  key: [s3cr3t-passw0rd]',
  ])('%j is rejected without printing a possible password', (text) => {
    const problems = problemsOf(text).join('\n');

    expect(problems).not.toBe('');
    expect(problems).not.toContain('s3cr3t');
  });

  it('has a valid example, with the client certificates that are commented out', async () => {
    const file = 'examples/web-config.yml';
    const example = await readFile(file, 'utf8');
    const uncommented = example.replaceAll(/^ {2}# (client_\w+: | {2}- )/gm, '  $1');

    const config = readWebConfig(example, file);
    const { tls } = readWebConfig(uncommented, file);

    expect(config.tls?.clientAuthentication).toBe('NoClientCert');
    expect(config.users.size).toBe(1);
    expect(tls?.clientAuthentication).toBe('RequireAndVerifyClientCert');
    expect(tls?.clientNames).toEqual(['prometheus.example.com']);
  });
});
