import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import bcrypt from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually, type ServingExporter, startExporter } from '../support/exporter-process.ts';
import { makeAuthority, temporaryDirectory, webConfigFile } from './security/support.ts';

const MEBIBYTE = 1024 * 1024;

const residentBytes = ({ child }: ServingExporter): number => {
  const line = /^VmRSS:\s+(?<kibibytes>\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
  return Number(line?.groups?.['kibibytes']) * 1024;
};

const connectFrom = (from: string, { origin }: ServingExporter): Socket => {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(origin).port), localAddress: from });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
};

const startDemo = async (...flags: readonly string[]): Promise<ServingExporter> => {
  const size = ['--demo.graphs', '700', '--demo.instances', '300'];
  return startExporter(['demo', ...size, ...flags]);
};

describe.each(['without passwords', 'with basic auth'])(
  '2,400 pipelined requests over one connection, %s',
  (auth) => {
    let exporter: ServingExporter;
    let directory: string;
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'hostile-clients-'));
      const users = `basic_auth_users:\n  alice: ${bcrypt.hashSync('secret', 4)}\n`;
      const file = await webConfigFile(users, directory);
      exporter = await startDemo(...(auth === 'with basic auth' ? ['--web.config.file', file] : []));
      await eventually(async () => (await exporter.get('/-/ready')).status === 200, 60);
    }, 90_000);
    afterAll(async () => {
      await exporter.stop();
      await rm(directory, { recursive: true });
    });
    const password = { Authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` };

    it.each(['/', '/api/v1/status', '/metrics'])(
      'for %s use little memory and delay no scrape',
      async (path) => {
        await (await exporter.get('/metrics', password)).text();
        const before = residentBytes(exporter);
        const socket = connectFrom('127.0.0.1', exporter);
        socket.pause();
        const header = `Authorization: ${password.Authorization}\r\n`;
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n`.repeat(2400));
        await sleep(50);

        const began = performance.now();
        const scrape = await exporter.get('/metrics', password);
        await scrape.text();
        const took = performance.now() - began;
        let most = 0;
        for (let sample = 0; sample < 20; sample += 1) {
          most = Math.max(most, residentBytes(exporter));
          await sleep(100);
        }

        const grown = (most - before) / MEBIBYTE;
        process.stdout.write(
          `GET ${path} ${auth}: ${grown.toFixed(1)} MiB more, scrape ${took.toFixed(0)} ms\n`,
        );
        expect(scrape.status).toBe(200);
        expect(grown).toBeLessThan(50);
        expect(took).toBeLessThan(5000);
      },
    );
  },
);

describe.each(['plain', 'TLS'])('600 idle connections from one address, over %s', (kind) => {
  it('lock out no client, from the same address or another', async () => {
    const directory = await temporaryDirectory();
    await (await makeAuthority(directory)).issue('server');
    const tls = 'tls_server_config: { cert_file: server.pem, key_file: server.key }';
    const exporter = await startDemo(
      ...(kind === 'TLS' ? ['--web.config.file', await webConfigFile(tls, directory)] : []),
    );
    onTestFinished(async () => void (await exporter.stop()));
    const requestFrom = async (from: string, path: string): Promise<string> => {
      const port = Number(new URL(exporter.origin).port);
      const socket =
        kind === 'TLS'
          ? connectTls({
              port,
              host: '127.0.0.1',
              rejectUnauthorized: false,
              socket: connectFrom(from, exporter),
            })
          : connectFrom(from, exporter);
      socket.on('error', () => undefined);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      let response = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        response += text;
      });
      await new Promise((resolve) => socket.once('close', resolve));
      return response.slice(0, 12);
    };
    const flood = new Set<Socket>();
    const openConnection = (): void => {
      const socket = connectFrom('127.0.0.2', exporter);
      flood.add(socket);
      // Reopened after it was closed.
      socket.once('close', () => {
        flood.delete(socket);
        setTimeout(() => flood.size > 0 && openConnection(), 1000);
      });
    };
    for (let index = 0; index < 600; index += 1) openConnection();
    await sleep(500);

    const responses: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      responses.push(
        await requestFrom('127.0.0.1', '/metrics'),
        await requestFrom('127.0.0.1', '/-/healthy'),
      );
      responses.push(await requestFrom('127.0.0.2', '/-/healthy'));
    }
    const open = [...flood];
    flood.clear();
    for (const socket of open) socket.destroy();

    expect(responses).toEqual(Array.from({ length: 60 }, () => 'HTTP/1.1 200'));
  }, 60_000);
});
