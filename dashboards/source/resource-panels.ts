import { RESOURCE_LABELS } from '../../src/metrics/resource-metrics.ts';
import type { Section } from './layout.ts';
import { DASHBOARD_UID } from './links.ts';
import { type LabelColumn, series, stat, stateTimeline, table } from './panels.ts';
import {
  age,
  countResources,
  firstOf,
  LAST_SUCCESS,
  maxBy,
  OBJECTIVE,
  ofResource,
  perResource,
  perService,
} from './promql.ts';
import {
  AGE_OF_DATA,
  COLOR_OF_STATE,
  NEUTRAL,
  NEWEST_BACKUP,
  NONE_ALLOWED,
  NONE_EXPECTED,
  RUNNING_TIME,
  SHARE_OF_OBJECTIVE,
  SHARE_OF_SIZE,
  STANDING,
  words,
} from './states.ts';

const NO_DATA = 'No data';
const RESOURCE_LEGEND = '{{resource_name}} ({{project}}, {{cloud_service}}, {{resource_id}})';

const FAILURES_IN_A_ROW = perResource('consecutive_failures');
const RUNNING_SINCE = perResource('running_start_timestamp_seconds');
const SIZE = perResource('last_success_size_bytes');
const DURATION = perResource('last_success_duration_seconds');
const LAST_COMPLETE_POLL = perService('poll_last_success_timestamp_seconds');

const NEVER_BACKED_UP = `${OBJECTIVE} unless ${LAST_SUCCESS}`;
const SHARE_OF_OBJECTIVE_USED = `(${age(LAST_SUCCESS)}) / ${OBJECTIVE}`;

/** Section 1: the numbers that say whether anything needs attention, and whether they can be trusted. */
export const atAGlance: Section = {
  title: 'At a glance',
  lines: [
    {
      height: 4,
      widths: [4, 4, 4, 3, 3, 3, 3],
      panels: [
        stat({
          title: 'Resources watched',
          description:
            'Graphs and database instances that exist and have a recovery point objective (RPO): the age that their newest good backup may reach. The numbers to the right count among these.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['ResourceGone'],
          expression: `count(${OBJECTIVE})`,
          thresholds: NEUTRAL,
        }),
        stat({
          title: 'Outside RPO',
          description: 'Resources whose newest good backup is older than their RPO allows.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['Stale'],
          expression: countResources(`${age(LAST_SUCCESS)} > bool ${OBJECTIVE}`),
          thresholds: NONE_ALLOWED,
        }),
        stat({
          title: 'Failing',
          description: 'Resources with at least one failed backup since their newest good one.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['Failed', 'FailingRepeatedly'],
          expression: countResources(`${FAILURES_IN_A_ROW} > bool 0`),
          thresholds: NONE_EXPECTED,
        }),
        stat({
          title: 'Never backed up',
          description: 'Resources with an RPO and no good backup. A new resource counts until its first one.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['Missing'],
          expression: countResources(`(${NEVER_BACKED_UP}) > bool 0`),
          thresholds: NONE_ALLOWED,
        }),
        stat({
          title: 'Running',
          description: 'Resources that are being backed up now.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['Stuck'],
          expression: countResources(`${RUNNING_SINCE} > bool 0`),
          thresholds: NEUTRAL,
        }),
        stat({
          title: 'Age of the data',
          description:
            'Time since the last complete poll of a list of backups, of the list that waits longest. Everything about backups on this dashboard is as old as this.',
          unit: 's',
          noValue: NO_DATA,
          alerts: ['DataStale'],
          expression: `max(${age(LAST_COMPLETE_POLL)})`,
          thresholds: AGE_OF_DATA,
        }),
        stat({
          title: 'Lists not read',
          description:
            'Services of projects whose list of backups could not be read at the last poll, or has not been read yet.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['PollFailing'],
          expression: `sum(\n  ${perService('poll_success')} == bool 0\n  or ${perService('polls_total')} >= bool 0\n)`,
          thresholds: NONE_EXPECTED,
        }),
      ],
    },
  ],
};

