import { type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { ENDINGS, writeLabel, writeMetadata } from '../metrics/exposition.ts';
import { RESOURCE_METRICS, type ResourceMetric } from '../metrics/resource-metrics.ts';
import { placeLabels, resourceLabels, sampleReader } from '../metrics/sample-reader.ts';
import type { ResourcePlace } from '../state/objective.ts';
import type { Aspect, ResourceHistory } from './resource-history.ts';

/** The past of one resource, and where it belongs. */
export interface PlacedHistory {
  readonly place: ResourcePlace;
  readonly history: ResourceHistory;
}

/** The times of the samples, and the labels that a scrape would have added. */
export interface BackfillGrid {
  readonly since: UnixSeconds;
  readonly until: UnixSeconds;
  /** Samples stand at its multiples, whenever it is asked for them. */
  readonly step: Seconds;
  readonly job: string;
  readonly instance: string;
}

/** How far writing is. */
export interface BackfillProgress {
  readonly samples: number;
  /** Of the work, from 0 to 1. */
  readonly done: number;
  /** Time of the earliest sample; undefined before there is one. */
  readonly earliest: UnixSeconds | undefined;
}

/** What has to be known of a resource for a sample of a metric. */
const NEEDED: ReadonlyMap<string, Aspect> = new Map([
  ['huaweicloud_backup_resource_info', 'engine'],
  ['huaweicloud_backup_resource_created_timestamp_seconds', 'creation'],
  ['huaweicloud_backup_rpo_seconds', 'objective'],
  ['huaweicloud_backup_last_success_timestamp_seconds', 'newest success'],
  ['huaweicloud_backup_last_success_size_bytes', 'newest success'],
  ['huaweicloud_backup_last_success_duration_seconds', 'newest success'],
  ['huaweicloud_backup_last_success_info', 'newest success'],
  ['huaweicloud_backup_last_failure_timestamp_seconds', 'newest failure'],
  ['huaweicloud_backup_last_status', 'newest state'],
  ['huaweicloud_backup_consecutive_failures', 'failures in a row'],
  ['huaweicloud_backup_running_start_timestamp_seconds', 'running'],
]);

/**
 * What was once true and cannot be known any more: how many backups there were, how large all of them together and
 * how old the oldest, since some may have been deleted; and what the exporter would have counted.
 */
export const NEVER_BACKFILLED: ReadonlySet<string> = new Set([
  'huaweicloud_backup_stored',
  'huaweicloud_backup_stored_bytes',
  'huaweicloud_backup_oldest_success_timestamp_seconds',
  'huaweicloud_backup_finished_total',
]);

/** The metrics that a backfill writes, in the order in which it does. */
export const BACKFILLED_METRICS: readonly ResourceMetric[] = RESOURCE_METRICS.filter(({ name }) =>
  NEEDED.has(name),
);

const PIECE_LENGTH = 64 * 1024;

/** The samples of the past as OpenMetrics with timestamps, in pieces of text; `tell` hears of it before each piece. */
export function* writeBackfill(
  histories: readonly PlacedHistory[],
  grid: BackfillGrid,
  tell: (progress: BackfillProgress) => void,
): Generator<string> {
  const scrapeLabels = `${writeLabel('job', grid.job)},${writeLabel('instance', grid.instance)}`;
  const works = BACKFILLED_METRICS.length * histories.length;
  const written = { samples: 0, earliest: Number.POSITIVE_INFINITY };
  let piece = '';
  let worked = 0;
  const progress = (): BackfillProgress => ({
    samples: written.samples,
    done: works === 0 ? 1 : worked / works,
    earliest: Number.isFinite(written.earliest) ? unixSeconds(written.earliest) : undefined,
  });
  for (const metric of BACKFILLED_METRICS) {
    piece += writeMetadata(metric, 'openmetrics');
    for (const history of histories) {
      for (const line of linesOf(metric, history, grid, scrapeLabels, written)) {
        piece += line;
        if (piece.length < PIECE_LENGTH) continue;
        tell(progress());
        yield piece;
        piece = '';
      }
      worked += 1;
    }
  }
  tell(progress());
  yield piece + ENDINGS.openmetrics;
}

/** The lines of one metric of one resource; counts them in `written`. */
function* linesOf(
  metric: ResourceMetric,
  history: PlacedHistory,
  grid: BackfillGrid,
  scrapeLabels: string,
  written: { samples: number; earliest: number },
): Generator<string> {
  for (const { labels, value, times } of readSeries(metric, history, grid)) {
    const start = `${metric.name}{${labels},${scrapeLabels}} ${value} `;
    for (const time of times) {
      written.samples += 1;
      written.earliest = Math.min(written.earliest, time);
      yield `${start}${time}\n`;
    }
  }
}

/** One value of one series, and when it was served. */
interface Stretch {
  readonly labels: string;
  readonly value: number;
  readonly times: Iterable<UnixSeconds>;
}

/** The stretches of one metric of one resource, each series for itself, its times ascending. */
function* readSeries(
  metric: ResourceMetric,
  { place, history }: PlacedHistory,
  grid: BackfillGrid,
): Generator<Stretch> {
  const read = sampleReader(metric);
  const needed = NEEDED.get(metric.name);
  const readings = Array.from(history.points(grid.since, grid.until), ({ from, resource, known }) => {
    const samples = new Map<string, number>();
    if (needed !== undefined && known.has(needed)) {
      const labels = resourceLabels(placeLabels(place), resource);
      read(resource, (moreLabels, value) => samples.set(labels + moreLabels, value));
    }
    return { from, samples };
  });
  const series = new Set(readings.flatMap(({ samples }) => [...samples.keys()]));
  for (const labels of series) {
    for (const [index, { from, samples }] of readings.entries()) {
      const value = samples.get(labels);
      if (value === undefined) continue;
      const before = readings[index + 1]?.from ?? Number.POSITIVE_INFINITY;
      yield { labels, value, times: timesOf(grid, from, before) };
    }
  }
}

const MILLISECONDS = 1000;

/** The multiples of the step from a moment on and before another, within the grid. */
function* timesOf(
  { since, until, step }: BackfillGrid,
  from: number,
  before: number,
): Generator<UnixSeconds> {
  // In whole milliseconds, which is as exact as Prometheus is.
  const stride = Math.max(1, Math.round(step * MILLISECONDS));
  const first = Math.ceil((Math.max(since, from) * MILLISECONDS) / stride) * stride;
  for (let time = first; time <= until * MILLISECONDS && time < before * MILLISECONDS; time += stride) {
    yield unixSeconds(time / MILLISECONDS);
  }
}
