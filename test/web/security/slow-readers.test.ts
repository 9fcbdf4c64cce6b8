import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import type { Listening } from '../../../src/web/security/web-server.ts';
import { sendShared } from '../../../src/web/shared-body.ts';
import {
  connectTo,
  makeAuthority,
  request,
  startServer,
  temporaryDirectory,
  webConfigFile,
} from './support.ts';

const MEBIBYTE = 1024 * 1024;
const CLIENTS = 50;

const connectSecurely = async ({ port }: Listening): Promise<Socket> => {
  const socket = tlsConnect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  onTestFinished(() => {
    socket.destroy();
  });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  return socket;
};

/** `counted` is heap and external memory, `resident` that of the process; in bytes. */
const memory = (): { readonly counted: number; readonly resident: number } => {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { counted: heapUsed + external, resident: rss };
};

it.each(['plain', 'TLS'])(
  'fifty slow readers of a 30 MB body over %s do not hold fifty copies of it',
  async (kind) => {
    const body = Array.from({ length: 3 }, () => randomBytes(10 * MEBIBYTE));
    const directory = await temporaryDirectory();
    const options =
      kind === 'plain'
        ? {}
        : {
            webConfig: await makeAuthority(directory)
              .then((authority) => authority.issue('server'))
              .then(() =>
                webConfigFile(
                  'tls_server_config: { cert_file: server.pem, key_file: server.key }',
                  directory,
                ),
              ),
          };
    const { listening } = await startServer({
      ...options,
      listener: (_request, response) => void sendShared(response, body),
    });
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, () =>
        kind === 'plain' ? connectTo(listening) : connectSecurely(listening),
      ),
    );
    const received = clients.map((): Buffer[] => []);
    const before = memory();
    let counted = 0;
    let resident = 0;

    for (const client of clients) client.pause().write(request('/'));
    for (let round = 0; round < 60; round += 1) {
      await sleep(10);
      for (const [index, client] of clients.entries()) {
        const chunk: unknown = client.read(4096);
        if (chunk instanceof Buffer) received[index]?.push(chunk);
      }
      counted = Math.max(counted, memory().counted - before.counted);
      resident = Math.max(resident, memory().resident - before.resident);
    }
    const [first] = clients;
    const fullResponse = Buffer.concat([...(received[0] ?? []), ...((await first?.toArray()) ?? [])]);

    const figures = [counted, resident].map((bytes) => (bytes / MEBIBYTE).toFixed(1));
    process.stdout.write(`${CLIENTS} slow readers over ${kind}: at most ${figures.join(' and ')} MiB more\n`);
    expect(received.every((chunks) => chunks.length > 10)).toBe(true);
    expect(fullResponse.subarray(fullResponse.indexOf('\r\n\r\n') + 4).equals(Buffer.concat(body))).toBe(
      true,
    );
    expect(counted).toBeLessThan(60 * MEBIBYTE);
    expect(resident).toBeLessThan(200 * MEBIBYTE);
  },
  60_000,
);
