import { STATE_THRESHOLDS } from '../../src/domain/thresholds.ts';
import { RUNBOOKS_URL } from '../../src/rules/runbooks.ts';
import { type Column, label, series, stat, stateTimeline, table, value } from './panels.ts';
import {
  BY,
  existing,
  firstOf,
  LISTED,
  last,
  metric,
  OF_JOB,
  OF_RESOURCE,
  OF_SERVICE,
  overTime,
  perResource,
  since,
  WORST,
} from './promql.ts';
import { renderDashboard, type Section } from './shell.ts';
import {
  BACKUP,
  DATA_AGE,
  DURATION_SHARE,
  NEUTRAL,
  NONE_ALLOWED,
  NONE_EXPECTED,
  OBJECTIVE_SHARE,
  SIZE_SHARE,
  SOME_EXPECTED,
  STATE,
  textMappings,
} from './states.ts';

const t = STATE_THRESHOLDS;

/** A variable that Grafana replaces. */
const variable = (name: string): string => `\${${name}}`;

/** The conditions of the states, the same as on the status page and in the alerts. */
function conditions(among = '') {
  const read = (name: string) => perResource(name, among);
  const success = read('last_success_timestamp_seconds');
  const overdue = `${since(read('due_timestamp_seconds'))} > 0`;
  const objective = existing('rpo_seconds', among);
  const running = existing('running_start_timestamp_seconds', among);
  const duration = read('last_success_duration_seconds');
  const usual = read('success_duration_median_seconds');
  return {
    never: `${overdue} unless ${success}`,
    stale: `${overdue} and ${success}`,
    failed: `${read('consecutive_failures')} >= ${t.failedCount}`,
    stuck: `${since(running)} > ${t.stuckAfter} unless ${since(running)} <= ${t.stuckRatio} * ${usual}`,
    shrunk: `${read('last_success_size_bytes')} < ${t.shrunkRatio} * ${read('success_size_median_bytes')}`,
    slow: `${duration} > ${t.slowRatio} * ${usual} and ${duration} - ${usual} >= ${t.slowMargin}`,
    running,
    new: `${objective} unless ${success}`,
    fine: objective,
  } satisfies Partial<Record<keyof typeof STATE, string>>;
}

/** The state of each resource as a number. */
function stateOf(among = ''): string {
  const cases = Object.entries(conditions(among)).map(
    ([name, condition]) => [STATE[name as keyof typeof STATE][0], condition] as const,
  );
  return `(\n${firstOf(cases)}\n) and ${existing('rpo_seconds', among)}\nor 0 * ${existing('resource_info', among)}`;
}

const OBJECTIVE = existing('rpo_seconds');
/** The number of resources with an objective that meet a condition: 0 if none do, no value if there are no resources. */
const count = (condition: string): string =>
  `count((${condition}) and ${OBJECTIVE}) or 0 * count(${OBJECTIVE})`;
const objectiveUsed = (among: string, read: (name: string, among: string) => string): string =>
  `(${since(read('last_success_timestamp_seconds', among))}) / ${read('rpo_seconds', among)}`;

const BUILDS = last(metric('exporter_build_info', OF_JOB), '1d');
const LAST_POLL = last(metric('poll_last_success_timestamp_seconds', `${OF_JOB}, ${OF_SERVICE}`), '1d');
const FINISHED = `increase(${metric('finished_total', OF_RESOURCE)}[1d])`;
// An alert without one of these labels is always included.
const ALERTS =
  'alertname=~"HuaweiCloudBackup.+", project=~"$project|", region=~"$region|", cloud_service=~"$cloud_service|", resource_name=~"$resource_name|"';
const activeFor = (severity: string): string =>
  `topk(100, time() - (ALERTS_FOR_STATE{${ALERTS}, ${severity}} and ignoring (alertstate) ALERTS{${ALERTS}, ${severity}, alertstate="firing"}))`;

