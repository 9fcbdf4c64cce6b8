import type { Socket } from 'node:net';

/** One connection over which requests come. */
interface Connection {
  readonly tooSlow: () => void;
  /** Requests that are not answered yet. */
  running: number;
  timer: NodeJS.Timeout | undefined;
}

/** How long a connection may wait for a request, in milliseconds. */
export interface ConnectionLimits {
  readonly headersTimeout: number;
  readonly keepAliveTimeout: number;
  readonly answerTimeout: number;
}

/** The connections of a server, and when they end. */
export interface Connections {
  /** A connection is there; `tooSlow` ends it when no request comes over it in time. */
  readonly add: (socket: Socket, tooSlow: () => void) => void;
  /** A request has come, with all of its headers. */
  readonly begin: (socket: Socket) => void;
  /** An answer is over. */
  readonly end: (socket: Socket) => void;
  readonly isRunning: (socket: Socket) => boolean;
  /** Ends each connection as soon as no request runs on it: most of them at once. */
  readonly closeWhenIdle: () => void;
}

/**
 * Keeps the times of connections. Node's own timers for headers do this only for a server that listens by itself.
 * A connection that is idle is ended silently by Node's `keepAliveTimeout`; what is ended here is one on which
 * something was sent that did not become a request.
 */
export const trackConnections = (limits: ConnectionLimits): Connections => {
  const connections = new Map<Socket, Connection>();
  let isClosing = false;

  const wait = (connection: Connection, milliseconds: number, otherwise: () => void): void => {
    clearTimeout(connection.timer);
    connection.timer = setTimeout(otherwise, milliseconds).unref();
  };

  return {
    add: (socket, tooSlow) => {
      const connection: Connection = { running: 0, timer: undefined, tooSlow };
      connections.set(socket, connection);
      wait(connection, limits.headersTimeout, tooSlow);
      socket.once('close', () => {
        clearTimeout(connection.timer);
        connections.delete(socket);
      });
    },
    begin: (socket) => {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      connection.running += 1;
      // One that comes while others are answered does not give those more time.
      if (connection.running === 1) wait(connection, limits.answerTimeout, () => socket.destroy());
    },
    end: (socket) => {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      connection.running -= 1;
      if (connection.running > 0) wait(connection, limits.answerTimeout, () => socket.destroy());
      else if (isClosing) socket.destroySoon();
      else wait(connection, limits.keepAliveTimeout + limits.headersTimeout, connection.tooSlow);
    },
    isRunning: (socket) => (connections.get(socket)?.running ?? 0) > 0,
    closeWhenIdle: () => {
      isClosing = true;
      for (const [socket, { running }] of connections) if (running === 0) socket.destroy();
    },
  };
};
