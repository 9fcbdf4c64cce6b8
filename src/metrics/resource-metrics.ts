import { BACKUP_STATES } from '../domain/backup.ts';
import { NO_BACKUPS, type ResourceFacts } from '../state/resource-facts.ts';
import type { ServedResource } from '../state/served.ts';
import type { MetricDescription, SeriesMetric } from './metric.ts';

/** The labels of every resource series, in order. */
export const RESOURCE_LABELS = [
  'cloud_service',
  'region',
  'project',
  'resource_id',
  'resource_name',
] as const;

export type ResourceMetric = SeriesMetric<ServedResource>;

const factsOf = (resource: ServedResource): ResourceFacts => resource.facts ?? NO_BACKUPS;

/** The metrics of a resource, in the order served. */
export const RESOURCE_METRICS: readonly ResourceMetric[] = [
  {
    name: 'huaweicloud_backup_resource_info',
    type: 'gauge',
    unit: undefined,
    help: 'Information about the resource; always 1.',
    labels: [...RESOURCE_LABELS, 'kind', 'status', 'engine_version', 'arch', 'encrypted', 'tag_KEY'],
    samples: {
      kind: 'info',
      labels: ({ listing, facts, tags }) => ({
        kind: listing?.kind,
        status: listing?.status,
        engine_version: listing?.engineVersion ?? facts?.engineVersion,
        arch: listing?.arch ?? facts?.arch,
        encrypted: (listing?.encrypted ?? facts?.encrypted)?.toString(),
        ...tags,
      }),
    },
  },
  gauge(
    'huaweicloud_backup_resource_created_timestamp_seconds',
    'seconds',
    'When the resource was created, from the inventory.',
    ({ listing }) => listing?.created,
  ),
  gauge(
    'huaweicloud_backup_rpo_seconds',
    'seconds',
    'Recovery point objective: maximum age of the newest successful backup. Only for resources that exist and are expected to be backed up.',
    ({ objective }) => objective,
  ),
  gauge(
    'huaweicloud_backup_due_timestamp_seconds',
    'seconds',
    'When the next successful backup must be complete to meet the recovery point objective. Absent without an objective.',
    ({ due }) => due,
  ),
  gauge(
    'huaweicloud_backup_last_success_timestamp_seconds',
    'seconds',
    'When the newest successful backup completed.',
    (resource) => factsOf(resource).lastSuccess?.end,
  ),
  gauge(
    'huaweicloud_backup_last_automatic_success_timestamp_seconds',
    'seconds',
    'When the newest successful automatic backup completed.',
    (resource) => factsOf(resource).lastAutomaticSuccess,
  ),
  gauge(
    'huaweicloud_backup_last_success_size_bytes',
    'bytes',
    'Size of the newest successful backup.',
    (resource) => factsOf(resource).lastSuccess?.size,
  ),
  gauge(
    'huaweicloud_backup_last_success_duration_seconds',
    'seconds',
    'Duration of the newest successful backup.',
    (resource) => factsOf(resource).lastSuccess?.duration,
  ),
  gauge(
    'huaweicloud_backup_success_size_median_bytes',
    'bytes',
    'Median size of up to 14 successful backups before the newest. Absent when fewer than three have a size.',
    (resource) => factsOf(resource).medians.size,
  ),
  gauge(
    'huaweicloud_backup_success_duration_median_seconds',
    'seconds',
    'Median duration of up to 14 successful backups before the newest. Absent when fewer than three have a duration.',
    (resource) => factsOf(resource).medians.duration,
  ),
  {
    name: 'huaweicloud_backup_last_success_info',
    type: 'gauge',
    unit: undefined,
    help: 'How the newest successful backup was started; always 1.',
    labels: [...RESOURCE_LABELS, 'method'],
    samples: {
      kind: 'info',
      labels: ({ facts }) => facts?.lastSuccess && { method: facts.lastSuccess.method },
    },
  },
  gauge(
    'huaweicloud_backup_last_failure_timestamp_seconds',
    'seconds',
    'When the newest failed backup ended, or started if its end is unknown.',
    (resource) => factsOf(resource).lastFailure,
  ),
  {
    name: 'huaweicloud_backup_last_status',
    type: 'gauge',
    unit: undefined,
    help: 'State of the newest backup: 1 for its state, 0 for the others.',
    labels: [...RESOURCE_LABELS, 'state'],
    samples: {
      kind: 'by_label',
      label: 'state',
      labelValues: BACKUP_STATES,
      value: (resource, state) => {
        const { lastState } = factsOf(resource);
        return lastState === undefined ? undefined : Number(lastState === state);
      },
    },
  },
  gauge(
    'huaweicloud_backup_consecutive_failures',
    undefined,
    'Failed backups that started after the newest successful one.',
    (resource) => factsOf(resource).consecutiveFailures,
  ),
  gauge(
    'huaweicloud_backup_running_start_timestamp_seconds',
    'seconds',
    'When the oldest running backup started.',
    (resource) => factsOf(resource).runningSince,
  ),
  gauge(
    'huaweicloud_backup_oldest_success_timestamp_seconds',
    'seconds',
    'When the oldest successful backup completed: how far back you can restore.',
    (resource) => factsOf(resource).oldestSuccess,
  ),
  {
    name: 'huaweicloud_backup_stored',
    type: 'gauge',
    unit: undefined,
    help: 'Backups listed by the service, by state.',
    labels: [...RESOURCE_LABELS, 'state'],
    samples: {
      kind: 'by_label',
      label: 'state',
      labelValues: BACKUP_STATES,
      value: (resource, state) => factsOf(resource).stored[state as keyof ResourceFacts['stored']],
    },
  },
  gauge(
    'huaweicloud_backup_stored_bytes',
    'bytes',
    'Total size of the successful backups. Absent when one of them has no size.',
    ({ facts, listing }) =>
      facts === undefined ? (listing?.storedBytes ?? 0) : (facts.storedBytes ?? listing?.storedBytes),
  ),
  {
    name: 'huaweicloud_backup_finished_total',
    type: 'counter',
    unit: undefined,
    help: 'Backups seen to finish, each counted once, by result. Starts at 0 with the exporter, or with its state file.',
    labels: [...RESOURCE_LABELS, 'result'],
    samples: {
      kind: 'by_label',
      label: 'result',
      labelValues: ['succeeded', 'failed'],
      value: ({ finished }, result) => finished[result as keyof ServedResource['finished']],
    },
  },
];

function gauge(
  name: string,
  unit: MetricDescription['unit'],
  help: string,
  value: (resource: ServedResource) => number | undefined,
): ResourceMetric {
  return { name, type: 'gauge', unit, help, labels: RESOURCE_LABELS, samples: { kind: 'value', value } };
}