const glance: Section = {
  title: 'At a glance',
  lines: [
    [
      stat({
        title: 'Exporters up',
        description:
          'Exporters that Prometheus can scrape, and how many there were in the past day. When none is up, everything below is outdated.',
        expr: [
          [`sum(up{${OF_JOB}} and on (job, instance) ${BUILDS}) or 0 * count(${BUILDS})`, 'up'],
          [`count(count by (job, instance) (${BUILDS}))`, 'known'],
        ],
        thresholds: SOME_EXPECTED,
      }),
      stat({
        title: 'Age of the data',
        description: 'Time since the last complete poll of the service that has waited longest.',
        unit: 'dtdhms',
        expr: `max(time() - max by (${BY.service}) (${LAST_POLL}))`,
        thresholds: DATA_AGE,
      }),
      stat({
        title: 'Resources',
        description:
          'Resources that exist and have a recovery point objective: how old their last successful backup may be. The next four numbers count among these.',
        expr: `count(${OBJECTIVE})`,
        thresholds: NEUTRAL,
      }),
      stat({
        title: 'Never backed up',
        description: 'Resources without a successful backup, although the first one is overdue.',
        expr: count(conditions().never),
        thresholds: NONE_ALLOWED,
      }),
      stat({
        title: 'Stale',
        description: 'Resources whose last successful backup is older than their objective.',
        expr: count(conditions().stale),
        thresholds: NONE_ALLOWED,
      }),
      stat({
        title: 'Failed',
        description: 'Resources with a failed backup since their last successful one.',
        expr: count(conditions().failed),
        thresholds: NONE_EXPECTED,
      }),
      stat({
        title: 'Stuck',
        description:
          'Resources with a backup that has been running for over 6 hours and three times the median.',
        expr: count(conditions().stuck),
        thresholds: NONE_EXPECTED,
      }),
      stat({
        title: 'Finished in the past day',
        description: 'Backups that the exporter saw finish in the past 24 hours.',
        expr: [[`sum by (result) (round(max by (${BY.resource}, result) (${FINISHED})))`, '{{result}}']],
        thresholds: NEUTRAL,
      }),
    ],
    [
      table({
        title: 'Firing alerts',
        description: 'Up to 100 critical alerts and 100 others, longest active first.',
        noValue: 'None',
        columns: [
          label('Severity', 'severity'),
          label('Alert', 'alertname', {
            links: [
              { title: 'Runbook', url: `${RUNBOOKS_URL}/${variable('__value.text')}.md`, targetBlank: true },
            ],
          }),
          value(
            'Active for',
            `${activeFor('severity="critical"')}\nor ${activeFor('severity!="critical"')}`,
            'dtdhms',
          ),
          label('Resource', 'resource_name'),
          label('Project', 'project'),
          label('Service', 'cloud_service'),
          label('Region', 'region'),
          label('Reason', 'reason'),
          label('Instance', 'instance'),
          label('Job', 'job'),
        ],
        sortBy: ['Severity', '-Active for'],
      }),
    ],
  ],
};

const WHERE: readonly Column[] = [
  label('Project', 'project'),
  label('Service', 'cloud_service'),
  label('Region', 'region'),
];
const NAME = label('Resource', 'resource_name', {
  links: [
    {
      title: 'Show only this resource',
      url: `/d/huaweicloud-backup?${variable('datasource:queryparam')}&var-project=${variable('__data.fields.Project:percentencode')}&var-resource_name=${variable('__data.fields.Resource:percentencode')}&${variable('__url_time_range')}`,
    },
  ],
});
const listed = (name: string) => perResource(name, LISTED);

const resources: Section = {
  title: 'Resources',
  lines: [
    [
      table({
        title: 'Resources, worst first',
        description: 'Up to 100 of the selected resources, by state and share of the objective used.',
        columns: [
          value('State', stateOf(LISTED), 'none', '', { mappings: textMappings(STATE) }),
          NAME,
          value('Age', since(listed('last_success_timestamp_seconds')), 'dtdhms', 'never'),
          value('Objective used', objectiveUsed(LISTED, perResource), 'percentunit', 'none', {
            thresholds: OBJECTIVE_SHARE,
          }),
          value('Overdue by', `${since(listed('due_timestamp_seconds'))} > 0`, 'dtdhms'),
          value('Objective', existing('rpo_seconds', LISTED), 'dtdhms', 'none'),
          value('Failures', listed('consecutive_failures'), 'none', '', { thresholds: NONE_EXPECTED }),
          value('Running for', since(existing('running_start_timestamp_seconds', LISTED)), 'dtdhms'),
          value('Size', listed('last_success_size_bytes'), 'bytes', 'unknown'),
          value('Duration', listed('last_success_duration_seconds'), 'dtdhms', 'unknown'),
          ...WHERE,
        ],
        sortBy: ['-State', '-Objective used'],
      }),
    ],
  ],
};

const LEGEND = '{{resource_name}} ({{project}}, {{cloud_service}})';
const STATES_OVER_TIME = Object.entries(BACKUP)
  .map(([state, [n]]) => `${n} * (${metric('last_status', `${OF_RESOURCE}${WORST}, state="${state}"`)} == 1)`)
  .join('\n  or ');
