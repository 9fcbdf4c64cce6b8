import { ruleLabels } from '../../src/rules/rule.ts';

/** The labels of resources, services and exporters, for `by` in PromQL. */
export const BY = ruleLabels([]);

/** The selection of the user as matchers. Only the dashboard of the exporter has a variable for an instance. */
export const OF_JOB = 'job=~"$job"';
export const OF_EXPORTER = `${OF_JOB}, instance=~"$instance"`;
export const OF_PROJECT = 'project=~"$project", region=~"$region"';
export const OF_SERVICE = `${OF_PROJECT}, cloud_service=~"$cloud_service"`;
export const OF_RESOURCE = `${OF_JOB}, ${OF_SERVICE}, resource_name=~"$resource_name"`;

/** The resources of the hidden variables, few enough for a graph and for a table. */
export const WORST = ', resource_id=~"$worst"';
export const LISTED = ', resource_id=~"$listed"';

/** A metric of the exporter; `name` is without the prefix. */
export const metric = (name: string, matchers: string): string => `huaweicloud_backup_${name}{${matchers}}`;

/** The last value of a series, even if the last scrapes failed. */
export const last = (selector: string, span = '1h'): string => `last_over_time(${selector}[${span}])`;

/** One value per resource, however many exporters serve it. */
export const perResource = (name: string, among = '', by = BY.resource): string =>
  `max by (${by}) (${last(metric(name, OF_RESOURCE + among))})`;

/** The same over time, with gaps. */
export const overTime = (name: string, among = ''): string =>
  `max by (${BY.resource}) (${metric(name, OF_RESOURCE + among)})`;

/**
 * One series per existing resource. It is kept while its exporter cannot be scraped, and ends as soon as a complete poll
 * no longer contains the resource.
 */
export const existing = (name: string, among = ''): string => `max by (${BY.resource}) (
  ${metric(name, OF_RESOURCE + among)}
  or ${last(metric(name, OF_RESOURCE + among))}
    unless on (job, instance, ${BY.service}) ${metric('poll_last_success_timestamp_seconds', OF_JOB)}
)`;

/** Seconds since a time. */
export const since = (time: string): string => `time() - ${time}`;

/** The number of the first condition that a series meets. */
export const firstOf = (cases: readonly (readonly [number: number, condition: string])[]): string =>
  cases.map(([number, condition]) => `0 * (${condition}) + ${number}`).join('\nor ');
