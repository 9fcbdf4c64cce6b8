import { copyFile, mkdtemp, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebConfigError } from '../../../src/web/security/web-config.ts';
import { openWebSecurity } from '../../../src/web/security/web-security.ts';
import type { Listening } from '../../../src/web/security/web-server.ts';
import {
  type Authority,
  eventually,
  makeAuthority,
  recordingLog,
  secureExchange,
  startServer,
  statusOf,
  temporaryDirectory,
  webConfigFile,
} from './support.ts';

let directory: string;
let ca: string;
let authority: Authority;
const pem = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'web-tls-'));
  authority = await makeAuthority(directory);
  const strangers = await makeAuthority(directory, 'strangers');
  ca = await readFile(authority.certificate, 'utf8');
  await Promise.all([
    authority.issue('server'),
    authority.issue('other'),
    authority.issue('rsa', { algorithm: 'rsa' }),
    authority.issue('client', {
      usage: 'clientAuth',
      subjectAltName: 'DNS:prometheus.example,IP:2001:db8::1,email:a@b.example,URI:spiffe://c/d',
    }),
    authority.issue('nobody', { usage: 'clientAuth', subjectAltName: 'DNS:nobody.example' }),
    authority.issue('expired', { usage: 'clientAuth', isExpired: true }),
    authority.issue('self-signed', { usage: 'clientAuth', selfSigned: true }),
    strangers.issue('stranger', { usage: 'clientAuth' }),
  ]);
}, 60_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

const settings = (...lines: readonly string[]): string =>
  [
    'tls_server_config:',
    ...['cert_file: server.pem', 'key_file: server.key', ...lines].map((line) => `  ${line}`),
    '',
  ].join('\n');

/** Copies the files of a web configuration, so that a test can change them. */
const ownFiles = async (content: string, ...names: readonly string[]): Promise<string> => {
  const own = await temporaryDirectory();
  for (const name of ['server.pem', 'server.key', 'authority.pem', ...names]) {
    await copyFile(join(directory, name), join(own, name));
  }
  return webConfigFile(content, own);
};

const clientWith = async (name: string | undefined): Promise<ConnectionOptions> =>
  name === undefined ? { ca } : { ca, cert: await pem(`${name}.pem`), key: await pem(`${name}.key`) };

