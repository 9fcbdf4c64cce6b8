import { createRequire } from 'node:module';
import type * as PromClient from 'prom-client';

// The whole of prom-client brings OpenTelemetry, cluster and digests along: 30 ms at the start and 14 MB for as long
// as the process lives. These are the parts of it that are used here.
const require = createRequire(import.meta.url);

export const Counter: typeof PromClient.Counter = require('prom-client/lib/counter');
export const Gauge: typeof PromClient.Gauge = require('prom-client/lib/gauge');
export const Histogram: typeof PromClient.Histogram = require('prom-client/lib/histogram');
export const Registry: typeof PromClient.Registry = require('prom-client/lib/registry');

// In the order in which prom-client serves them, without those of CPU and event loop.
const COLLECTORS = [
  'processStartTime',
  'osMemoryHeap',
  'processOpenFileDescriptors',
  'processMaxFileDescriptors',
  'processResources',
  'processHandles',
  'processRequests',
  'heapSizeAndUsed',
  'heapSpacesSizeAndUsed',
  'version',
  'gc',
].map((name): ((registry: PromClient.Registry) => void) => require(`prom-client/lib/metrics/${name}`));

// prom-client names three gauges as if they were counters.
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Serves prom-client's default metrics of the process and of Node.js, but for those of CPU and event loop. */
export function collectDefaultMetrics(registry: PromClient.Registry): void {
  for (const collect of COLLECTORS) collect(registry);
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}