const labelColumns: readonly LabelColumn[] = [
  {
    label: 'resource_name',
    title: 'Resource',
    link: {
      title: 'Show this resource alone',
      url: `/d/${DASHBOARD_UID}?\${datasource:queryparam}&var-project=\${__data.fields.Project:percentencode}&var-resource=\${__data.fields.Resource:percentencode}&\${__url_time_range}`,
    },
  },
  { label: 'project', title: 'Project' },
  { label: 'cloud_service', title: 'Service' },
  { label: 'region', title: 'Region' },
  { label: 'resource_id', title: 'Id' },
];

const newestBackup = (state: keyof typeof NEWEST_BACKUP): string =>
  `${NEWEST_BACKUP[state].number} * (${ofResource('last_status', `state="${state}"`)} == 1)`;

const STATE_OF_NEWEST_BACKUP = maxBy(
  RESOURCE_LABELS,
  `\n  ${(['failed', 'unknown', 'running', 'succeeded'] as const).map(newestBackup).join('\n  or ')}\n`,
);

/** Section 2: one row per resource, the worst at the top. */
export const resources: Section = {
  title: 'Resources',
  lines: [
    {
      height: 12,
      panels: [
        table({
          title: 'Resources, worst first',
          description:
            'One row per graph or database instance. "Never backed up" comes first, then "Outside RPO", "Failing", "Running", "Within RPO" and "No RPO"; within each, the largest share of the RPO used.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['Stale', 'Missing', 'FailingRepeatedly', 'Stuck'],
          labels: labelColumns,
          values: [
            {
              title: 'State',
              unit: 'none',
              noValue: 'unknown',
              mappings: words(STANDING),
              expression: firstOf([
                [STANDING.never.number, NEVER_BACKED_UP],
                [STANDING.outside.number, `${age(LAST_SUCCESS)} > ${OBJECTIVE}`],
                [STANDING.failing.number, `${FAILURES_IN_A_ROW} > 0 and ${OBJECTIVE}`],
                [STANDING.running.number, `${RUNNING_SINCE} and ${OBJECTIVE}`],
                [STANDING.fine.number, OBJECTIVE],
                [STANDING.noObjective.number, perResource('resource_info')],
              ]),
            },
            {
              title: 'Newest backup',
              unit: 'none',
              noValue: 'none',
              mappings: words(NEWEST_BACKUP),
              expression: STATE_OF_NEWEST_BACKUP,
            },
            { title: 'Age', unit: 's', noValue: 'never', expression: age(LAST_SUCCESS) },
            {
              title: 'RPO used',
              unit: 'percentunit',
              noValue: 'none',
              thresholds: SHARE_OF_OBJECTIVE,
              expression: SHARE_OF_OBJECTIVE_USED,
            },
            { title: 'RPO', unit: 's', noValue: 'none', expression: OBJECTIVE },
            {
              title: 'Failures in a row',
              unit: 'none',
              noValue: 'unknown',
              thresholds: NONE_EXPECTED,
              expression: FAILURES_IN_A_ROW,
            },
            { title: 'Size', unit: 'bytes', noValue: 'unknown', expression: SIZE },
            { title: 'Duration', unit: 's', noValue: 'unknown', expression: DURATION },
            {
              title: 'Running for',
              unit: 's',
              noValue: 'not running',
              thresholds: RUNNING_TIME,
              expression: age(RUNNING_SINCE),
            },
          ],
          sortBy: ['State', 'RPO used'],
        }),
      ],
    },
  ],
};

/** Section 3: what became of the newest backup, over time. */
export const states: Section = {
  title: 'States',
  lines: [
    {
      height: 10,
      panels: [
        stateTimeline({
          title: 'State of the newest backup',
          description: 'One line per resource. A resource without any backup has no line.',
          unit: 'none',
          noValue: 'No backups',
          alerts: ['Failed', 'Stuck'],
          query: { expression: STATE_OF_NEWEST_BACKUP, legend: RESOURCE_LEGEND },
          mappings: words(NEWEST_BACKUP),
        }),
      ],
    },
  ],
};

