import { BACKUP_STATES } from '../domain/backup.ts';
import { NO_BACKUPS, type ResourceFacts } from '../state/resource-facts.ts';
import { type ServedResource, storedBytesOf } from '../state/served.ts';
import { writeLabel } from './exposition.ts';
import { metricsOf, type SeriesMetric } from './metric.ts';
import { byLabel, info, value } from './samples.ts';
import { SERVICE_LABELS } from './service-metrics.ts';

/** The labels of every resource series, in order. */
export const RESOURCE_LABELS: readonly string[] = [...SERVICE_LABELS, 'resource_id', 'resource_name'];

/** The labels of a resource as text, after those of its service. */
export const resourceLabels = (scope: string, { id, name }: Pick<ServedResource, 'id' | 'name'>): string =>
  `${scope},${writeLabel('resource_id', id)},${writeLabel('resource_name', name)}`;

export type ResourceMetric = SeriesMetric<ServedResource>;

const factsOf = (resource: ServedResource): ResourceFacts => resource.facts ?? NO_BACKUPS;

const { gauge, counter } = metricsOf<ServedResource>(RESOURCE_LABELS);

/** The metrics of a resource, in the order served. */
export const RESOURCE_METRICS: readonly ResourceMetric[] = [
  gauge(
    'resource_info',
    'Information about the resource; always 1.',
    info(
      ['kind', 'status', 'engine_version', 'arch', 'encrypted', 'tag_KEY'],
      ({ listing, facts, tags }) => ({
        kind: listing?.kind,
        status: listing?.status,
        engine_version: listing?.engineVersion ?? facts?.engineVersion,
        arch: listing?.arch ?? facts?.arch,
        encrypted: (listing?.encrypted ?? facts?.encrypted)?.toString(),
        ...tags,
      }),
    ),
  ),
  gauge(
    'resource_created_timestamp_seconds',
    'When the resource was created, from the inventory.',
    value(({ listing }) => listing?.created),
  ),
  gauge(
    'rpo_seconds',
    'Recovery point objective: maximum age of the newest successful backup. Only for resources that exist and are expected to be backed up.',
    value(({ objective }) => objective),
  ),
  gauge(
    'due_timestamp_seconds',
    'When the next successful backup must be complete to meet the recovery point objective. Absent without an objective.',
    value(({ due }) => due),
  ),
  gauge(
    'last_success_timestamp_seconds',
    'When the newest successful backup completed.',
    value((resource) => factsOf(resource).lastSuccess?.end),
  ),
  gauge(
    'last_automatic_success_timestamp_seconds',
    'When the newest successful automatic backup completed.',
    value((resource) => factsOf(resource).lastAutomaticSuccess),
  ),
  gauge(
    'last_success_size_bytes',
    'Size of the newest successful backup.',
    value((resource) => factsOf(resource).lastSuccess?.size),
  ),
  gauge(
    'last_success_duration_seconds',
    'Duration of the newest successful backup.',
    value((resource) => factsOf(resource).lastSuccess?.duration),
  ),
  gauge(
    'success_size_median_bytes',
    'Median size of up to 14 successful backups before the newest. Absent when fewer than three have a size.',
    value((resource) => factsOf(resource).medians.size),
  ),
  gauge(
    'success_duration_median_seconds',
    'Median duration of up to 14 successful backups before the newest. Absent when fewer than three have a duration.',
    value((resource) => factsOf(resource).medians.duration),
  ),
  gauge(
    'last_success_info',
    'How the newest successful backup was started; always 1.',
    info(['method'], ({ facts }) => facts?.lastSuccess && { method: facts.lastSuccess.method }),
  ),
  gauge(
    'last_failure_timestamp_seconds',
    'When the newest failed backup ended, or started if its end is unknown.',
    value((resource) => factsOf(resource).lastFailure),
  ),
  gauge(
    'last_status',
    'State of the newest backup: 1 for its state, 0 for the others.',
    byLabel('state', BACKUP_STATES, ({ facts }, state) => facts?.lastState && facts.lastState === state),
  ),
  gauge(
    'consecutive_failures',
    'Failed backups that started after the newest successful one.',
    value((resource) => factsOf(resource).consecutiveFailures),
  ),
  gauge(
    'running_start_timestamp_seconds',
    'When the oldest running backup started.',
    value((resource) => factsOf(resource).runningSince),
  ),
  gauge(
    'oldest_success_timestamp_seconds',
    'When the oldest successful backup completed: how far back you can restore.',
    value((resource) => factsOf(resource).oldestSuccess),
  ),
  gauge(
    'stored',
    'Backups listed by the service, by state.',
    byLabel('state', BACKUP_STATES, (resource, state) => factsOf(resource).stored[state]),
  ),
  gauge(
    'stored_bytes',
    'Total size of the successful backups. Absent when one of them has no size.',
    value(storedBytesOf),
  ),
  counter(
    'finished_total',
    'Backups seen to finish, each counted once, by result. Starts at 0 with the exporter, or with its state file.',
    byLabel('result', ['succeeded', 'failed'], ({ finished }, result) => finished[result]),
  ),
];
