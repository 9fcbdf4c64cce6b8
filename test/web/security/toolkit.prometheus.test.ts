import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CIPHER_SUITES, CLIENT_AUTHENTICATIONS, CURVES } from '../../../src/web/security/tls-names.ts';
import { openWebSecurity } from '../../../src/web/security/web-security.ts';
import { hashOf, makeAuthority, recordingLog, temporaryDirectory, webConfigFile } from './support.ts';

const run = promisify(execFile);

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'web-toolkit-'));
  await (await makeAuthority(directory)).issue('server');
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

const fileWith = async (content: string): Promise<string> => {
  const own = await temporaryDirectory();
  const names = [
    ['server.pem', 'server.pem'],
    ['server.key', 'server.key'],
    ['authority.pem', 'authority.pem'],
    ['server.pem', 'exporter.pem'],
    ['server.key', 'exporter.key'],
    ['authority.pem', 'clients-ca.pem'],
  ] as const;
  for (const [from, to] of names) await copyFile(join(directory, from), join(own, to));
  return webConfigFile(content, own);
};

const promtoolAccepts = (file: string): Promise<boolean> =>
  run('promtool', ['check', 'web-config', file]).then(
    () => true,
    () => false,
  );

const isAccepted = (file: string): Promise<boolean> =>
  openWebSecurity(file, recordingLog().log).then(
    () => true,
    () => false,
  );

const tls = (...lines: readonly string[]): string =>
  ['tls_server_config:', 'cert_file: server.pem', 'key_file: server.key', ...lines].join('\n  ');

const SHARED = {
  nothing: '',
  'empty sections': 'tls_server_config: {}\nbasic_auth_users: {}\n',
  'every cipher suite': tls(`cipher_suites: [${Object.keys(CIPHER_SUITES).join(', ')}]`),
  'every curve': tls(`curve_preferences: [${Object.keys(CURVES).join(', ')}]`),
  ...Object.fromEntries(
    CLIENT_AUTHENTICATIONS.map((type) => [
      `client_auth_type ${type}`,
      tls(`client_auth_type: ${type}`, ...(type === 'NoClientCert' ? [] : ['client_ca_file: authority.pem'])),
    ]),
  ),
  'all versions': tls('min_version: TLS10', 'max_version: TLS13'),
  headers: `${tls()}\nhttp_server_config:\n  http2: false\n  headers: { X-Frame-Options: deny, X-XSS-Protection: "0" }`,
  users: `basic_auth_users:\n  alice: ${hashOf('secret')}`,
} as const;

const REJECTED = {
  'an unknown section': 'tls_sever_config: {}',
  'an unknown key': tls('cert: a', 'cert_fiel: b'),
  'an unknown version': tls('min_version: TLS14'),
  'an unknown suite': tls('cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]'),
  'an unknown curve': tls('curve_preferences: [P256]'),
  'an unknown client_auth_type': tls('client_auth_type: Require'),
  'client authorities that are not used': tls('client_ca_file: authority.pem'),
  'a missing authority': tls('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: absent.pem'),
  'a key that is a certificate': tls().replace('server.key', 'server.pem'),
  'an absent certificate': tls().replace('server.pem', 'absent.pem'),
  'no key': 'tls_server_config: { cert_file: server.pem }',
  'an unknown header': 'http_server_config: { headers: { Server: a } }',
  'an invalid header value': 'http_server_config: { headers: { X-Frame-Options: allow } }',
  'a password instead of a hash': 'basic_auth_users: { alice: secret }',
} as const;

describe('the exporter-toolkit of promtool', () => {
  it.each(Object.entries(SHARED))(
    'accepts a file with %s, and so does the exporter',
    async (_what, content) => {
      const file = await fileWith(content);

      expect(await promtoolAccepts(file)).toBe(true);
      expect(await isAccepted(file)).toBe(true);
    },
  );

  it.each(Object.entries(REJECTED))(
    'rejects a file with %s, and so does the exporter',
    async (_what, content) => {
      const file = await fileWith(content);

      expect(await promtoolAccepts(file)).toBe(false);
      expect(await isAccepted(file)).toBe(false);
    },
  );

  it('accepts the example, with and without client certificates, and so does the exporter', async () => {
    const example = await readFile('examples/web-config.yml', 'utf8');
    // promtool from before 2023 does not know client_allowed_sans.
    const withClients = example.replaceAll(/^ {2}# (client_(?:auth_type|ca_file): )/gm, '  $1');

    expect(withClients).toMatch(/^ {2}client_ca_file: /m);
    for (const text of [example, withClients]) {
      expect(await promtoolAccepts(await fileWith(text))).toBe(true);
      expect(await isAccepted(await fileWith(text))).toBe(true);
    }
  });
});
