import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { errorCode, errorMessage } from '../../errors.ts';
import type { Log } from '../../log/log.ts';
import { createBasicAuth } from './basic-auth.ts';
import { whyNotAdmitted } from './client-certificate.ts';
import { type Connections, clientOf, trackConnections } from './connections.ts';
import { formatAddress, type ListenAddress } from './listen-address.ts';
import { type PasswordWorker, queuePasswordChecks, startPasswordWorker } from './passwords.ts';
import { createRequestGate, sendStatus } from './request-gate.ts';
import type { WebLimits } from './web-limits.ts';
import type { WebSecurity } from './web-security.ts';

export interface WebServerOptions {
  /** Handles accepted requests. */
  readonly listener: RequestListener;
  readonly security: WebSecurity;
  readonly limits: WebLimits;
  readonly log: Log;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Default: bcrypt in a separate thread. */
  readonly passwords: PasswordWorker | undefined;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Host and port, as `127.0.0.1:10045`. */
  readonly address: string;
  readonly scheme: 'http' | 'https';
}

/** A server for HTTP/1.1, with or without TLS. */
export interface WebServer {
  /** Resolves with the real address; rejects with a one-line Error if it cannot listen there. */
  readonly listen: (address: ListenAddress) => Promise<Listening>;
  /** Applies a changed web configuration; a listening server does so every second. */
  readonly refresh: () => Promise<void>;
  /** Accepts no more connections, closes idle ones, and after the given time all others. */
  readonly close: (graceMilliseconds: number) => Promise<void>;
}

const REFRESH_EVERY_MILLISECONDS = 1000;
const WARN_EVERY_MILLISECONDS = 60_000;

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; stop what listens there or choose another with --web.listen-address',
  EACCES: 'this user may not listen there; choose a port above 1023 with --web.listen-address',
  EADDRNOTAVAIL: 'no network interface has this address; choose another with --web.listen-address',
  EAFNOSUPPORT: 'this machine has no IPv6; choose an IPv4 address with --web.listen-address',
  ENOTFOUND: 'the host name is unknown; choose an address of this machine with --web.listen-address',
  EAI_AGAIN: 'the host name cannot be resolved at the moment; give an address with --web.listen-address',
};

const PARSER_STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const codeOf = (error: unknown): string => errorCode(error) ?? 'unknown error';

