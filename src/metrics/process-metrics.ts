import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestObservation } from '../cloud/client.ts';
import type { UnixSeconds } from '../domain/quantities.ts';
import type { Shard } from '../shard.ts';
import { ENDINGS, type ExpositionFormat, writeLabels, writeMetadata, writeSample } from './exposition.ts';
import { describeMetric, type MetricDescription } from './metric.ts';

/** The metrics of the process in the order served; those of prom-client follow. */
export const PROCESS_METRICS = {
  requestDuration: describeMetric('histogram', 'api_request_duration_seconds', 'Duration of API requests.', [
    'cloud_service',
    'operation',
  ]),
  reloadSuccess: describeMetric(
    'gauge',
    'config_last_reload_successful',
    'Whether the last reload of the configuration was successful.',
  ),
  reloadTime: describeMetric(
    'gauge',
    'config_last_reload_success_timestamp_seconds',
    'When the configuration was last loaded successfully.',
  ),
  buildInfo: describeMetric(
    'gauge',
    'exporter_build_info',
    'Versions of the exporter and of Node.js; always 1.',
    ['version', 'revision', 'nodeversion'],
  ),
  shardOrdinal: describeMetric(
    'gauge',
    'exporter_shard_ordinal',
    'Number of this shard, counted from 0; same value as its label.',
    ['shard_ordinal'],
  ),
  totalShards: describeMetric(
    'gauge',
    'exporter_total_shards',
    'Number of shards that the projects are divided among; 1 without sharding.',
  ),
};

export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly nodeVersion: string;
}

// prom-client names three gauges like counters.
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

const REQUEST_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The metrics of the process, with those of prom-client. */
export function createProcessMetrics(build: BuildInfo, shard: Shard) {
  const registry = new Registry();
  const options = ({ name, help, labels }: MetricDescription) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  const gauge = (metric: MetricDescription) => new Gauge(options(metric));
  const requestDuration = new Histogram({
    ...options(PROCESS_METRICS.requestDuration),
    buckets: REQUEST_SECONDS,
  });
  // A gauge without labels is 0 until it is set: these two are created when there is a value.
  let reloadSuccess: ReturnType<typeof gauge> | undefined;
  let reloadTime: ReturnType<typeof gauge> | undefined;
  const { version, revision, nodeVersion } = build;
  gauge(PROCESS_METRICS.buildInfo).set({ version, revision, nodeversion: nodeVersion }, 1);
  gauge(PROCESS_METRICS.shardOrdinal).set({ shard_ordinal: String(shard.ordinal) }, shard.ordinal);
  gauge(PROCESS_METRICS.totalShards).set(shard.total);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_SAMPLING_SECONDS * 1000 });
  for (const name of MISNAMED) registry.removeSingleMetric(name);

  return {
    observeRequest: ({ service, operation, seconds }: RequestObservation): void =>
      requestDuration.observe({ cloud_service: service, operation }, seconds),
    recordReload: (successful: boolean, at: UnixSeconds): void => {
      reloadSuccess ??= gauge(PROCESS_METRICS.reloadSuccess);
      reloadSuccess.set(successful ? 1 : 0);
      if (!successful) return;
      reloadTime ??= gauge(PROCESS_METRICS.reloadTime);
      reloadTime.set(at);
    },
    /** The exposition of the process metrics, including the end of the format. */
    render: async (format: ExpositionFormat): Promise<string> => {
      const families = await registry.getMetricsAsJSON();
      return (
        families.map((family) => writeFamily(family as unknown as Family, format)).join('') + ENDINGS[format]
      );
    },
  };
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly metricName?: string;
  }[];
}

// Each measurement of the event loop lag wakes an idle process.
const LAG_SAMPLING_SECONDS = 1;
const LAG_STATISTICS = /^nodejs_eventloop_lag_(min|max|mean|p\d+)_seconds$/;

// Node.js reports this or NaN if it has measured nothing since the last scrape.
const NOTHING_MEASURED = 2 ** 63 / 1e9;

function writeFamily(family: Family, format: ExpositionFormat): string {
  const isLag = LAG_STATISTICS.test(family.name);
  const samples = family.values
    .filter(({ value }) => !Number.isNaN(value) && value !== NOTHING_MEASURED)
    .map(({ metricName = family.name, labels, value }) =>
      // Node.js measures the time between two samples of the lag, which includes the interval.
      writeSample(metricName, writeLabels(labels), isLag ? Math.max(0, value - LAG_SAMPLING_SECONDS) : value),
    );
  return writeMetadata(family, format) + samples.join('');
}
