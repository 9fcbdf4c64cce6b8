import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { renderRuleFile } from '../../src/rules/rule-file.ts';
import { DEFAULT_OPTIONS, SEVERITIES } from './shipped-rules.ts';
import { run, temporaryDirectory } from './tools.ts';

/** Labels of a target, a service, a project or a resource. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Samples of metrics, named without the prefix, in the notation of promtool: `1x4` is five samples, `_`
 * is a missed scrape, `stale` the end of a series. `nowx4` are the times of five samples.
 */
export type Samples = Readonly<Record<string, string>>;

/** Scraped series, and all alerts that fire at some times. */
export interface RuleCase {
  readonly name: string;
  /** The interval of samples and evaluations; a minute by default. */
  readonly step?: '1m' | '15m' | '1h';
  readonly series: readonly (readonly [...labels: Labels[], samples: Samples])[];
  readonly firing: Readonly<Record<string, readonly ExpectedAlert[]>>;
  readonly pending?: Readonly<Record<string, readonly ExpectedAlert[]>>;
  readonly extraLabels?: readonly string[];
}

/** An alert by its name without the prefix, and its labels other than the severity. */
export type ExpectedAlert = readonly [alert: string, ...labels: Labels[]];

const JOB = 'huaweicloud-backup-exporter';
export const IN_JOB = { job: JOB };
export const A = { job: JOB, instance: 'a:10045' };
export const B = { job: JOB, instance: 'b:10045' };
export const GRAPHS = { cloud_service: 'ges', region: 'r1', project: 'prod' };
export const DATABASES = { ...GRAPHS, cloud_service: 'gaussdb-mysql' };

/** A resource by its id and name. */
export const resource = (resource_id: string, resource_name: string, service: Labels = GRAPHS): Labels => ({
  ...service,
  resource_id,
  resource_name,
});
export const ORDERS = resource('g1', 'orders');
export const USERS = resource('g2', 'users');
export const CARTS = resource('g3', 'carts');
export const STOCK = resource('g4', 'stock');

/** An exporter that polls one service completely for this many minutes. */
export const polling = (
  minutes: number,
  exporter: Labels = A,
  service: Labels = GRAPHS,
): RuleCase['series'] => [
  [exporter, { up: `1x${minutes}` }],
  [
    exporter,
    service,
    {
      poll_last_success_timestamp_seconds: `nowx${minutes}`,
      poll_success: `1x${minutes}`,
      inventory_success: `1x${minutes}`,
    },
  ],
];

type Sample = number | 'stale' | undefined;

const STEP_SECONDS = { '1m': 60, '15m': 900, '1h': 3600 };

/** Runs a case through promtool; rejects with its output. */
export async function checkCase(given: RuleCase): Promise<void> {
  using directory = temporaryDirectory();
  const step = given.step ?? '1m';
  const rules = renderRuleFile({ ...DEFAULT_OPTIONS, extraLabels: given.extraLabels ?? [] });
  writeFileSync(join(directory.path, 'rules.yml'), rules);
  const expectations = (state: string, times: RuleCase['firing'] = {}) =>
    Object.entries(times).map(([eval_time, alerts]) => ({
      expr: `ALERTS{alertstate="${state}"}`,
      eval_time,
      exp_samples: alerts.map(([alert, ...labels]) => ({
        labels: selector('ALERTS', {
          alertname: `HuaweiCloudBackup${alert}`,
          alertstate: state,
          severity: SEVERITIES[alert] ?? 'no such alert',
          ...Object.assign({}, ...labels),
        }),
        value: 1,
      })),
    }));
  const content = {
    rule_files: ['rules.yml'],
    evaluation_interval: step,
    tests: [
      {
        interval: step,
        input_series: inputSeries(given.series, STEP_SECONDS[step]),
        promql_expr_test: [
          ...expectations('firing', given.firing),
          ...expectations('pending', given.pending),
        ],
      },
    ],
  };
  writeFileSync(join(directory.path, 'test.yml'), JSON.stringify(content));

  const { code, stdout, stderr } = await run('promtool', ['test', 'rules', 'test.yml'], directory.path);

  expect(code, `${stdout}${stderr}`).toBe(0);
}

