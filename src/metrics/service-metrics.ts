import { OUTCOMES, type Outcome } from '../domain/outcome.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import { REJECTION_REASONS, type RejectionReason } from '../pagination/list.ts';
import type { SampleReading, SeriesMetric } from './metric.ts';

/** The labels of what is told of one service of one project. */
export const SERVICE_LABELS = ['cloud_service', 'region', 'project'] as const;

/** How the polls of a service went, and the requests to it. What is not known is undefined. */
export interface ServiceRecord {
  /** As they stand between the braces. */
  readonly labels: string;
  readonly polls?: Readonly<Record<Outcome, number>>;
  readonly lastOutcome?: Outcome | undefined;
  readonly inventoryComplete?: boolean | undefined;
  readonly lastSuccess?: UnixSeconds | undefined;
  readonly duration?: Seconds | undefined;
  readonly unlisted?: number | undefined;
  readonly rejected?: Readonly<Record<RejectionReason, number>>;
  readonly overLimit?: number | undefined;
  /** By operation and code, as they stand between the braces with a comma before each. */
  readonly requests?: ReadonlyMap<string, number>;
  readonly passwordExpiry?: UnixSeconds | undefined;
}

type ServiceMetric = SeriesMetric<ServiceRecord>;

const PREFIX = 'huaweicloud_backup_';

const binary = (value: boolean | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);

/** The metrics of one service of one project, in the order in which they are served. */
export const SERVICE_METRICS: readonly ServiceMetric[] = [
  gauge(
    'poll_success',
    undefined,
    'Whether the last poll of the list of backups was complete. Absent before the first.',
    ({ lastOutcome }) => binary(lastOutcome && lastOutcome === 'success'),
  ),
  gauge(
    'inventory_success',
    undefined,
    'Whether the list of graphs or instances could be read. Absent where it is not asked for.',
    ({ inventoryComplete }) => binary(inventoryComplete),
  ),
  gauge(
    'poll_last_success_timestamp_seconds',
    'seconds',
    'When the last complete poll ended.',
    ({ lastSuccess }) => lastSuccess,
  ),
  gauge('poll_duration_seconds', 'seconds', 'How long the last poll took.', ({ duration }) => duration),
  {
    ...counter('polls_total', 'Polls by how they ended.', 'outcome'),
    reading: byLabel('outcome', OUTCOMES, ({ polls }, outcome) => polls?.[outcome]),
  },
  gauge(
    'unlisted',
    undefined,
    'Backups that the service counts and does not list.',
    ({ unlisted }) => unlisted,
  ),
  {
    ...counter(
      'records_rejected_total',
      'Rows of the lists that could not be read, in each poll anew, by what is wrong with them.',
      'reason',
    ),
    reading: byLabel('reason', REJECTION_REASONS, ({ rejected }, reason) => rejected?.[reason]),
  },
  gauge(
    'resources_over_limit',
    undefined,
    'Graphs or instances that are not served because of limits.resources.',
    ({ overLimit }) => overLimit,
  ),
  {
    ...counter(
      'api_requests_total',
      'Requests to the cloud by HTTP status, or network or timeout where there was no whole answer.',
      'operation',
      'code',
    ),
    reading: { kind: 'labelled', values: ({ requests }) => requests ?? [] },
  },
  {
    ...gauge(
      'credentials_expiry_timestamp_seconds',
      'seconds',
      'When the password of the IAM user expires.',
      ({ passwordExpiry }) => passwordExpiry,
    ),
    labels: ['region', 'project'],
  },
];

function gauge(
  name: string,
  unit: ServiceMetric['unit'],
  help: string,
  value: (record: ServiceRecord) => number | undefined,
): ServiceMetric {
  const reading = { kind: 'value', value } as const;
  return { name: `${PREFIX}${name}`, type: 'gauge', unit, help, labels: SERVICE_LABELS, reading };
}

function counter(name: string, help: string, ...labels: readonly string[]): Omit<ServiceMetric, 'reading'> {
  return {
    name: `${PREFIX}${name}`,
    type: 'counter',
    unit: undefined,
    help,
    labels: [...SERVICE_LABELS, ...labels],
  };
}

function byLabel<Value extends string>(
  label: string,
  labelValues: readonly Value[],
  value: (record: ServiceRecord, labelValue: Value) => number | undefined,
): SampleReading<ServiceRecord> {
  return { kind: 'by_label', label, labelValues, value: (record, text) => value(record, text as Value) };
}
