import { type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { ENDINGS, writeLabels, writeMetadata } from '../metrics/exposition.ts';
import { RESOURCE_METRICS, type ResourceMetric, resourceLabels } from '../metrics/resource-metrics.ts';
import { scopeLabels } from '../metrics/service-metrics.ts';
import type { Scope } from '../state/objective.ts';
import type { HistoryPoint, PastFact, TimeSpan } from './resource-history.ts';

/** The history of one resource on the grid, and the service it belongs to. */
export interface ResourceHistory {
  readonly scope: Scope;
  readonly points: readonly HistoryPoint[];
}

/** The times of the samples, and the labels that a scrape would have added. */
export interface BackfillGrid extends TimeSpan {
  /** Whole seconds. Samples are at multiples of it, regardless of the start. */
  readonly step: Seconds;
  readonly job: string;
  readonly instance: string;
}

export interface BackfillProgress {
  readonly samples: number;
  /** Share of the work, from 0 to 1. */
  readonly done: number;
  /** Time of the earliest sample; undefined before there is one. */
  readonly earliest: UnixSeconds | undefined;
}

/** Which past facts a metric depends on. */
const NEEDED: ReadonlyMap<string, PastFact> = new Map([
  ['huaweicloud_backup_resource_info', 'engine'],
  ['huaweicloud_backup_resource_created_timestamp_seconds', 'creation'],
  ['huaweicloud_backup_rpo_seconds', 'objective'],
  ['huaweicloud_backup_due_timestamp_seconds', 'objective'],
  ['huaweicloud_backup_last_success_timestamp_seconds', 'newest success'],
  ['huaweicloud_backup_last_automatic_success_timestamp_seconds', 'newest automatic success'],
  ['huaweicloud_backup_last_success_size_bytes', 'newest success'],
  ['huaweicloud_backup_last_success_duration_seconds', 'newest success'],
  ['huaweicloud_backup_last_success_info', 'newest success'],
  ['huaweicloud_backup_last_failure_timestamp_seconds', 'newest failure'],
  ['huaweicloud_backup_last_status', 'newest state'],
  ['huaweicloud_backup_consecutive_failures', 'failures in a row'],
  ['huaweicloud_backup_running_start_timestamp_seconds', 'running'],
]);

/**
 * Past values that deleted backups make unknowable: counts, totals, medians and the oldest backup; and the exporter's
 * counters.
 */
export const NEVER_BACKFILLED: ReadonlySet<string> = new Set([
  'huaweicloud_backup_stored',
  'huaweicloud_backup_stored_bytes',
  'huaweicloud_backup_success_size_median_bytes',
  'huaweicloud_backup_success_duration_median_seconds',
  'huaweicloud_backup_oldest_success_timestamp_seconds',
  'huaweicloud_backup_finished_total',
]);

/** The metrics that a backfill writes, in order. */
export const BACKFILLED_METRICS: readonly ResourceMetric[] = RESOURCE_METRICS.filter(({ name }) =>
  NEEDED.has(name),
);

const PIECE_LENGTH = 64 * 1024;

/** Historical samples as OpenMetrics with timestamps, in chunks of text; `onProgress` is called before each. */
export function* writeBackfill(
  histories: readonly ResourceHistory[],
  grid: BackfillGrid,
  onProgress: (progress: BackfillProgress) => void,
): Generator<string> {
  const scrapeLabels = writeLabels({ job: grid.job, instance: grid.instance });
  const works = BACKFILLED_METRICS.length * histories.length;
  let worked = 0;
  let samples = 0;
  let earliest = Number.POSITIVE_INFINITY;
  const report = (): void =>
    onProgress({
      samples,
      done: works === 0 ? 1 : worked / works,
      earliest: Number.isFinite(earliest) ? unixSeconds(earliest) : undefined,
    });
  for (const metric of BACKFILLED_METRICS) {
    let text = writeMetadata(metric, 'openmetrics');
    for (const history of histories) {
      for (const { labels, value, first, last } of readSeries(metric, history, grid)) {
        const start = `${metric.name}{${labels},${scrapeLabels}} ${value} `;
        earliest = Math.min(earliest, first);
        for (let time = first; time <= last; time += grid.step) {
          text += `${start}${time}\n`;
          samples += 1;
          if (text.length < PIECE_LENGTH) continue;
          report();
          yield text;
          text = '';
        }
      }
      worked += 1;
    }
    report();
    yield text;
  }
  yield ENDINGS.openmetrics;
}

/** The values of one metric of one resource, and when each was served: per series, in ascending time. */
function* readSeries(metric: ResourceMetric, { scope, points }: ResourceHistory, grid: BackfillGrid) {
  const needed = NEEDED.get(metric.name);
  const served = points.map(({ from, resource, known }) => {
    const samples = new Map<string, number>();
    if (needed !== undefined && known[needed]) {
      const labels = resourceLabels(scopeLabels(scope), resource);
      metric.read(resource, (moreLabels, value) => samples.set(labels + moreLabels, value));
    }
    return { from, samples };
  });
  const series = new Set(served.flatMap(({ samples }) => [...samples.keys()]));
  for (const labels of series) {
    for (const [index, { from, samples }] of served.entries()) {
      const value = samples.get(labels);
      if (value === undefined) continue;
      const before = served[index + 1]?.from ?? Number.POSITIVE_INFINITY;
      const { first, last } = timesOf(grid, from, before);
      if (first <= last) yield { labels, value, first, last };
    }
  }
}

/** The first and last multiple of the step in [from, before) within the grid; `first` is greater if there is none. */
function timesOf({ since, until, step }: BackfillGrid, from: number, before: number) {
  const first = Math.ceil(Math.max(0, since, from) / step) * step;
  const last = Math.min(Math.floor(until), Math.ceil(before) - 1);
  return { first, last };
}
