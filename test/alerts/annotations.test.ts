import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderRuleFile } from '../../src/rules/rule-file.ts';
import { runbookUrl } from '../../src/rules/runbooks.ts';
import {
  A,
  B,
  CARTS,
  DATABASES,
  GRAPHS,
  IN_JOB,
  inputSeries,
  type Labels,
  type RuleCase,
  resource,
  STOCK,
  USERS,
} from './rule-case.ts';
import { ALERTS, DEFAULT_OPTIONS, SEVERITIES } from './shipped-rules.ts';
import { run, temporaryDirectory } from './tools.ts';

/** The texts of an alert. */
interface Text {
  readonly labels: Labels;
  readonly summary: string;
  readonly description: string;
}

const ODD = resource("g'1", 'orders & carts/ü');
const SMALL = resource('g5', 'small');
const SLOW = resource('g6', 'slow');
const GONE = resource('g7', 'gone');
const MANUAL = resource('g8', 'manual');
const REFUSED = { ...GRAPHS, project: 'refused' };
const HUNG = { ...GRAPHS, project: 'hung' };
const NEW = { ...GRAPHS, project: 'new' };
const SHORT = { ...GRAPHS, project: 'short' };
const STAGING = { job: 'staging', instance: 's:10045' };
const PROJECT = { region: 'r1', project: 'prod' };

/** A day in steps of 15 minutes in which every alert fires. */
const SERIES: RuleCase['series'] = [
  [A, { up: '1x95', config_last_reload_successful: '0x95', exporter_shard_ordinal: '0x95' }],
  [A, { exporter_total_shards: '2x95' }],
  [B, { up: '0x95', exporter_build_info: '1 stale' }],
  [
    { ...A, instance: 'c:10045' },
    { up: '1x95', exporter_total_shards: '3x95' },
  ],
  [
    { ...A, instance: 'c:10045' },
    GRAPHS,
    { poll_last_success_timestamp_seconds: '0x95', rpo_seconds: '_', poll_success: '1x95' },
  ],
  [STAGING, { up: '1x3 0x91' }],
  [STAGING, { ...GRAPHS, project: 'staging' }, { poll_last_success_timestamp_seconds: 'nowx3 stale' }],
  [
    A,
    GRAPHS,
    {
      poll_last_success_timestamp_seconds: 'nowx95',
      poll_success: '1x95',
      inventory_success: '1x95',
      clock_skew_seconds: '-420x95',
      resources_over_limit: '500x95',
      'records_rejected_total{reason="time"}': '0+1x95',
      'polls_total{outcome="success"}': '0+3x95',
    },
  ],
  [A, DATABASES, { poll_success: '1x3 stale', poll_last_success_timestamp_seconds: 'nowx3 stale' }],
  [A, DATABASES, { 'polls_total{outcome="success"}': '0x3 stale' }],
  [
    A,
    REFUSED,
    {
      poll_last_success_timestamp_seconds: 'nowx94 85500',
      poll_success: '0x95',
      'poll_last_outcome{outcome="permission"}': '1x95',
      'poll_last_outcome{outcome="auth"}': '0x95',
    },
  ],
  [A, HUNG, { poll_last_success_timestamp_seconds: '0x95', poll_success: '1x95' }],
  [A, NEW, { 'polls_total{outcome="success"}': '0x95', 'poll_last_outcome{outcome="timeout"}': '1x95' }],
  [A, SHORT, { poll_last_success_timestamp_seconds: 'nowx95', poll_success: '1x95', unlisted: '7x95' }],
  [A, { exported_region: 'r1' }, SHORT, { 'polls_total{outcome="success"}': '0x95' }],
  [A, PROJECT, { credentials_expiry_timestamp_seconds: '172800x95' }],
  [A, { ...PROJECT, project: 'old' }, { credentials_expiry_timestamp_seconds: '3600x95' }],
  [
    A,
    ODD,
    { rpo_seconds: '864000x95', consecutive_failures: '3x95', last_success_timestamp_seconds: '0x95' },
  ],
  [
    A,
    USERS,
    { rpo_seconds: '43200x95', consecutive_failures: '1x95', last_success_timestamp_seconds: '0x95' },
  ],
  [A, CARTS, { rpo_seconds: '43200x95', resource_created_timestamp_seconds: '0x95' }],
  [A, STOCK, { rpo_seconds: '864000x95', running_start_timestamp_seconds: '0x95' }],
  [
    A,
    SMALL,
    { rpo_seconds: '864000x95', last_success_size_bytes: '1024x95', success_size_median_bytes: '4096x95' },
  ],
  [
    A,
    SLOW,
    {
      rpo_seconds: '864000x95',
      last_success_duration_seconds: '7200x95',
      success_duration_median_seconds: '600x95',
    },
  ],
  [A, GONE, { rpo_seconds: '864000x91 stale' }],
  [
    A,
    MANUAL,
    {
      rpo_seconds: '43200x95',
      last_success_timestamp_seconds: 'nowx95',
      last_automatic_success_timestamp_seconds: '0x95',
    },
  ],
];

