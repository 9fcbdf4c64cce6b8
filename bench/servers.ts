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

/** All who serve the same resource series. */
export const CONTESTANTS = ['exporter', 'client_golang', 'prom-client', 'pre-rendered', 'floor'] as const;
/** One of {@link CONTESTANTS}. */
export type Contestant = (typeof CONTESTANTS)[number];

/** A server of `/metrics`. */
export interface Server extends RunningProcess {
  readonly port: number;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Compiles the exporter that uses client_golang, of Debian's packages; gives the command. */
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
  return { ...started, port: Number(await started.says(/^port=(\d+)$/m)) };
}

/** Starts a script of `servers/`. */
export const startScript = (script: string, args: readonly string[] = []): Promise<Server> =>
  startServer(process.execPath, [here(`servers/${script}`), ...args]);

/** Starts those who serve what the exporter serves now; gives them with the exporter. `clientGolang` is the command. */
export async function startRivals(
  exporter: RunningExporter,
  directory: string,
  clientGolang: string,
): Promise<ReadonlyMap<Contestant, Server>> {
  const file = (name: string, content: string | Buffer): string => {
    const path = join(directory, `${randomUUID()}-${name}`);
    writeFileSync(path, content);
    return path;
  };
  const gzip = await fetchAnswer(exporter.port, 'gzip');
  const plain = await fetchAnswer(exporter.port, 'identity');
  const series = file('series.txt', resourcePart(plain.body.toString()));
  const bodies = [file('body.gz', gzip.body), file('body.txt', plain.body)];
  const answers = [file('answer.gz', gzip.whole), file('answer.txt', plain.whole)];
  return new Map<Contestant, Server>([
    ['exporter', exporter],
    ['client_golang', await startServer(clientGolang, [series])],
    ['prom-client', await startScript('prom-client.js', [series])],
    ['pre-rendered', await startScript('pre-rendered.js', bodies)],
    ['floor', await startScript('floor.js', answers)],
  ]);
}

/** Resolves with the number of resource series; rejects unless every server gives the same ones, plain and compressed. */
export async function compareBodies(servers: ReadonlyMap<Contestant, Server>): Promise<number> {
  const exporter = servers.get('exporter');
  if (exporter === undefined) throw new Error('there is no exporter to compare with');
  const expected = readResourceSeries((await fetchAnswer(exporter.port, 'identity')).body.toString());
  for (const [name, { port }] of servers) {
    const plain = (await fetchAnswer(port, 'identity')).body;
    const unpacked = gunzipSync((await fetchAnswer(port, 'gzip')).body);
    expectSameSeries(name, expected, readResourceSeries(plain.toString()));
    expectSameSeries(`${name} (gzip)`, expected, readResourceSeries(unpacked.toString()));
  }
  return expected.size;
}

/** Asks for `/metrics` over a new connection: the body, and the bytes that bring the same body over a bare connection. */
export function fetchAnswer(
  port: number,
  encoding: Encoding,
): Promise<{ readonly body: Buffer; readonly whole: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Accept-Encoding': encoding };
    const sent = request(
      { host: '127.0.0.1', port, path: '/metrics', headers, timeout: 30_000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks);
          const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
          resolve({ body, whole: Buffer.concat([Buffer.from(head), body]) });
        });
      },
    );
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error('no answer within 30 s')));
    sent.end();
  });
}