/** A response to something that is not a valid request. */
const rawResponse = (status: number, headers: Iterable<readonly [string, string]>, text = ''): string => {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Array.from(headers, ([name, value]) => `${name}: ${value}`),
    'Connection: close',
    `Content-Length: ${text.length}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
};

/** Path and query of a request target, including `http://host/path` and fragments. */
const originForm = (target: string): string => {
  // Express parses these itself; for others it uses deprecated functions of Node.js.
  if (/^\/[!"$-~]*$/.test(target)) return target;
  const url = URL.parse(target, 'http://exporter');
  return url === null ? '/' : url.pathname + url.search;
};

/** Closes TLS connections of rejected clients, and failed handshakes. */
const guardHandshakes = (
  server: TlsServer,
  { security, connections, log }: Pick<WebServerOptions, 'security' | 'log'> & { connections: Connections },
): void => {
  server.prependListener('tlsClientError', (error, socket) => {
    const reason = codeOf(error);
    log.debug({ client: clientOf(socket.remoteAddress), reason }, 'TLS handshake failed');
    if (reason === 'ERR_SSL_HTTP_REQUEST') {
      const text = 'This port speaks HTTPS; the request was plain HTTP.\n';
      connections.accepted(socket)?.write(rawResponse(400, security.rules().config.headers, text));
    }
    socket.destroy();
  });
  server.prependListener('secureConnection', (socket) => {
    const { tls } = security.rules().config;
    const certificate = socket.getPeerX509Certificate();
    const reason = tls && whyNotAdmitted(tls, certificate, socket.authorized);
    if (reason === undefined) return;
    log.debug({ client: clientOf(socket.remoteAddress), reason }, 'connection refused');
    socket.destroy();
  });
};

/** Creates a server that enforces the web configuration and limits clients. */
export const createWebServer = (options: WebServerOptions): WebServer => {
  const { listener, security, limits, log, now } = options;
  const passwords = options.passwords ?? startPasswordWorker();
  const checkPassword = queuePasswordChecks(passwords.compare, limits);
  const authenticate = createBasicAuth(checkPassword, limits.rememberedCredentials);
  const gate = createRequestGate({ config: () => security.rules().config, authenticate, limits, log, now });

  let warnedAt = Number.NEGATIVE_INFINITY;
  const connections = trackConnections(limits, now, (client) => {
    if (now() - warnedAt < WARN_EVERY_MILLISECONDS) return;
    warnedAt = now();
    log.warn({ client }, 'too many open connections, closing the one that has been idle longest');
  });

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (await gate(request, response)) listener(request, response);
    } catch (error) {
      if (request.socket.destroyed) return;
      log.error({ reason: errorMessage(error) }, 'request failed');
      if (response.headersSent) request.socket.destroy();
      else sendStatus(response, 500, { Connection: 'close' });
    }
  };
  const handle: RequestListener = (request, response) => {
    request.url = originForm(request.url ?? '/');
    connections.run(request.socket, response, () => void respond(request, response));
  };

  const http = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    // Each check wakes an idle process.
    connectionsCheckingInterval: Math.ceil(Math.min(limits.headersTimeout, limits.requestTimeout) / 4),
    insecureHTTPParser: false,
    // The gate rejects it instead, with the headers of every response.
    requireHostHeader: false,
  };
  // Without TLS, loading this would only delay the start.
  const secure = security.isSecure
    ? process
        .getBuiltinModule('node:https')
        .createServer({ ...http, ...security.rules().tls, handshakeTimeout: limits.headersTimeout })
    : undefined;
  const server = secure ?? createServer(http);
  server.maxHeadersCount = limits.headerCount;
  server.timeout = limits.stallTimeout;
  server.on('connection', connections.add);
  if (secure !== undefined) guardHandshakes(secure, { security, connections, log });
  // The gate handles `Expect` headers.
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, handle);
  server.on('clientError', (error, stream) => {
    const socket = stream as Socket;
    const reason = codeOf(error);
    log.debug({ client: clientOf(socket.remoteAddress), reason }, 'connection error');
    if (connections.running(socket)?.headersSent || !socket.writable) socket.destroy();
    else socket.end(rawResponse(PARSER_STATUSES[reason] ?? 400, security.rules().config.headers));
    socket.destroySoon();
  });

  let refreshes: NodeJS.Timeout | undefined;
  const refresh = async (): Promise<void> => {
    const before = security.rules().tls;
    await security.refresh?.();
    const { tls } = security.rules();
    if (tls === undefined || tls === before) return;
    secure?.setSecureContext(tls);
    // What `setSecureContext` ignores.
    const { requestCert, rejectUnauthorized } = tls;
    Object.assign(server, { requestCert, rejectUnauthorized });
  };

  return {
    refresh,
    listen: async (wanted) => {
      const { address: host, port } = await listenOn(server, wanted);
      server.on('error', (error) => log.error({ reason: codeOf(error) }, 'connection not accepted'));
      if (security.refresh !== undefined)
        refreshes = setInterval(() => void refresh(), REFRESH_EVERY_MILLISECONDS).unref();
      const scheme = security.isSecure ? 'https' : 'http';
      return { host, port, address: formatAddress({ host, port }), scheme };
    },
    close: async (graceMilliseconds) => {
      clearInterval(refreshes);
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      connections.drain();
      const deadline = setTimeout(connections.destroyAll, graceMilliseconds);
      await closed;
      clearTimeout(deadline);
      await passwords.close();
    },
  };
};

const listenOn = async (server: Server, { host, port }: ListenAddress): Promise<AddressInfo> => {
  server.listen({ port, ...(host !== undefined && { host }) });
  await once(server, 'listening').catch((error: unknown) => {
    const reason = LISTEN_FAILURES[codeOf(error)] ?? codeOf(error);
    throw new Error(`cannot listen on ${formatAddress({ host, port })}: ${reason}`);
  });
  return server.address() as AddressInfo;
};
