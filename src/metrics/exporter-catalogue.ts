import type { MetricDescription } from './metric.ts';

/** The labels of what is told of one service of one project. */
export const SERVICE_LABELS = ['cloud_service', 'region', 'project'] as const;

const PREFIX = 'huaweicloud_backup_';

/** The metrics that tell of the exporter itself, in the order in which they are served. */
export const EXPORTER_METRICS = {
  pollSuccess: {
    name: `${PREFIX}poll_success`,
    type: 'gauge',
    unit: undefined,
    help: 'Whether the last poll of the list of backups was complete. Absent before the first.',
    labels: SERVICE_LABELS,
  },
  inventorySuccess: {
    name: `${PREFIX}inventory_success`,
    type: 'gauge',
    unit: undefined,
    help: 'Whether the list of graphs or instances could be read. Absent where it is not asked for.',
    labels: SERVICE_LABELS,
  },
  pollLastSuccess: {
    name: `${PREFIX}poll_last_success_timestamp_seconds`,
    type: 'gauge',
    unit: 'seconds',
    help: 'When the last complete poll ended.',
    labels: SERVICE_LABELS,
  },
  pollDuration: {
    name: `${PREFIX}poll_duration_seconds`,
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the last poll took.',
    labels: SERVICE_LABELS,
  },
  polls: {
    name: `${PREFIX}polls_total`,
    type: 'counter',
    unit: undefined,
    help: 'Polls by how they ended.',
    labels: [...SERVICE_LABELS, 'outcome'],
  },
  unlisted: {
    name: `${PREFIX}unlisted`,
    type: 'gauge',
    unit: undefined,
    help: 'Backups that the service counts and does not list.',
    labels: SERVICE_LABELS,
  },
  recordsRejected: {
    name: `${PREFIX}records_rejected_total`,
    type: 'counter',
    unit: undefined,
    help: 'Rows of the lists that could not be read, in each poll anew, by what is wrong with them.',
    labels: [...SERVICE_LABELS, 'reason'],
  },
  resourcesOverLimit: {
    name: `${PREFIX}resources_over_limit`,
    type: 'gauge',
    unit: undefined,
    help: 'Graphs or instances that are not served because of limits.resources.',
    labels: SERVICE_LABELS,
  },
  requests: {
    name: `${PREFIX}api_requests_total`,
    type: 'counter',
    unit: undefined,
    help: 'Requests to the cloud by HTTP status, or network or timeout where there was no whole answer.',
    labels: [...SERVICE_LABELS, 'operation', 'code'],
  },
  requestDuration: {
    name: `${PREFIX}api_request_duration_seconds`,
    type: 'histogram',
    unit: 'seconds',
    help: 'How long requests to the cloud took.',
    labels: ['cloud_service', 'operation'],
  },
  credentialsExpiry: {
    name: `${PREFIX}credentials_expiry_timestamp_seconds`,
    type: 'gauge',
    unit: 'seconds',
    help: 'When the password of the IAM user expires.',
    labels: ['region', 'project'],
  },
  reloadSuccess: {
    name: `${PREFIX}config_last_reload_successful`,
    type: 'gauge',
    unit: undefined,
    help: 'Whether the last reload of the configuration was successful.',
    labels: [],
  },
  reloadTime: {
    name: `${PREFIX}config_last_reload_success_timestamp_seconds`,
    type: 'gauge',
    unit: 'seconds',
    help: 'When the configuration was last loaded successfully.',
    labels: [],
  },
  buildInfo: {
    name: `${PREFIX}exporter_build_info`,
    type: 'gauge',
    unit: undefined,
    help: 'The exporter that serves this; always 1.',
    labels: ['version', 'revision', 'nodeversion'],
  },
} as const satisfies Readonly<Record<string, MetricDescription>>;
