import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { RunningExporter } from './exporter.ts';
import { expectSameSeries, readResourceSeries, resourcePart } from './exposition.ts';
import { type RunningProcess, startProcess } from './running-process.ts';
import type { Encoding } from './scraper.ts';

/** The compared servers, which all serve the same resource series. */
export const SERVERS = ['exporter', 'client_golang', 'prom-client', 'pre-rendered', 'floor'] as const;
/** One of {@link SERVERS}. */
export type ServerName = (typeof SERVERS)[number];

/** A server of `/metrics`. */
export interface Server extends RunningProcess {
  readonly port: number;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Compiles the client_golang server with the packages of Debian; returns the command. */
export function buildClientGolang(directory: string): string {
  const command = join(directory, 'client-golang');
  execFileSync('go', ['build', '-o', command, here('client-golang/main.go')], {
    env: { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return command;
}

async function startServer(command: string, args: readonly string[]): Promise<Server> {
  const started = startProcess(command, args);
  return { ...started, port: Number(await started.waitForOutput(/^port=(\d+)$/m)) };
}

/** Starts a script of `servers/`. */
export const startScript = (script: string, args: readonly string[] = []): Promise<Server> =>
  startServer(process.execPath, [here(`servers/${script}`), ...args]);

/** Starts servers of the series that the exporter serves now; returns them with the exporter. */
export async function startServers(
  exporter: RunningExporter,
  directory: string,
  clientGolang: string,
): Promise<ReadonlyMap<ServerName, Server>> {
  const file = (name: string, content: string | Buffer): string => {
    const path = join(directory, `${randomUUID()}-${name}`);
    writeFileSync(path, content);
    return path;
  };
  const gzip = await fetchMetrics(exporter.port, 'gzip');
  const plain = await fetchMetrics(exporter.port, 'identity');
  const series = file('series.txt', resourcePart(plain.body.toString()));
  const bodies = [file('body.gz', gzip.body), file('body.txt', plain.body)];
  const responses = [file('response.gz', gzip.response), file('response.txt', plain.response)];
  return new Map<ServerName, Server>([
    ['exporter', exporter],
    ['client_golang', await startServer(clientGolang, [series])],
    ['prom-client', await startScript('prom-client.js', [series])],
    ['pre-rendered', await startScript('pre-rendered.js', bodies)],
    ['floor', await startScript('floor.js', responses)],
  ]);
}

/** Resolves with the number of resource series; rejects unless every server has the same ones, plain and compressed. */
export async function compareBodies(servers: ReadonlyMap<ServerName, Server>): Promise<number> {
  const exporter = servers.get('exporter');
  if (exporter === undefined) throw new Error('no exporter to compare with');
  const expected = readResourceSeries((await fetchMetrics(exporter.port, 'identity')).body.toString());
  for (const [name, { port }] of servers) {
    const plain = (await fetchMetrics(port, 'identity')).body;
    const decompressed = gunzipSync((await fetchMetrics(port, 'gzip')).body);
    expectSameSeries(name, expected, readResourceSeries(plain.toString()));
    expectSameSeries(`${name} (gzip)`, expected, readResourceSeries(decompressed.toString()));
  }
  return expected.size;
}

/** Requests `/metrics` over a new connection: the body, and a minimal HTTP response with the same body. */
export function fetchMetrics(
  port: number,
  encoding: Encoding,
): Promise<{ readonly body: Buffer; readonly response: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Accept-Encoding': encoding };
    const sent = request(
      { host: '127.0.0.1', port, path: '/metrics', headers, timeout: 30_000 },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const body = Buffer.concat(chunks);
          const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
          resolve({ body, response: Buffer.concat([Buffer.from(head), body]) });
        });
      },
    );
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error('no response within 30 s')));
    sent.end();
  });
}
