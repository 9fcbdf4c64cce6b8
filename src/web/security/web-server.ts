import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createListener, type Socket } from 'node:net';
import type { Log } from '../../log/log.ts';
import { createBasicAuth } from './basic-auth.ts';
import { clientOf } from './client-address.ts';
import { trackConnections } from './connections.ts';
import type { Doors } from './doors.ts';
import { formatAddress, type ListenAddress } from './listen-address.ts';
import { codeOf, listenOn } from './listening.ts';
import { createServer, STATUS_CODES } from './node-http.ts';
import { queuePasswordChecks } from './password-checks.ts';
import { type PasswordWorker, startPasswordWorker } from './password-worker.ts';
import { createRateLimit } from './rate-limit.ts';
import { answerStatus, createRequestGate } from './request-gate.ts';
import { createTlsGate } from './tls-gate.ts';
import type { WebLimits } from './web-limits.ts';

/** What answers requests that were let in: an express application, or any such function. */
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** What the server needs. */
export interface WebServerOptions {
  readonly listener: RequestListener;
  readonly doors: Doors;
  readonly limits: WebLimits;
  readonly log: Log;
  /** Counts milliseconds and never goes back. */
  readonly now: () => number;
  /** Undefined: by bcrypt in a thread of its own. */
  readonly passwords: PasswordWorker | undefined;
}

/** Where a server listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Host and port, as `127.0.0.1:10045`. */
  readonly address: string;
  readonly scheme: 'http' | 'https';
}

/** A server for HTTP/1.1, plain or over TLS. */
export interface WebServer {
  /** Resolves with the real address; rejects with a one-line Error when nothing can listen there. */
  readonly listen: (address: ListenAddress) => Promise<Listening>;
  /** Takes no more connections, ends idle ones, and after the given time all others. */
  readonly close: (graceMilliseconds: number) => Promise<void>;
}

const KEEP_ALIVE_PROBE_MILLISECONDS = 60_000;
const COMPLAIN_EVERY_MILLISECONDS = 60_000;

const PARSER_STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/** An answer for a client whose request never came to be one. */
const rawAnswer = (status: number, headers: ReadonlyMap<string, string>): string => {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
};

/** Tells one live connection of the machine from all others. */
const peerOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  [remoteAddress, remotePort, localAddress, localPort].join(' ');

/** Makes a server that lets in what the doors let in, and that no client can hold up. */
export const createWebServer = (options: WebServerOptions): WebServer => {
  const { listener, doors, limits, log, now } = options;
  const passwords = options.passwords ?? startPasswordWorker();
  const connections = trackConnections(limits);
  /** Connections over which HTTP is not spoken yet. */
  const arriving = new Map<string, Socket>();
  const open = new Set<Socket>();
  let isClosing = false;

  const gate = createRequestGate({
    rules: doors.rules,
    authenticate: createBasicAuth({
      check: queuePasswordChecks(passwords.compare, {
        waiting: limits.waitingPasswords,
        waitingPerClient: limits.waitingPasswordsPerClient,
      }),
      remembered: limits.rememberedCredentials,
      key: randomBytes(32),
    }),
    allow: createRateLimit(now),
    limits,
    log,
  });

  const running = new Set<ServerResponse>();
  const handle =
    (expectation: 'none' | 'continue' | 'unknown') =>
    async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const { socket } = request;
      connections.begin(socket);
      running.add(response);
      response.once('close', () => {
        running.delete(response);
        connections.end(socket);
      });
      if (isClosing) response.setHeader('Connection', 'close');
      try {
        if (await gate(request, response, expectation)) listener(request, response);
      } catch (error) {
        log.error({ error: error instanceof Error ? error.message : 'unknown' }, 'request failed');
        if (response.headersSent) socket.destroy();
        else answerStatus(response, 500, { Connection: 'close' });
      }
    };

  const http = createServer({
    maxHeaderSize: limits.headerBytes,
    keepAliveTimeout: limits.keepAliveTimeout,
    insecureHTTPParser: false,
    // Refused by the gate instead, with the headers that every answer has.
    requireHostHeader: false,
  });
  http.maxHeadersCount = limits.headerCount;
  http.timeout = limits.stallTimeout;
  http.on('request', handle('none'));
  http.on('checkContinue', handle('continue'));
  http.on('checkExpectation', handle('unknown'));

  const refuse = async (socket: Socket, status: number): Promise<void> => {
    if (socket.writableEnded) return;
    if (connections.isRunning(socket) || !socket.writable) {
      socket.destroy();
      return;
    }
    const { config } = await doors.rules();
    socket.end(rawAnswer(status, config.headers));
    socket.destroySoon();
  };
  http.on('clientError', (error, socket) => {
    void refuse(socket as Socket, PARSER_STATUSES[codeOf(error)] ?? 400);
  });
  http.on('connection', (socket) => {
    connections.add(socket, () => void refuse(socket, 408));
  });

  const speakHttp = (socket: Socket): void => {
    arriving.delete(peerOf(socket));
    if (isClosing) socket.destroy();
    else http.emit('connection', socket);
  };
  const shakeHands = createTlsGate({
    handshakeTimeout: limits.headersTimeout,
    log,
    admitted: speakHttp,
  });

  const receive = async (socket: Socket): Promise<void> => {
    const { tls } = await doors.rules();
    if (socket.destroyed) return;
    if (tls === undefined) speakHttp(socket);
    else shakeHands(tls, socket);
  };

  const front = createListener(
    {
      // Over plain HTTP a client may end its side after the request. In a handshake that is the end.
      allowHalfOpen: !doors.isSecure,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MILLISECONDS,
    },
    (socket) => {
      const peer = peerOf(socket);
      open.add(socket);
      arriving.set(peer, socket);
      socket.on('error', (error) => {
        log.debug({ client: clientOf(socket.remoteAddress), reason: codeOf(error) }, 'connection broken');
      });
      socket.once('close', () => {
        open.delete(socket);
        if (arriving.get(peer) === socket) arriving.delete(peer);
      });
      void receive(socket);
    },
  );
  front.maxConnections = limits.connections;

  let complained = Number.NEGATIVE_INFINITY;
  front.on('drop', () => {
    if (now() - complained < COMPLAIN_EVERY_MILLISECONDS) return;
    complained = now();
    log.warn({ limit: limits.connections }, 'connection refused, too many are open');
  });

  const listen = async (wanted: ListenAddress): Promise<Listening> => {
    const { address: host, port } = await listenOn(front, wanted);
    front.on('error', (error) => log.error({ reason: codeOf(error) }, 'connection not accepted'));
    return { host, port, address: formatAddress({ host, port }), scheme: doors.isSecure ? 'https' : 'http' };
  };

  const close = async (graceMilliseconds: number): Promise<void> => {
    isClosing = true;
    const closed = new Promise<void>((resolve) => {
      front.close(() => resolve());
    });
    for (const response of running) if (!response.headersSent) response.setHeader('Connection', 'close');
    for (const socket of arriving.values()) socket.destroy();
    connections.closeWhenIdle();
    const deadline = setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, graceMilliseconds);
    await closed;
    clearTimeout(deadline);
    await passwords.close();
  };

  return { listen, close };
};
