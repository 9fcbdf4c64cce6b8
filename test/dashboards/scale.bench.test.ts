import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Server, startServer } from '../alerts/servers.ts';
import { PROJECT, temporaryDirectory } from '../alerts/tools.ts';
import { queryOf, sevenDaysBefore, type View } from './grafana.ts';
import { committed, panelsOf, UIDS } from './model.ts';
import { prometheusAt } from './prometheus.ts';
import { remoteWrite, type WrittenSeries } from './remote-write.ts';

const RESOURCES = 7000;
const PROJECTS = 10;
/** Resources with problems, for which alerts fire. */
const FAILING_RESOURCES = 100;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Samples extend into the future, so that they are still recent when the rules are evaluated. */
const AHEAD = 30 * MINUTE;
/** The period per write: Prometheus rejects samples much older than its newest. */
const SLICE = 30 * MINUTE;
const EVALUATION_INTERVAL = 15;
const EVALUATIONS = 4;

/** A series: its labels, its start, and its value at a time. */
interface Source {
  readonly labels: Readonly<Record<string, string>>;
  readonly since: number;
  readonly value: (at: number) => number;
}

const TARGET = { job: 'huaweicloud-backup-exporter', instance: 'exporter:10045' };
const started = Math.floor(Date.now() / 1000 / MINUTE) * MINUTE;
const lastPoll = (at: number) => Math.floor(at / 300) * 300;

function source(
  name: string,
  labels: object,
  back: number,
  value: number | ((at: number) => number),
): Source {
  const prefixed = /^(up|ALERTS|process_|nodejs_)/.test(name) ? name : `huaweicloud_backup_${name}`;
  return {
    labels: { __name__: prefixed, ...TARGET, ...labels },
    since: started - back,
    value: typeof value === 'number' ? () => value : value,
  };
}

const service = (index: number) => ({
  cloud_service: 'ges',
  region: 'cn-north-4',
  project: `project-${index % PROJECTS}`,
});

/** The series of a resource, as far back as the rules and the dashboards query them. */
function ofResource(index: number): readonly Source[] {
  const id = `5e3a321a-9b88-4f03-9840-${String(index).padStart(12, '0')}`;
  const labels = { ...service(index), resource_id: id, resource_name: `orders-graph-${index}` };
  const isFailing = index < FAILING_RESOURCES;
  // Series drawn over a week need a week; the 20 worst are among the failing resources.
  const back = index < 20 ? 7 * DAY : 65 * MINUTE;
  const backup = (at: number) => (isFailing ? started - 2 * DAY - index : Math.floor(at / DAY) * DAY - index);
  const of = (name: string, value: Parameters<typeof source>[3], more: object = {}, since = back) =>
    source(name, { ...labels, ...more }, since, value);
  return [
    of('resource_info', 1, { kind: 'graph', status: '200' }),
    of('resource_created_timestamp_seconds', started - 400 * DAY),
    of('rpo_seconds', 26 * HOUR, {}, Math.max(back, 190 * MINUTE)),
    of('due_timestamp_seconds', (at) => backup(at) + 26 * HOUR),
    of('last_success_timestamp_seconds', backup),
    of('last_automatic_success_timestamp_seconds', backup),
    of('last_success_size_bytes', 1e9 + index),
    of('last_success_duration_seconds', 600),
    of('success_size_median_bytes', 1e9),
    of('success_duration_median_seconds', 600),
    of('last_success_info', 1, { method: 'auto' }),
    of('last_failure_timestamp_seconds', started - 9 * DAY),
    of('consecutive_failures', isFailing ? 4 : 0),
    of('oldest_success_timestamp_seconds', started - 7 * DAY),
    of('stored_bytes', 7e9),
    ...['succeeded', 'failed', 'running', 'unknown'].flatMap((state) => [
      of('last_status', state === 'succeeded' ? 1 : 0, { state }),
      of('stored', 7, { state }),
    ]),
    ...['succeeded', 'failed'].map((result) =>
      of('finished_total', (at) => Math.floor(at / DAY), { result }, DAY + 5 * MINUTE),
    ),
    ...(isFailing
      ? [
          of(
            'ALERTS',
            1,
            { alertname: 'HuaweiCloudBackupStale', alertstate: 'firing', severity: 'critical' },
            7 * DAY,
          ),
        ]
      : []),
  ];
}

const OUTCOMES = [
  'success',
  'timeout',
  'network',
  'throttled',
  'auth',
  'permission',
  'refused',
  'server',
  'malformed',
];

/** The series of a service of a project, for a week. */
function ofService(index: number): readonly Source[] {
  const of = (name: string, value: Parameters<typeof source>[3], more: object = {}) =>
    source(name, { ...service(index), ...more }, 7 * DAY, value);
  return [
    of('poll_success', 1),
    of('inventory_success', 1),
    of('poll_last_success_timestamp_seconds', lastPoll),
    of('poll_duration_seconds', 4),
    of('clock_skew_seconds', 1),
    of('unlisted', 0),
    of('resources_unlisted', 0),
    of('resources_over_limit', 0),
    of('policies_unread', 0),
    ...OUTCOMES.flatMap((outcome) => [
      of('polls_total', (at) => (outcome === 'success' ? at / 300 : 0), { outcome }),
      of('poll_last_outcome', outcome === 'success' ? 1 : 0, { outcome }),
    ]),
    ...['list_backups', 'list_instances'].map((operation) =>
      of('api_requests_total', (at) => at / 30, { operation, code: '200' }),
    ),
  ];
}

