import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { Log } from '../../../src/log/log.ts';
import type { PasswordWorker } from '../../../src/web/security/passwords.ts';
import { WEB_LIMITS, type WebLimits } from '../../../src/web/security/web-limits.ts';
import { openWebSecurity, type WebSecurity } from '../../../src/web/security/web-security.ts';
import { createWebServer, type Listening, type WebServer } from '../../../src/web/security/web-server.ts';

const run = promisify(execFile);

/** A directory that is removed after the test. */
export const temporaryDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'web-security-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

/** A log that records its lines as level, message and the fields as JSON. */
export const recordingLog = (): { readonly log: Log; readonly lines: string[] } => {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  return {
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    lines,
  };
};

/** A clock in milliseconds that the test moves. */
export const manualClock = (): { readonly now: () => number; readonly advance: (by: number) => void } => {
  let time = 1000;
  return {
    now: () => time,
    advance: (by) => {
      time += by;
    },
  };
};

/** Compares a password as plain text with the part of a fake hash after its cost; `compared` has every comparison. */
export const plainPasswords = (
  wait: () => Promise<void> = () => Promise.resolve(),
): PasswordWorker & { readonly compared: string[] } => {
  const compared: string[] = [];
  return {
    compared,
    compare: async (password, hash) => {
      compared.push(`${password} ${hash}`);
      await wait();
      return hash === hashOf(password);
    },
    close: () => Promise.resolve(),
  };
};

/** A fake bcrypt hash that {@link plainPasswords} accepts for the password. */
export const hashOf = (password: string, cost = '10'): string =>
  `$2y$${cost}$${password.replaceAll(/[^A-Za-z0-9]/g, '').padEnd(53, '.')}`;

interface Started {
  readonly server: WebServer;
  readonly listening: Listening;
  readonly security: WebSecurity;
  readonly lines: readonly string[];
  readonly advance: (by: number) => void;
}

/** Starts a server on loopback; it is closed after the test. */
export const startServer = async (options: {
  readonly webConfig?: string;
  readonly listener?: RequestListener;
  readonly limits?: Partial<WebLimits>;
  readonly passwords?: PasswordWorker;
}): Promise<Started> => {
  const { log, lines } = recordingLog();
  const { now, advance } = manualClock();
  const security = await openWebSecurity(options.webConfig, log);
  const server = createWebServer({
    security,
    limits: { ...WEB_LIMITS, ...options.limits },
    log,
    now,
    passwords: options.passwords,
    listener: options.listener ?? ((_request, response) => response.end('admitted')),
  });
  const listening = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close(0));
  return { server, listening, security, lines, advance };
};

/** Writes a web configuration file, by default into a directory of its own. */
export const webConfigFile = async (content: string, directory?: string): Promise<string> => {
  const file = join(directory ?? (await temporaryDirectory()), 'web.yml');
  await writeFile(file, content);
  return file;
};

/** An open connection, from the given loopback address. */
export const connectTo = async ({ port }: Listening, from = '127.0.0.1'): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
};

/** Everything received until the peer closes or resets the connection. */
export const untilClosed = async (socket: Socket): Promise<string> => {
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return received;
};

/** Sends raw text over a new connection and resolves with everything received. */
export const exchange = async (listening: Listening, request: string): Promise<string> => {
  const socket = await connectTo(listening);
  socket.write(request);
  return untilClosed(socket);
};

/** A request with `Connection: close`. */
export const request = (path: string, headers: Readonly<Record<string, string>> = {}): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: exporter',
    'Connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');

/** The header of basic authentication. */
export const basic = (user: string, password: string): { readonly Authorization: string } => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** The status of a raw response. */
export const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(response)?.[1]);

/** Waits until a condition is true; the timeout allows for slow machines. */
export const eventually = async (isTrue: () => boolean): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error('the condition did not become true');
    await sleep(5);
  }
};

/** A certificate authority in a directory, created with openssl. */
export interface Authority {
  readonly directory: string;
  readonly certificate: string;
  /** Creates `name.pem` and `name.key`. */
  readonly issue: (name: string, options?: IssueOptions) => Promise<void>;
}

interface IssueOptions {
  readonly subjectAltName?: string;
  readonly usage?: 'serverAuth' | 'clientAuth';
  readonly algorithm?: 'ec' | 'rsa';
  /** Signed by itself. */
  readonly selfSigned?: boolean;
  /** Valid until yesterday. */
  readonly isExpired?: boolean;
}

const newKey = (algorithm: 'ec' | 'rsa'): readonly string[] =>
  algorithm === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['-newkey', 'rsa:2048'];

/** Creates an authority with this common name. */
export const makeAuthority = async (directory: string, name = 'authority'): Promise<Authority> => {
  const openssl = (...given: readonly string[]) => run('openssl', [...given], { cwd: directory });
  const request = (file: string, algorithm: 'ec' | 'rsa', subject: string) =>
    ['req', ...newKey(algorithm), '-nodes', '-keyout', `${file}.key`, '-subj', `/CN=${subject}`] as const;
  await openssl(...request(name, 'ec', name), '-x509', '-days', '2', '-out', `${name}.pem`);
  return {
    directory,
    certificate: join(directory, `${name}.pem`),
    issue: async (file, options = {}) => {
      const subjectAltName = options.subjectAltName ?? 'DNS:localhost,IP:127.0.0.1';
      const extensions = [
        `subjectAltName=${subjectAltName}`,
        `extendedKeyUsage=${options.usage ?? 'serverAuth'}`,
      ];
      await writeFile(join(directory, `${file}.ext`), `${extensions.join('\n')}\n`);
      await openssl(...request(file, options.algorithm ?? 'ec', file), '-new', '-out', `${file}.csr`);
      const signer = options.selfSigned
        ? ['-signkey', `${file}.key`]
        : [
            '-CA',
            `${name}.pem`,
            '-CAkey',
            `${name}.key`,
            '-set_serial',
            `0x${randomBytes(8).toString('hex')}`,
          ];
      const days = options.isExpired ? '-1' : '2';
      await openssl(
        ...['x509', '-req', '-in', `${file}.csr`, ...signer, '-days', days],
        ...['-extfile', `${file}.ext`, '-out', `${file}.pem`],
      );
    },
  };
};

/** The result of a handshake, as seen by the client. */
interface Handshake {
  readonly protocol: string | null;
  readonly cipher: string;
  readonly applicationProtocol: string | false | null;
  /** Of the certificate of the server. */
  readonly subject: string | undefined;
  readonly session: Buffer | undefined;
  readonly isSessionReused: boolean;
}

/** Connects over TLS, sends a request and resolves with the response; `handshake` is undefined if it failed. */
export const secureExchange = async (
  { port }: Listening,
  options: ConnectionOptions,
  message: string = request('/'),
): Promise<{ readonly response: string; readonly handshake: Handshake | undefined }> => {
  const socket = tlsConnect({ host: '127.0.0.1', port, servername: '', ...options });
  onTestFinished(() => {
    socket.destroy();
  });
  let handshake: Handshake | undefined;
  socket.once('secureConnect', () => {
    handshake = {
      protocol: socket.getProtocol(),
      cipher: socket.getCipher().name,
      applicationProtocol: socket.alpnProtocol,
      subject: socket.getPeerX509Certificate()?.subject,
      session: socket.getSession(),
      isSessionReused: socket.isSessionReused(),
    };
    socket.write(message);
  });
  const response = await text(socket).catch(() => '');
  return { response, handshake };
};
