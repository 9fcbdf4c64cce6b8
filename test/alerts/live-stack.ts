import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderRuleFile } from '../../src/rules/rule-file.ts';
import type { Thresholds } from '../../src/rules/thresholds.ts';
import { eventually, type RunningProgram, startProgram } from '../support/exporter-process.ts';
import { until, type Watch, watch } from './live.ts';
import { type Server, startServer } from './servers.ts';
import { DEFAULT_OPTIONS } from './shipped-rules.ts';
import { PROJECT } from './tools.ts';

/** A scrape job of Prometheus. */
interface ScrapeJob {
  readonly job_name: string;
  readonly honor_labels?: boolean;
  readonly static_configs: readonly {
    readonly targets: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

/** A Prometheus that scrapes every second, with an Alertmanager that is watched. */
export interface LiveStack {
  readonly alertmanager: Server;
  readonly watched: Watch;
}

/** Starts Prometheus and Alertmanager, and waits until all targets have been scraped. */
export async function startStack(
  stack: AsyncDisposableStack,
  directory: string,
  thresholds: Thresholds,
  jobs: readonly ScrapeJob[],
): Promise<LiveStack> {
  const alertmanager = stack.use(
    await startServer('prometheus-alertmanager', [
      `--config.file=${join(PROJECT, 'examples/stack/alertmanager.yml')}`,
      `--storage.path=${join(directory, 'alertmanager')}`,
      '--cluster.listen-address=',
    ]),
  );
  writeFileSync(join(directory, 'rules.yml'), renderRuleFile({ ...DEFAULT_OPTIONS, thresholds }));
  const configuration = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.origin).host] }] }] },
    scrape_configs: jobs,
  };
  writeFileSync(join(directory, 'prometheus.yml'), JSON.stringify(configuration));
  const prometheus = stack.use(
    await startServer('prometheus', [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'prometheus')}`,
      '--query.lookback-delta=15s',
      '--rules.alert.resend-delay=3s',
    ]),
  );
  const watched = stack.use(watch(alertmanager));
  const targets = jobs.flatMap(({ static_configs }) => static_configs.flatMap((each) => each.targets)).length;
  await until(async () => (await scrapedTargets(prometheus)) === targets, 60, prometheus.log);
  return { alertmanager, watched };
}

async function scrapedTargets({ origin }: Server): Promise<number> {
  const response = await fetch(`${origin}/api/v1/query?query=count(up==1)`);
  if (!response.ok) return 0;
  const { data } = (await response.json()) as { data: { result: readonly { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

/** A running exporter, and its address. */
export interface LiveExporter {
  readonly program: RunningProgram;
  readonly address: string;
}

/** Starts the exporter and waits until it listens. */
export async function startExporter(configuration: string, address: string): Promise<LiveExporter> {
  const program = startProgram(['serve', '--config.file', configuration, '--web.listen-address', address]);
  const listening = await eventually(
    () => {
      if (program.child.exitCode !== null) throw new Error(`the exporter ended: ${program.errors()}`);
      return /msg=listening.* address=(\S+)/.exec(program.errors())?.[1];
    },
    60,
    program.errors,
  );
  return { program, address: listening };
}

/** Stops an exporter and waits until it has exited. */
export async function endExporter(
  { program }: LiveExporter,
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): Promise<void> {
  program.child.kill(signal);
  await program.ended;
}