const ofExporter = (): readonly Source[] =>
  ['up', 'exporter_build_info', 'process_start_time_seconds', 'process_resident_memory_bytes'].map((name) =>
    source(name, {}, 7 * DAY, 1),
  );

const directory = temporaryDirectory();
const configuration = join(directory.path, 'prometheus.yml');
let server: Server;
let series = 0;

function configure(rules: readonly string[]): void {
  writeFileSync(
    configuration,
    JSON.stringify({ global: { evaluation_interval: `${EVALUATION_INTERVAL}s` }, rule_files: rules }),
  );
}

beforeAll(async () => {
  configure([]);
  server = await startServer('prometheus', [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${join(directory.path, 'data')}`,
    '--web.enable-remote-write-receiver',
    '--web.enable-lifecycle',
  ]);
  const sources = [
    ...Array.from({ length: RESOURCES }, (_, index) => ofResource(index)).flat(),
    ...Array.from({ length: PROJECTS }, (_, index) => ofService(index)).flat(),
    ...ofExporter(),
  ];
  series = sources.length;
  for (let from = started - 7 * DAY; from < started + AHEAD; from += SLICE) {
    const current = sources.filter(({ since }) => since < from + SLICE);
    for (let at = 0; at < current.length; at += 5000) {
      await remoteWrite(server.origin, current.slice(at, at + 5000).map(samplesIn(from)));
    }
  }
}, 900_000);

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

const samplesIn =
  (from: number) =>
  ({ labels, since, value }: Source): WrittenSeries => ({
    labels,
    samples: Array.from({ length: SLICE / MINUTE }, (_, index) => from + index * MINUTE)
      .filter((at) => at >= since)
      .map((at) => [at * 1000, value(at)] as const),
  });

/** The CPU time used by the server, in seconds. */
function cpuSeconds(): number {
  const [, fields = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${server.pid}/stat`, 'utf8')) ?? [];
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) / 100;
}

const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** The sum of a metric of Prometheus itself. */
async function ownMetric(pattern: RegExp): Promise<number> {
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  return [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
}

const EVALUATED = /^prometheus_rule_group_iterations_total\{.*\} (\S+)$/gm;

it.each(UIDS.flatMap((uid) => panelsOf(committed(uid)).map(({ title }) => ({ uid, title }))))(
  'at 7,000 resources the panel "$title" of $uid returns less than 2 MB in less than 5 s',
  async ({ uid, title }) => {
    const dashboard = committed(uid);
    const end = Date.now() / 1000;
    const view: View = { prometheus: prometheusAt(server.origin), dashboard, choice: {}, end };
    const panel = panelsOf(dashboard).find((each) => each.title === title);
    // The hidden variables are queried once for the whole dashboard.
    const queries = await Promise.all((panel?.targets ?? []).map((target) => queryOf(view, target)));
    const cpu = cpuSeconds();
    const began = performance.now();
    let bytes = 0;

    for (const { query, step } of queries) {
      const { from, to } = sevenDaysBefore(end);
      const parameters = {
        query,
        time: `${end}`,
        ...(step && { start: `${from}`, end: `${to}`, step: `${step}` }),
      };
      const response = await fetch(
        `${server.origin}/api/v1/${step === undefined ? 'query' : 'query_range'}`,
        { method: 'POST', body: new URLSearchParams(parameters) },
      );
      expect(response.status).toBe(200);
      bytes += (await response.arrayBuffer()).byteLength;
    }

    const seconds = (performance.now() - began) / 1000;
    process.stdout.write(
      `${title}: ${seconds.toFixed(2)} s, ${(cpuSeconds() - cpu).toFixed(2)} s of CPU, ${Math.round(bytes / 1000)} kB\n`,
    );
    expect(bytes).toBeLessThan(2_000_000);
    expect(seconds).toBeLessThan(5);
  },
);

it('at 7,000 resources all rules are evaluated in about 2 s of CPU', async () => {
  expect(series).toBeGreaterThan(141_000);
  const idle = cpuSeconds();
  await wait(EVALUATION_INTERVAL);
  const background = cpuSeconds() - idle;
  configure([join(PROJECT, 'alerts/huaweicloud-backup.rules.yml')]);
  await fetch(`${server.origin}/-/reload`, { method: 'POST' });
  await wait(2 * EVALUATION_INTERVAL);
  const before = { cpu: cpuSeconds(), iterations: await ownMetric(EVALUATED) };

  await wait(EVALUATIONS * EVALUATION_INTERVAL);

  const iterations = (await ownMetric(EVALUATED)) - before.iterations;
  const rounds = iterations / 2;
  const cpu = (cpuSeconds() - before.cpu) / rounds - background;
  const firing = await (await fetch(`${server.origin}/api/v1/alerts`)).json();
  process.stdout.write(
    `${series} series: ${cpu.toFixed(2)} s of CPU per evaluation, ${background.toFixed(2)} s without rules\n`,
  );
  expect(rounds).toBeGreaterThanOrEqual(EVALUATIONS - 1);
  expect(await ownMetric(/^prometheus_rule_evaluation_failures_total\{.*\} (\S+)$/gm)).toBe(0);
  expect((firing as { data: { alerts: unknown[] } }).data.alerts.length).toBeGreaterThan(FAILING_RESOURCES);
  // Less than 2 s if nothing else runs; a busy machine takes longer.
  expect(cpu).toBeLessThan(4);
}, 300_000);
