import { ruleLabels } from '../../src/rules/rule.ts';

/** The labels of the things that series are about, as PromQL takes them after `by`. */
export const BY = ruleLabels([]);

/** What the user has picked, as matchers. Only the dashboard of the exporter has a variable for an instance. */
export const OF_JOB = 'job=~"$job"';
export const OF_EXPORTER = `${OF_JOB}, instance=~"$instance"`;
export const OF_PROJECT = 'project=~"$project", region=~"$region"';
export const OF_SERVICE = `${OF_PROJECT}, cloud_service=~"$cloud_service"`;
export const OF_RESOURCE = `${OF_JOB}, ${OF_SERVICE}, resource_name=~"$resource_name"`;

/** The resources in hidden variables: few enough to draw, and few enough for a table. */
export const WORST = ', resource_id=~"$worst"';
export const LISTED = ', resource_id=~"$listed"';

/** A metric of this product; its name comes without the prefix. */
export const metric = (name: string, matchers: string): string => `huaweicloud_backup_${name}{${matchers}}`;

/** The last value of a series, also where the last scrapes failed. */
export const last = (selector: string, span = '1h'): string => `last_over_time(${selector}[${span}])`;

/** One value per resource, however many exporters serve it. */
export const perResource = (name: string, among = '', by = BY.resource): string =>
  `max by (${by}) (${last(metric(name, OF_RESOURCE + among))})`;

/** The same over time, where gaps are shown. */
export const overTime = (name: string, among = ''): string =>
  `max by (${BY.resource}) (${metric(name, OF_RESOURCE + among)})`;

/**
 * What there is now, one series per resource. It is remembered while its service cannot be scraped, and ends as soon as
 * a complete poll no longer lists it.
 */
export const existing = (name: string, among = ''): string => `max by (${BY.resource}) (
  ${metric(name, OF_RESOURCE + among)}
  or ${last(metric(name, OF_RESOURCE + among))}
    unless on (job, instance, ${BY.service}) ${metric('poll_last_success_timestamp_seconds', OF_JOB)}
)`;

/** Seconds since a time. */
export const since = (time: string): string => `time() - ${time}`;

/** A number for each series: that of the first condition that it meets. */
export const firstOf = (cases: readonly (readonly [number: number, condition: string])[]): string =>
  cases.map(([number, condition]) => `0 * (${condition}) + ${number}`).join('\nor ');