describe('TLS', () => {
  it('uses the certificate of the file and reports its scheme and address', async () => {
    const { listening, security } = await startServer({ webConfig: await ownFiles(settings()) });

    const { response, handshake } = await secureExchange(listening, { ca });

    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*admitted$/);
    expect(handshake?.protocol).toBe('TLSv1.3');
    expect(listening).toMatchObject({ scheme: 'https', address: `127.0.0.1:${listening.port}` });
    expect(security.isSecure).toBe(true);
  });

  it('reads certificate, key and authority inline from the file', async () => {
    const block = async (key: string, name: string): Promise<string> =>
      `  ${key}: |\n${(await pem(name)).trim().replaceAll(/^/gm, '    ')}\n`;
    const content = [
      'tls_server_config:\n  client_auth_type: RequireAndVerifyClientCert\n',
      await block('cert', 'server.pem'),
      await block('key', 'server.key'),
      await block('client_ca', 'authority.pem'),
    ].join('');
    const { listening } = await startServer({ webConfig: await webConfigFile(content) });

    const { response } = await secureExchange(listening, await clientWith('client'));

    expect(statusOf(response)).toBe(200);
  });

  it('responds over HTTP/1.1 if HTTP/2 is enabled, and logs it', async () => {
    const webConfig = await ownFiles(`${settings()}http_server_config:\n  http2: true\n`);
    const { listening, lines } = await startServer({ webConfig });

    const { handshake } = await secureExchange(listening, { ca, ALPNProtocols: ['h2', 'http/1.1'] });

    expect(handshake?.applicationProtocol).toBe('http/1.1');
    expect(lines.join('\n')).toContain('http2 is accepted, but responses use HTTP/1.1');
  });

  it('tells a plain HTTP client that the port speaks HTTPS', async () => {
    let requests = 0;
    const { listening, lines } = await startServer({
      webConfig: await ownFiles(`${settings()}http_server_config: { headers: { X-Frame-Options: deny } }`),
      listener: (_request, response) => {
        requests += 1;
        response.end();
      },
    });

    const response = await fetch(`http://127.0.0.1:${listening.port}/`);

    expect(response.status).toBe(400);
    expect(response.headers.get('x-frame-options')).toBe('deny');
    expect(await response.text()).toBe('This port speaks HTTPS; the request was plain HTTP.\n');
    expect(requests).toBe(0);
    expect(lines.join('\n')).toContain('TLS handshake failed');
  });

  it.each([
    { minimum: undefined, client: 'TLSv1.1', spoken: undefined },
    { minimum: undefined, client: 'TLSv1.2', spoken: 'TLSv1.2' },
    { minimum: 'TLS13', client: 'TLSv1.2', spoken: undefined },
    { minimum: 'TLS13', client: 'TLSv1.3', spoken: 'TLSv1.3' },
    { minimum: 'TLS11', client: 'TLSv1', spoken: undefined },
    { minimum: 'TLS11', client: 'TLSv1.1', spoken: 'TLSv1.1' },
    { minimum: 'TLS10', client: 'TLSv1', spoken: 'TLSv1' },
  ] as const)(
    'with min_version $minimum and a client up to $client negotiates $spoken',
    async ({ minimum, client, spoken }) => {
      const webConfig = await ownFiles(
        minimum === undefined ? settings() : settings(`min_version: ${minimum}`),
      );
      const { listening } = await startServer({ webConfig });

      const { response, handshake } = await secureExchange(listening, {
        ca,
        minVersion: 'TLSv1',
        maxVersion: client,
        ciphers: 'ALL:@SECLEVEL=0',
      });

      expect(statusOf(response)).toBe(spoken === undefined ? Number.NaN : 200);
      if (spoken !== undefined) expect(handshake?.protocol).toBe(spoken);
    },
  );

  it('is limited by max_version', async () => {
    const { listening } = await startServer({ webConfig: await ownFiles(settings('max_version: TLS12')) });

    const { handshake } = await secureExchange(listening, { ca });

    expect(handshake?.protocol).toBe('TLSv1.2');
  });

  const ONLY_OLDER = 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384';
  const ONLY_NEWEST = 'TLS_AES_128_GCM_SHA256';
  it.each([
    { set: ONLY_OLDER, client: 'TLSv1.2', offered: 'ECDHE-ECDSA-AES256-GCM-SHA384', accepted: true },
    { set: ONLY_OLDER, client: 'TLSv1.2', offered: 'ECDHE-ECDSA-AES128-GCM-SHA256', accepted: false },
    { set: ONLY_OLDER, client: 'TLSv1.3', offered: 'TLS_CHACHA20_POLY1305_SHA256', accepted: true },
    { set: ONLY_NEWEST, client: 'TLSv1.2', offered: 'ECDHE-ECDSA-AES256-GCM-SHA384', accepted: false },
    { set: ONLY_NEWEST, client: 'TLSv1.3', offered: 'TLS_CHACHA20_POLY1305_SHA256', accepted: true },
  ] as const)(
    'with $set accepts $offered over $client: $accepted',
    async ({ set, client, offered, accepted }) => {
      const { listening } = await startServer({
        webConfig: await ownFiles(settings(`cipher_suites: [${set}]`)),
      });

      const { response, handshake } = await secureExchange(listening, {
        ca,
        ciphers: offered,
        maxVersion: client,
      });

      expect(statusOf(response)).toBe(accepted ? 200 : Number.NaN);
      expect(handshake?.cipher).toBe(accepted ? offered : undefined);
    },
  );

  it.each([
    { prefer: true, selected: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    { prefer: false, selected: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
  ])('selects $selected if prefer_server_cipher_suites is $prefer', async ({ prefer, selected }) => {
    const webConfig = await ownFiles(
      settings(
        'max_version: TLS12',
        'cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]',
        `prefer_server_cipher_suites: ${prefer}`,
      ),
    );
    const { listening } = await startServer({ webConfig });

    const { handshake } = await secureExchange(listening, {
      ca,
      ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384',
    });

    expect(handshake?.cipher).toBe(selected);
  });

  it.each([
    { curve: 'P-384', status: 200 },
    { curve: 'P-256', status: Number.NaN },
  ])(
    'with curve_preferences CurveP384 responds $status to a client with $curve',
    async ({ curve, status }) => {
      const webConfig = await ownFiles(settings('curve_preferences: [CurveP384]'));
      const { listening } = await startServer({ webConfig });

      const { response } = await secureExchange(listening, { ca, ecdhCurve: curve });

      expect(statusOf(response)).toBe(status);
    },
  );
});

describe('a client certificate', () => {
  const CLIENTS = [undefined, 'client', 'stranger', 'self-signed', 'expired', 'server'] as const;
  const ADMITTED = {
    NoClientCert: CLIENTS,
    RequestClientCert: CLIENTS,
    RequireAnyClientCert: ['client', 'stranger', 'self-signed', 'expired', 'server'],
    VerifyClientCertIfGiven: [undefined, 'client'],
    RequireAndVerifyClientCert: ['client'],
  } as const;

  it.each(
    Object.entries(ADMITTED).flatMap(([type, admitted]) =>
      (['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) =>
        CLIENTS.map((client) => ({
          type,
          version,
          client,
          accepted: admitted.some((name) => name === client),
        })),
      ),
    ),
  )(
    'of "$client" under $type over $version is accepted: $accepted',
    async ({ type, version, client, accepted }) => {
      let requests = 0;
      const authorities = type === 'NoClientCert' ? [] : ['client_ca_file: authority.pem'];
      const { listening } = await startServer({
        webConfig: await ownFiles(settings(`client_auth_type: ${type}`, ...authorities)),
        listener: (_request, response) => {
          requests += 1;
          response.end();
        },
      });

      const options = await clientWith(client);
      const { response } = await secureExchange(listening, { ...options, maxVersion: version });

      expect(statusOf(response)).toBe(accepted ? 200 : Number.NaN);
      expect(requests).toBe(accepted ? 1 : 0);
    },
  );

  it.each([
    { allowed: 'prometheus.example', client: 'client', status: 200 },
    { allowed: '"2001:db8:0::1"', client: 'client', status: 200 },
    { allowed: 'a@b.example', client: 'client', status: 200 },
    { allowed: 'spiffe://c/d', client: 'client', status: 200 },
    { allowed: 'x.example, prometheus.example', client: 'client', status: 200 },
    { allowed: 'Prometheus.example', client: 'client', status: Number.NaN },
    { allowed: '"*.example"', client: 'client', status: Number.NaN },
    { allowed: 'client', client: 'client', status: Number.NaN },
    { allowed: 'prometheus.example', client: 'nobody', status: Number.NaN },
    { allowed: 'prometheus.example', client: 'stranger', status: Number.NaN },
    { allowed: '', client: 'client', status: Number.NaN },
  ])('of $client gets $status if client_allowed_sans is [$allowed]', async ({ allowed, client, status }) => {
    const webConfig = await ownFiles(
      settings(
        'client_auth_type: RequireAndVerifyClientCert',
        'client_ca_file: authority.pem',
        `client_allowed_sans: [${allowed}]`,
      ),
    );
    const { listening } = await startServer({ webConfig });

    const { response } = await secureExchange(listening, await clientWith(client));

    expect(statusOf(response)).toBe(status);
  });

  it('of an authority that the system does not trust is rejected if no authority is configured', async () => {
    const webConfig = await ownFiles(settings('client_auth_type: RequireAndVerifyClientCert'));
    const { listening } = await startServer({ webConfig });

    const { response } = await secureExchange(listening, await clientWith('client'));

    expect(statusOf(response)).toBeNaN();
  });

  it('that is required and missing fails the handshake, so that the client sees the reason', async () => {
    const webConfig = await ownFiles(
      settings('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: authority.pem'),
    );
    const { listening, lines } = await startServer({ webConfig });

    const { handshake } = await secureExchange(listening, { ca, maxVersion: 'TLSv1.2' });

    expect(handshake).toBeUndefined();
    expect(lines.join('\n')).toContain('ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE');
  });

  it('is requested on every connection: no session is resumed', async () => {
    const webConfig = await ownFiles(
      settings('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: authority.pem'),
    );
    const { listening } = await startServer({ webConfig });
    const options = { ...(await clientWith('client')), maxVersion: 'TLSv1.2' } as const;
    const first = await secureExchange(listening, options);
    const session = first.handshake?.session;

    const second = await secureExchange(listening, { ...options, ...(session && { session }) });

    expect(statusOf(second.response)).toBe(200);
    expect(second.handshake?.isSessionReused).toBe(false);
  });
});

describe('a change of the TLS files', () => {
  const servedBy = async (listening: Listening): Promise<string | undefined> => {
    const { handshake } = await secureExchange(listening, { ca });
    return handshake?.subject;
  };

  it('applies a new certificate to the next connection after a refresh', async () => {
    const webConfig = await ownFiles(settings(), 'other.pem', 'other.key');
    const own = join(webConfig, '..');
    const { server, listening } = await startServer({ webConfig });
    await rename(join(own, 'other.pem'), join(own, 'server.pem'));
    await rename(join(own, 'other.key'), join(own, 'server.key'));

    const early = await servedBy(listening);
    await server.refresh();
    const late = await servedBy(listening);

    expect(early).toBe('CN=server');
    expect(late).toBe('CN=other');
  });

  it('is detected behind the symbolic links that Kubernetes swaps in a mounted secret', async () => {
    const webConfig = await ownFiles(settings().replaceAll('server.', 'data/server.'));
    const own = join(webConfig, '..');
    const { server, security, listening } = await (async () => {
      await symlink(directory, join(own, 'data'));
      return startServer({ webConfig });
    })();
    const next = await temporaryDirectory();
    await copyFile(join(directory, 'other.pem'), join(next, 'server.pem'));
    await copyFile(join(directory, 'other.key'), join(next, 'server.key'));
    await symlink(next, join(own, 'data-next'));
    await rename(join(own, 'data-next'), join(own, 'data'));

    await server.refresh();
    const subject = await servedBy(listening);

    expect(subject).toBe('CN=other');
    expect(security.isSecure).toBe(true);
  });

  it('keeps the old certificate if the new one is invalid, and logs it once', async () => {
    const webConfig = await ownFiles(settings());
    const own = join(webConfig, '..');
    const { server, listening, lines } = await startServer({ webConfig });
    await writeFile(join(own, 'server.pem'), 'half a certific');

    const subjects: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      await server.refresh();
      subjects.push(await servedBy(listening));
    }
    await utimes(join(own, 'server.pem'), 1, 1);
    await server.refresh();
    subjects.push(await servedBy(listening));

    expect(subjects).toEqual(Array.from({ length: 4 }, () => 'CN=server'));
    const errors = lines.filter((line) => line.startsWith('error'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(
      `${webConfig}:2: tls_server_config.cert_file: ${own}/server.pem contains no certificate`,
    );
  });

  it('tolerates a moment in which certificate and key do not match', async () => {
    const webConfig = await ownFiles(settings());
    const own = join(webConfig, '..');
    const { server, listening, lines } = await startServer({ webConfig });

    await copyFile(join(directory, 'other.pem'), join(own, 'server.pem'));
    await server.refresh();
    const between = await servedBy(listening);
    await copyFile(join(directory, 'other.key'), join(own, 'server.key'));
    await server.refresh();
    const after = await servedBy(listening);

    expect([between, after]).toEqual(['CN=server', 'CN=other']);
    expect(lines.join('\n')).toContain('is not the key of the certificate');
  });

  it('renews certificates while the configuration file itself is invalid', async () => {
    const webConfig = await ownFiles(settings());
    const own = join(webConfig, '..');
    const { server, listening } = await startServer({ webConfig });
    await writeFile(webConfig, 'tls_server_config: [');
    await server.refresh();
    await servedBy(listening);

    await copyFile(join(directory, 'other.pem'), join(own, 'server.pem'));
    await copyFile(join(directory, 'other.key'), join(own, 'server.key'));
    await server.refresh();
    const subject = await servedBy(listening);

    expect(subject).toBe('CN=other');
  });

  it('waits for a certificate that is configured before it exists', async () => {
    const webConfig = await ownFiles(settings());
    const own = join(webConfig, '..');
    const { server, listening } = await startServer({ webConfig });
    await writeFile(webConfig, settings().replaceAll('server.', 'next.'));
    await server.refresh();
    const before = await servedBy(listening);

    await copyFile(join(directory, 'other.pem'), join(own, 'next.pem'));
    await copyFile(join(directory, 'other.key'), join(own, 'next.key'));
    await server.refresh();
    const after = await servedBy(listening);

    expect([before, after]).toEqual(['CN=server', 'CN=other']);
  });

  it('can start to require client certificates', async () => {
    const webConfig = await ownFiles(settings());
    const { server, listening } = await startServer({ webConfig });
    const before = await secureExchange(listening, { ca });
    await writeFile(
      webConfig,
      settings('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: authority.pem'),
    );

    await server.refresh();
    const without = await secureExchange(listening, { ca });
    const withOne = await secureExchange(listening, await clientWith('client'));

    expect([before, without, withOne].map(({ response }) => statusOf(response))).toEqual([
      200,
      Number.NaN,
      200,
    ]);
  });

  it('cannot stop requiring client certificates, and logs it', async () => {
    const webConfig = await ownFiles(
      settings('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: authority.pem'),
    );
    const { server, listening, lines } = await startServer({ webConfig });
    await writeFile(webConfig, settings());

    await server.refresh();
    const without = await secureExchange(listening, { ca });

    expect(statusOf(without.response)).toBeNaN();
    expect(lines.join('\n')).toContain('client certificates cannot be made optional');
  });

  it('cannot turn TLS off, and logs it', async () => {
    const webConfig = await ownFiles(settings());
    const { server, listening, lines } = await startServer({ webConfig });
    await writeFile(webConfig, '');

    await server.refresh();
    const subject = await servedBy(listening);

    expect(subject).toBe('CN=server');
    expect(lines.join('\n')).toContain('TLS cannot be turned off while the exporter runs; restart it');
  });

  it('cannot turn TLS on, and logs it', async () => {
    const webConfig = await ownFiles('http_server_config: {}');
    const { server, listening, lines } = await startServer({ webConfig });
    await writeFile(webConfig, settings());

    await server.refresh();
    const response = await fetch(`http://${listening.address}/`);

    expect(response.status).toBe(200);
    expect(lines.join('\n')).toContain('TLS cannot be turned on while the exporter runs; restart it');
  });

  it('is read only once', async () => {
    const webConfig = await ownFiles(settings());
    const { server, lines } = await startServer({ webConfig });
    await utimes(webConfig, 1, 1);

    for (let round = 0; round < 3; round += 1) await server.refresh();

    expect(lines.filter((line) => line.includes('web configuration read'))).toHaveLength(2);
  });

  it('is detected by a listening server', async () => {
    const webConfig = await ownFiles(settings());
    const { lines } = await startServer({ webConfig });

    await utimes(webConfig, 1, 1);

    await eventually(() => lines.filter((line) => line.includes('web configuration read')).length === 2);
  });
});

describe('a start with invalid files', () => {
  const problemsOf = async (file: string): Promise<readonly string[]> => {
    const { log } = recordingLog();
    const security = openWebSecurity(file, log);
    return security.then(
      () => [],
      (error: unknown) =>
        error instanceof WebConfigError ? error.problems : [`unexpected: ${String(error)}`],
    );
  };

  it('fails if the configuration file does not exist', async () => {
    const file = join(await temporaryDirectory(), 'absent.yml');

    expect(await problemsOf(file)).toEqual([
      `${file}: cannot be read: no such file or directory (ENOENT); check the path (--web.config.file)`,
    ]);
  });

  it.each([
    {
      line: 'cert_file: absent.pem',
      problem:
        /web\.yml:2: tls_server_config\.cert_file: .*absent\.pem cannot be read: no such file or directory \(ENOENT\)$/,
    },
    {
      line: 'cert_file: .',
      problem: /web\.yml:2: tls_server_config\.cert_file: .* cannot be read: it is a directory \(EISDIR\)$/,
    },
    {
      line: 'cert_file: server.key',
      problem: /web\.yml:2: tls_server_config\.cert_file: .*server\.key contains no certificate/,
    },
    {
      line: 'key_file: absent.key',
      problem:
        /web\.yml:3: tls_server_config\.key_file: .*absent\.key cannot be read: no such file or directory \(ENOENT\)$/,
    },
    {
      line: 'key_file: server.pem',
      problem: /web\.yml:3: tls_server_config\.key_file: .*server\.pem contains no readable private key/,
    },
    {
      line: 'key_file: other.key',
      problem: /web\.yml:3: tls_server_config\.key_file: .*other\.key is not the key of the certificate in/,
    },
  ])('fails and reports file and line for $line', async ({ line, problem }) => {
    const key = line.split(':', 1)[0];
    const content = settings().replace(new RegExp(`${key}: .*`), line);
    const file = await ownFiles(content, 'other.key');

    const problems = await problemsOf(file);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  it.each(['absent.pem', 'server.key'])('fails if the client authority is %s', async (name) => {
    const file = await ownFiles(
      settings('client_auth_type: RequireAndVerifyClientCert', `client_ca_file: ${name}`),
    );

    const problems = await problemsOf(file);

    expect(problems.join('\n')).toMatch(/web\.yml:5: tls_server_config\.client_ca_file: /);
  });

  it('does not print a key from the file', async () => {
    const key = await pem('other.key');
    const inline = `  key: |\n${key.trim().replaceAll(/^/gm, '    ')}\n`;
    const file = await ownFiles(`tls_server_config:\n  cert_file: server.pem\n${inline}`);

    const problems = (await problemsOf(file)).join('\n');

    expect(problems).toContain(
      'web.yml:3: tls_server_config.key: the text is not the key of the certificate in',
    );
    expect(problems).not.toContain(key.split('\n')[1]);
  });
});
