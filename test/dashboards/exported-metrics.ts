import { METRICS } from '../support/catalogue.ts';

/** An exported metric, by its name in queries, and its labels. */
export interface ExportedMetric {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labels: readonly string[];
}

const gauge = (name: string, ...labels: readonly string[]): ExportedMetric => ({
  name,
  type: 'gauge',
  labels,
});
const counter = (name: string, ...labels: readonly string[]): ExportedMetric => ({
  name,
  type: 'counter',
  labels,
});

// The process metrics of prom-client on Linux, without the three gauges that are named like counters.
const PROCESS_METRICS: readonly ExportedMetric[] = [
  counter('process_cpu_user_seconds_total'),
  counter('process_cpu_system_seconds_total'),
  counter('process_cpu_seconds_total'),
  gauge('process_start_time_seconds'),
  gauge('process_resident_memory_bytes'),
  gauge('process_virtual_memory_bytes'),
  gauge('process_heap_bytes'),
  gauge('process_open_fds'),
  gauge('process_max_fds'),
  gauge('nodejs_eventloop_lag_seconds'),
  gauge('nodejs_eventloop_lag_min_seconds'),
  gauge('nodejs_eventloop_lag_max_seconds'),
  gauge('nodejs_eventloop_lag_mean_seconds'),
  gauge('nodejs_eventloop_lag_stddev_seconds'),
  gauge('nodejs_eventloop_lag_p50_seconds'),
  gauge('nodejs_eventloop_lag_p90_seconds'),
  gauge('nodejs_eventloop_lag_p99_seconds'),
  gauge('nodejs_active_resources', 'type'),
  gauge('nodejs_active_handles', 'type'),
  gauge('nodejs_active_requests', 'type'),
  gauge('nodejs_heap_size_total_bytes'),
  gauge('nodejs_heap_size_used_bytes'),
  gauge('nodejs_external_memory_bytes'),
  gauge('nodejs_heap_space_size_total_bytes', 'space'),
  gauge('nodejs_heap_space_size_used_bytes', 'space'),
  gauge('nodejs_heap_space_size_available_bytes', 'space'),
  gauge('nodejs_version_info', 'version', 'major', 'minor', 'patch'),
  { name: 'nodejs_gc_duration_seconds', type: 'histogram', labels: ['kind'] },
];

/** Every metric of the public interface. */
export const EXPORTED: readonly ExportedMetric[] = [...METRICS, ...PROCESS_METRICS];

const byName = new Map(EXPORTED.map((metric) => [metric.name, metric]));

/** The metric of a name in a query, which for a histogram is one of its series. Undefined if it is not exported. */
export function exportedMetric(name: string): ExportedMetric | undefined {
  const metric = byName.get(name);
  if (metric !== undefined) return metric.type === 'histogram' ? undefined : metric;
  const base = byName.get(name.replace(/_(bucket|sum|count)$/, ''));
  if (base?.type !== 'histogram') return undefined;
  return name.endsWith('_bucket') ? { ...base, labels: [...base.labels, 'le'] } : base;
}