const ratio = (name: string, median: string) => `${overTime(name, WORST)} / (${overTime(median, WORST)} > 0)`;

const trends: Section = {
  title: 'Trends of the 20 resources that have used most of their objective',
  lines: [
    [
      stateTimeline({
        title: 'Newest backup',
        description: 'State of the newest backup.',
        noValue: 'No backups',
        query: [`max by (${BY.resource}) (\n  ${STATES_OVER_TIME}\n)`, LEGEND],
        mappings: textMappings(BACKUP),
      }),
      series({
        title: 'Objective used',
        description:
          'Age of the last successful backup as a share of the objective. Above 100 % a backup is overdue; above 200 % the line is outside the panel.',
        unit: 'percentunit',
        noValue: 'No successful backups',
        queries: [[objectiveUsed(WORST, overTime), LEGEND]],
        limits: OBJECTIVE_SHARE,
        max: 2,
      }),
    ],
    [
      series({
        title: 'Size against the median',
        description: 'Size of the last successful backup as a share of the median of the previous ones.',
        unit: 'percentunit',
        noValue: 'Fewer than three previous backups',
        queries: [[ratio('last_success_size_bytes', 'success_size_median_bytes'), LEGEND]],
        limits: SIZE_SHARE,
        max: 3,
      }),
      series({
        title: 'Duration against the median',
        description: 'Duration of the last successful backup as a share of the median of the previous ones.',
        unit: 'percentunit',
        noValue: 'Fewer than three previous backups',
        queries: [[ratio('last_success_duration_seconds', 'success_duration_median_seconds'), LEGEND]],
        limits: DURATION_SHARE,
        max: 5,
      }),
      series({
        title: 'Firing alerts over time',
        description: 'Firing alerts of everything selected above.',
        noValue: 'None',
        queries: [[`count by (alertname) (ALERTS{${ALERTS}, alertstate="firing"})`, '{{alertname}}']],
      }),
    ],
  ],
};

const stored: Section = {
  title: 'Stored backups',
  isCollapsed: true,
  lines: [
    [
      table({
        title: 'Stored backups',
        description: 'How far back the resources in the table above can be restored, and their properties.',
        columns: [
          NAME,
          value('Restorable back to', since(listed('oldest_success_timestamp_seconds')), 'dtdhms', 'never'),
          value(
            'Last automatic',
            since(listed('last_automatic_success_timestamp_seconds')),
            'dtdhms',
            'never',
          ),
          value('Last failure', since(listed('last_failure_timestamp_seconds')), 'dtdhms', 'none'),
          value(
            'Backups',
            `sum by (${BY.resource}) (${perResource('stored', LISTED, `${BY.resource}, state`)})`,
          ),
          value('Stored', listed('stored_bytes'), 'bytes', 'unknown'),
          value('Created', since(listed('resource_created_timestamp_seconds')), 'dtdhms', 'unknown'),
          ...['kind', 'status', 'engine_version', 'arch', 'encrypted', 'method'].map((name) =>
            label(name.slice(0, 1).toUpperCase() + name.slice(1).replace('_', ' '), name, {
              noValue: 'unknown',
            }),
          ),
          ...WHERE,
        ],
        hidden: [
          perResource('last_success_info', LISTED, `${BY.resource}, method`),
          perResource(
            'resource_info',
            LISTED,
            `${BY.resource}, kind, status, engine_version, arch, encrypted`,
          ),
        ],
        sortBy: ['-Stored'],
      }),
    ],
  ],
};

const POLLS = 'huaweicloud_backup_polls_total';

/** The dashboard of the backups. */
export const renderBackups = (): string =>
  renderDashboard({
    uid: 'huaweicloud-backup',
    title: 'Huawei Cloud backups',
    description: 'Backups on Huawei Cloud, read by huaweicloud-backup-exporter.',
    choices: [
      ['job', 'Job', 'huaweicloud_backup_exporter_build_info'],
      ['project', 'Project', POLLS],
      ['region', 'Region', POLLS],
      ['cloud_service', 'Service', POLLS],
      ['resource_name', 'Resource', 'huaweicloud_backup_resource_info'],
    ],
    selections: [
      ['listed', 'resource_id', `topk(100, ${stateOf()})`],
      ['worst', 'resource_id', `topk(20, ${objectiveUsed('', perResource)} and ${OBJECTIVE})`],
    ],
    alerts: ALERTS,
    other: { title: 'Exporter', uid: 'huaweicloud-backup-exporter' },
    sections: [glance, resources, trends, stored],
  });
