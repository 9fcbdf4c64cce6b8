import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Log } from '../../log/log.ts';
import { clientOf } from './client-address.ts';
import { whyNotAdmitted } from './client-certificate.ts';
import type { TlsInForce } from './tls-material.ts';

/** Shakes hands over a connection and hands it on when the client may come in; else ends it. */
export type TlsGate = (tls: TlsInForce, socket: Socket) => void;

/** What the gate needs. */
export interface TlsGateOptions {
  readonly handshakeTimeout: number;
  readonly log: Log;
  readonly admitted: (socket: TLSSocket) => void;
}

/** Speaks TLS as it is in force for each connection, so that a new certificate serves from the next one on. */
export const createTlsGate = ({ handshakeTimeout, log, admitted }: TlsGateOptions): TlsGate => {
  const begin = ({ options, clients }: TlsInForce) => {
    const server = createServer({ ...options, handshakeTimeout });
    server.on('tlsClientError', (error, socket) => {
      const reason = 'code' in error ? String(error.code) : error.message;
      log.debug({ client: clientOf(socket.remoteAddress), reason }, 'TLS handshake failed');
      socket.destroy();
    });
    server.on('secureConnection', (socket) => {
      const reason = whyNotAdmitted(clients, {
        certificate: socket.getPeerX509Certificate(),
        verified: socket.authorized,
      });
      if (reason === undefined) {
        admitted(socket);
        return;
      }
      log.debug({ client: clientOf(socket.remoteAddress), reason }, 'connection refused');
      socket.on('error', () => socket.destroy());
      socket.destroy();
    });
    return server;
  };

  let inForce: { readonly tls: TlsInForce; readonly server: ReturnType<typeof begin> } | undefined;
  return (tls, socket) => {
    if (inForce?.tls !== tls) inForce = { tls, server: begin(tls) };
    inForce.server.emit('connection', socket);
  };
};