/** The input series for promtool, with the further series that the exporter would serve. */
export function inputSeries(given: RuleCase['series'], stepSeconds: number) {
  const values = new Map<string, { name: string; labels: Labels; samples: readonly Sample[] }>();
  const add = (name: string, labels: Labels, samples: readonly Sample[]) => {
    const key = selector(name, labels);
    if (!values.has(key)) values.set(key, { name, labels, samples });
  };
  for (const row of given) {
    const labels: Labels = Object.assign({}, ...row.slice(0, -1));
    for (const [key, text] of Object.entries(row.at(-1) as Samples)) {
      const [, name = '', matcher, value = ''] = /^(\w+)(?:\{(\w+)="(\w+)"\})?$/.exec(key) ?? [];
      const metric = name === 'up' ? name : `huaweicloud_backup_${name}`;
      add(
        metric,
        matcher === undefined ? labels : { ...labels, [matcher]: value },
        parseSamples(text, stepSeconds),
      );
    }
  }
  for (const { name, labels, samples } of [...values.values()]) {
    if (name === 'up') {
      const build = samples.map((up, index) => (up === 1 ? 1 : staleIf(samples[index - 1] === 1)));
      add('huaweicloud_backup_exporter_build_info', labels, build);
    }
    if (name === 'huaweicloud_backup_rpo_seconds') {
      const other = (metric: string) =>
        values.get(selector(`huaweicloud_backup_${metric}`, labels))?.samples ?? [];
      const success = other('last_success_timestamp_seconds');
      const created = other('resource_created_timestamp_seconds');
      const due = samples.map((rpo, index) => {
        const first = samples.findIndex((each) => typeof each === 'number');
        const from = [success[index], created[index], first * stepSeconds].find(
          (time) => typeof time === 'number',
        );
        return typeof rpo === 'number' && typeof from === 'number' ? from + rpo : rpo;
      });
      add('huaweicloud_backup_due_timestamp_seconds', labels, due);
      const { resource_id: _id, resource_name: _name, ...service } = labels;
      const polled = samples.map((rpo, index) => (typeof rpo === 'number' ? index * stepSeconds : rpo));
      add('huaweicloud_backup_poll_last_success_timestamp_seconds', service, polled);
    }
  }
  for (const { name, labels, samples } of [...values.values()]) {
    if (name !== 'huaweicloud_backup_poll_last_success_timestamp_seconds') continue;
    const { cloud_service: _service, region: _region, project: _project, ...target } = labels;
    const up = values.get(selector('up', target))?.samples ?? samples.map(() => 1);
    const polls = up.map((isUp, index) => (isUp === 1 ? 0 : staleIf(up[index - 1] === 1)));
    add('huaweicloud_backup_polls_total', { ...labels, outcome: 'success' }, polls);
  }
  return [...values.values()].map(({ name, labels, samples }) => ({
    series: selector(name, labels),
    values: samples.map((sample) => sample ?? '_').join(' '),
  }));
}

const staleIf = (hasEnded: boolean): Sample => (hasEnded ? 'stale' : undefined);

const selector = (name: string, labels: Labels) =>
  `${name}{${Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`;

/** Samples as promtool counts them: `1+2x3` is four, `_x3` is three. */
function parseSamples(text: string, stepSeconds: number): readonly Sample[] {
  const samples = text.split(/\s+/).flatMap((item): readonly Sample[] => {
    if (item === 'stale') return ['stale'];
    const [, gap] = /^_(?:x(\d+))?$/.exec(item) ?? [];
    if (item.startsWith('_')) return Array.from({ length: Number(gap ?? 1) }, () => undefined);
    const [, start = '', change = '0', times = '0'] =
      /^(now|-?[\d.e]+?)([+-][\d.e]+)?(?:x(\d+))?$/.exec(item) ?? [];
    if (start === '') throw new Error(`"${item}" is not a list of samples`);
    if (start === 'now') return Array.from({ length: Number(times) + 1 }, () => Number.NaN);
    return Array.from({ length: Number(times) + 1 }, (_, index) => Number(start) + index * Number(change));
  });
  return samples.map((sample, index) => (Number.isNaN(sample) ? index * stepSeconds : sample));
}
