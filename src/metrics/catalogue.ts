import type { MetricDescription } from './metric.ts';
import { PROCESS_METRICS } from './process-metrics.ts';
import { RESOURCE_METRICS } from './resource-metrics.ts';
import { SERVICE_METRICS } from './service-metrics.ts';

/** Every metric of this project, without those of prom-client for the process and Node.js. */
export const METRICS: readonly MetricDescription[] = [
  ...RESOURCE_METRICS,
  ...SERVICE_METRICS,
  ...Object.values(PROCESS_METRICS),
];
