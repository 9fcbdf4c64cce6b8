import type { ServerResponse } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import type { WebLimits } from './web-limits.ts';

/** The open connections of a server, TLS handshakes included. */
export interface Connections {
  /** Adds an accepted connection. Beyond the limit, closes the one that has been idle longest. */
  readonly add: (socket: Socket) => void;
  /** Starts a request once earlier requests on the same connection are complete. */
  readonly run: (socket: Socket, response: ServerResponse, begin: () => void) => void;
  /** The socket below TLS; undefined once the connection is closed. */
  readonly accepted: (socket: Socket) => Socket | undefined;
  /** The response in progress on a connection. */
  readonly running: (socket: Socket) => ServerResponse | undefined;
  /** Closes each connection as soon as it has no pending request. */
  readonly drain: () => void;
  readonly destroyAll: () => void;
}

interface Connection {
  readonly key: string;
  readonly accepted: Socket;
  readonly client: string;
  readonly acceptedAt: number;
  /** Starts each waiting request. */
  readonly waiting: (() => void)[];
  running?: ServerResponse | undefined;
}

/** The client for limits: an IPv4 address, or the /64 network of an IPv6 address. */
export const clientOf = (address: string | undefined): string => {
  if (address === undefined) return '';
  const mapped = /^::ffff:(?<v4>[\d.]+)$/i.exec(address)?.groups?.['v4'];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  return [...groups, ...Array.from({ length: missing }, () => '0')].slice(0, 4).join(':');
};

// The same for a connection and for the TLS over it.
const keyOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  [remoteAddress, remotePort, localAddress, localPort].join(' ');

// Bytes that a client sends at once may take this long to be read.
const SILENT_AFTER_MILLISECONDS = 1000;

/**
 * Tracks connections within the limits. `evicted` is called for each connection closed to make room; `now` counts
 * milliseconds.
 */
export const trackConnections = (
  limits: WebLimits,
  now: () => number,
  evicted: (client: string) => void,
): Connections => {
  // Ordered by last request or start: the first has been idle longest.
  const open = new Map<string, Connection>();
  let isDraining = false;

  const evict = (among: readonly Connection[], most: number): void => {
    if (among.length < most) return;
    const idle = among.filter(({ running }) => running === undefined || !running.req.complete);
    const before = now() - SILENT_AFTER_MILLISECONDS;
    const silent = idle.find(({ accepted, acceptedAt }) => accepted.bytesRead === 0 && acceptedAt <= before);
    const connection = silent ?? idle[0] ?? among[0];
    if (connection === undefined) return;
    open.delete(connection.key);
    connection.accepted.destroy();
    evicted(connection.client);
  };

  return {
    add: (accepted) => {
      // The client has gone.
      if (accepted.remoteAddress === undefined) return void accepted.destroy();
      const client = clientOf(accepted.remoteAddress);
      const ofClient = open.values().filter((other) => other.client === client);
      evict([...ofClient], limits.connectionsPerClient);
      evict([...open.values()], limits.connections);
      const key = keyOf(accepted);
      const connection: Connection = { key, accepted, client, acceptedAt: now(), waiting: [] };
      open.set(key, connection);
      accepted.once('close', () => {
        if (open.get(key) === connection) open.delete(key);
      });
    },
    run: (socket, response, begin) => {
      const connection = open.get(keyOf(socket));
      if (connection === undefined) return;
      const start = (): void => {
        if (open.get(connection.key) !== connection || !socket.writable) return;
        connection.running = response;
        open.delete(connection.key);
        open.set(connection.key, connection);
        if (isDraining) response.setHeader('Connection', 'close');
        const deadline = setTimeout(() => socket.destroy(), limits.responseTimeout).unref();
        response.once('close', () => {
          clearTimeout(deadline);
          connection.running = undefined;
          const next = connection.waiting.shift();
          if (isDraining) socket.destroySoon();
          else next?.();
        });
        begin();
      };
      if (connection.running === undefined) start();
      else if (connection.waiting.length < limits.pipelinedRequests) connection.waiting.push(start);
      // A client that pipelines this many requests gets no response.
      else socket.destroy();
    },
    accepted: (socket) => open.get(keyOf(socket))?.accepted,
    running: (socket) => open.get(keyOf(socket))?.running,
    drain: () => {
      isDraining = true;
      for (const { running, accepted } of open.values()) {
        if (running === undefined) accepted.destroy();
        else if (!running.headersSent) running.setHeader('Connection', 'close');
      }
    },
    destroyAll: () => {
      for (const { accepted } of open.values()) accepted.destroy();
    },
  };
};
