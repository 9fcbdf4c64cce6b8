import type { MetricDescription } from '../../src/metrics/metric.ts';
import { PROCESS_METRICS } from '../../src/metrics/process-metrics.ts';
import { RESOURCE_METRICS } from '../../src/metrics/resource-metrics.ts';
import { SERVICE_METRICS } from '../../src/metrics/service-metrics.ts';

/** Every metric of this project, without those of prom-client for the process and Node.js. */
export const METRICS: readonly MetricDescription[] = [
  ...RESOURCE_METRICS,
  ...SERVICE_METRICS,
  ...Object.values(PROCESS_METRICS),
];
