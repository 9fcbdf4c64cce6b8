import type { MetricDescription } from './metric.ts';

const PREFIX = 'huaweicloud_backup_';

/** The metrics of the process in the order served; those of prom-client follow. */
export const PROCESS_METRICS = {
  requestDuration: {
    name: `${PREFIX}api_request_duration_seconds`,
    type: 'histogram',
    unit: 'seconds',
    help: 'Duration of API requests.',
    labels: ['cloud_service', 'operation'],
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
    help: 'Versions of the exporter and of Node.js; always 1.',
    labels: ['version', 'revision', 'nodeversion'],
  },
  shardOrdinal: {
    name: `${PREFIX}exporter_shard_ordinal`,
    type: 'gauge',
    unit: undefined,
    help: 'Number of this shard, counted from 0; same value as its label.',
    labels: ['shard_ordinal'],
  },
  totalShards: {
    name: `${PREFIX}exporter_total_shards`,
    type: 'gauge',
    unit: undefined,
    help: 'Number of shards that the projects are divided among; 1 without sharding.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDescription>>;