/** Section 4: how ages, sizes and durations develop, and how far back one can restore. */
export const trends: Section = {
  title: 'Trends',
  lines: [
    {
      height: 9,
      panels: [
        series({
          title: 'RPO used',
          description:
            'Age of the newest good backup as a share of the RPO. Each good backup takes it down; above 100 % the resource is outside its RPO.',
          unit: 'percentunit',
          noValue: 'No good backups',
          alerts: ['Stale'],
          queries: [{ expression: SHARE_OF_OBJECTIVE_USED, legend: RESOURCE_LEGEND }],
          limits: SHARE_OF_OBJECTIVE,
        }),
        series({
          title: 'Finished in the past day',
          description:
            'Backups seen to finish in the 24 hours before each point, by result. Backups that finished before the exporter first read the list are not counted.',
          unit: 'none',
          noValue: NO_DATA,
          alerts: ['Failed', 'FailingRepeatedly'],
          queries: [
            {
              expression: `sum by (result) (\n  ${maxBy([...RESOURCE_LABELS, 'result'], `increase(${ofResource('finished_total')}[1d])`)}\n)`,
              legend: '{{result}}',
            },
          ],
          colors: COLOR_OF_STATE,
          steps: true,
          decimals: 0,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        series({
          title: 'Size of the newest good backup',
          description: 'As the service tells it. A resource has no line while the size is not known.',
          unit: 'bytes',
          noValue: 'No sizes',
          alerts: ['SizeDropped'],
          queries: [{ expression: SIZE, legend: RESOURCE_LEGEND }],
          steps: true,
        }),
        series({
          title: 'Size against a week ago',
          description:
            'Size of the newest good backup divided by the size seven days before. 100 % is no change; half and less deserves a look.',
          unit: 'percentunit',
          noValue: 'No sizes a week ago',
          alerts: ['SizeDropped'],
          queries: [
            {
              expression: `${SIZE}\n  / (${maxBy(RESOURCE_LABELS, `${ofResource('last_success_size_bytes')} offset 1w`)} > 0)`,
              legend: RESOURCE_LEGEND,
            },
          ],
          limits: SHARE_OF_SIZE,
          steps: true,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        series({
          title: 'Duration of the newest good backup',
          description: 'How long the newest good backup took.',
          unit: 's',
          noValue: 'No durations',
          alerts: ['Slow'],
          queries: [{ expression: DURATION, legend: RESOURCE_LEGEND }],
          steps: true,
        }),
        series({
          title: 'Stored backups',
          description: 'Backups that the services list now, by state, over all resources.',
          unit: 'none',
          noValue: NO_DATA,
          queries: [
            {
              expression: `sum by (state) (${maxBy([...RESOURCE_LABELS, 'state'], ofResource('stored'))})`,
              legend: '{{state}}',
            },
          ],
          colors: COLOR_OF_STATE,
          steps: true,
        }),
      ],
    },
    {
      height: 10,
      panels: [
        table({
          title: 'What is stored',
          description:
            'One row per resource: how far back it can be restored, what is stored for it and what it is. Resources without any good backup show no age.',
          unit: 'none',
          noValue: NO_DATA,
          labels: [
            ...labelColumns,
            { label: 'method', title: 'Started by', noValue: 'unknown' },
            { label: 'engine_version', title: 'Engine version', noValue: 'unknown' },
            { label: 'arch', title: 'Architecture', noValue: 'unknown' },
            { label: 'encrypted', title: 'Encrypted', noValue: 'unknown' },
          ],
          values: [
            {
              title: 'Oldest good backup',
              unit: 's',
              noValue: 'never',
              expression: age(perResource('oldest_success_timestamp_seconds')),
            },
            {
              title: 'Good backups',
              unit: 'none',
              noValue: 'unknown',
              expression: perResource('stored', 'state="succeeded"'),
            },
            { title: 'Stored', unit: 'bytes', noValue: 'unknown', expression: perResource('stored_bytes') },
            {
              title: 'Last failure',
              unit: 's',
              noValue: 'none',
              expression: age(perResource('last_failure_timestamp_seconds')),
            },
            {
              title: 'Created',
              unit: 's',
              noValue: 'unknown',
              expression: age(perResource('resource_created_timestamp_seconds')),
            },
          ],
          hidden: [
            maxBy([...RESOURCE_LABELS, 'method'], ofResource('last_success_info')),
            maxBy([...RESOURCE_LABELS, 'engine_version', 'arch', 'encrypted'], ofResource('resource_info')),
          ],
          sortBy: ['Stored'],
        }),
      ],
    },
  ],
};
