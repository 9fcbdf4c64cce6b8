import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulatedAccount } from '../src/simulated-cloud/simulated-cloud.ts';
import { type RunningProcess, startProcess } from './running-process.ts';

/** The compiled command: what the package ships. */
const MAIN = process.env['BENCH_MAIN'] ?? fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The exporter as a process. */
export interface RunningExporter extends RunningProcess {
  readonly port: number;
  readonly get: (path: string) => Promise<string>;
  /** Resolves once each service has been polled as often; rejects after a minute, and when a poll fails. */
  readonly polled: (times: number) => Promise<void>;
}

/** What is polled. */
export interface ExporterSettings {
  readonly poll: Readonly<Record<string, string | number>>;
  readonly projects: readonly Readonly<Record<string, unknown>>[];
}

/** Settings of one project of a simulated cloud. */
export function projectSettings(
  cloud: { readonly origin: string; readonly account: SimulatedAccount },
  name: string,
  services: readonly string[],
): Readonly<Record<string, unknown>> {
  const { user, domain, password, region } = cloud.account;
  return {
    name,
    region,
    iam_endpoint: cloud.origin,
    credentials: { type: 'password', user, domain, password },
    services: services.map((type) => ({ type, endpoint: cloud.origin })),
  };
}

/** Starts the compiled exporter; resolves when it listens. `directory` takes its configuration. */
export async function startExporter(
  directory: string,
  settings: ExporterSettings,
  nodeFlags: readonly string[] = [],
): Promise<RunningExporter> {
  const file = join(directory, `config-${Math.random().toString(36).slice(2)}.yml`);
  writeFileSync(file, JSON.stringify(settings));
  const started = startProcess(process.execPath, [
    ...nodeFlags,
    MAIN,
    '--config.file',
    file,
    '--web.listen-address',
    '127.0.0.1:0',
  ]);
  const port = Number(await started.says(/msg=listening address=\S*:(\d+)/));
  const get = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'Accept-Encoding': 'identity' } })).text();
  const services = settings.projects.flatMap((project) => project['services'] as readonly unknown[]).length;

  const polled = async (times: number): Promise<void> => {
    const until = performance.now() + 60_000;
    while (performance.now() < until) {
      const counts = readPolls(await get('/metrics'));
      if (counts.failed > 0) throw new Error('a poll failed');
      if (counts.succeeded >= times * services) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the exporter did not poll ${times} times in a minute`);
  };

  return { ...started, port, get, polled };
}

function readPolls(exposition: string): { readonly succeeded: number; readonly failed: number } {
  const counts = [...exposition.matchAll(/^huaweicloud_backup_polls_total\{(.*)\} (\d+)$/gm)];
  const sum = (wanted: (labels: string) => boolean): number =>
    counts.reduce((total, [, labels = '', count]) => total + (wanted(labels) ? Number(count) : 0), 0);
  const isSuccess = (labels: string): boolean => labels.includes('outcome="success"');
  return { succeeded: sum(isSuccess), failed: sum((labels) => !isSuccess(labels)) };
}
