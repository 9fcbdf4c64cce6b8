import { label, series, stat, stateTimeline, table, value } from './panels.ts';
import { BY, last, metric, OF_EXPORTER, OF_PROJECT, OF_SERVICE, since } from './promql.ts';
import { renderDashboard, type Section } from './shell.ts';
import {
  DATA_AGE,
  NEUTRAL,
  NONE_ALLOWED,
  POLL,
  RELOAD,
  SKEW,
  SOME_EXPECTED,
  TIME_LEFT,
  textMappings,
  UP,
} from './states.ts';

const SERVICE = `${OF_EXPORTER}, ${OF_SERVICE}`;
// Sign-ins have a `cloud_service` of their own, which the variable does not offer; they are always included.
const REQUESTS = `${OF_EXPORTER}, ${OF_PROJECT}, cloud_service=~"$cloud_service|iam"`;
const LATENCY = `${OF_EXPORTER}, cloud_service=~"$cloud_service|iam"`;

const BUILDS = last(metric('exporter_build_info', OF_EXPORTER), '1d');
const UP_NOW = `up{${OF_EXPORTER}} and on (job, instance) ${BUILDS}`;
const POLLED = last(metric('polls_total', `${SERVICE}, outcome="success"`));
const EXPIRY = last(metric('credentials_expiry_timestamp_seconds', `${OF_EXPORTER}, ${OF_PROJECT}`));

const perService = (name: string, span?: string) =>
  `max by (${BY.service}) (${last(metric(name, SERVICE), span)})`;
const perExporter = (selector: string) => `max by (${BY.exporter}) (${selector})`;
const ofProcess = (name: string) => perExporter(`${name}{${OF_EXPORTER}}`);
/** The metric for the projects of a hidden variable, few enough for a graph. */
const ofWorst = (name: string) =>
  `max by (instance, ${BY.service}) (${metric(name, `${SERVICE}, project=~"$worst"`)})`;
const top100 = (expr: string) => `topk(100, ${expr})`;
const hourly = (name: string, by: string, matchers: string) =>
  `sum by (${by}) (increase(${metric(name, matchers)}[1h]))`;

const glance: Section = {
  title: 'At a glance',
  lines: [
    [
      stat({
        title: 'Exporters up',
        description: 'Exporters that Prometheus can scrape, and how many there were in the past day.',
        expr: [
          [`sum(${UP_NOW}) or 0 * count(${BUILDS})`, 'up'],
          [`count(count by (job, instance) (${BUILDS}))`, 'known'],
        ],
        thresholds: SOME_EXPECTED,
      }),
      stat({
        title: 'Services polled',
        description: 'Services polled, over all projects.',
        expr: `count(count by (${BY.service}) (${POLLED}))`,
        thresholds: NEUTRAL,
      }),
      stat({
        title: 'Services not read',
        description: 'Services whose last poll failed, or that have not been polled yet.',
        expr: `count(count by (${BY.service}) (${POLLED}) unless ${perService('poll_success')} == 1) or 0 * count(${POLLED})`,
        thresholds: NONE_ALLOWED,
      }),
      stat({
        title: 'Age of the data',
        description: 'Time since the last complete poll of the service that has waited longest.',
        unit: 'dtdhms',
        expr: `max(${since(perService('poll_last_success_timestamp_seconds', '1d'))})`,
        thresholds: DATA_AGE,
      }),
      stat({
        title: 'Clock difference',
        description: 'Largest difference between the clocks of an exporter and of the cloud.',
        unit: 'dtdhms',
        expr: `max(abs(${last(metric('clock_skew_seconds', SERVICE))}))`,
        thresholds: SKEW,
      }),
      stat({
        title: 'Next password expires in',
        description: 'Ignores credentials that renew themselves and passwords that do not expire.',
        unit: 'dtdhms',
        noValue: 'No expiry',
        expr: `min(${EXPIRY}) - time()`,
        thresholds: TIME_LEFT,
      }),
    ],
    [
      table({
        title: 'Exporters',
        description: 'Every exporter of the past day.',
        columns: [
          value('State', perExporter(UP_NOW), 'none', 'Gone', { mappings: textMappings(UP) }),
          label('Instance', 'instance'),
          label('Job', 'job'),
          label('Version', 'version'),
          value('Shard', ofProcess('huaweicloud_backup_exporter_shard_ordinal')),
          value('of', ofProcess('huaweicloud_backup_exporter_total_shards')),
          value('Up for', since(ofProcess('process_start_time_seconds')), 'dtdhms'),
          value('Configuration', ofProcess('huaweicloud_backup_config_last_reload_successful'), 'none', '', {
            mappings: textMappings(RELOAD),
          }),
          value(
            'Loaded',
            since(ofProcess('huaweicloud_backup_config_last_reload_success_timestamp_seconds')),
            'dtdhms',
          ),
        ],
        hidden: [`max by (job, instance, version) (${BUILDS})`],
        sortBy: ['State', 'Instance'],
      }),
      table({
        title: 'Services with problems',
        description: 'Up to 100 services whose last poll failed, or that do not list all their backups.',
        noValue: 'None',
        columns: [
          label('Project', 'project'),
          label('Service', 'cloud_service'),
          label('Region', 'region'),
          label('Last outcome', 'outcome', { noValue: 'success' }),
          value('Backups not listed', top100(`${perService('unlisted')} > 0`)),
          value('Resources not listed', top100(`${perService('resources_unlisted')} > 0`)),
          value(
            'Rejected in an hour',
            top100(`${hourly('records_rejected_total', `${BY.service}, instance`, SERVICE)} > 0`),
          ),
          value('Over the limit', top100(`${perService('resources_over_limit')} > 0`)),
          value('Policies not read', top100(`${perService('policies_unread')} > 0`)),
        ],
        hidden: [
          top100(
            `max by (${BY.service}, outcome) (${last(metric('poll_last_outcome', `${SERVICE}, outcome!="success"`))}) == 1`,
          ),
        ],
        sortBy: ['Project'],
      }),
    ],
  ],
};

