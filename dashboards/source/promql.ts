import { RESOURCE_LABELS } from '../../src/metrics/resource-metrics.ts';
import { SERVICE_LABELS } from '../../src/metrics/service-metrics.ts';

const PREFIX = 'huaweicloud_backup_';

const OF_PROCESS = ['job=~"$job"', 'instance=~"$instance"'];
const OF_PROJECT = [...OF_PROCESS, 'project=~"$project"', 'region=~"$region"'];
const OF_SERVICE = [...OF_PROJECT, 'cloud_service=~"$service"'];
const OF_RESOURCE = [...OF_SERVICE, 'resource_name=~"$resource"'];
/** Signing in is counted for a service of its own, which the variable does not offer: it belongs to all of them. */
const WITH_SIGN_IN = 'cloud_service=~"$service|iam"';

const select = (name: string, matchers: readonly string[]): string => `${name}{${matchers.join(', ')}}`;

/** Selects a metric of this product by all variables. `name` comes without the product's prefix. */
export const ofResource = (name: string, ...matchers: readonly string[]): string =>
  select(PREFIX + name, [...OF_RESOURCE, ...matchers]);

/** Selects a metric that has one series per service of a project. */
export const ofService = (name: string, ...matchers: readonly string[]): string =>
  select(PREFIX + name, [...OF_SERVICE, ...matchers]);

/** Selects a metric that has one series per project. */
export const ofProject = (name: string): string => select(PREFIX + name, OF_PROJECT);

/** Selects the metric of the requests to the APIs, signing in included. */
export const ofRequests = (name: string): string => select(PREFIX + name, [...OF_PROJECT, WITH_SIGN_IN]);

/** Selects the metric of the requests' latency, which has no project. */
export const ofLatency = (name: string): string => select(PREFIX + name, [...OF_PROCESS, WITH_SIGN_IN]);

/** Selects a metric that has one series per process of the exporter. `name` comes with its prefix. */
export const ofProcess = (name: string): string => select(name, OF_PROCESS);

/** Reduces series to the largest value per combination of labels, so that a second replica adds no row. */
export const maxBy = (labels: readonly string[], expression: string): string =>
  `max by (${labels.join(', ')}) (${expression})`;

/** Reads a metric of resources: one value per resource, however many exporters serve it. */
export const perResource = (name: string, ...matchers: readonly string[]): string =>
  maxBy(RESOURCE_LABELS, ofResource(name, ...matchers));

/** Reads a metric of polls: one value per service of a project, however many exporters serve it. */
export const perService = (name: string): string => maxBy(SERVICE_LABELS, ofService(name));

/** Reads a metric of polls: one value per service of a project and exporter. */
export const perServiceAndProcess = (name: string): string =>
  maxBy(['instance', ...SERVICE_LABELS], ofService(name));

/** Reads a metric of the process: one value per exporter. */
export const perProcess = (name: string): string => maxBy(['job', 'instance'], ofProcess(name));

/** Seconds since the moment that the expression holds. */
export const age = (expression: string): string => `time() - ${expression}`;

/** The objective of each resource that exists and is expected to be backed up. */
export const OBJECTIVE = perResource('rpo_seconds');

/** When the newest good backup of each resource was complete. */
export const LAST_SUCCESS = perResource('last_success_timestamp_seconds');

/**
 * Counts the resources with an objective that meet a condition. The condition is 1 or 0 per resource; a
 * resource that it says nothing of counts 0. Without any objective the count is empty, never 0.
 */
export const countResources = (condition: string): string =>
  `sum(\n  (${condition}) and ${OBJECTIVE}\n  or ${OBJECTIVE} * 0\n)`;

/** A number for all series that meet one of the conditions: that of the first condition met. */
export const firstOf = (cases: readonly (readonly [number: number, condition: string])[]): string =>
  cases.map(([number, condition]) => `(${condition}) * 0 + ${number}`).join('\nor ');

/** A counter's growth per minute over the span that fits the zoom. */
export const perMinute = (counter: string): string => `rate(${counter}[$__rate_interval]) * 60`;
