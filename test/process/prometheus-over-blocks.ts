import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { eventually } from '../support/exporter-process.ts';
import { filesFor, PROGRAM } from './command-world.ts';

/** A running Prometheus; times are Unix seconds. */
export interface Prometheus {
  readonly query: (query: string, time: number) => Promise<readonly QueryResult[]>;
  readonly range: (query: string, from: number, to: number, step: number) => Promise<readonly QueryResult[]>;
  readonly series: (selector: string, from: number, to: number) => Promise<readonly Labels[]>;
}

export type Labels = Readonly<Record<string, string>>;

/** One series of a query result. */
export interface QueryResult {
  readonly metric: Labels;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Starts a Prometheus on a directory of blocks that scrapes an exporter every second; stopped when the test ends. */
export async function prometheusOver(data: string, target: string): Promise<Prometheus> {
  const files = await filesFor();
  const config = await files.write(
    'prometheus.yml',
    JSON.stringify({
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: PROGRAM, static_configs: [{ targets: [target] }] }],
    }),
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=1y',
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.once('error', (error) => {
    log += `${error.message}; apt-get install prometheus installs it`;
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.pid !== undefined && child.exitCode === null) await once(child, 'close');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  await eventually(
    () => log.includes('Server is ready'),
    30,
    () => log,
  );
  const [, address] = /msg="Listening on" address=(\S+)/.exec(log) ?? [];
  const request = async (path: string, parameters: Readonly<Record<string, string>>) => {
    const response = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const body = (await response.json()) as {
      readonly status: string;
      readonly data: unknown;
      readonly error?: string;
    };
    if (body.status !== 'success') throw new Error(body.error);
    return body.data;
  };
  const result = async (path: string, parameters: Readonly<Record<string, string>>) =>
    ((await request(path, parameters)) as { readonly result: readonly QueryResult[] }).result;
  return {
    query: (query, time) => result('query', { query, time: String(time) }),
    range: (query, from, to, step) =>
      result('query_range', { query, start: String(from), end: String(to), step: String(step) }),
    series: async (selector, from, to) =>
      (await request('series', {
        'match[]': selector,
        start: String(from),
        end: String(to),
      })) as readonly Labels[],
  };
}