const LEGEND = '{{project}}, {{cloud_service}}, {{region}} on {{instance}}';

const polls: Section = {
  title: 'Polls',
  lines: [
    [
      stateTimeline({
        title: 'Polls',
        description: 'Result of the last poll, for the 20 projects with the oldest data.',
        noValue: 'Not polled yet',
        query: [
          `${POLL.failed[0]} + 0 * (${ofWorst('poll_success')} == 0)
or ${POLL.noInventory[0]} + 0 * (${ofWorst('inventory_success')} == 0)
or 0 * ${ofWorst('poll_success')}`,
          LEGEND,
        ],
        mappings: textMappings(POLL),
      }),
      series({
        title: 'Time since the last complete poll',
        description: 'The 20 projects with the oldest data.',
        unit: 's',
        noValue: 'Not polled yet',
        queries: [[since(ofWorst('poll_last_success_timestamp_seconds')), LEGEND]],
      }),
      series({
        title: 'Poll duration',
        description: 'Duration of the last poll of the same projects, including the inventory.',
        unit: 's',
        noValue: 'Not polled yet',
        queries: [[ofWorst('poll_duration_seconds'), LEGEND]],
      }),
    ],
    [
      series({
        title: 'Failed polls per hour',
        description: 'Failed polls by outcome.',
        noValue: 'None',
        queries: [
          [`${hourly('polls_total', 'outcome', `${SERVICE}, outcome!="success"`)} > 0`, '{{outcome}}'],
        ],
        bars: '1h',
      }),
      series({
        title: 'API requests per hour',
        description: 'By operation and HTTP status; "network" and "timeout" mean that there was no response.',
        queries: [
          [
            `${hourly('api_requests_total', 'cloud_service, operation, code', REQUESTS)} > 0`,
            '{{cloud_service}} {{operation}} {{code}}',
          ],
        ],
        bars: '1h',
      }),
      series({
        title: 'API latency',
        description: 'Mean request duration over an hour.',
        unit: 's',
        noValue: 'No requests',
        queries: [
          [
            `${hourly('api_request_duration_seconds_sum', 'cloud_service, operation', LATENCY)}
/ (${hourly('api_request_duration_seconds_count', 'cloud_service, operation', LATENCY)} > 0)`,
            '{{cloud_service}} {{operation}}',
          ],
        ],
      }),
    ],
  ],
};

const process: Section = {
  title: 'Process',
  isCollapsed: true,
  lines: [
    [
      series({
        title: 'Memory',
        description: 'Resident memory, and the JavaScript heap in use.',
        unit: 'bytes',
        queries: [
          [ofProcess('process_resident_memory_bytes'), 'resident {{instance}} ({{job}})'],
          [ofProcess('nodejs_heap_size_used_bytes'), 'heap {{instance}} ({{job}})'],
        ],
      }),
      series({
        title: 'CPU',
        description: 'Share of one CPU, averaged over an hour.',
        unit: 'percentunit',
        queries: [
          [perExporter(`rate(process_cpu_seconds_total{${OF_EXPORTER}}[1h])`), '{{instance}} ({{job}})'],
        ],
      }),
    ],
  ],
};

const AGE = since(perService('poll_last_success_timestamp_seconds', '1d'));

/** The dashboard of the exporter. */
export const renderExporter = (): string =>
  renderDashboard({
    uid: 'huaweicloud-backup-exporter',
    title: 'Huawei Cloud backup exporter',
    description: 'Whether huaweicloud-backup-exporter can read the backups.',
    choices: [
      ['job', 'Job', 'huaweicloud_backup_exporter_build_info'],
      ['instance', 'Instance', 'huaweicloud_backup_exporter_build_info'],
      ['project', 'Project', 'huaweicloud_backup_polls_total'],
      ['region', 'Region', 'huaweicloud_backup_polls_total'],
      ['cloud_service', 'Service', 'huaweicloud_backup_polls_total'],
    ],
    selections: [['worst', 'project', `topk(20, ${AGE} or time() + 0 * max by (${BY.service}) (${POLLED}))`]],
    alerts:
      'alertname=~"HuaweiCloudBackup.+", job=~"$job|", instance=~"$instance|", project=~"$project|", region=~"$region|", cloud_service=~"$cloud_service|", resource_id=""',
    other: { title: 'Backups', uid: 'huaweicloud-backup' },
    sections: [glance, polls, process],
  });
