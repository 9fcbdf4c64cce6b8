import { critical, info, type RuleGroup, type RuleLabels, record, warning } from './rule.ts';
import { durationText, type Thresholds } from './thresholds.ts';

const RESOURCE =
  '{{ $labels.cloud_service }} {{ $labels.resource_name }} ({{ $labels.resource_id }}) in project {{ $labels.project }}, {{ $labels.region }}';

/** Ends a sentence with the objective of the resource that an alert is about. */
const OBJECTIVE =
  '{{ with printf "last_over_time(huaweicloud_backup_rpo_seconds{cloud_service=%q,region=%q,project=%q,resource_id=%q}[30m])" $labels.cloud_service $labels.region $labels.project $labels.resource_id | query }}; the objective is {{ . | first | value | humanizeDuration }}{{ end }}';

const FAILED =
  '{{ if eq $value 1.0 }}1 backup has{{ else }}{{ $value }} backups have{{ end }} failed since the last successful one.';

/** The rules about single resources. */
export function resourceRules(t: Thresholds, by: RuleLabels): RuleGroup {
  const memory = durationText(t.resourceMemory);
  const shortMemory = durationText(t.exporterMemory);
  const window = durationText(t.resourceGoneWindow);
  const metric = (name: string) => `last_over_time(huaweicloud_backup_${name}[${memory}])`;

  return {
    name: 'huaweicloud-backup-resources',
    about: 'resource',
    rules: [
      record('huaweicloud_backup:watched', {
        comment: `Every resource with an objective, once, from the replica with the newest data; the value is the time of that data.
Kept for ${memory} over a missed scrape or a restart, and until a complete poll no longer lists the resource.`,
        expr: `topk by (${by.identity}) (1,
  0 * (huaweicloud_backup_rpo_seconds or ${metric('rpo_seconds')}
    unless ignoring (resource_id, resource_name) huaweicloud_backup_poll_last_success_timestamp_seconds)
  + ignoring (resource_id, resource_name) group_left () ${metric('poll_last_success_timestamp_seconds')})`,
      }),
      record('huaweicloud_backup:failing', {
        comment: 'Failed backups of each resource since the last successful one.',
        expr: `max by (${by.resource}) (${metric('consecutive_failures')} > 0 and huaweicloud_backup:watched)`,
      }),
      warning('Failed', {
        expr: `huaweicloud_backup:failing >= ${t.failedCount}`,
        summary: 'A backup of {{ $labels.resource_name }} failed',
        description: `${RESOURCE}: ${FAILED} A retry in progress does not resolve this alert; a successful backup does.`,
      }),
      critical('FailingRepeatedly', {
        expr: `huaweicloud_backup:failing >= ${t.failingRepeatedlyCount}`,
        summary: 'Backups of {{ $labels.resource_name }} keep failing',
        description: `${RESOURCE}: ${FAILED}`,
      }),
      record('huaweicloud_backup:overdue_seconds', {
        comment: 'For how long the next successful backup of each resource has been overdue.',
        expr: `max by (${by.resource}) (time() - ${metric('due_timestamp_seconds')} > 0 and huaweicloud_backup:watched)`,
      }),
      record('huaweicloud_backup:missing_seconds', {
        comment: 'The same for each resource that has no successful backup.',
        expr: `huaweicloud_backup:overdue_seconds
  unless on (${by.resource}) ${metric('last_success_timestamp_seconds')}`,
      }),
      critical('Stale', {
        expr: 'huaweicloud_backup:overdue_seconds unless huaweicloud_backup:missing_seconds',
        summary: 'The last successful backup of {{ $labels.resource_name }} is too old',
        description: `${RESOURCE}: a backup is overdue by {{ $value | humanizeDuration }}${OBJECTIVE}.`,
      }),
      critical('Missing', {
        expr: 'huaweicloud_backup:missing_seconds',
        summary: '{{ $labels.resource_name }} has no successful backup',
        description: `${RESOURCE} has no successful backup. The first one was due {{ $value | humanizeDuration }} ago${OBJECTIVE}.`,
      }),
      warning('ScheduleStopped', {
        expr: `max by (${by.resource}) (
  time() - ${metric('last_automatic_success_timestamp_seconds')} > ${metric('rpo_seconds')}
    and huaweicloud_backup:watched
) unless huaweicloud_backup:overdue_seconds`,
        summary: 'Automatic backups of {{ $labels.resource_name }} have stopped',
        description: `${RESOURCE}: the last successful automatic backup is {{ $value | humanizeDuration }} old${OBJECTIVE}. Newer manual backups hide this.`,
      }),
      record('huaweicloud_backup:running_seconds', {
        comment:
          'How long the oldest running backup of a resource has been running, where the last poll was complete.',
        expr: `time() - last_over_time(huaweicloud_backup_running_start_timestamp_seconds[${shortMemory}])
  and huaweicloud_backup:watched
  and ignoring (resource_id, resource_name) last_over_time(huaweicloud_backup_poll_success[${shortMemory}]) == 1`,
      }),
      warning('Stuck', {
        expr: `max by (${by.resource}) (
  huaweicloud_backup:running_seconds > ${t.stuckAfter}
    unless huaweicloud_backup:running_seconds / ${t.stuckRatio} <= ${metric('success_duration_median_seconds')}
)`,
        summary: 'A backup of {{ $labels.resource_name }} seems stuck',
        description: `${RESOURCE}: a backup has been running for {{ $value | humanizeDuration }}, over ${durationText(t.stuckAfter)} and over ${t.stuckRatio} times as long as usual.`,
      }),
      warning('SizeDropped', {
        expr: `max by (${by.resource}) (
  ${metric('last_success_size_bytes')} < ${t.sizeDroppedRatio} * ${metric('success_size_median_bytes')}
    and huaweicloud_backup:watched
)`,
        summary: 'The last backup of {{ $labels.resource_name }} is much smaller than usual',
        description: `${RESOURCE}: the last successful backup has {{ $value | humanize1024 }}B, less than ${t.sizeDroppedRatio} times the median of the previous ones.`,
      }),
      info('Slow', {
        expr: `max by (${by.resource}) (
  (${metric('last_success_duration_seconds')} - ${metric('success_duration_median_seconds')} >= ${t.slowMargin})
    > ${t.slowRatio - 1} * ${metric('success_duration_median_seconds')}
    and huaweicloud_backup:watched
)`,
        summary: 'The last backup of {{ $labels.resource_name }} took much longer than usual',
        description: `${RESOURCE}: the last successful backup took {{ $value | humanizeDuration }} longer than the median of the previous ones, over ${t.slowRatio} times as long.`,
      }),
      record('huaweicloud_backup:lost', {
        comment: `Every resource that had an objective in the last ${window} and has none now, or cannot be read.`,
        expr: `last_over_time(huaweicloud_backup:watched[${window}])
  unless on (${by.identity}) huaweicloud_backup:watched`,
      }),
      record('huaweicloud_backup:complete', {
        comment: 'Every service whose last poll was complete, inventory included.',
        expr: `max by (${by.service}) (
  last_over_time(huaweicloud_backup_poll_success[${shortMemory}]) == 1
    unless last_over_time(huaweicloud_backup_inventory_success[${shortMemory}]) == 0
)`,
      }),
      info('ResourceGone', {
        expr: `max by (${by.resource}) (huaweicloud_backup:lost unless on (${by.exporter}) up == 0)
  and on (${by.service}) huaweicloud_backup:complete`,
        summary: '{{ $labels.resource_name }} is no longer expected to be backed up',
        description: `${RESOURCE} had an objective within the last ${window} and has none now: it was deleted or stopped, or the configuration excludes it.`,
      }),
    ],
  };
}
