import { aggregate, ago, type Expression, lastOverTime, number, operation } from './promql.ts';
import {
  age,
  expected,
  IDENTITY,
  known,
  lengthOf,
  metric,
  newest,
  objectives,
  pollSucceeds,
  REPLICA,
  RESOURCE,
  RESOURCE_LINKS,
  RESOURCE_TEXT,
  rpo,
  SERVICE,
} from './reads.ts';
import type { AlertRule } from './rule.ts';
import type { Thresholds } from './thresholds.ts';

/** The rules about single graphs and database instances. */
export function resourceRules(thresholds: Thresholds): readonly AlertRule[] {
  const { resourceGap } = thresholds;
  const objective = expected(thresholds);
  const lastGood = newest(metric('last_success_timestamp_seconds'), resourceGap);
  const created = newest(metric('resource_created_timestamp_seconds'), resourceGap);
  const failing = (count: number) =>
    operation(
      operation(newest(metric('consecutive_failures'), resourceGap), '>=', number(count)),
      'and',
      objective,
    );

  return [
    {
      alert: 'HuaweiCloudBackupFailed',
      expression: failing(thresholds.failedCount),
      for: thresholds.failedFor,
      severity: 'warning',
      summary: 'A backup of {{ $labels.resource_name }} failed',
      description: `${RESOURCE_TEXT}: {{ $value }} failed since the newest good backup. A retry under way does not end this alert, a good backup does.`,
      shows: RESOURCE_LINKS,
    },
    {
      alert: 'HuaweiCloudBackupFailingRepeatedly',
      expression: failing(thresholds.failingRepeatedlyCount),
      for: thresholds.failingRepeatedlyFor,
      severity: 'critical',
      summary: 'Backups of {{ $labels.resource_name }} keep failing',
      description: `${RESOURCE_TEXT}: {{ $value }} failed since the newest good backup.`,
      shows: RESOURCE_LINKS,
    },
    {
      alert: 'HuaweiCloudBackupStale',
      expression: operation(age(lastGood), '>', objective),
      for: thresholds.staleFor,
      severity: 'critical',
      summary: 'The newest good backup of {{ $labels.resource_name }} is too old',
      description: `${RESOURCE_TEXT}: the newest good backup is {{ $value | humanizeDuration }} old, more than the recovery point objective allows.`,
      shows: RESOURCE_LINKS,
    },
    {
      alert: 'HuaweiCloudBackupMissing',
      // A resource is let off only when it is known to be young.
      expression: operation(
        operation(objective, 'unless', lastGood),
        'unless',
        operation(age(created), '<=', newest(rpo, resourceGap)),
      ),
      for: thresholds.missingFor,
      severity: 'critical',
      summary: '{{ $labels.resource_name }} has no good backup',
      description: `${RESOURCE_TEXT} should have a backup no older than {{ $value | humanizeDuration }} and has no good one at all.`,
      shows: RESOURCE_LINKS,
    },
    {
      alert: 'HuaweiCloudBackupStuck',
      expression: stuck(thresholds),
      for: thresholds.stuckFor,
      severity: 'warning',
      summary: 'A backup of {{ $labels.resource_name }} does not end',
      description: `${RESOURCE_TEXT}: a backup has been running for {{ $value | humanizeDuration }}.`,
      shows: RESOURCE_LINKS,
    },
    {
      alert: 'HuaweiCloudBackupResourceGone',
      expression: resourceGone(thresholds),
      for: thresholds.resourceGoneFor,
      severity: 'info',
      summary: '{{ $labels.resource_name }} is gone',
      description: `${RESOURCE_TEXT} had a recovery point objective ${thresholds.resourceGoneWindow} ago and has none now: it was deleted, or the configuration no longer expects backups of it.`,
      shows: RESOURCE_LINKS,
    },
  ];
}

function stuck(thresholds: Thresholds): Expression {
  const running = known(metric('running_start_timestamp_seconds'), thresholds.exporterGap);
  // Matched per replica: what one replica saw running when its polls began to fail may have ended.
  const polled = operation(running, 'and', pollSucceeds(thresholds), [...REPLICA, ...SERVICE]);
  const since = aggregate('min', RESOURCE, polled);
  return operation(operation(age(since), '>', lengthOf(thresholds.stuckAfter)), 'and', expected(thresholds));
}

function resourceGone(thresholds: Thresholds): Expression {
  const before = ago(expected(thresholds), thresholds.resourceGoneWindow);
  // By id alone: a resource that was renamed is still there.
  const gone = operation(before, 'unless', objectives(thresholds), IDENTITY);
  return operation(
    operation(gone, 'and', pollSucceeds(thresholds), SERVICE),
    'unless',
    operation(lastOverTime(metric('inventory_success'), thresholds.exporterGap), '==', number(0)),
    SERVICE,
  );
}
