import { OUTCOMES, type Outcome } from '../domain/outcome.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import { REJECTION_REASONS, type RejectionReason } from '../pagination/list.ts';
import type { Scope } from '../state/objective.ts';
import { writeLabels } from './exposition.ts';
import { metricsOf, type SeriesMetric } from './metric.ts';
import { byLabel, value } from './samples.ts';

export const SERVICE_LABELS = ['cloud_service', 'region', 'project'] as const;

/** The labels of a service as text, without braces. */
export const scopeLabels = ({ service, region, project }: Scope): string =>
  writeLabels({ cloud_service: service, region, project });

/** Polls of a service and requests to it. Unknown values are undefined. */
export interface ServiceRecord {
  /** Formatted, without braces. */
  readonly labels: string;
  readonly polls?: Readonly<Record<Outcome, number>>;
  readonly lastOutcome?: Outcome | undefined;
  readonly inventoryComplete?: boolean | undefined;
  readonly lastSuccess?: UnixSeconds | undefined;
  readonly duration?: Seconds | undefined;
  readonly unlisted?: number | undefined;
  readonly resourcesUnlisted?: number | undefined;
  readonly rejected?: Readonly<Record<RejectionReason, number>>;
  readonly overLimit?: number | undefined;
  readonly policiesUnread?: number | undefined;
  /** How far this machine's clock is ahead of the service's. */
  readonly clockSkew?: Seconds | undefined;
  /** By operation and code, formatted with a leading comma. */
  readonly requests: ReadonlyMap<string, number>;
  readonly passwordExpiry?: UnixSeconds | undefined;
}

const { gauge, counter } = metricsOf<ServiceRecord>(SERVICE_LABELS);

/** The metrics of one service of one project, in the order served. */
export const SERVICE_METRICS: readonly SeriesMetric<ServiceRecord>[] = [
  gauge(
    'poll_success',
    'Whether the last poll of the backup list was complete. Absent before the first poll.',
    value(({ lastOutcome }) => lastOutcome && lastOutcome === 'success'),
  ),
  gauge(
    'inventory_success',
    'Whether the list of resources could be read. Absent if it is not polled.',
    value(({ inventoryComplete }) => inventoryComplete),
  ),
  gauge(
    'poll_last_outcome',
    'Outcome of the last poll: 1 for its outcome, 0 for the others. Absent before the first poll.',
    byLabel('outcome', OUTCOMES, ({ lastOutcome }, outcome) => lastOutcome && lastOutcome === outcome),
  ),
  gauge(
    'poll_last_success_timestamp_seconds',
    'When the last complete poll ended.',
    value(({ lastSuccess }) => lastSuccess),
  ),
  gauge(
    'poll_duration_seconds',
    'Duration of the last poll.',
    value(({ duration }) => duration),
  ),
  counter(
    'polls_total',
    'Polls by outcome.',
    byLabel('outcome', OUTCOMES, ({ polls }, outcome) => polls?.[outcome]),
  ),
  gauge(
    'unlisted',
    'Backups that the service counts but does not list.',
    value(({ unlisted }) => unlisted),
  ),
  gauge(
    'resources_unlisted',
    'Resources that the service counts but does not list.',
    value(({ resourcesUnlisted }) => resourcesUnlisted),
  ),
  counter(
    'records_rejected_total',
    'Rejected rows by reason, counted again in every poll.',
    byLabel('reason', REJECTION_REASONS, ({ rejected }, reason) => rejected?.[reason]),
  ),
  gauge(
    'resources_over_limit',
    'Resources left out because of limits.resources.',
    value(({ overLimit }) => overLimit),
  ),
  gauge(
    'policies_unread',
    'Resources without an objective because their backup policy could not be read. Absent where there are no policies.',
    value(({ policiesUnread }) => policiesUnread),
  ),
  gauge(
    'clock_skew_seconds',
    'Clock of the exporter minus clock of the service, in whole seconds.',
    value(({ clockSkew }) => clockSkew),
  ),
  counter(
    'api_requests_total',
    'API requests by operation and HTTP status; code is network or timeout if there was no complete response.',
    {
      labels: ['operation', 'code'],
      read: ({ requests }, take) => {
        for (const [labels, count] of requests) take(labels, count);
      },
    },
  ),
  {
    ...gauge(
      'credentials_expiry_timestamp_seconds',
      'When the password of the IAM user expires.',
      value(({ passwordExpiry }) => passwordExpiry),
    ),
    labels: ['region', 'project'],
  },
];
