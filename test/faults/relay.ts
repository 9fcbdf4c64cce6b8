import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';

/** A key and a certificate, in PEM format. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** An HTTPS endpoint in front of an HTTP server. */
export interface Relay {
  readonly origin: string;
  /** Refuses connections until `accept`, and closes the open ones. */
  readonly refuse: () => Promise<void>;
  readonly accept: () => Promise<void>;
  /** Presents this certificate from now on, and closes open connections. */
  readonly present: (identity: Identity) => void;
  readonly stop: () => Promise<void>;
}

/** Starts a relay on a free loopback port. */
export async function startRelay(target: string, identity: Identity): Promise<Relay> {
  const { hostname, port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  const remember = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer({ ...identity }, (client) => {
    const upstream = connect(Number(targetPort), hostname);
    for (const socket of [client, upstream]) remember(socket);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.on('tlsClientError', () => undefined);

  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      endAll();
    });

  await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `https://127.0.0.1:${port}`,
    refuse: close,
    accept: () => listen(port),
    present: (shown) => {
      server.setSecureContext({ ...shown });
      endAll();
    },
    stop: close,
  };
}
