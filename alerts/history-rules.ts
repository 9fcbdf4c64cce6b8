import { aggregate, call, manyToOne, number, operation, type Series, subquery } from './promql.ts';
import { expected, IDENTITY, lengthOf, metric, newest, RESOURCE_LINKS, RESOURCE_TEXT } from './reads.ts';
import type { AlertRule } from './rule.ts';
import type { Thresholds } from './thresholds.ts';

const size = metric('last_success_size_bytes');
const duration = metric('last_success_duration_seconds');

/** The rules that compare the newest backup of a resource with its past. */
export function historyRules(thresholds: Thresholds): readonly AlertRule[] {
  const { resourceGap } = thresholds;
  const objective = expected(thresholds);
  /** Taken by id alone, so that a renamed resource keeps its past. */
  const median = (read: Series) =>
    call(
      'quantile_over_time',
      number(0.5),
      subquery(aggregate('max', IDENTITY, read), thresholds.historyWindow, thresholds.historyStep),
    );
  const timesMedian = (factor: number, read: Series) => operation(number(factor), '*', median(read));

  return [
    {
      alert: 'HuaweiCloudBackupSizeDropped',
      expression: operation(
        manyToOne(newest(size, resourceGap), '<', timesMedian(thresholds.sizeDroppedRatio, size), IDENTITY),
        'and',
        objective,
      ),
      for: thresholds.sizeDroppedFor,
      severity: 'warning',
      summary: 'The newest backup of {{ $labels.resource_name }} is much smaller than before',
      description: `${RESOURCE_TEXT}: the newest good backup has {{ $value | humanize1024 }}B, less than ${thresholds.sizeDroppedRatio} times the median of the last ${thresholds.historyWindow}.`,
      shows: RESOURCE_LINKS,
    },
    {
      alert: 'HuaweiCloudBackupSlow',
      expression: operation(
        manyToOne(
          operation(newest(duration, resourceGap), '>', lengthOf(thresholds.slowMinimum)),
          '>',
          timesMedian(thresholds.slowRatio, duration),
          IDENTITY,
        ),
        'and',
        objective,
      ),
      for: thresholds.slowFor,
      severity: 'info',
      summary: 'The newest backup of {{ $labels.resource_name }} took much longer than before',
      description: `${RESOURCE_TEXT}: the newest good backup took {{ $value | humanizeDuration }}, more than ${thresholds.slowRatio} times the median of the last ${thresholds.historyWindow}.`,
      shows: RESOURCE_LINKS,
    },
  ];
}