const at = ({ cloud_service, resource_name, resource_id }: Labels) =>
  `${cloud_service} ${resource_name} (${resource_id}) in project prod, r1`;
const graphsOf = (project: string) => `ges backups of project ${project}, r1`;

const TEXTS: Readonly<Record<string, readonly Text[]>> = {
  Failed: [
    {
      labels: ODD,
      summary: 'A backup of orders & carts/ü failed',
      description: `${at(ODD)}: 3 backups have failed since the last successful one. A retry in progress does not resolve this alert; a successful backup does.`,
    },
    {
      labels: USERS,
      summary: 'A backup of users failed',
      description: `${at(USERS)}: 1 backup has failed since the last successful one. A retry in progress does not resolve this alert; a successful backup does.`,
    },
  ],
  FailingRepeatedly: [
    {
      labels: ODD,
      summary: 'Backups of orders & carts/ü keep failing',
      description: `${at(ODD)}: 3 backups have failed since the last successful one.`,
    },
  ],
  Stale: [
    {
      labels: USERS,
      summary: 'The last successful backup of users is too old',
      description: `${at(USERS)}: a backup is overdue by 11h 45m 0s; the objective is 12h 0m 0s.`,
    },
  ],
  Missing: [
    {
      labels: CARTS,
      summary: 'carts has no successful backup',
      description: `${at(CARTS)} has no successful backup. The first one was due 11h 45m 0s ago; the objective is 12h 0m 0s.`,
    },
  ],
  ScheduleStopped: [
    {
      labels: MANUAL,
      summary: 'Automatic backups of manual have stopped',
      description: `${at(MANUAL)}: the last successful automatic backup is 23h 45m 0s old; the objective is 12h 0m 0s. Newer manual backups hide this.`,
    },
  ],
  Stuck: [
    {
      labels: STOCK,
      summary: 'A backup of stock seems stuck',
      description: `${at(STOCK)}: a backup has been running for 23h 45m 0s, over 6h and over 3 times as long as usual.`,
    },
  ],
  SizeDropped: [
    {
      labels: SMALL,
      summary: 'The last backup of small is much smaller than usual',
      description: `${at(SMALL)}: the last successful backup has 1kiB, less than 0.5 times the median of the previous ones.`,
    },
  ],
  Slow: [
    {
      labels: SLOW,
      summary: 'The last backup of slow took much longer than usual',
      description: `${at(SLOW)}: the last successful backup took 1h 50m 0s longer than the median of the previous ones, over 3 times as long.`,
    },
  ],
  ResourceGone: [
    {
      labels: GONE,
      summary: 'gone is no longer expected to be backed up',
      description: `${at(GONE)} had an objective within the last 3h and has none now: it was deleted or stopped, or the configuration excludes it.`,
    },
  ],
  ExporterDown: [
    {
      labels: { job: 'staging' },
      summary: 'The backup exporter is down',
      description: 'Prometheus cannot scrape the exporter of job staging. Backups are not monitored.',
    },
  ],
  ReplicaDown: [
    {
      labels: B,
      summary: 'A backup exporter is down or behind',
      description: 'Prometheus cannot scrape b:10045.',
    },
    {
      labels: { ...A, instance: 'c:10045' },
      summary: 'A backup exporter is down or behind',
      description: 'The data of c:10045 is 23h 52m 0s older than that of another exporter.',
    },
    {
      labels: STAGING,
      summary: 'A backup exporter is down or behind',
      description: 'Prometheus cannot scrape s:10045.',
    },
  ],
  ServiceGone: [
    {
      labels: DATABASES,
      summary: 'gaussdb-mysql in project prod is no longer polled',
      description:
        'gaussdb-mysql backups of project prod, r1: polled within the last 1d, but by no exporter now. Their alerts have stopped too.',
    },
  ],
  DataStale: [
    {
      labels: HUNG,
      summary: 'Data on ges backups of project hung is stale',
      description: `${graphsOf('hung')}: no complete poll for 23h 45m 0s. The other alerts are based on old data.`,
    },
  ],
  NeverPolled: [
    {
      labels: NEW,
      summary: 'ges backups of project new have not been read yet',
      description: `${graphsOf('new')}: no complete poll since the exporter started. Outcome of the last poll: timeout.`,
    },
  ],
  PollFailing: [
    {
      labels: REFUSED,
      summary: 'Not all ges backups of project refused can be read',
      description: `${graphsOf('refused')}: the list of backups or of resources cannot be read. The last known values are kept. Outcome of the last poll: permission.`,
    },
    {
      labels: SHORT,
      summary: 'Not all ges backups of project short can be read',
      description: `${graphsOf('short')}: 7 backups, resources or policies are missing: the service counts but does not list them, or they cannot be read.`,
    },
  ],
  AuthFailing: [
    {
      labels: REFUSED,
      summary: 'Authentication or permission failure for ges in project refused',
      description: `${graphsOf('refused')}: the cloud refuses the credentials, or they lack a permission. Outcome of the last poll: permission.`,
    },
  ],
  CredentialsExpiring: [
    {
      labels: PROJECT,
      summary: 'The password for project prod is about to expire',
      description: 'The password of the IAM user for project prod, r1, expires in 1d 0h 15m 0s.',
    },
    {
      labels: { ...PROJECT, project: 'old' },
      summary: 'The password for project old is about to expire',
      description: 'The password of the IAM user for project old, r1, has expired.',
    },
  ],
  ResourcesOverLimit: [
    {
      labels: GRAPHS,
      summary: 'Some ges resources of project prod are not monitored',
      description: `${graphsOf('prod')}: limits.resources leaves out 500 resources.`,
    },
  ],
  RecordsRejected: [
    {
      labels: { ...GRAPHS, reason: 'time' },
      summary: 'Some ges backups of project prod cannot be read',
      description: `${graphsOf('prod')}: rows were rejected in the last 1h, reason "time".`,
    },
  ],
  ConfigReloadFailing: [
    {
      labels: A,
      summary: 'The backup exporter could not reload its configuration',
      description: 'a:10045 keeps using the previous configuration.',
    },
  ],
  ClockSkew: [
    {
      labels: A,
      summary: 'The clock of a backup exporter is wrong',
      description: 'The clock of a:10045 is 7m 0s off the clock of the cloud.',
    },
  ],
  LabelsRenamed: [
    {
      labels: IN_JOB,
      summary: 'Prometheus renames labels of the backup exporter',
      description:
        'Targets of job huaweicloud-backup-exporter have a label cloud_service, region or project, so the label of the exporter becomes exported_… and alerts mix up projects. Set honor_labels: true for the job.',
    },
  ],
  ShardingMismatch: [
    {
      labels: IN_JOB,
      summary: 'Backup exporters disagree on the number of shards',
      description:
        'Exporters of job huaweicloud-backup-exporter run with 2 different values of --total-shards: some projects may be polled twice or not at all.',
    },
  ],
  ShardsMissing: [
    {
      labels: IN_JOB,
      summary: 'A shard of the backup exporter is missing',
      description:
        'Shards of job huaweicloud-backup-exporter that are not running: 2. Their projects are not monitored.',
    },
  ],
};

