import type { AddressInfo, Server } from 'node:net';
import { formatAddress, type ListenAddress } from './listen-address.ts';

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; stop what listens there or choose another with --web.listen-address',
  EACCES: 'this user may not listen there; choose a port above 1023 with --web.listen-address',
  EADDRNOTAVAIL: 'the address is not one of this machine; choose another with --web.listen-address',
  EAFNOSUPPORT: 'this machine has no IPv6; choose an IPv4 address with --web.listen-address',
  ENOTFOUND: 'the host name is unknown; choose an address of this machine with --web.listen-address',
  EAI_AGAIN: 'the host name cannot be looked up now; give an address with --web.listen-address',
};

/** The system's code of an error: `EADDRINUSE`. */
export const codeOf = (error: Error): string => ('code' in error ? String(error.code) : 'unknown error');

/** Listens and resolves with the real address; rejects with a one-line Error when nothing can listen there. */
export const listenOn = (server: Server, address: ListenAddress): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const reason = LISTEN_FAILURES[codeOf(error)] ?? codeOf(error);
      reject(new Error(`cannot listen on ${formatAddress(address)}: ${reason}`));
    };
    server.once('error', fail);
    server.listen({ port: address.port, ...(address.host !== undefined && { host: address.host }) }, () => {
      server.off('error', fail);
      const bound = server.address();
      if (bound === null || typeof bound === 'string') fail(new Error('no address'));
      else resolve(bound);
    });
  });
