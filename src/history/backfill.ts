import { type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { ENDINGS, writeLabel, writeMetadata } from '../metrics/exposition.ts';
import { RESOURCE_METRICS, type ResourceMetric } from '../metrics/resource-metrics.ts';
import { placeLabels, resourceLabels, sampleReader } from '../metrics/sample-reader.ts';
import type { ResourcePlace } from '../state/objective.ts';
import type { HistoryPoint } from './resource-history.ts';

/** The past of one resource. */
export interface PlacedHistory {
  readonly place: ResourcePlace;
  /** Not empty, oldest first. */
  readonly points: readonly HistoryPoint[];
}

/** The times of the samples, and the labels that a scrape would have added. */
export interface BackfillGrid {
  readonly since: UnixSeconds;
  readonly until: UnixSeconds;
  readonly step: Seconds;
  readonly job: string;
  readonly instance: string;
}

/**
 * What was once true and cannot be known any more: how many backups there were, how large all of them together and
 * how old the oldest, since some may have been pruned; and what the exporter would have counted.
 */
const NOT_KNOWN = new Set([
  'huaweicloud_backup_stored',
  'huaweicloud_backup_stored_bytes',
  'huaweicloud_backup_oldest_success_timestamp_seconds',
  'huaweicloud_backup_finished_total',
]);

/** The metrics that a backfill writes. */
export const BACKFILLED_METRICS: readonly ResourceMetric[] = RESOURCE_METRICS.filter(
  ({ name }) => !NOT_KNOWN.has(name),
);

const LINES_PER_PIECE = 1000;

/** The samples of the past as OpenMetrics with timestamps, in pieces of text; `progress` is told how many were written. */
export function* writeBackfill(
  histories: readonly PlacedHistory[],
  grid: BackfillGrid,
  progress: (samples: number) => void,
): Generator<string> {
  const scrapeLabels = `${writeLabel('job', grid.job)},${writeLabel('instance', grid.instance)}`;
  let samples = 0;
  for (const metric of BACKFILLED_METRICS) {
    yield writeMetadata(metric, 'openmetrics');
    for (const { place, points } of histories) {
      let piece = '';
      let lines = 0;
      for (const line of seriesLines(metric, place, points, grid, scrapeLabels)) {
        piece += line;
        lines += 1;
        if (lines % LINES_PER_PIECE === 0) {
          yield piece;
          piece = '';
        }
      }
      if (piece !== '') yield piece;
      samples += lines;
      progress(samples);
    }
  }
  yield ENDINGS.openmetrics;
}

/** The lines of one metric of one resource, each series for itself, its times ascending. */
function* seriesLines(
  metric: ResourceMetric,
  place: ResourcePlace,
  points: readonly HistoryPoint[],
  grid: BackfillGrid,
  scrapeLabels: string,
): Generator<string> {
  const read = sampleReader(metric);
  const readings = points.map(({ from, resource }) => {
    const samples = new Map<string, number>();
    const labels = resourceLabels(placeLabels(place), resource);
    read(resource, (moreLabels, value) => samples.set(labels + moreLabels, value));
    return { from, samples };
  });
  const series = new Set(readings.flatMap(({ samples }) => [...samples.keys()]));
  for (const labels of series) {
    for (const [index, { from, samples }] of readings.entries()) {
      const value = samples.get(labels);
      if (value === undefined) continue;
      const until = readings[index + 1]?.from ?? Number.POSITIVE_INFINITY;
      for (const time of gridTimes(grid, from, until)) {
        yield `${metric.name}{${labels},${scrapeLabels}} ${value} ${time}\n`;
      }
    }
  }
}

function* gridTimes(
  { since, until, step }: BackfillGrid,
  from: number,
  before: number,
): Generator<UnixSeconds> {
  const first = since + Math.max(0, Math.ceil((from - since) / step)) * step;
  for (let time = first; time <= until && time < before; time += step) yield unixSeconds(time);
}