const LIST_ODD =
  "huaweicloud-backup-exporter backups list --project 'prod' --service ges --resource 'g'\\''1'";

it('every alert has a summary, a description and a command for its recipient', async () => {
  using directory = temporaryDirectory();
  writeFileSync(join(directory.path, 'rules.yml'), renderRuleFile(DEFAULT_OPTIONS));
  const tests = Object.entries(TEXTS).map(([alert, texts]) => ({
    alertname: `HuaweiCloudBackup${alert}`,
    eval_time: '23h45m',
    exp_alerts: texts.map(({ labels, summary, description }) => ({
      exp_labels: { severity: SEVERITIES[alert], ...labels },
      exp_annotations: {
        summary,
        description,
        runbook_url: runbookUrl(`HuaweiCloudBackup${alert}`),
        ...('resource_id' in labels && {
          command: LIST_ODD.replace("g'\\''1", String(labels['resource_id']).replace("'", "'\\''")),
        }),
      },
    })),
  }));
  const content = {
    rule_files: ['rules.yml'],
    evaluation_interval: '15m',
    tests: [{ interval: '15m', input_series: inputSeries(SERIES, 900), alert_rule_test: tests }],
  };
  writeFileSync(join(directory.path, 'test.yml'), JSON.stringify(content));

  const { code, stdout, stderr } = await run('promtool', ['test', 'rules', 'test.yml'], directory.path);

  expect(code, `${stdout}${stderr}`).toBe(0);
  expect(Object.keys(TEXTS)).toEqual(ALERTS.map(({ alert }) => alert));
});
