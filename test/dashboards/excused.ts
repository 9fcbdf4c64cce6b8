/** An exported metric that no dashboard shows, and why. */
export interface Excuse {
  readonly metric: string;
  readonly reason: string;
}

const because = (reason: string, ...metrics: readonly string[]): readonly Excuse[] =>
  metrics.map((metric) => ({ metric, reason }));

/** Every exported metric that is not shown. */
export const EXCUSED: readonly Excuse[] = [
  ...because(
    'a part of process_cpu_seconds_total, which is shown',
    'process_cpu_user_seconds_total',
    'process_cpu_system_seconds_total',
  ),
  ...because(
    'says less about memory than process_resident_memory_bytes, which is shown',
    'process_virtual_memory_bytes',
    'process_heap_bytes',
    'nodejs_external_memory_bytes',
  ),
  ...because(
    'a detail of nodejs_heap_size_used_bytes, which is shown; for debugging memory leaks',
    'nodejs_heap_size_total_bytes',
    'nodejs_heap_space_size_total_bytes',
    'nodejs_heap_space_size_used_bytes',
    'nodejs_heap_space_size_available_bytes',
  ),
  ...because(
    'for debugging what blocks the process; its CPU time is shown',
    'nodejs_eventloop_lag_seconds',
    'nodejs_eventloop_lag_min_seconds',
    'nodejs_eventloop_lag_max_seconds',
    'nodejs_eventloop_lag_mean_seconds',
    'nodejs_eventloop_lag_stddev_seconds',
    'nodejs_eventloop_lag_p50_seconds',
    'nodejs_eventloop_lag_p90_seconds',
    'nodejs_eventloop_lag_p99_seconds',
  ),
  ...because(
    'for debugging leaked connections, which this dashboard does not cover',
    'process_open_fds',
    'process_max_fds',
    'nodejs_active_resources',
    'nodejs_active_handles',
    'nodejs_active_requests',
  ),
  ...because(
    'its effect is part of the CPU time and the event loop delay, which are shown',
    'nodejs_gc_duration_seconds',
  ),
  ...because(
    'huaweicloud_backup_exporter_build_info, which is shown, has the version',
    'nodejs_version_info',
  ),
];
