import type { Section } from './layout.ts';
import { series, stat, stateTimeline, table } from './panels.ts';
import {
  age,
  maxBy,
  ofLatency,
  ofProcess,
  ofProject,
  ofRequests,
  ofService,
  perMinute,
  perProcess,
  perServiceAndProcess,
} from './promql.ts';
import { COLOR_OF_OUTCOME, LOADING, READING, TIME_LEFT, words } from './states.ts';

const NO_DATA = 'No data';
const SERVICE_LEGEND = '{{project}}, {{cloud_service}}, {{region}} on {{instance}}';

/** Drops the values that are not a number: a span without any request has no latency. */
const quantile = (share: number): string =>
  `histogram_quantile(${share}, sum by (le, cloud_service, operation) (rate(${ofLatency('api_request_duration_seconds_bucket')}[$__rate_interval]))) >= 0`;

/** Section 5: whether the exporter does its work. */
export const exporter: Section = {
  title: 'Exporter',
  lines: [
    {
      height: 8,
      panels: [
        stateTimeline({
          title: 'Polls of backups',
          description:
            'Whether the last poll of the list of backups was complete. While it is not, the last complete values stay.',
          unit: 'none',
          noValue: 'Not polled yet',
          alerts: ['PollFailing'],
          query: { expression: perServiceAndProcess('poll_success'), legend: SERVICE_LEGEND },
          mappings: words(READING),
        }),
        stateTimeline({
          title: 'Inventory',
          description:
            'Whether the list of graphs or instances could be read. No line where the inventory is turned off.',
          unit: 'none',
          noValue: 'Not asked for',
          alerts: ['PollFailing'],
          query: { expression: perServiceAndProcess('inventory_success'), legend: SERVICE_LEGEND },
          mappings: words(READING),
        }),
      ],
    },
    {
      height: 8,
      panels: [
        series({
          title: 'Time since the last complete poll',
          description: 'Grows while polls fail.',
          unit: 's',
          noValue: 'Not polled yet',
          alerts: ['DataStale'],
          queries: [
            {
              expression: age(perServiceAndProcess('poll_last_success_timestamp_seconds')),
              legend: SERVICE_LEGEND,
            },
          ],
        }),
        series({
          title: 'Poll duration',
          description: 'How long the last poll took, its inventory included.',
          unit: 's',
          noValue: 'Not polled yet',
          queries: [{ expression: perServiceAndProcess('poll_duration_seconds'), legend: SERVICE_LEGEND }],
          steps: true,
        }),
        series({
          title: 'Polls by outcome',
          description: 'Polls per minute, by how they ended, over all services.',
          unit: 'opm',
          noValue: NO_DATA,
          alerts: ['PollFailing', 'AuthFailing'],
          queries: [
            {
              expression: `sum by (outcome) (${perMinute(ofService('polls_total'))})`,
              legend: '{{outcome}}',
            },
          ],
          colors: COLOR_OF_OUTCOME,
          bars: true,
        }),
      ],
    },
    {
      height: 8,
      panels: [
        series({
          title: 'API requests by code',
          description:
            'Requests per minute, by operation and HTTP status. "network" and "timeout" are requests without an answer.',
          unit: 'opm',
          noValue: NO_DATA,
          alerts: ['AuthFailing', 'PollFailing'],
          queries: [
            {
              expression: `sum by (cloud_service, operation, code) (${perMinute(ofRequests('api_requests_total'))})`,
              legend: '{{cloud_service}} {{operation}} {{code}}',
            },
          ],
        }),
        series({
          title: 'API request latency',
          description:
            'Half of the requests were faster than the 50 % line, all but 1 % faster than the 99 % line.',
          unit: 's',
          noValue: 'No requests',
          queries: [
            { expression: quantile(0.5), legend: '50 % {{cloud_service}} {{operation}}' },
            { expression: quantile(0.99), legend: '99 % {{cloud_service}} {{operation}}' },
          ],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        series({
          title: 'Backups not listed',
          description: 'Backups that the service counts and does not list.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['PollFailing'],
          queries: [{ expression: perServiceAndProcess('unlisted'), legend: SERVICE_LEGEND }],
          steps: true,
        }),
        series({
          title: 'Rows rejected in the past hour',
          description: 'Rows that could not be read, by what was wrong with them.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['RecordsRejected'],
          queries: [
            {
              expression: maxBy(
                ['cloud_service', 'region', 'project', 'reason'],
                `increase(${ofService('records_rejected_total')}[1h])`,
              ),
              legend: '{{project}}, {{cloud_service}}, {{region}}: {{reason}}',
            },
          ],
          decimals: 0,
        }),
        series({
          title: 'Resources over the limit',
          description: 'Resources that are not served because `limits.resources` is reached.',
          unit: 'none',
          noValue: NO_DATA,
          queries: [{ expression: perServiceAndProcess('resources_over_limit'), legend: SERVICE_LEGEND }],
          steps: true,
        }),
      ],
    },
    {
      height: 8,
      widths: [16, 8],
      panels: [
        table({
          title: 'Processes',
          description: 'One row per running exporter.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['ExporterDown', 'ConfigReloadFailing'],
          labels: [
            { label: 'job', title: 'Job' },
            { label: 'instance', title: 'Instance' },
            { label: 'version', title: 'Version' },
            { label: 'revision', title: 'Revision' },
            { label: 'nodeversion', title: 'Node.js' },
          ],
          values: [
            {
              title: 'Up for',
              unit: 's',
              noValue: 'unknown',
              expression: age(perProcess('process_start_time_seconds')),
            },
            {
              title: 'Configuration',
              unit: 'none',
              noValue: 'unknown',
              mappings: words(LOADING),
              expression: perProcess('huaweicloud_backup_config_last_reload_successful'),
            },
            {
              title: 'Loaded',
              unit: 's',
              noValue: 'unknown',
              expression: age(perProcess('huaweicloud_backup_config_last_reload_success_timestamp_seconds')),
            },
          ],
          hidden: [
            maxBy(
              ['job', 'instance', 'version', 'revision', 'nodeversion'],
              ofProcess('huaweicloud_backup_exporter_build_info'),
            ),
          ],
          sortBy: ['Up for'],
        }),
        stat({
          title: 'Passwords end in',
          description:
            'Time until the password of the IAM user ends. Credentials that renew themselves, and passwords without an end, are not shown.',
          unit: 's',
          noValue: 'No end known',
          alerts: ['CredentialsExpiring'],
          expression: `min by (project, region) (${ofProject('credentials_expiry_timestamp_seconds')}) - time()`,
          legend: '{{project}} ({{region}})',
          thresholds: TIME_LEFT,
        }),
      ],
    },
    {
      height: 8,
      panels: [
        series({
          title: 'Memory',
          description: 'Memory that the process holds, and the part of it that JavaScript values fill.',
          unit: 'bytes',
          noValue: NO_DATA,
          queries: [
            {
              expression: perProcess('process_resident_memory_bytes'),
              legend: 'resident {{instance}} ({{job}})',
            },
            { expression: perProcess('nodejs_heap_size_used_bytes'), legend: 'heap {{instance}} ({{job}})' },
          ],
        }),
        series({
          title: 'CPU',
          description: 'Processor time used, as a share of one processor.',
          unit: 'percentunit',
          noValue: NO_DATA,
          queries: [
            {
              expression: maxBy(
                ['job', 'instance'],
                `rate(${ofProcess('process_cpu_seconds_total')}[$__rate_interval])`,
              ),
              legend: '{{instance}} ({{job}})',
            },
          ],
        }),
        series({
          title: 'Event loop delay',
          description: 'How late the process got to its work when it was last scraped.',
          unit: 's',
          noValue: NO_DATA,
          queries: [
            { expression: perProcess('nodejs_eventloop_lag_seconds'), legend: '{{instance}} ({{job}})' },
          ],
        }),
      ],
    },
  ],
};
