import { EXPORTER_METRICS } from './exporter-catalogue.ts';
import type { MetricDescription } from './metric.ts';
import { RESOURCE_METRICS } from './resource-metrics.ts';

/** Every metric of the exporter's own, in the order in which it is served; process and Node.js metrics come beside. */
export const METRICS: readonly MetricDescription[] = [
  ...RESOURCE_METRICS,
  ...Object.values(EXPORTER_METRICS),
];
